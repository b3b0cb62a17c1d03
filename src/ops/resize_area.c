/* resize_area.c - OpenCV's resize by areas where each output pixel is the mean of whole input
 * pixels: factors 1/2, 1/3 …
 *
 * The result depends on the order of the sums: cells of integers are summed exactly; others four
 * pixels at a time, row after row, as OpenCV does.
 * SPDX-License-Identifier: MIT */
#include "ops/resize_area.h"

#include "ops/saturate.h"

#include <string.h>

enum { BLOCK_ROWS = 16, PIECE = 256, SUMMED_MOST = 1 << 15, EXACT_IN_FLOAT = 1 << 24 };

struct cells {
    int64_t width, height; /* of the input */
    int x, y;              /* pixels of a cell */
    int64_t full;          /* output columns whose cells are whole */
    int64_t tail;          /* the first output column that OpenCV sums one by one */
    void (*row)(const struct cells *c, const void *const *rows, void *out, int n, int tail,
                void *scratch);
    void (*part)(const struct cells *c, const struct window *w, int x, int y, void *out);
};

/* --- whole cells: output columns 0 .. n - 1 of rows that begin with their cells --------------- */

/* OpenCV's own means of 2 x 2: integers round half up. */
#define HALF(T, MEAN, TAIL)                                                                        \
    SIMD static void area_half_##T(const struct cells *c, const void *const *rows, void *to,       \
                                   int n, int tail, void *scratch)                                 \
    {                                                                                              \
        const T *restrict a = rows[0], *restrict b = rows[1];                                      \
        T *restrict out = to;                                                                      \
                                                                                                   \
        for (int x = 0; x < tail; x++)                                                             \
            out[x] = (MEAN);                                                                       \
        for (int x = tail; x < n; x++)                                                             \
            out[x] = (TAIL);                                                                       \
    }
#define HALF_UP(T) (T)((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) >> 2)
HALF(uint8, HALF_UP(uint8), HALF_UP(uint8))
HALF(uint16, HALF_UP(uint16), HALF_UP(uint16))
HALF(int16, HALF_UP(int16), HALF_UP(int16))
HALF(float32, ((a[2 * x] + a[2 * x + 1]) + (b[2 * x] + b[2 * x + 1])) * 0.25F,
     (((a[2 * x] + a[2 * x + 1]) + b[2 * x]) + b[2 * x + 1]) * 0.25F)

/* A loop over n cells, made for the usual widths and for any. */
#define STRIDED(...)                                                                               \
    do {                                                                                           \
        if (c->x == 2) {                                                                           \
            enum { step = 2 };                                                                     \
            for (int x = 0; x < n; x++)                                                            \
                __VA_ARGS__;                                                                       \
        } else if (c->x == 3) {                                                                    \
            enum { step = 3 };                                                                     \
            for (int x = 0; x < n; x++)                                                            \
                __VA_ARGS__;                                                                       \
        } else if (c->x == 4) {                                                                    \
            enum { step = 4 };                                                                     \
            for (int x = 0; x < n; x++)                                                            \
                __VA_ARGS__;                                                                       \
        } else {                                                                                   \
            const ptrdiff_t step = c->x;                                                           \
            for (int x = 0; x < n; x++)                                                            \
                __VA_ARGS__;                                                                       \
        }                                                                                          \
    } while (0)

SIMD static void area_join(const struct cells *c, const int32 *restrict columns,
                           int32 *restrict sums, int n)
{
    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int k = 0; k < c->x; k++)
        STRIDED(sums[x] += columns[x * step + k]);
}

/* Integers: columns of cells first. */
#define EXACT(T)                                                                                   \
    SIMD static void area_columns_##T(const void *const *rows, int n_rows, ptrdiff_t at,           \
                                      int32 *restrict sums, int n)                                 \
    {                                                                                              \
        const T *restrict first = (const T *)rows[0] + at;                                         \
                                                                                                   \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = first[x];                                                                    \
        for (int k = 1; k < n_rows; k++) {                                                         \
            const T *restrict row = (const T *)rows[k] + at;                                       \
            for (int x = 0; x < n; x++)                                                            \
                sums[x] += row[x];                                                                 \
        }                                                                                          \
    }                                                                                              \
    SIMD static void area_exact_##T(const struct cells *c, const void *const *rows, void *to,      \
                                    int width, int tail, void *scratch)                            \
    {                                                                                              \
        const float scale = 1.0F / (float)(c->x * c->y);                                           \
        const int most = c->x < SUMMED_MOST / PIECE ? PIECE : SUMMED_MOST / c->x;                  \
        int32 *columns = scratch, *sums = columns + SUMMED_MOST;                                   \
                                                                                                   \
        for (int from = 0; from < width; from += most) {                                           \
            const int n = width - from < most ? width - from : most;                               \
            T *restrict out = (T *)to + from;                                                      \
            area_columns_##T(rows, c->y, (ptrdiff_t)from * c->x, columns, n * c->x);               \
            area_join(c, columns, sums, n);                                                        \
            for (int x = 0; x < n; x++)                                                            \
                out[x] = saturate_##T((float)sums[x] * scale);                                     \
        }                                                                                          \
    }
