/* resize.c - OpenCV's resize.
 *
 * Nearest pixels are moved; means of whole pixels are made in one stage (resize_area.h); all else
 * is a sum along x, then along y (resample.h). SPDX-License-Identifier: MIT */
#include "ops/linear.h"
#include "ops/resample.h"
#include "ops/resize_area.h"
#include "ops/tile.h"

#include <float.h>
#include <math.h>

enum { BLOCK_ROWS = 32, SIDE_MOST = 1 << 24 };

struct args {
    struct size2 dsize;
    double fx, fy;
    int max_size, interpolation;
};

static const char *const interpolations[] = {"nearest", "linear",   "cubic",
                                             "area",    "lanczos4", NULL};

static const struct param params[] = {
    {"dsize", "size of the result", P_SIZE, offsetof(struct args, dsize), "0", NULL, 0, SIDE_MOST},
    {"fx", "or: the factor along x", P_REAL, offsetof(struct args, fx), "0", NULL, 0, SIDE_MOST},
    {"fy", "and along y; 0: as along x", P_REAL, offsetof(struct args, fy), "0", NULL, 0,
     SIDE_MOST},
    {"max-size", "or: the length of the longer side, if it is longer", P_INT,
     offsetof(struct args, max_size), "0", NULL, 0, SIDE_MOST},
    {"interpolation", "what a pixel between pixels is", P_CHOICE,
     offsetof(struct args, interpolation), "linear", interpolations, 0, 0},
    {0},
};

/* --- the size ----------------------------------------------------------------------------------- */

struct target {
    int64_t width, height;
    double fx, fy; /* output pixels for an input pixel */
};

static bool check_size(const struct args *a, struct err *e)
{
    const int n =
        (a->dsize.width > 0 || a->dsize.height > 0) + (a->fx > 0 || a->fy > 0) + (a->max_size > 0);

    if (n != 1)
        return err_usage(e, "resize: exactly one of --dsize=WxH, --fx=F (with --fy=F) and "
                            "--max-size=N must be given");
    if (a->max_size == 0 && a->fx == 0 && (a->dsize.width == 0 || a->dsize.height == 0))
        return err_usage(e, "resize: %s",
                         a->fy > 0 ? "--fy needs --fx as well"
                                   : "both sides of --dsize must be positive");
    return true;
}

/* The longer side becomes max_size, unless it is shorter; the other one follows. */
static void fit(struct target *t, struct format in, int max_size)
{
    const int64_t longer = in.width > in.height ? in.width : in.height;
    const double factor = longer > max_size ? (double)max_size / (double)longer : 1;

    t->width = (int64_t)fmax(1, rint((double)in.width * factor));
    t->height = (int64_t)fmax(1, rint((double)in.height * factor));
}

static bool find_target(struct target *t, const struct args *a, struct format in, struct err *e)
{
    if (!check_size(a, e))
        return false;
    if (a->fx > 0) {
        t->fx = a->fx;
        t->fy = a->fy > 0 ? a->fy : a->fx;
        const double width = rint((double)in.width * t->fx),
                     height = rint((double)in.height * t->fy);
        if (width < 1 || height < 1 || width > SIDE_MOST || height > SIDE_MOST)
            return err_usage(e,
                             "resize: --fx=%g --fy=%g makes %.0fx%.0f pixels of %lldx%lld; each "
                             "side must be 1 to %d",
                             t->fx, t->fy, width, height, (long long)in.width, (long long)in.height,
                             SIDE_MOST);
        t->width = (int64_t)width;
        t->height = (int64_t)height;
        return true;
    }
    t->width = a->dsize.width;
    t->height = a->dsize.height;
    if (a->max_size > 0)
        fit(t, in, a->max_size);
    t->fx = (double)t->width / (double)in.width;
    t->fy = (double)t->height / (double)in.height;
    return true;
}

/* --- nearest ------------------------------------------------------------------------------------ */

