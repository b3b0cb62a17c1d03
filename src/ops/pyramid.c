/* pyramid.c - OpenCV's pyrDown and pyrUp: half and twice the size, smoothed by 1 4 6 4 1.
 *
 * A stage along x is followed by one along y; their kernels are in pyramid_rows.c.
 * SPDX-License-Identifier: MIT */
#include "pyramid_rows.h"

#include "ops/border.h"
#include "ops/linear.h"

#include <string.h>

enum { BLOCK_ROWS = 16 };

/* --- where pixels come from ------------------------------------------------------------------- */

/* The pixels that pixel i of an axis is made of, and their weights; returns how many. */
static int find_taps(const struct pyramid *p, int64_t i, int64_t len, int64_t at[PYRAMID_TAPS_MOST],
                     double weight[PYRAMID_TAPS_MOST])
{
    static const double down[PYRAMID_TAPS_MOST] = {1, 4, 6, 4, 1}, even[] = {1, 6, 1},
                        odd[] = {4, 4};
    const double *weights = !p->up ? down : i % 2 ? odd : even;
    const int n = !p->up ? PYRAMID_TAPS_MOST : i % 2 ? 2 : 3;
    const int64_t first = !p->up ? 2 * i - 2 : i % 2 ? i / 2 : i / 2 - 1;

    for (int k = 0; k < n; k++) {
        at[k] = pyramid_shown(p, first + k, len);
        weight[k] = weights[k] / (p->up ? 8 : 16);
    }
    return n;
}

/* The input pixel under the middle of output pixel i. */
static int64_t centre(const struct pyramid *p, int64_t i, int64_t len)
{
    const int64_t at = p->up ? (i + 1) / 2 : 2 * i;

    return at < len ? at : len - 1;
}

static void axis_need(const struct pyramid *p, int64_t len, int64_t *from, int64_t *to)
{
    const int64_t first = *from, last = *to - 1;

    if (p->up) {
        *from = pyramid_shown(p, first / 2 - 1, len);
        *to = pyramid_shown(p, last / 2 + 1, len) + 1;
        if (first / 2 < *from) /* the first pixel's neighbour is to its right */
            *from = first / 2;
    } else {
        *from = 2 * first - 2;
        *to = 2 * last + 3;
        border_shown(p->border, len, from, to);
    }
}

static struct region need_x(const void *state, struct region out)
{
    const struct pyramid *p = state;
    int64_t x0 = out.x, x1 = out.x + out.width;

    axis_need(p, p->in.width, &x0, &x1);
    return (struct region){x0, out.y - p->more, x1 - x0, out.height};
}

static struct region need_y(const void *state, struct region out)
{
    const struct pyramid *p = state;
    int64_t y0 = out.y, y1 = out.y + out.height;

    axis_need(p, p->in.height, &y0, &y1);
    return (struct region){out.x, y0 + p->more, out.width, y1 - y0};
}

static struct region need_both(const void *state, struct region out)
{
    return need_x(state, need_y(state, out));
}

static void valid_x(const void *state, const struct window *w)
{
    const struct pyramid *p = state;

    for (int i = 0; i < w->height; i++)
        for (int x = 0; x < w->width; x++)
            ((uint8 *)w->outs[i])[x] =
                ((const uint8 *)w->rows[i])[centre(p, w->x + x, p->in.width) - w->in.x];
}

static void valid_y(const void *state, const struct window *w)
{
    const struct pyramid *p = state;

    for (int i = 0; i < w->height; i++)
        memcpy(w->outs[i], w->rows[centre(p, w->y + i, p->in.height) + p->more - w->in.y],
               (size_t)w->width);
}

static bool patch(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                  double *results)
{
    const struct pyramid *p = state;
    int64_t at_x[PYRAMID_TAPS_MOST], at_y[PYRAMID_TAPS_MOST];
    double of_x[PYRAMID_TAPS_MOST], of_y[PYRAMID_TAPS_MOST];
    const int n_x = find_taps(p, x, p->in.width, at_x, of_x);
    const int n_y = find_taps(p, y, p->in.height, at_y, of_y);
    bool misses = false;

    for (int b = 0; b < v->bands; b++) {
        struct linear_sum s = {0};
        double middle;
        patch_pixel(v, b, centre(p, x, p->in.width), centre(p, y, p->in.height), &middle);
        for (int j = 0; j < n_y; j++)
            for (int i = 0; i < n_x; i++)
                linear_add(&s, v, b, at_x[i], at_y[j], of_x[i] * of_y[j]);
        results[b] = linear_total(&s, middle);
        misses |= s.misses;
    }
    return misses;
}