EXACT(uint8)
EXACT(uint16)
EXACT(int16)

/* Four pixels at a time, row after row. */
#define ORDERED(T, W, FINISH)                                                                      \
    static inline const T *cell_##T(const struct cells *c, const void *const *rows, int64_t from,  \
                                    int64_t k)                                                     \
    {                                                                                              \
        return (const T *)rows[k / c->x] + from * c->x + k % c->x;                                 \
    }                                                                                              \
    SIMD static void area_ordered_##T(const struct cells *c, const void *const *rows, void *to,    \
                                      int width, int tail, void *scratch)                          \
    {                                                                                              \
        const int64_t area = (int64_t)c->x * c->y;                                                 \
        const float scale = 1.0F / (float)area;                                                    \
        W *restrict sums = scratch;                                                                \
                                                                                                   \
        for (int from = 0; from < width; from += PIECE) {                                          \
            const int n = width - from < PIECE ? width - from : PIECE;                             \
            T *restrict out = (T *)to + from;                                                      \
            int64_t k = 0;                                                                         \
            memset(sums, 0, PIECE * sizeof *sums);                                                 \
            for (; k + 4 <= area; k += 4) {                                                        \
                const T *restrict p = cell_##T(c, rows, from, k);                                  \
                const T *restrict q = cell_##T(c, rows, from, k + 1);                              \
                const T *restrict r = cell_##T(c, rows, from, k + 2);                              \
                const T *restrict s = cell_##T(c, rows, from, k + 3);                              \
                STRIDED(sums[x] +=                                                                 \
                        (W)p[x * step] + (W)q[x * step] + (W)r[x * step] + (W)s[x * step]);        \
            }                                                                                      \
            for (; k < area; k++) {                                                                \
                const T *restrict p = cell_##T(c, rows, from, k);                                  \
                STRIDED(sums[x] += (W)p[x * step]);                                                \
            }                                                                                      \
            for (int x = 0; x < n; x++)                                                            \
                out[x] = FINISH;                                                                   \
        }                                                                                          \
    }
ORDERED(uint8, double, saturate_uint8((float)sums[x] * scale))
ORDERED(uint16, float, saturate_uint16(sums[x] * scale))
ORDERED(int16, float, saturate_int16(sums[x] * scale))
ORDERED(float32, float, sums[x] * scale)
ORDERED(float64, double, sums[x] * (double)scale)

/* --- cells cut by the edge -------------------------------------------------------------------- */

/* The part of a cell that lies in the input. */
static struct region cell_in(const struct cells *c, int64_t x, int64_t y)
{
    const struct region cell = {x * c->x, y * c->y, c->x, c->y};

    return region_intersect(cell, (struct region){0, 0, c->width, c->height});
}

#define PART(T, W)                                                                                 \
    static void part_##T(const struct cells *c, const struct window *w, int x, int y, void *out)   \
    {                                                                                              \
        const struct region r = cell_in(c, w->x + x, w->y + y);                                    \
        W sum = 0;                                                                                 \
                                                                                                   \
        for (int64_t v = r.y; v < r.y + r.height; v++)                                             \
            for (int64_t u = r.x; u < r.x + r.width; u++)                                          \
                sum += (W)((const T *)w->rows[v - w->in.y])[u - w->in.x];                          \
        ((T *)out)[x] = saturate_##T((float)sum / (float)(r.width * r.height));                    \
    }
PART(uint8, double)
PART(uint16, float)
PART(int16, float)
PART(float32, float)
PART(float64, double)

/* --- the stage -------------------------------------------------------------------------------- */