struct nearest {
    int64_t width, height; /* of the input */
    double scale_x, scale_y;
    const int *columns; /* of the input, one for each of the output */
};

static int64_t nearest_pixel(int64_t i, double scale, int64_t len)
{
    const int64_t at = (int64_t)floor((double)i * scale);

    return at < len ? at : len - 1;
}

static struct region need_nearest(const void *state, struct region out)
{
    const struct nearest *n = state;
    const int64_t x0 = n->columns[out.x], x1 = n->columns[out.x + out.width - 1];
    const int64_t y0 = nearest_pixel(out.y, n->scale_y, n->height);
    const int64_t y1 = nearest_pixel(out.y + out.height - 1, n->scale_y, n->height);

    return (struct region){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

/* A row that is shown again is copied from above. */
#define NEAREST(T)                                                                                 \
    SIMD static void resize_pick_##T(const T *restrict in, const int *restrict columns,            \
                                     T *restrict out, int n)                                       \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = in[columns[x]];                                                               \
    }                                                                                              \
    static void nearest_##T(const void *state, const struct window *w)                             \
    {                                                                                              \
        const struct nearest *n = state;                                                           \
        const void *above = NULL;                                                                  \
                                                                                                   \
        for (int i = 0; i < w->height; i++) {                                                      \
            const int64_t y = nearest_pixel(w->y + i, n->scale_y, n->height);                      \
            const void *in = w->rows[y - w->in.y];                                                 \
            if (in == above)                                                                       \
                memcpy(w->outs[i], w->outs[i - 1], (size_t)w->width * sizeof(T));                  \
            else                                                                                   \
                resize_pick_##T((const T *)in - w->in.x, n->columns + w->x, w->outs[i], w->width); \
            above = in;                                                                            \
        }                                                                                          \
    }
FOR_EACH_PIXEL_SIZE(NEAREST)

#define NEAREST_ROW(T) nearest_##T,
static row_kernel *const nearest_kernels[PIXEL_SIZES] = {FOR_EACH_PIXEL_SIZE(NEAREST_ROW)};

static bool add_nearest(struct stages *s, struct format in, struct format out,
                        const struct target *t, struct err *e)
{
    struct nearest *n = stages_state(s, sizeof *n, e);
    int *columns = n ? stages_state(s, (size_t)out.width * sizeof *columns, e) : NULL;

    if (!columns)
        return false;
    *n = (struct nearest){in.width, in.height, 1 / t->fx, 1 / t->fy, columns};
    for (int64_t x = 0; x < out.width; x++)
        columns[x] = (int)nearest_pixel(x, n->scale_x, in.width);
    const struct stage stage = {
        .in = {{.stage = s->current, .need = need_nearest, .need_state = n}},
        .n_in = 1,
        .out = out,
        .block = BLOCK_ROWS,
        .row = kernel_of_size(nearest_kernels, in.type),
        .state = n,
        .regrids = true,
        .to_input = {{0, n->scale_x, 0, 0, 0, n->scale_y}},
        .valid = nearest_kernels[0],
        .valid_state = n,
    };
    return stages_add(s, &stage, e);
}

/* --- sums along both axes ------------------------------------------------------------------------ */

static struct region need_both(const void *state, struct region out)
{
    const struct resampling *r = state;
    int64_t x0 = out.x, x1 = out.x + out.width, y0 = out.y, y1 = out.y + out.height;

    axis_need(r->x, &x0, &x1);
    axis_need(r->y, &y0, &y1);
    return (struct region){x0, y0, x1 - x0, y1 - y0};
}

