/* pyramid.c - OpenCV's pyrDown and pyrUp: half and twice the size, smoothed by 1 4 6 4 1.
 *
 * A stage along x is followed by one along y. Integers are summed exactly. With floats, OpenCV's
 * loops add in different orders at different places of a row, which are followed here.
 * SPDX-License-Identifier: MIT */
#include "ops/border.h"
#include "ops/linear.h"

#include <string.h>

enum { BLOCK_ROWS = 16, TAPS_MOST = 5 };

struct pyramid {
    struct format in;
    enum border_type border; /* of pyr-down */
    bool up;
    int more; /* rows between the stages above the input's, for a wrap: its other end again */
};

/* --- where pixels come from ------------------------------------------------------------------- */

/* The position of an axis of the input where position p, maybe outside, shows. */
static int64_t shown(const struct pyramid *p, int64_t at, int64_t len)
{
    if (p->up)
        return border_map(at < 0 ? BORDER_REFLECT_101 : BORDER_REPLICATE, at, len);
    return p->border == BORDER_WRAP ? at : border_map(p->border, at, len);
}

/* The pixels that pixel i of an axis is made of, and their weights; returns how many. */
static int find_taps(const struct pyramid *p, int64_t i, int64_t len, int64_t at[TAPS_MOST],
                     double weight[TAPS_MOST])
{
    static const double down[TAPS_MOST] = {1, 4, 6, 4, 1}, even[] = {1, 6, 1}, odd[] = {4, 4};
    const double *weights = !p->up ? down : i % 2 ? odd : even;
    const int n = !p->up ? TAPS_MOST : i % 2 ? 2 : 3;
    const int64_t first = !p->up ? 2 * i - 2 : i % 2 ? i / 2 : i / 2 - 1;

    for (int k = 0; k < n; k++) {
        at[k] = shown(p, first + k, len);
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
        *from = shown(p, first / 2 - 1, len);
        *to = shown(p, last / 2 + 1, len) + 1;
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
    int64_t at_x[TAPS_MOST], at_y[TAPS_MOST];
    double of_x[TAPS_MOST], of_y[TAPS_MOST];
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

/* --- half the size ---------------------------------------------------------------------------- */

/* Of pixels a b c d e. */
#define IN_A_ROW(a, b, c, d, e) (c) * 6 + ((b) + (d)) * 4 + (a) + (e)
#define OUTER_FIRST(a, b, c, d, e) (c) * 6 + (((b) + (d)) * 4 + ((a) + (e)))
#define BY_FOUR(a, b, c, d, e) (((b) + (d)) + (c)) * 4 + (((a) + (e)) + ((c) + (c)))

/* The end of the output columns, from 1 on, that OpenCV makes by vectors: they see no border. */
static int64_t vectors_end(const struct pyramid *p)
{
    const int64_t w = p->in.width, most = (w + 1) / 2, inner = (w - 3) / 2 + 1;
    const int64_t m = w < 3 ? 0 : inner < most ? inner : most;
    const int lanes = p->in.type == PX_FLOAT32 ? 4 : 2;

    if (!pixel_is_float(p->in.type))
        return m;
    if (p->in.bands == 1 || (p->in.bands == 2 && p->in.type == PX_FLOAT32))
        return m < 1 ? 0 : 1 + (m - 1) / lanes * lanes;
    if (p->in.type == PX_FLOAT32 && (p->in.bands == 3 || p->in.bands == 4))
        return m - (p->in.bands == 3);
    return 0;
}

static int within(int64_t at, int width)
{
    return at < 0 ? 0 : at < width ? (int)at : width;
}

/* T is the type of the pixels, W that of their sums along x. */
#define DOWN_X(T, W)                                                                               \
    static void down_edge_##T(const struct pyramid *p, const struct window *w, const T *in,        \
                              W *out, int from, int to)                                            \
    {                                                                                              \
        for (int x = from; x < to; x++) {                                                          \
            W v[TAPS_MOST];                                                                        \
            for (int k = 0; k < TAPS_MOST; k++)                                                    \
                v[k] = (W)in[shown(p, 2 * (w->x + x) - 2 + k, p->in.width) - w->in.x];             \
            out[x] = (W)(IN_A_ROW(v[0], v[1], v[2], v[3], v[4]));                                  \
        }                                                                                          \
    }                                                                                              \
    SIMD static void pyramid_down_x_##T(const T *restrict in, W *restrict out, int n)              \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = (W)(OUTER_FIRST((W)in[2 * x], (W)in[2 * x + 1], (W)in[2 * x + 2],             \
                                     (W)in[2 * x + 3], (W)in[2 * x + 4]));                         \
    }                                                                                              \
    static void down_x_##T(const void *state, const struct window *w)                              \
    {                                                                                              \
        const struct pyramid *p = state;                                                           \
        const int from = within(1 - w->x, w->width);                                               \
        const int to = within(vectors_end(p) - w->x, w->width);                                    \
        const int n = to > from ? to - from : 0;                                                   \
                                                                                                   \
        for (int i = 0; i < w->height; i++) {                                                      \
            down_edge_##T(p, w, w->rows[i], w->outs[i], 0, from);                                  \
            pyramid_down_x_##T((const T *)w->rows[i] + (2 * (w->x + from) - 2 - w->in.x),          \
                               (W *)w->outs[i] + from, n);                                         \
            down_edge_##T(p, w, w->rows[i], w->outs[i], from + n, w->width);                       \
        }                                                                                          \
    }

