/* median_blur.c - OpenCV's medianBlur. The median of 3 x 3 or 5 x 5 pixels is found by sorting
 * networks of minima and maxima, that of larger squares of uint8 by histograms.
 *
 * For the networks, the columns of the window are sorted first, once for all the windows they are
 * part of, into one row of scratch for each rank.
 * SPDX-License-Identifier: MIT */
#include "median_histogram.h"

#include "ops/row_blocks.h"
#include "ops/row_sums.h"

struct args {
    int ksize;
};

static const struct param params[] = {
    {"ksize", "side of the window, odd: 3 or 5, up to 255 for uint8", P_INT,
     offsetof(struct args, ksize), NULL, NULL, 0, 0},
    {0},
};

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MEDIAN_3(a, b, c) MAX(MIN(a, b), MIN(MAX(a, b), c))

#define SORT_2(T, a, b)                                                                            \
    do {                                                                                           \
        const T lower = MIN(a, b);                                                                 \
        b = MAX(a, b);                                                                             \
        a = lower;                                                                                 \
    } while (0)
#define SORT_3(T, a, b, c)                                                                         \
    do {                                                                                           \
        SORT_2(T, a, b);                                                                           \
        SORT_2(T, b, c);                                                                           \
        SORT_2(T, a, b);                                                                           \
    } while (0)
#define SORT_4(T, a, b, c, d)                                                                      \
    do {                                                                                           \
        SORT_2(T, a, b);                                                                           \
        SORT_2(T, c, d);                                                                           \
        SORT_2(T, a, c);                                                                           \
        SORT_2(T, b, d);                                                                           \
        SORT_2(T, b, c);                                                                           \
    } while (0)
#define SORT_5(T, a, b, c, d, e)                                                                   \
    do {                                                                                           \
        SORT_2(T, a, b);                                                                           \
        SORT_2(T, d, e);                                                                           \
        SORT_2(T, c, e);                                                                           \
        SORT_2(T, c, d);                                                                           \
        SORT_2(T, b, e);                                                                           \
        SORT_2(T, a, d);                                                                           \
        SORT_2(T, a, c);                                                                           \
        SORT_2(T, b, d);                                                                           \
        SORT_2(T, b, c);                                                                           \
    } while (0)

/* Pixels done at once, so that ranks stay in the level-1 cache. */
enum { TILE = 512, RANK_ROW = TILE + 64, NETWORK_MOST = 5 };

/* Of nine pixels in sorted columns, the median is that of: the largest of the lowest, the median of
 * the middle ones, the lowest of the largest. */
#define MEDIAN_BLUR_3(T)                                                                           \
    SIMD static void median_columns_3_##T(const void *const *rows, int first, T *restrict low,     \
                                          T *restrict mid, T *restrict high, int n)                \
    {                                                                                              \
        const T *restrict r0 = (const T *)rows[0] + first - 1,                                     \
                          *restrict r1 = (const T *)rows[1] + first - 1,                           \
                          *restrict r2 = (const T *)rows[2] + first - 1;                           \
                                                                                                   \
        IN_ROW_BLOCKS(x, n, {                                                                      \
            T a = r0[x], b = r1[x], c = r2[x];                                                     \
            SORT_3(T, a, b, c);                                                                    \
            low[x] = a;                                                                            \
            mid[x] = b;                                                                            \
            high[x] = c;                                                                           \
        });                                                                                        \
    }                                                                                              \
    SIMD static void median_3_##T(const T *restrict low, const T *restrict mid,                    \
                                  const T *restrict high, T *restrict out, int n)                  \
    {                                                                                              \
        IN_ROW_BLOCKS(x, n, {                                                                      \
            const T a = MAX(low[x], low[x + 1]), lows = MAX(a, low[x + 2]);                        \
            const T b = MIN(high[x], high[x + 1]), highs = MIN(b, high[x + 2]);                    \
            const T mids = MEDIAN_3(mid[x], mid[x + 1], mid[x + 2]);                               \
            out[x] = MEDIAN_3(lows, mids, highs);                                                  \
        });                                                                                        \
    }                                                                                              \
    static void median_blur_3_##T(const void *state, const struct window *w)                       \
    {                                                                                              \
        T *low = w->scratch, *mid = low + RANK_ROW, *high = mid + RANK_ROW;                        \
                                                                                                   \
        for (int y = 0; y < w->height; y++)                                                        \
            for (int x = 0; x < w->width; x += TILE) {                                             \
                const int n = MIN(w->width - x, TILE);                                             \
                median_columns_3_##T(w->rows + y, x, low, mid, high, n + 2);                       \
                median_3_##T(low, mid, high, (T *)w->outs[y] + x, n);                              \
                row_prefetch_ahead(w, y + 2, 2, x, n, sizeof(T), sizeof(T));                       \
            }                                                                                      \
    }
