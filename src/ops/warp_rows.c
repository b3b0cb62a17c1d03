/* warp_rows.c - the rows of warp-affine.
 *
 * Along a row, positions never turn back, so the columns that see only pixels of the scene lie
 * together; the few that look past its edge are made one by one.
 * SPDX-License-Identifier: MIT */
#include "ops/border.h"
#include "ops/saturate.h"
#include "ops/tile.h"
#include "ops/warp.h"

/* --- parts of a row --------------------------------------------------------------------------- */

/* Whether the coordinate of column x, start + what `step` has led to, is at least (if steps go up)
 * or at most (if down) the bound. */
static bool is_past(double step, int64_t x, int64_t start, int64_t bound)
{
    const int64_t at = start + warp_fixed_point(step * (double)x);

    return step < 0 ? at <= bound : at >= bound;
}

/* The first of n columns from x on that is past the bound; n if none. It is sought around where it
 * would be without rounding. */
static int first_past(double step, int64_t x, int n, int64_t start, int64_t bound)
{
    const double guess = ((double)(bound - start) / (1 << WARP_BITS)) / step - (double)x;
    const int near = guess > 1 && guess < n - 1 ? (int)guess : 0;
    int from = 0, to = n;

    if (near > 0 && !is_past(step, x + near - 1, start, bound))
        from = near;
    if (near > 0 && is_past(step, x + near + 1, start, bound))
        to = near + 1;
    while (from < to) {
        const int middle = from + (to - from) / 2;
        if (is_past(step, x + middle, start, bound))
            to = middle;
        else
            from = middle + 1;
    }
    return from;
}

/* The columns whose coordinate lies in pixels first .. last. */
static struct warp_span between(double step, int64_t x, int n, int64_t start, int64_t first,
                                int64_t last)
{
    const int64_t low = first * (1 << WARP_BITS), high = (last + 1) * (1 << WARP_BITS);

    if (step == 0)
        return (struct warp_span){0, start >= low && start < high ? n : 0};
    if (step < 0)
        return (struct warp_span){first_past(step, x, n, start, high - 1),
                                  first_past(step, x, n, start, low - 1)};
    return (struct warp_span){first_past(step, x, n, start, low),
                              first_past(step, x, n, start, high)};
}

/* The columns of output row i that look only at pixels of the scene, or (touches) at any of it. */
static struct warp_span columns_inside(const struct warp *f, int interpolation,
                                       const struct window *w, int i, bool touches)
{
    const struct warp_position start = warp_position_of(f, interpolation, 0, w->y + i);
    const int first = touches ? -interpolation : 0, less = touches ? 0 : interpolation;
    const struct warp_span a =
        between(f->m[0], w->x, w->width, start.x, first, f->width - 1 - less);
    const struct warp_span b =
        between(f->m[3], w->x, w->width, start.y, first, f->height - 1 - less);
    const int from = a.from > b.from ? a.from : b.from, to = a.to < b.to ? a.to : b.to;

    return from < to ? (struct warp_span){from, to} : (struct warp_span){0, 0};
}

/* The same for linear interpolation and any pixel of the scene; all columns when there is always
 * one. */
static struct warp_span columns_touching(const struct warp *f, const struct window *w, int i)
{
    if (f->border == BORDER_CONSTANT)
        return columns_inside(f, WARP_LINEAR, w, i, true);
    return (struct warp_span){0, w->width};
}

/* Positions of columns of a row in the window's input region: there they fit 32 bits. */
SIMD static void warp_positions(const uint32 *restrict steps, uint32 start, int32 *restrict out,
                                int n)
{
    for (int x = 0; x < n; x++)
        out[x] = (int32)(steps[x] + start);
}

static void find_positions(const struct warp *f, int interpolation, const struct window *w, int i,
                           struct warp_span s, struct warp_positions *p)
{
    const struct warp_position start = warp_position_of(f, interpolation, 0, w->y + i);
    const int64_t left = w->in.x * (1 << WARP_BITS), top = w->in.y * (1 << WARP_BITS);

    warp_positions(f->x + w->x + s.from, (uint32)(start.x - left), p->x + s.from, s.to - s.from);
    warp_positions(f->y + w->x + s.from, (uint32)(start.y - top), p->y + s.from, s.to - s.from);
}

/* Whether the rows of the window lie the same distance apart, as those of a scene do, and near
 * enough for 32 bits. */
static bool lies_flat(const struct window *w, struct warp_flat *flat)
{
    const char *first = region_is_empty(w->in) ? NULL : w->rows[0];
    const ptrdiff_t stride = w->in.height > 1 ? (const char *)w->rows[1] - first : 0;

    if (w->in.height < 2 || stride <= 0 || stride > INT32_MAX / w->in.height)
        return false;
    for (int64_t y = 2; y < w->in.height; y++)
        if ((const char *)w->rows[y] != first + y * stride)
            return false;
    *flat = (struct warp_flat){first, (int32)stride};
    return true;
}