/* Columns from `tail` on are made one by one. */
#define DOWN_Y(T, W, BODY, FINISH)                                                                 \
    SIMD static void pyramid_down_y_##T(const void *const *rows, T *restrict out, int n, int tail) \
    {                                                                                              \
        const W *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2];               \
        const W *restrict d = rows[3], *restrict e = rows[4];                                      \
                                                                                                   \
        for (int x = 0; x < tail; x++)                                                             \
            out[x] = (T)FINISH(BODY(a[x], b[x], c[x], d[x], e[x]));                                \
        for (int x = tail; x < n; x++)                                                             \
            out[x] = (T)FINISH(IN_A_ROW(a[x], b[x], c[x], d[x], e[x]));                            \
    }                                                                                              \
    static void down_y_##T(const void *state, const struct window *w)                              \
    {                                                                                              \
        const struct pyramid *p = state;                                                           \
        const int64_t n = (p->in.width + 1) / 2 * p->in.bands;                                     \
        const int64_t tail = ceil_div(n - n % 4 - w->band, p->in.bands) - w->x;                    \
                                                                                                   \
        for (int i = 0; i < w->height; i++) {                                                      \
            const void *rows[TAPS_MOST];                                                           \
            for (int k = 0; k < TAPS_MOST; k++)                                                    \
                rows[k] =                                                                          \
                    w->rows[shown(p, 2 * (w->y + i) - 2 + k, p->in.height) + p->more - w->in.y];   \
            pyramid_down_y_##T(rows, w->outs[i], w->width, within(tail, w->width));                \
        }                                                                                          \
    }

#define MEAN_OF_256(v) (((v) + 128) >> 8)
#define PART_OF_256(v) ((v) * (1 / 256.0F))
DOWN_X(uint8, uint16)
DOWN_X(uint16, int32)
DOWN_X(int16, int32)
DOWN_X(float32, float32)
DOWN_X(float64, float64)
DOWN_Y(uint8, uint16, BY_FOUR, MEAN_OF_256)
DOWN_Y(uint16, int32, BY_FOUR, MEAN_OF_256)
DOWN_Y(int16, int32, BY_FOUR, MEAN_OF_256)
DOWN_Y(float32, float32, BY_FOUR, PART_OF_256)
DOWN_Y(float64, float64, IN_A_ROW, PART_OF_256)

/* --- twice the size --------------------------------------------------------------------------- */

/* Output columns 2 x and 2 x + 1 are made of pixels x - 1, x and x + 1. At the ends of a row,
 * OpenCV adds up what falls on the same pixel. */
#define UP_X(T, W)                                                                                 \
    static W up_end_##T(const struct pyramid *p, const struct window *w, const T *in, int64_t x)   \
    {                                                                                              \
        const int64_t at = x / 2, last = p->in.width - 1;                                          \
        const W c = (W)in[at - w->in.x];                                                           \
                                                                                                   \
        if (x % 2)                                                                                 \
            return (W)(at == last ? c * 8 : (c + (W)in[at + 1 - w->in.x]) * 4);                    \
        if (at == 0)                                                                               \
            return (W)(last == 0 ? c * 8 : c * 6 + (W)in[1 - w->in.x] * 2);                        \
        if (at == last)                                                                            \
            return (W)(c * 7 + (W)in[at - 1 - w->in.x]);                                           \
        return (W)((W)in[at - 1 - w->in.x] + c * 6 + (W)in[at + 1 - w->in.x]);                     \
    }                                                                                              \
    SIMD static void pyramid_up_x_##T(const T *restrict in, W *restrict out, int n)                \
    {                                                                                              \
        for (int x = 0; x < n; x++) {                                                              \
            const W a = (W)in[x], b = (W)in[x + 1], c = (W)in[x + 2];                              \
            out[2 * x] = (W)(a + b * 6 + c);                                                       \
            out[2 * x + 1] = (W)((b + c) * 4);                                                     \
        }                                                                                          \
    }                                                                                              \
    static void up_x_##T(const void *state, const struct window *w)                                \
    {                                                                                              \
        const struct pyramid *p = state;                                                           \
        const int64_t after = (w->x + w->width) / 2, last = p->in.width - 1;                       \
        const int64_t first = (w->x + 1) / 2 > 1 ? (w->x + 1) / 2 : 1;                             \
        const int64_t end = after < last ? after : last, n = end > first ? end - first : 0;        \
        const int from = within(2 * first - w->x, w->width);                                       \
                                                                                                   \
        for (int i = 0; i < w->height; i++) {                                                      \
            const T *in = w->rows[i];                                                              \
            W *out = w->outs[i];                                                                   \
            for (int x = 0; x < from; x++)                                                         \
                out[x] = up_end_##T(p, w, in, w->x + x);                                           \
            if (n > 0)                                                                             \
                pyramid_up_x_##T(in + (first - 1 - w->in.x), out + from, (int)n);                  \
            for (int x = from + 2 * (int)n; x < w->width; x++)                                     \
                out[x] = up_end_##T(p, w, in, w->x + x);                                           \
        }                                                                                          \
    }

