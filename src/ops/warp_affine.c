/* warp_affine.c - OpenCV's warpAffine: the scene turned, sheared, stretched and moved.
 *
 * Positions are OpenCV's, in 1/1024 pixels, of which linear interpolation keeps 1/32. Along a row
 * they never turn back, so the columns that see only pixels of the scene lie together; the few
 * that look past its edge are made one by one. SPDX-License-Identifier: MIT */
#include "ops/border.h"
#include "ops/linear.h"
#include "ops/saturate.h"
#include "ops/tile.h"
#include "ops/warp.h"

#include <math.h>

enum {
    BLOCK_ROWS = 32,
    SIDE_MOST = 1 << 20,
    BITS = WARP_BITS,
    FINE_BITS = WARP_FINE_BITS,
    FINE = WARP_FINE,
};

enum { NEAREST, LINEAR };
static const char *const interpolations[] = {"nearest", "linear", NULL};

/* The border rules it takes come first among all. */
static const char *const borders[] = {"constant", "replicate", NULL};

struct args {
    struct numbers m;
    struct size2 dsize;
    int flags, border_type;
    bool inverse_map;
    double border_value;
};

static const struct param params[] = {
    {"m", "the six numbers a,b,c,d,e,f: (x, y) goes to (a x + b y + c, d x + e y + f)", P_NUMBERS,
     offsetof(struct args, m), NULL, NULL, 0, 0},
    {"dsize", "size of the result; 0: the input's", P_SIZE, offsetof(struct args, dsize), "0", NULL,
     0, SIDE_MOST},
    {"flags", "what a pixel between pixels is", P_CHOICE, offsetof(struct args, flags), "linear",
     interpolations, 0, 0},
    {"inverse-map", "m leads from the result to the input", P_BOOL,
     offsetof(struct args, inverse_map), NULL, NULL, 0, 0},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "constant", borders, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {0},
};

struct warp {
    double m[6]; /* from output to input */
    enum border_type border;
    int interpolation;
    int64_t width, height;                 /* of the input */
    double value;                          /* of the border */
    _Alignas(8) unsigned char constant[8]; /* the same as a pixel */
    /* What each output column adds to the position along x and y, modulo 2^32. */
    const uint32 *x, *y;
    warp_gather *gather, *gather_nearest; /* or NULL */
};

/* --- positions ---------------------------------------------------------------------------------- */

struct position {
    int64_t x, y;
};

static int64_t fixed_point(double v)
{
    return (int64_t)fmax(-0x1p50, fmin(0x1p50, rint(v * (1 << BITS))));
}

/* What half of the last bit that is kept is. */
static int64_t rounding(int interpolation)
{
    return 1 << (interpolation == LINEAR ? BITS - FINE_BITS - 1 : BITS - 1);
}

static struct position position_of(const struct warp *f, int interpolation, int64_t x, int64_t y)
{
    const double *m = f->m;

    return (struct position){
        fixed_point(m[1] * (double)y + m[2]) + rounding(interpolation) +
            fixed_point(m[0] * (double)x),
        fixed_point(m[4] * (double)y + m[5]) + rounding(interpolation) +
            fixed_point(m[3] * (double)x),
    };
}

/* The part of an axis of len pixels that pixels first .. last of it (and beyond) show. */
static void show(const struct warp *f, int64_t first, int64_t last, int64_t len, int64_t *from,
                 int64_t *to)
{
    *from = first < 0 ? 0 : first;
    *to = last < len ? last + 1 : len;
    if (f->border == BORDER_REPLICATE) {
        *from = *from < len ? *from : len - 1;
        *to = *to > 0 ? *to : 1;
    }
}

/* Positions are sums of a part from x and one from y: the extremes are in the corners. */
static struct region need(const void *state, struct region out)
{
    const struct warp *f = state;
    struct position least = {INT64_MAX, INT64_MAX}, most = {INT64_MIN, INT64_MIN};
    int64_t x0, x1, y0, y1;

    for (int i = 0; i < 4; i++) {
        const struct position p =
            position_of(f, f->interpolation, out.x + (i % 2) * (out.width - 1),
                        out.y + (i / 2) * (out.height - 1));
        least = (struct position){p.x < least.x ? p.x : least.x, p.y < least.y ? p.y : least.y};
        most = (struct position){p.x > most.x ? p.x : most.x, p.y > most.y ? p.y : most.y};
    }
    show(f, least.x >> BITS, (most.x >> BITS) + f->interpolation, f->width, &x0, &x1);
    show(f, least.y >> BITS, (most.y >> BITS) + f->interpolation, f->height, &y0, &y1);
    if (x0 >= x1 || y0 >= y1)
        return (struct region){0};
    return (struct region){x0, y0, x1 - x0, y1 - y0};
}

