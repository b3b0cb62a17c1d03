/* filter_2d.c - OpenCV's filter2D: the sum of the pixels around each, with any weights.
 * SPDX-License-Identifier: MIT */
#include "ops/filter_2d.h"

#include "ops/neighborhood.h"
#include "ops/row_sums.h"

struct args {
    struct numbers kernel;
    int ddepth, border_type;
    struct point2 anchor;
    double delta, border_value;
};

static const struct param params[] = {
    {"kernel", "weights, as a,b,c;d,e,f or a file of them", P_NUMBERS,
     offsetof(struct args, kernel), param_required, NULL, 0, 0},
    {"ddepth", "pixel type of the result", P_TYPE, offsetof(struct args, ddepth), "same", NULL, 0,
     0},
    {"anchor", "the kernel's own pixel; -1: its middle", P_POINT, offsetof(struct args, anchor),
     "-1,-1", NULL, -1, KSIZE_MAX},
    {"delta", "added to the sum", P_REAL, offsetof(struct args, delta), "0", NULL, 0, 0},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "reflect-101", border_names, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {0},
};

/* --- the kernel ------------------------------------------------------------------------------- */

struct tap {
    int x, y; /* from the kernel's first weight */
};

struct filter {
    enum work work;
    enum pixel_type in, out;
    row_convert *widen, *narrow; /* NULL: the pixels are of the work's type */
    int n_x, n_y, left;
    int n_taps;
    const struct tap *taps;
    const void *weights; /* n_taps of the work's type */
    double delta;
};

static size_t row_bytes(const struct filter *f, int n)
{
    const size_t bytes = ((size_t)n + (size_t)f->n_x) * pixel_size(work_types[f->work]);

    return (bytes + 127) / 64 * 64;
}

/* Sums, widened rows, and where each row is. */
static size_t scratch_bytes(const struct filter *f)
{
    const size_t n_y = (size_t)f->n_y;

    return ((f->widen ? n_y : 0) + 1) * row_bytes(f, STRIP_MAX) +
           (n_y + BLOCK_MAX) * sizeof(void *);
}

/* n sums from pixel x on; `rows` begin at the kernel's first weight for pixel 0. */
static void sum_taps(const struct filter *f, char *const *rows, int x, void *sums, int n)
{
    const size_t size = pixel_size(work_types[f->work]);

    for (int i = 0, m; i < f->n_taps; i += m) {
        const void *in[TAPS_MOST];
        m = taps_next(f->n_taps - i, TAPS_MOST);
        for (int k = 0; k < m; k++)
            in[k] = rows[f->taps[i + k].y] + size * (size_t)(x + f->taps[i + k].x);
        row_chain[f->work](sums, in, (const char *)f->weights + size * (size_t)i, m,
                           i == 0 ? &f->delta : NULL, n);
    }
}

/* Columns x .. x + n - 1 of the window's row i, and of the output row that it completes; rows[] are
 * the rows so far. */
static void filter_part(const struct filter *f, const struct window *w, char *const *rows, int i,
                        int x, int n)
{
    const size_t size = pixel_size(work_types[f->work]), in_size = pixel_size(f->in);
    const int made = i + 1 - f->n_y;
    char *sums = w->scratch;

    if (f->widen)
        f->widen((const char *)w->rows[i] + (ptrdiff_t)in_size * (x - f->left),
                 rows[i] + size * (size_t)x, n + f->n_x - 1);
    if (made < 0)
        return;
    char *out = (char *)w->outs[made] + pixel_size(f->out) * (size_t)x;
    sum_taps(f, rows + made, x, f->narrow ? sums : out, n);
    if (f->narrow)
        f->narrow(sums, out, n);
}

static void filter_rows(const void *state, const struct window *w)
{
    const struct filter *f = state;
    const size_t bytes = row_bytes(f, w->width), in_size = pixel_size(f->in);
    const size_t out_size = pixel_size(f->out);
    const int last = f->n_y - 1, part = row_part(in_size, out_size);
    char *wide = (char *)w->scratch + bytes;
    char **rows = (char **)(void *)(wide + (f->widen ? bytes * (size_t)f->n_y : 0));

    for (int i = 0; i < w->height + last; i++) {
        rows[i] = f->widen ? wide + bytes * (size_t)(i % f->n_y)
                           : (char *)w->rows[i] - in_size * (size_t)f->left;
        for (int x = 0; x < w->width; x += part) {
            const int n = w->width - x < part ? w->width - x : part;
            row_prefetch_ahead(w, i, last, x, n, in_size, out_size);
            filter_part(f, w, rows, i, x, n);
        }
    }
}