FOR_EACH_PIXEL_TYPE(MEDIAN_BLUR_3)

/* Of 25 pixels in sorted columns, the rows are sorted too (the columns stay sorted). Then a pixel
 * in row i and column j, from 0, is at least as large as (i + 1)(j + 1) - 1 others and at most as
 * large as (5 - i)(5 - j) - 1, which leaves 13 that may be the median: those with i + j = 3, 4, 5.
 * Each of the three diagonals is sorted: l, m, u. As l[k] <= m[k] and m[k + 1] <= u[k], counting
 * again leaves l[2], l[3], m[2], u[0], u[1], whose median it is. The compiler drops what no result
 * depends on. */
#define LOAD_5(T, r, a, b, c, d, e)                                                                \
    T a = (r)[x], b = (r)[x + 1], c = (r)[x + 2], d = (r)[x + 3], e = (r)[x + 4];                  \
    SORT_5(T, a, b, c, d, e)
#define MEDIAN_BLUR_5(T)                                                                           \
    SIMD static void median_columns_5_##T(const void *const *rows, int first, T *restrict ranks,   \
                                          int n)                                                   \
    {                                                                                              \
        const T *restrict r0 = (const T *)rows[0] + first - 2,                                     \
                          *restrict r1 = (const T *)rows[1] + first - 2,                           \
                          *restrict r2 = (const T *)rows[2] + first - 2,                           \
                          *restrict r3 = (const T *)rows[3] + first - 2,                           \
                          *restrict r4 = (const T *)rows[4] + first - 2;                           \
                                                                                                   \
        IN_ROW_BLOCKS(x, n, {                                                                      \
            T a = r0[x], b = r1[x], c = r2[x], d = r3[x], e = r4[x];                               \
            SORT_5(T, a, b, c, d, e);                                                              \
            ranks[x] = a;                                                                          \
            ranks[x + RANK_ROW] = b;                                                               \
            ranks[x + 2 * RANK_ROW] = c;                                                           \
            ranks[x + 3 * RANK_ROW] = d;                                                           \
            ranks[x + 4 * RANK_ROW] = e;                                                           \
        });                                                                                        \
    }                                                                                              \
    SIMD static void median_5_##T(const T *restrict ranks, T *restrict out, int n)                 \
    {                                                                                              \
        IN_ROW_BLOCKS(x, n, {                                                                      \
            LOAD_5(T, ranks, a0, a1, a2, l0, m0);                                                  \
            LOAD_5(T, ranks + RANK_ROW, b0, b1, l1, m1, u0);                                       \
            LOAD_5(T, ranks + 2 * RANK_ROW, c0, l2, m2, u1, c4);                                   \
            LOAD_5(T, ranks + 3 * RANK_ROW, l3, m3, u2, d3, d4);                                   \
            LOAD_5(T, ranks + 4 * RANK_ROW, m4, u3, e2, e3, e4);                                   \
            SORT_4(T, l0, l1, l2, l3);                                                             \
            SORT_5(T, m0, m1, m2, m3, m4);                                                         \
            SORT_4(T, u0, u1, u2, u3);                                                             \
            const T low = MAX(l2, u0), high = MIN(l3, u1);                                         \
            out[x] = MEDIAN_3(low, m2, high);                                                      \
        });                                                                                        \
    }                                                                                              \
    static void median_blur_5_##T(const void *state, const struct window *w)                       \
    {                                                                                              \
        for (int y = 0; y < w->height; y++)                                                        \
            for (int x = 0; x < w->width; x += TILE) {                                             \
                const int n = MIN(w->width - x, TILE);                                             \
                median_columns_5_##T(w->rows + y, x, w->scratch, n + 4);                           \
                median_5_##T(w->scratch, (T *)w->outs[y] + x, n);                                  \
                row_prefetch_ahead(w, y + 4, 4, x, n, sizeof(T), sizeof(T));                       \
            }                                                                                      \
    }