/* --- parts of a row ----------------------------------------------------------------------------- */

/* Whether the coordinate of column x, start + what `step` has led to, is at least (if steps go up)
 * or at most (if down) the bound. */
static bool is_past(double step, int64_t x, int64_t start, int64_t bound)
{
    const int64_t at = start + fixed_point(step * (double)x);

    return step < 0 ? at <= bound : at >= bound;
}

/* The first of n columns from x on that is past the bound; n if none. It is sought around where it
 * would be without rounding. */
static int first_past(double step, int64_t x, int n, int64_t start, int64_t bound)
{
    const double guess = ((double)(bound - start) / (1 << BITS)) / step - (double)x;
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
    const int64_t low = first * (1 << BITS), high = (last + 1) * (1 << BITS);

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
    const struct position start = position_of(f, interpolation, 0, w->y + i);
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
        return columns_inside(f, LINEAR, w, i, true);
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
    const struct position start = position_of(f, interpolation, 0, w->y + i);
    const int64_t left = w->in.x * (1 << BITS), top = w->in.y * (1 << BITS);

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

    return ((a > b ? a : b) >> BITS) + interpolation >= w->in.height - 1;
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

/* --- nearest ------------------------------------------------------------------------------------ */

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

#define WARP_NEAREST(T)                                                                            \
    static void edge_nearest_##T(const struct warp *f, const struct window *w, int i,              \
                                 struct warp_span s)                                               \
    {                                                                                              \
        if (f->border == BORDER_CONSTANT) {                                                        \
            fill_##T(f, (T *)w->outs[i] + s.from, s.to - s.from);                                  \
            return;                                                                                \
        }                                                                                          \
        for (int x = s.from; x < s.to; x++) {                                                      \
            const struct position p = position_of(f, NEAREST, w->x + x, w->y + i);                 \
            const void *in = pixel_at(f, w, p.x >> BITS, p.y >> BITS, sizeof(T));                  \
            memcpy((T *)w->outs[i] + x, in, sizeof(T));                                            \
        }                                                                                          \
    }                                                                                              \
    SIMD static void warp_nearest_##T(const void *const *rows, const struct warp_positions *p,     \
                                      struct warp_span s, T *restrict out)                         \
    {                                                                                              \
        for (int x = s.from; x < s.to; x++)                                                        \
            out[x] = ((const T *)rows[p->y[x] >> BITS])[p->x[x] >> BITS];                          \
    }                                                                                              \
    static void nearest_##T(const void *state, const struct window *w)                             \
    {                                                                                              \
        const struct warp *f = state;                                                              \
        struct warp_positions *p = w->scratch;                                                     \
        struct warp_flat flat;                                                                     \
        const bool gathers = f->gather_nearest && lies_flat(w, &flat);                             \
                                                                                                   \
        for (int i = 0; i < w->height; i++) {                                                      \
            const struct warp_span s = columns_inside(f, NEAREST, w, i, false);                    \
            edge_nearest_##T(f, w, i, (struct warp_span){0, s.from});                              \
            edge_nearest_##T(f, w, i, (struct warp_span){s.to, w->width});                         \
            find_positions(f, NEAREST, w, i, s, p);                                                \
            if (gathers && !looks_at_last(w, p, s, NEAREST))                                       \
                f->gather_nearest(&flat, p, s, w->outs[i]);                                        \
            else                                                                                   \
                warp_nearest_##T(w->rows, p, s, w->outs[i]);                                       \
        }                                                                                          \
    }
FOR_EACH_PIXEL_SIZE(WARP_NEAREST)

/* --- linear ------------------------------------------------------------------------------------- */

/* The fine part of a position, which is in units of 1/32 once its last bits are cut off. */
static inline int fine(int64_t position)
{
    return (int)(position >> (BITS - FINE_BITS)) & (FINE - 1);
}

/* Of pixels a b above c d, x / 32 to the right of a and y / 32 below it. */
static inline uint8 blend_uint8(int a, int b, int c, int d, int x, int y)
{
    const int sum =
        a * ((FINE - y) * (FINE - x)) + b * ((FINE - y) * x) + c * (y * (FINE - x)) + d * (y * x);

    return (uint8)((sum + FINE * FINE / 2) >> (2 * FINE_BITS));
}

