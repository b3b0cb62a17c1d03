/* pyramid_rows.c - the kernels of pyr-down and pyr-up, along x and along y.
 *
 * Integers are summed exactly. With floats, OpenCV's loops add in different orders at different
 * places of a row, which are followed here.
 * SPDX-License-Identifier: MIT */
#include "pyramid_rows.h"

#include "ops/border.h"

int64_t pyramid_shown(const struct pyramid *p, int64_t at, int64_t len)
{
    if (p->up)
        return border_map(at < 0 ? BORDER_REFLECT_101 : BORDER_REPLICATE, at, len);
    return p->border == BORDER_WRAP ? at : border_map(p->border, at, len);
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
            W v[PYRAMID_TAPS_MOST];                                                                \
            for (int k = 0; k < PYRAMID_TAPS_MOST; k++)                                            \
                v[k] = (W)in[pyramid_shown(p, 2 * (w->x + x) - 2 + k, p->in.width) - w->in.x];     \
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
            const void *rows[PYRAMID_TAPS_MOST];                                                   \
            for (int k = 0; k < PYRAMID_TAPS_MOST; k++)                                            \
                rows[k] = w->rows[pyramid_shown(p, 2 * (w->y + i) - 2 + k, p->in.height) +         \
                                  p->more - w->in.y];                                              \
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
            const void *b = w->rows[at - w->in.y],                                                 \
                       *c = w->rows[pyramid_shown(p, at + 1, h) - w->in.y];                        \
            if ((w->y + i) % 2)                                                                    \
                pyramid_up_odd_##T(b, c, w->outs[i], w->width);                                    \
            else                                                                                   \
                pyramid_up_even_##T(w->rows[pyramid_shown(p, at - 1, h) - w->in.y], b, c,          \
                                    w->outs[i], w->width);                                         \
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

/* --- by type ---------------------------------------------------------------------------------- */

#define ROWS(NAME)                                                                                 \
    {                                                                                              \
        [PX_UINT8] = NAME##_uint8, [PX_UINT16] = NAME##_uint16, [PX_INT16] = NAME##_int16,         \
        [PX_FLOAT32] = NAME##_float32, [PX_FLOAT64] = NAME##_float64                               \
    }
row_kernel *const pyramid_down_x[PX_N_KERNEL_TYPES] = ROWS(down_x);
row_kernel *const pyramid_down_y[PX_N_KERNEL_TYPES] = ROWS(down_y);
row_kernel *const pyramid_up_x[PX_N_KERNEL_TYPES] = ROWS(up_x);
row_kernel *const pyramid_up_y[PX_N_KERNEL_TYPES] = ROWS(up_y);