FOR_EACH_PIXEL_TYPE(MEDIAN_BLUR_5)

#define ROW_3(T) median_blur_3_##T,
#define ROW_5(T) median_blur_5_##T,
static row_kernel *const rows_3[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW_3)};
static row_kernel *const rows_5[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW_5)};

/* --- pixels outside the data ------------------------------------------------------------------ */

/* Puts v between n sorted values. */
static void insert(double *sorted, int n, double v)
{
    for (; n > 0 && sorted[n - 1] > v; n--)
        sorted[n] = sorted[n - 1];
    sorted[n] = v;
}

/* The median of the pixels inside the data: of an even number, the mean of the middle two. */
static bool patch_few(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                      double *result)
{
    const int side = *(const int *)state, r = side / 2;
    double sorted[NETWORK_MOST * NETWORK_MOST], value;
    int n = 0;

    for (int64_t j = y - r; j <= y + r; j++)
        for (int64_t i = x - r; i <= x + r; i++)
            if (patch_pixel(v, 0, i, j, &value))
                insert(sorted, n++, value);
    *result = n > 0 ? sorted[(n - 1) / 2] / 2 + sorted[n / 2] / 2 : 0;
    return n < side * side;
}

/* The value of that rank, of pixels of which there are counts[v] of value v. */
static int of_rank(const int *counts, int rank)
{
    int v = 0;

    while (rank >= counts[v])
        rank -= counts[v++];
    return v;
}

/* The same for many pixels of uint8. */
static bool patch_many(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                       double *result)
{
    const int side = *(const int *)state, r = side / 2;
    int counts[UINT8_MAX + 1] = {0}, n = 0;
    double value;

    for (int64_t j = y - r; j <= y + r; j++)
        for (int64_t i = x - r; i <= x + r; i++)
            if (patch_pixel(v, 0, i, j, &value)) {
                counts[(int)value]++;
                n++;
            }
    *result = n > 0 ? (of_rank(counts, (n - 1) / 2) + of_rank(counts, n / 2)) / 2.0 : 0;
    return n < side * side;
}

/* --- the op ----------------------------------------------------------------------------------- */

static bool check_side(int side, enum pixel_type type, struct err *e)
{
    if (side % 2 == 0 || side < 3 || side > MEDIAN_SIDE_MOST)
        return err_usage(e, "median-blur: --ksize=%d is not possible; it is odd, from 3 to %d",
                         side, MEDIAN_SIDE_MOST);
    return side <= NETWORK_MOST || type == PX_UINT8 ||
           err_usage(e,
                     "median-blur: --ksize=%d takes uint8 pixels, not %s (put `convert-to "
                     "--type=uint8` before it); 3 and 5 take all types",
                     side, pixel_name(type));
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const int r = a->ksize / 2;
    const struct stage_input input = {.stage = out->current,
                                      .reach = {.left = r, .right = r, .up = r, .down = r},
                                      .border = {BORDER_REPLICATE, 0}};

    if (!op_takes("median-blur", rows_3, in.type, e) || !check_side(a->ksize, in.type, e))
        return false;
    int *const side = stages_state(out, sizeof *side, e);
    if (!side)
        return false;
    *side = a->ksize;
    const struct stage stage = {
        .in = {input},
        .n_in = 1,
        .out = in,
        .block = BLOCK_MAX,
        .row = *side == 3   ? rows_3[in.type]
               : *side == 5 ? rows_5[in.type]
                            : median_histogram,
        .state = side,
        .scratch_bytes = *side <= NETWORK_MOST ? (size_t)*side * RANK_ROW * pixel_size(in.type)
                                               : median_histogram_scratch(*side),
        .patch = *side <= NETWORK_MOST ? patch_few : patch_many,
        .patch_state = side,
        .patch_input = input,
    };
    return stages_add(out, &stage, e);
}

const struct op op_median_blur = {
    .name = "median-blur",
    .summary = "median of the pixels around each",
    .source = "OpenCV imgproc, medianBlur",
    .example = "--ksize=5",
    .nodata = NODATA_VALID_ONLY,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