#define BLEND(T, W, SATURATE)                                                                      \
    static inline T blend_##T(W a, W b, W c, W d, int x, int y)                                    \
    {                                                                                              \
        const float right = (float)x * (1.0F / FINE), below = (float)y * (1.0F / FINE);            \
        const float left = 1 - right, above = 1 - below;                                           \
                                                                                                   \
        return SATURATE(a * (above * left) + b * (above * right) + c * (below * left) +            \
                        d * (below * right));                                                      \
    }
BLEND(uint16, float, saturate_uint16)
BLEND(int16, float, saturate_int16)
BLEND(float32, float, saturate_float32)
BLEND(float64, double, saturate_float64_d)

#define WARP_LINEAR(T, SIZE)                                                                       \
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
            const struct position p = position_of(f, LINEAR, w->x + x, w->y + i);                  \
            const int64_t u = p.x >> BITS, v = p.y >> BITS;                                        \
            ((T *)w->outs[i])[x] =                                                                 \
                blend_##T(tap_##T(f, w, u, v), tap_##T(f, w, u + 1, v), tap_##T(f, w, u, v + 1),   \
                          tap_##T(f, w, u + 1, v + 1), fine(p.x), fine(p.y));                      \
        }                                                                                          \
    }                                                                                              \
    SIMD static void warp_linear_##T(const void *const *rows, const struct warp_positions *p,      \
                                     struct warp_span s, T *restrict out)                          \
    {                                                                                              \
        for (int x = s.from; x < s.to; x++) {                                                      \
            const T *a = (const T *)rows[p->y[x] >> BITS] + (p->x[x] >> BITS);                     \
            const T *c = (const T *)rows[(p->y[x] >> BITS) + 1] + (p->x[x] >> BITS);               \
            out[x] = blend_##T(a[0], a[1], c[0], c[1], fine(p->x[x]), fine(p->y[x]));              \
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
            const struct warp_span s = columns_inside(f, LINEAR, w, i, false);                     \
            const struct warp_span touches = columns_touching(f, w, i);                            \
            fill_##SIZE(f, w->outs[i], touches.from);                                              \
            fill_##SIZE(f, (SIZE *)w->outs[i] + touches.to, w->width - touches.to);                \
            edge_linear_##T(                                                                       \
                f, w, i, (struct warp_span){touches.from, s.from < s.to ? s.from : touches.to});   \
            if (s.from < s.to)                                                                     \
                edge_linear_##T(f, w, i, (struct warp_span){s.to, touches.to});                    \
            find_positions(f, LINEAR, w, i, s, p);                                                 \
            if (gathers && !looks_at_last(w, p, s, LINEAR))                                        \
                f->gather(&flat, p, s, w->outs[i]);                                                \
            else                                                                                   \
                warp_linear_##T(w->rows, p, s, w->outs[i]);                                        \
        }                                                                                          \
    }
WARP_LINEAR(uint8, uint8)
WARP_LINEAR(uint16, uint16)
WARP_LINEAR(int16, uint16)
WARP_LINEAR(float32, uint32)
WARP_LINEAR(float64, uint64)

static bool patch(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                  double *results)
{
    const struct warp *f = state;
    const struct position p = position_of(f, LINEAR, x, y), near = position_of(f, NEAREST, x, y);
    const double right = fine(p.x) / (double)FINE, below = fine(p.y) / (double)FINE;
    bool misses = false;

    for (int b = 0; b < v->bands; b++) {
        struct linear_sum s = {0};
        double middle = f->value;
        for (int i = 0; i < 4; i++) {
            const int64_t at_x = border_map(f->border, (p.x >> BITS) + i % 2, f->width);
            const int64_t at_y = border_map(f->border, (p.y >> BITS) + i / 2, f->height);
            const double weight = (i % 2 ? right : 1 - right) * (i / 2 ? below : 1 - below);
            if (at_x >= 0 && at_y >= 0)
                linear_add(&s, v, b, at_x, at_y, weight);
            else
                linear_add_value(&s, f->value, weight);
        }
        const int64_t near_x = border_map(f->border, near.x >> BITS, f->width);
        const int64_t near_y = border_map(f->border, near.y >> BITS, f->height);
        if (near_x >= 0 && near_y >= 0)
            patch_pixel(v, b, near_x, near_y, &middle);
        results[b] = linear_total(&s, middle);
        misses |= s.misses;
    }
    return misses;
}

/* --- the op ------------------------------------------------------------------------------------- */

#define NEAREST_ROW(T) nearest_##T,
static row_kernel *const nearest[PIXEL_SIZES] = {FOR_EACH_PIXEL_SIZE(NEAREST_ROW)};
static row_kernel *const linear[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = linear_uint8,     [PX_UINT16] = linear_uint16,   [PX_INT16] = linear_int16,
    [PX_FLOAT32] = linear_float32, [PX_FLOAT64] = linear_float64,
};