#define UP_Y(T, W, FINISH)                                                                         \
    SIMD static void pyramid_up_even_##T(const W *restrict a, const W *restrict b,                 \
                                         const W *restrict c, T *restrict out, int n)              \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = (T)FINISH(a[x] + b[x] * 6 + c[x]);                                            \
    }                                                                                              \
    SIMD static void pyramid_up_odd_##T(const W *restrict b, const W *restrict c, T *restrict out, \
                                        int n)                                                     \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = (T)FINISH((b[x] + c[x]) * 4);                                                 \
    }                                                                                              \
    static void up_y_##T(const void *state, const struct window *w)                                \
    {                                                                                              \
        const struct pyramid *p = state;                                                           \
                                                                                                   \
        for (int i = 0; i < w->height; i++) {                                                      \
            const int64_t at = (w->y + i) / 2, h = p->in.height;                                   \
            const void *b = w->rows[at - w->in.y], *c = w->rows[shown(p, at + 1, h) - w->in.y];    \
            if ((w->y + i) % 2)                                                                    \
                pyramid_up_odd_##T(b, c, w->outs[i], w->width);                                    \
            else                                                                                   \
                pyramid_up_even_##T(w->rows[shown(p, at - 1, h) - w->in.y], b, c, w->outs[i],      \
                                    w->width);                                                     \
        }                                                                                          \
    }

#define MEAN_OF_64(v) (((v) + 32) >> 6)
#define PART_OF_64(v) ((v) * (1 / 64.0F))
UP_X(uint8, uint16)
UP_X(uint16, int32)
UP_X(int16, int32)
UP_X(float32, float32)
UP_X(float64, float64)
UP_Y(uint8, uint16, MEAN_OF_64)
UP_Y(uint16, int32, MEAN_OF_64)
UP_Y(int16, int32, MEAN_OF_64)
UP_Y(float32, float32, PART_OF_64)
UP_Y(float64, float64, PART_OF_64)

/* --- the ops ---------------------------------------------------------------------------------- */

#define ROWS(NAME)                                                                                 \
    {                                                                                              \
        [PX_UINT8] = NAME##_uint8, [PX_UINT16] = NAME##_uint16, [PX_INT16] = NAME##_int16,         \
        [PX_FLOAT32] = NAME##_float32, [PX_FLOAT64] = NAME##_float64                               \
    }
static row_kernel *const down_x[PX_N_KERNEL_TYPES] = ROWS(down_x);
static row_kernel *const down_y[PX_N_KERNEL_TYPES] = ROWS(down_y);
static row_kernel *const up_x[PX_N_KERNEL_TYPES] = ROWS(up_x);
static row_kernel *const up_y[PX_N_KERNEL_TYPES] = ROWS(up_y);

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
        p->more = TAPS_MOST / 2;
        out.height += TAPS_MOST;
    }
    out.type = type_of_sums(type);
    out.width = p->up ? 2 * p->in.width : (p->in.width + 1) / 2;
    struct stage stage = {
        .in = {{.stage = s->current, .border = border, .need = need_x, .need_state = p}},
        .n_in = 1,
        .out = out,
        .block = BLOCK_ROWS,
        .row = p->up ? up_x[type] : down_x[type],
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
    stage.row = p->up ? up_y[type] : down_y[type];
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

    return op_takes("pyr-down", down_x, in.type, e) &&
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
    return op_takes("pyr-up", up_x, in.type, e) &&
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