/* Whether a span looks into the last of the window's rows, behind which no byte may be read. */
static bool looks_at_last(const struct window *w, const struct warp_positions *p,
                          struct warp_span s, int interpolation)
{
    const int a = s.from < s.to ? p->y[s.from] : 0, b = s.from < s.to ? p->y[s.to - 1] : 0;

    return ((a > b ? a : b) >> WARP_BITS) + interpolation >= w->in.height - 1;
}

/* A pixel of the scene or its border; NULL: the constant. */
static const void *pixel_at(const struct warp *f, const struct window *w, int64_t x, int64_t y,
                            size_t size)
{
    const int64_t u = border_map(f->border, x, f->width), v = border_map(f->border, y, f->height);

    if (u < 0 || v < 0)
        return NULL;
    return (const unsigned char *)w->rows[v - w->in.y] + (size_t)(u - w->in.x) * size;
}

/* --- nearest ---------------------------------------------------------------------------------- */

#define FILL(T)                                                                                    \
    static void fill_##T(const struct warp *f, T *restrict out, int n)                             \
    {                                                                                              \
        T value;                                                                                   \
                                                                                                   \
        memcpy(&value, f->constant, sizeof value);                                                 \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = value;                                                                        \
    }
FOR_EACH_PIXEL_SIZE(FILL)

#define NEAREST_ROWS(T)                                                                            \
    static void edge_nearest_##T(const struct warp *f, const struct window *w, int i,              \
                                 struct warp_span s)                                               \
    {                                                                                              \
        if (f->border == BORDER_CONSTANT) {                                                        \
            fill_##T(f, (T *)w->outs[i] + s.from, s.to - s.from);                                  \
            return;                                                                                \
        }                                                                                          \
        for (int x = s.from; x < s.to; x++) {                                                      \
            const struct warp_position p = warp_position_of(f, WARP_NEAREST, w->x + x, w->y + i);  \
            const void *in = pixel_at(f, w, p.x >> WARP_BITS, p.y >> WARP_BITS, sizeof(T));        \
            memcpy((T *)w->outs[i] + x, in, sizeof(T));                                            \
        }                                                                                          \
    }                                                                                              \
    SIMD static void warp_nearest_##T(const void *const *rows, const struct warp_positions *p,     \
                                      struct warp_span s, T *restrict out)                         \
    {                                                                                              \
        for (int x = s.from; x < s.to; x++)                                                        \
            out[x] = ((const T *)rows[p->y[x] >> WARP_BITS])[p->x[x] >> WARP_BITS];                \
    }                                                                                              \
    static void nearest_##T(const void *state, const struct window *w)                             \
    {                                                                                              \
        const struct warp *f = state;                                                              \
        struct warp_positions *p = w->scratch;                                                     \
        struct warp_flat flat;                                                                     \
        const bool gathers = f->gather_nearest && lies_flat(w, &flat);                             \
                                                                                                   \
        for (int i = 0; i < w->height; i++) {                                                      \
            const struct warp_span s = columns_inside(f, WARP_NEAREST, w, i, false);               \
            edge_nearest_##T(f, w, i, (struct warp_span){0, s.from});                              \
            edge_nearest_##T(f, w, i, (struct warp_span){s.to, w->width});                         \
            find_positions(f, WARP_NEAREST, w, i, s, p);                                           \
            if (gathers && !looks_at_last(w, p, s, WARP_NEAREST))                                  \
                f->gather_nearest(&flat, p, s, w->outs[i]);                                        \
            else                                                                                   \
                warp_nearest_##T(w->rows, p, s, w->outs[i]);                                       \
        }                                                                                          \
    }
FOR_EACH_PIXEL_SIZE(NEAREST_ROWS)

/* --- linear ----------------------------------------------------------------------------------- */

/* Of pixels a b above c d, x / 32 to the right of a and y / 32 below it. */
static inline uint8 blend_uint8(int a, int b, int c, int d, int x, int y)
{
    const int sum = a * ((WARP_FINE - y) * (WARP_FINE - x)) + b * ((WARP_FINE - y) * x) +
                    c * (y * (WARP_FINE - x)) + d * (y * x);

    return (uint8)((sum + WARP_FINE * WARP_FINE / 2) >> (2 * WARP_FINE_BITS));
}