/* --- the ops ---------------------------------------------------------------------------------- */

static enum pixel_type type_of_sums(enum pixel_type type)
{
    return type == PX_UINT8 ? PX_UINT16 : pixel_is_float(type) ? type : PX_INT32;
}

/* x lies at 2 x of the input's pixels, whose middle is half a pixel from their corner. */
static const struct affine halves[2] = {{{-0.5, 2, 0, 0, 0, 1}}, {{0, 1, 0, -0.5, 0, 2}}};
static const struct affine doubles[2] = {{{0.25, 0.5, 0, 0, 0, 1}}, {{0, 1, 0, 0.25, 0, 0.5}}};

static bool add_pyramid(struct stages *s, const struct pyramid *pyramid, struct err *e)
{
    const enum pixel_type type = pyramid->in.type;
    struct pyramid *p = stages_state(s, sizeof *p, e);
    const struct border border = {pyramid->border, 0};
    const struct stage_input input = {
        .stage = s->current, .border = border, .need = need_both, .need_state = p};
    struct format out = pyramid->in;

    if (!p)
        return false;
    *p = *pyramid;
    if (p->border == BORDER_WRAP) {
        p->more = PYRAMID_TAPS_MOST / 2;
        out.height += PYRAMID_TAPS_MOST;
    }
    out.type = type_of_sums(type);
    out.width = p->up ? 2 * p->in.width : (p->in.width + 1) / 2;
    struct stage stage = {
        .in = {{.stage = s->current, .border = border, .need = need_x, .need_state = p}},
        .n_in = 1,
        .out = out,
        .block = BLOCK_ROWS,
        .row = p->up ? pyramid_up_x[type] : pyramid_down_x[type],
        .state = p,
        .regrids = true,
        .to_input = p->up ? doubles[0] : halves[0],
        .valid = valid_x,
        .valid_state = p,
    };
    if (!stages_add(s, &stage, e))
        return false;
    stage.in[0].stage = s->current;
    stage.in[0].border.type = BORDER_REPLICATE;
    stage.in[0].need = need_y;
    stage.out.type = type;
    stage.out.height = p->up ? 2 * p->in.height : (p->in.height + 1) / 2;
    stage.row = p->up ? pyramid_up_y[type] : pyramid_down_y[type];
    stage.to_input = p->up ? doubles[1] : halves[1];
    stage.patch = patch;
    stage.patch_state = p;
    stage.patch_input = input;
    stage.valid = valid_y;
    return stages_add(s, &stage, e);
}

struct down_args {
    int border_type; /* counted from BORDER_REPLICATE: constant is not among the choices */
};

static const struct param down_params[] = {
    {"border-type", "what lies outside the scene", P_CHOICE,
     offsetof(struct down_args, border_type), "reflect-101", border_names + BORDER_REPLICATE, 0, 0},
    {0},
};

static bool prepare_down(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct down_args *a = args;
    const enum border_type border = (enum border_type)(a->border_type + BORDER_REPLICATE);

    return op_takes("pyr-down", pyramid_down_x, in.type, e) &&
           add_pyramid(out, &(struct pyramid){in, border, false, 0}, e);
}

const struct op op_pyr_down = {
    .name = "pyr-down",
    .summary = "half the size, smoothed",
    .source = "OpenCV imgproc, pyrDown",
    .example = "",
    .nodata = NODATA_NORMALIZED,
    .keeps_values = true,
    .params = down_params,
    .args_size = sizeof(struct down_args),
    .prepare = prepare_down,
};

struct up_args {
    char none;
};

static const struct param up_params[] = {{0}};

static bool prepare_up(const void *args, struct format in, struct stages *out, struct err *e)
{
    return op_takes("pyr-up", pyramid_up_x, in.type, e) &&
           add_pyramid(out, &(struct pyramid){in, BORDER_REFLECT_101, true, 0}, e);
}

const struct op op_pyr_up = {
    .name = "pyr-up",
    .summary = "twice the size, smoothed",
    .source = "OpenCV imgproc, pyrUp",
    .example = "",
    .nodata = NODATA_NORMALIZED,
    .keeps_values = true,
    .params = up_params,
    .args_size = sizeof(struct up_args),
    .prepare = prepare_up,
};