static bool patch(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                  double *results)
{
    const struct axis *ax = ((const struct resampling *)state)->x;
    const struct axis *ay = ((const struct resampling *)state)->y;
    bool misses = false;

    for (int b = 0; b < v->bands; b++) {
        struct linear_sum s = {0};
        double middle;
        patch_pixel(v, b, axis_centre(ax, x), axis_centre(ay, y), &middle);
        for (int j = 0; j < ay->count[y]; j++)
            for (int i = 0; i < ax->count[x]; i++)
                linear_add(&s, v, b, axis_clamp(ax, ax->first[x] + (int64_t)i),
                           axis_clamp(ay, ay->first[y] + (int64_t)j),
                           (double)(ax->weights[x * ax->taps + i] * ax->unit) *
                               (double)(ay->weights[y * ay->taps + j] * ay->unit));
        results[b] = linear_total(&s, middle);
        misses |= s.misses;
    }
    return misses;
}

static bool add_sums(struct stages *s, struct format in, const struct target *t,
                     enum interpolation interpolation, struct err *e)
{
    const bool by_area = interpolation == RESIZE_AREA;
    const bool enlarges = by_area && (1 / t->fx < 1 || 1 / t->fy < 1);
    struct axis_rule x = {
        .interpolation = interpolation,
        .in = in.width,
        .out = t->width,
        .factor = t->fx,
        .enlarges = enlarges,
        .is_x = true,
        .fixed = in.type == PX_UINT8 && (!by_area || enlarges),
    };
    struct axis_rule y = x;
    struct resampling *r = stages_state(s, sizeof *r, e);
    const struct stage_input input = {.stage = s->current, .need = need_both, .need_state = r};
    struct stage last;

    if (!r)
        return false;
    y.is_x = false;
    y.in = in.height;
    y.out = t->height;
    y.factor = t->fy;
    *r = (struct resampling){axis_new(s, &x, e), NULL, in.type, in.bands, interpolation, false};
    r->y = r->x ? axis_new(s, &y, e) : NULL;
    if (!r->y)
        return false;
    if (enlarges)
        r->interpolation = RESIZE_LINEAR;
    /* where enlarging by area makes rows fewer, the middles may lie between the skipped ones */
    r->skips = !by_area && r->y->scale >= r->y->taps;
    if (!resample_rows(s, r, in, e) || !resample_columns(s, r, in, &last, e))
        return false;
    last.patch = patch;
    last.patch_state = r;
    last.patch_input = input;
    return stages_add(s, &last, e);
}

/* --- the op ------------------------------------------------------------------------------------- */

/* Only what OpenCV takes: 32-bit integers would lose to its weights, which are float32. */
static row_kernel *const summed[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = nearest_uint8,    [PX_UINT16] = nearest_uint16,  [PX_INT16] = nearest_uint16,
    [PX_FLOAT32] = nearest_uint32, [PX_FLOAT64] = nearest_uint64,
};

/* Whether an output pixel is a whole number of input pixels wide, and how many. */
static bool is_whole(double scale, int *n)
{
    *n = (int)fmin(rint(scale), INT32_MAX);
    return fabs(scale - *n) < DBL_EPSILON;
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    enum interpolation interpolation = (enum interpolation)a->interpolation;
    struct format format = in;
    struct target t;
    int x, y;

    if (!find_target(&t, a, in, e))
        return false;
    format.width = t.width;
    format.height = t.height;
    const bool whole_x = is_whole(1 / t.fx, &x), whole_y = is_whole(1 / t.fy, &y);
    if (interpolation == RESIZE_LINEAR && whole_x && whole_y && x == 2 && y == 2)
        interpolation = RESIZE_AREA;
    if (interpolation != RESIZE_NEAREST && !op_takes("resize", summed, in.type, e))
        return false;
    if (t.width == in.width && t.height == in.height)
        return true;
    if (interpolation == RESIZE_NEAREST)
        return add_nearest(out, in, format, &t, e);
    if (interpolation == RESIZE_AREA && whole_x && whole_y && x >= 1 && y >= 1)
        return resize_area_add(out, in, format, x, y, e);
    return add_sums(out, in, &t, interpolation, e);
}

const struct op op_resize = {
    .name = "resize",
    .summary = "another number of pixels",
    .source = "OpenCV imgproc, resize",
    .example = "--fx=0.7 --interpolation=area",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