#define BLEND(T, W, SATURATE)                                                                      \
    static inline T blend_##T(W a, W b, W c, W d, int x, int y)                                    \
    {                                                                                              \
        const float right = (float)x * (1.0F / WARP_FINE), below = (float)y * (1.0F / WARP_FINE);  \
        const float left = 1 - right, above = 1 - below;                                           \
                                                                                                   \
        return SATURATE(a * (above * left) + b * (above * right) + c * (below * left) +            \
                        d * (below * right));                                                      \
    }
BLEND(uint16, float, saturate_uint16)
BLEND(int16, float, saturate_int16)
BLEND(float32, float, saturate_float32)
BLEND(float64, double, saturate_float64_d)

#define LINEAR_ROWS(T, SIZE)                                                                       \
    static T tap_##T(const struct warp *f, const struct window *w, int64_t x, int64_t y)           \
    {                                                                                              \
        const void *in = pixel_at(f, w, x, y, sizeof(T));                                          \
        T v;                                                                                       \
                                                                                                   \
        memcpy(&v, in ? in : f->constant, sizeof v);                                               \
        return v;                                                                                  \
    }                                                                                              \
    static void edge_linear_##T(const struct warp *f, const struct window *w, int i,               \
                                struct warp_span s)                                                \
    {                                                                                              \
        for (int x = s.from; x < s.to; x++) {                                                      \
            const struct warp_position p = warp_position_of(f, WARP_LINEAR, w->x + x, w->y + i);   \
            const int64_t u = p.x >> WARP_BITS, v = p.y >> WARP_BITS;                              \
            ((T *)w->outs[i])[x] =                                                                 \
                blend_##T(tap_##T(f, w, u, v), tap_##T(f, w, u + 1, v), tap_##T(f, w, u, v + 1),   \
                          tap_##T(f, w, u + 1, v + 1), warp_fine(p.x), warp_fine(p.y));            \
        }                                                                                          \
    }                                                                                              \
    SIMD static void warp_linear_##T(const void *const *rows, const struct warp_positions *p,      \
                                     struct warp_span s, T *restrict out)                          \
    {                                                                                              \
        for (int x = s.from; x < s.to; x++) {                                                      \
            const T *a = (const T *)rows[p->y[x] >> WARP_BITS] + (p->x[x] >> WARP_BITS);           \
            const T *c = (const T *)rows[(p->y[x] >> WARP_BITS) + 1] + (p->x[x] >> WARP_BITS);     \
            out[x] = blend_##T(a[0], a[1], c[0], c[1], warp_fine(p->x[x]), warp_fine(p->y[x]));    \
        }                                                                                          \
    }                                                                                              \
    static void linear_##T(const void *state, const struct window *w)                              \
    {                                                                                              \
        const struct warp *f = state;                                                              \
        struct warp_positions *p = w->scratch;                                                     \
        struct warp_flat flat;                                                                     \
        const bool gathers = f->gather && lies_flat(w, &flat);                                     \
                                                                                                   \
        for (int i = 0; i < w->height; i++) {                                                      \
            const struct warp_span s = columns_inside(f, WARP_LINEAR, w, i, false);                \
            const struct warp_span touches = columns_touching(f, w, i);                            \
            fill_##SIZE(f, w->outs[i], touches.from);                                              \
            fill_##SIZE(f, (SIZE *)w->outs[i] + touches.to, w->width - touches.to);                \
            edge_linear_##T(                                                                       \
                f, w, i, (struct warp_span){touches.from, s.from < s.to ? s.from : touches.to});   \
            if (s.from < s.to)                                                                     \
                edge_linear_##T(f, w, i, (struct warp_span){s.to, touches.to});                    \
            find_positions(f, WARP_LINEAR, w, i, s, p);                                            \
            if (gathers && !looks_at_last(w, p, s, WARP_LINEAR))                                   \
                f->gather(&flat, p, s, w->outs[i]);                                                \
            else                                                                                   \
                warp_linear_##T(w->rows, p, s, w->outs[i]);                                        \
        }                                                                                          \
    }
LINEAR_ROWS(uint8, uint8)
LINEAR_ROWS(uint16, uint16)
LINEAR_ROWS(int16, uint16)
LINEAR_ROWS(float32, uint32)
LINEAR_ROWS(float64, uint64)

/* --- by type ---------------------------------------------------------------------------------- */

#define NEAREST_ROW(T) nearest_##T,
static row_kernel *const nearest[PIXEL_SIZES] = {FOR_EACH_PIXEL_SIZE(NEAREST_ROW)};
row_kernel *const warp_linear[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = linear_uint8,     [PX_UINT16] = linear_uint16,   [PX_INT16] = linear_int16,
    [PX_FLOAT32] = linear_float32, [PX_FLOAT64] = linear_float64,
};

row_kernel *warp_nearest(enum pixel_type type)
{
    return kernel_of_size(nearest, type);
}