/* OpenCV's order of operations, which decides the last bits. */
static void invert(double m[6])
{
    const double determinant = m[0] * m[4] - m[1] * m[3];
    const double d = determinant != 0 ? 1 / determinant : 0;
    const double a = m[4] * d, e = m[0] * d;

    m[0] = a;
    m[1] *= -d;
    m[3] *= -d;
    m[4] = e;
    const double c = -m[0] * m[2] - m[1] * m[5], f = -m[3] * m[2] - m[4] * m[5];
    m[2] = c;
    m[5] = f;
}

static bool find_steps(struct stages *s, struct warp *f, int64_t width, struct err *e)
{
    uint32 *x = stages_state(s, (size_t)width * sizeof *x, e);
    uint32 *y = x ? stages_state(s, (size_t)width * sizeof *y, e) : NULL;

    if (!y)
        return false;
    for (int64_t i = 0; i < width; i++) {
        x[i] = (uint32)fixed_point(f->m[0] * (double)i);
        y[i] = (uint32)fixed_point(f->m[3] * (double)i);
    }
    f->x = x;
    f->y = y;
    return true;
}

static bool check(const struct args *a, struct format in, struct err *e)
{
    if (a->m.rows * a->m.columns != 6)
        return err_usage(e, "warp-affine: --m takes six numbers, a,b,c,d,e,f; here are %d",
                         a->m.rows * a->m.columns);
    if ((a->dsize.width == 0) != (a->dsize.height == 0))
        return err_usage(e, "warp-affine: both sides of --dsize must be positive, or both 0");
    if (in.width > SIDE_MOST || in.height > SIDE_MOST)
        return err_usage(e, "warp-affine: the scene has %lldx%lld pixels; a side of %d is the most",
                         (long long)in.width, (long long)in.height, SIDE_MOST);
    return a->flags == NEAREST || op_takes("warp-affine", linear, in.type, e);
}

/* The same for the validity of pixels: the nearest one's; the constant is inside the data. */
static const struct warp *warp_of_validity(struct stages *s, const struct warp *f, struct err *e)
{
    struct warp *own = stages_state(s, sizeof *own, e);

    if (own) {
        *own = *f;
        memset(own->constant, UINT8_MAX, sizeof own->constant);
        own->gather_nearest = warp_gather_nearest(PX_UINT8);
    }
    return own;
}

static struct affine to_input(const double *m)
{
    return (struct affine){{m[2] + 0.5 - 0.5 * (m[0] + m[1]), m[0], m[1],
                            m[5] + 0.5 - 0.5 * (m[3] + m[4]), m[3], m[4]}};
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    struct warp *f = check(a, in, e) ? stages_state(out, sizeof *f, e) : NULL;
    struct format format = in;

    if (!f)
        return false;
    *f = (struct warp){
        .border = (enum border_type)a->border_type,
        .interpolation = a->flags,
        .width = in.width,
        .height = in.height,
        .gather = a->flags == LINEAR ? warp_gather_linear(in.type) : NULL,
        .gather_nearest = warp_gather_nearest(in.type),
    };
    memcpy(f->m, a->m.v, sizeof f->m);
    if (!a->inverse_map)
        invert(f->m);
    pixel_store(in.type, a->border_value, f->constant);
    f->value = pixel_load(in.type, f->constant, 0);
    if (a->dsize.width > 0) {
        format.width = a->dsize.width;
        format.height = a->dsize.height;
    }
    const struct stage_input input = {.stage = out->current, .need = need, .need_state = f};
    struct stage stage = {
        .in = {input},
        .n_in = 1,
        .out = format,
        .block = BLOCK_ROWS,
        .row = a->flags == NEAREST ? kernel_of_size(nearest, in.type) : linear[in.type],
        .state = f,
        .scratch_bytes = sizeof(struct warp_positions),
        .regrids = true,
        .to_input = to_input(f->m),
        .valid = nearest[0],
    };
    if (a->flags == LINEAR) {
        stage.patch = patch;
        stage.patch_state = f;
        stage.patch_input = input;
    }
    if (!find_steps(out, f, format.width, e))
        return false;
    stage.valid_state = warp_of_validity(out, f, e);
    return stage.valid_state && stages_add(out, &stage, e);
}

const struct op op_warp_affine = {
    .name = "warp-affine",
    .summary = "turn, shear, stretch and move the scene",
    .source = "OpenCV imgproc, warpAffine",
    .example = "--m=0.9,-0.2,8,0.2,0.9,-4",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