/* --- the stage -------------------------------------------------------------------------------- */

/* Whether all sums, on the way too, are whole numbers that fit int16. */
static bool fits_int16(const struct linear *f, enum pixel_type in, enum pixel_type out)
{
    double most = fabs(f->delta);
    bool whole = f->delta == rint(f->delta);

    for (int i = 0; i < f->n_x * f->n_y; i++) {
        most += fabs(f->weights[i]) * UINT8_MAX;
        whole &= f->weights[i] == rint(f->weights[i]);
    }
    return in == PX_UINT8 && row_narrows(INT16, out) && whole && most <= INT16_MAX;
}

/* The weights that are not zero; one zero if there is none. */
static bool make_taps(struct filter *f, const struct linear *k, struct stages *s, struct err *e)
{
    const size_t n = (size_t)k->n_x * (size_t)k->n_y, size = pixel_size(work_types[f->work]);
    struct tap *taps = stages_state(s, n * sizeof *taps, e);
    char *weights = taps ? stages_state(s, n * size, e) : NULL;

    if (!weights)
        return false;
    for (int y = 0; y < k->n_y; y++)
        for (int x = 0; x < k->n_x; x++) {
            const double weight = k->weights[y * k->n_x + x];
            if (weight == 0)
                continue;
            taps[f->n_taps] = (struct tap){x, y};
            pixel_store(work_types[f->work], weight, weights + size * (size_t)f->n_taps++);
        }
    if (f->n_taps == 0)
        f->n_taps = 1;
    f->taps = taps;
    f->weights = weights;
    return true;
}

bool filter_2d_add(struct stages *s, const struct linear *k, struct border border, struct format in,
                   enum pixel_type out, struct err *e)
{
    struct filter *f = stages_state(s, sizeof *f, e);

    if (!f)
        return false;
    *f = (struct filter){
        .work = fits_int16(k, in.type, out) ? INT16 : row_work(in.type, out),
        .in = in.type,
        .out = out,
        .n_x = k->n_x,
        .n_y = k->n_y,
        .left = k->left,
        .delta = k->delta,
    };
    f->widen = row_widen[f->work][in.type];
    f->narrow = row_narrow[f->work][out];
    if (!make_taps(f, k, s, e))
        return false;
    struct stage stage = {
        .in = {{.stage = s->current,
                .reach = {.left = k->left,
                          .right = k->n_x - 1 - k->left,
                          .up = k->up,
                          .down = k->n_y - 1 - k->up},
                .border = border}},
        .n_in = 1,
        .out = in,
        .block = BLOCK_MAX,
        .row = filter_rows,
        .state = f,
        .scratch_bytes = scratch_bytes(f),
    };
    stage.out.type = out;
    return linear_correct(s, &stage, &stage.in[0], k, e) && stages_add(s, &stage, e);
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const enum pixel_type type = a->ddepth == PX_SAME ? in.type : (enum pixel_type)a->ddepth;
    const struct size2 ksize = {a->kernel.columns, a->kernel.rows};
    struct reach reach;

    if (!row_takes("filter-2d", in.type, type, e))
        return false;
    if (ksize.width > KSIZE_MAX || ksize.height > KSIZE_MAX)
        return err_usage(e, "filter-2d: --kernel is %dx%d; %d is the most in each direction",
                         ksize.width, ksize.height, KSIZE_MAX);
    if (!reach_around(&reach, "filter-2d", ksize, a->anchor, e))
        return false;
    const struct linear kernel = {
        .n_x = ksize.width,
        .n_y = ksize.height,
        .left = reach.left,
        .up = reach.up,
        .weights = a->kernel.v,
        .delta = a->delta,
    };
    return filter_2d_add(out, &kernel,
                         (struct border){(enum border_type)a->border_type, a->border_value}, in,
                         type, e);
}

const struct op op_filter_2d = {
    .name = "filter-2d",
    .summary = "weighted sum of the pixels around each",
    .source = "OpenCV imgproc, filter2D",
    .example = "--kernel=0,-1,0;-1,5,-1;0,-1,0",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