static void kernel(const void *state, const struct window *w)
{
    const struct cells *c = state;
    const int64_t to_full = c->full - w->x, to_tail = c->tail - w->x;
    const int full = to_full < 0 ? 0 : to_full < w->width ? (int)to_full : w->width;
    const int tail = to_tail < 0 ? 0 : to_tail < full ? (int)to_tail : full;

    for (int i = 0; i < w->height; i++) {
        const int64_t y = (w->y + i) * c->y;
        const bool whole = y + c->y <= c->height;
        if (whole && full > 0)
            c->row(c, w->rows + (y - w->in.y), w->outs[i], full, tail, w->scratch);
        for (int x = whole ? full : 0; x < w->width; x++)
            c->part(c, w, x, i, w->outs[i]);
    }
}

static struct region need(const void *state, struct region out)
{
    const struct cells *c = state;
    const struct region cells = {out.x * c->x, out.y * c->y, out.width * c->x, out.height * c->y};

    return region_intersect(cells, (struct region){0, 0, c->width, c->height});
}

static void valid_kernel(const void *state, const struct window *w)
{
    const struct cells *c = state;

    for (int i = 0; i < w->height; i++)
        for (int x = 0; x < w->width; x++) {
            const int64_t u = (w->x + x) * c->x + c->x / 2, v = (w->y + i) * c->y + c->y / 2;
            const uint8 *in = w->rows[(v < c->height ? v : c->height - 1) - w->in.y];
            ((uint8 *)w->outs[i])[x] = in[(u < c->width ? u : c->width - 1) - w->in.x];
        }
}

/* The mean of the pixels of the cell that are inside the data. */
static bool patch(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                  double *results)
{
    const struct region r = cell_in(state, x, y);
    bool misses = false;

    for (int b = 0; b < v->bands; b++) {
        double sum = 0, value;
        int64_t n = 0;
        for (int64_t i = r.y; i < r.y + r.height; i++)
            for (int64_t k = r.x; k < r.x + r.width; k++)
                if (patch_pixel(v, b, k, i, &value)) {
                    sum += value;
                    n++;
                }
        results[b] = n > 0 ? sum / (double)n : 0;
        misses |= n < r.width * r.height;
    }
    return misses;
}

static void choose_row(struct cells *c, enum pixel_type type, int bands)
{
    const bool small = c->x <= SUMMED_MOST && (int64_t)c->x * c->y <= EXACT_IN_FLOAT / UINT16_MAX;
    const bool half = c->x == 2 && c->y == 2 && (bands == 1 || bands == 3 || bands == 4);

    c->tail = c->full;
    switch (type) {
    case PX_UINT8:
        c->row = half ? area_half_uint8
                 : c->x <= SUMMED_MOST && (int64_t)c->x * c->y <= INT32_MAX / UINT8_MAX
                     ? area_exact_uint8
                     : area_ordered_uint8;
        c->part = part_uint8;
        break;
    case PX_UINT16:
        c->row = half ? area_half_uint16 : small ? area_exact_uint16 : area_ordered_uint16;
        c->part = part_uint16;
        break;
    case PX_INT16:
        c->row = half ? area_half_int16 : small ? area_exact_int16 : area_ordered_int16;
        c->part = part_int16;
        break;
    case PX_FLOAT32:
        c->row = half && bands != 3 ? area_half_float32 : area_ordered_float32;
        c->part = part_float32;
        if (bands == 1)
            c->tail -= c->full % 4;
        break;
    default:
        c->row = area_ordered_float64;
        c->part = part_float64;
    }
}

bool resize_area_add(struct stages *s, struct format in, struct format out, int x, int y,
                     struct err *e)
{
    struct cells *c = stages_state(s, sizeof *c, e);

    if (!c)
        return false;
    *c = (struct cells){.width = in.width, .height = in.height, .x = x, .y = y};
    c->full = in.width / x < out.width ? in.width / x : out.width;
    choose_row(c, in.type, in.bands);
    const struct stage_input input = {.stage = s->current, .need = need, .need_state = c};
    const struct stage stage = {
        .in = {input},
        .n_in = 1,
        .out = out,
        .block = BLOCK_ROWS,
        .row = kernel,
        .state = c,
        .scratch_bytes = (SUMMED_MOST + PIECE) * sizeof(int32),
        .regrids = true,
        .to_input = {{0, x, 0, 0, 0, y}},
        .patch = patch,
        .patch_state = c,
        .patch_input = input,
        .valid = valid_kernel,
        .valid_state = c,
    };
    return stages_add(s, &stage, e);
}
