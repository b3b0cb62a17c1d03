/* median_blur.c - the median of 3 x 3 or 5 x 5 pixels, by sorting networks of minima and maxima.
 *
 * The columns of the window are sorted first, once for all the windows they are part of, into one
 * row of scratch for each rank. SPDX-License-Identifier: MIT */
#include "ops/op.h"

struct args {
    int ksize;
};

static const struct param params[] = {
    {"ksize", "side of the window: 3 or 5", P_INT, offsetof(struct args, ksize), NULL, NULL, 0, 0},
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

enum { RANK_ROW = STRIP_MAX + 64 };

/* Of nine pixels in sorted columns, the median is that of: the largest of the lowest, the median of
 * the middle ones, the lowest of the largest. */
#define MEDIAN_BLUR_3(T)                                                                           \
    SIMD static void median_columns_3_##T(const void *const *rows, T *restrict low,                \
                                          T *restrict mid, T *restrict high, int n)                \
    {                                                                                              \
        const T *restrict r0 = (const T *)rows[0] - 1, *restrict r1 = (const T *)rows[1] - 1,      \
                          *restrict r2 = (const T *)rows[2] - 1;                                   \
                                                                                                   \
        for (int x = 0; x < n; x++) {                                                              \
            T a = r0[x], b = r1[x], c = r2[x];                                                     \
            SORT_3(T, a, b, c);                                                                    \
            low[x] = a;                                                                            \
            mid[x] = b;                                                                            \
            high[x] = c;                                                                           \
        }                                                                                          \
    }                                                                                              \
    SIMD static void median_3_##T(const T *restrict low, const T *restrict mid,                    \
                                  const T *restrict high, T *restrict out, int n)                  \
    {                                                                                              \
        for (int x = 0; x < n; x++) {                                                              \
            const T a = MAX(low[x], low[x + 1]), lows = MAX(a, low[x + 2]);                        \
            const T b = MIN(high[x], high[x + 1]), highs = MIN(b, high[x + 2]);                    \
            const T mids = MEDIAN_3(mid[x], mid[x + 1], mid[x + 2]);                               \
            out[x] = MEDIAN_3(lows, mids, highs);                                                  \
        }                                                                                          \
    }                                                                                              \
    static void median_blur_3_##T(const void *state, const struct window *w)                       \
    {                                                                                              \
        T *low = w->scratch, *mid = low + RANK_ROW, *high = mid + RANK_ROW;                        \
                                                                                                   \
        median_columns_3_##T(w->rows, low, mid, high, w->width + 2);                               \
        median_3_##T(low, mid, high, w->outs[0], w->width);                                        \
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
    SIMD static void median_columns_5_##T(const void *const *rows, T *restrict ranks, int n)       \
    {                                                                                              \
        const T *restrict r0 = (const T *)rows[0] - 2, *restrict r1 = (const T *)rows[1] - 2,      \
                          *restrict r2 = (const T *)rows[2] - 2,                                   \
                          *restrict r3 = (const T *)rows[3] - 2,                                   \
                          *restrict r4 = (const T *)rows[4] - 2;                                   \
                                                                                                   \
        for (int x = 0; x < n; x++) {                                                              \
            T a = r0[x], b = r1[x], c = r2[x], d = r3[x], e = r4[x];                               \
            SORT_5(T, a, b, c, d, e);                                                              \
            ranks[x] = a;                                                                          \
            ranks[x + RANK_ROW] = b;                                                               \
            ranks[x + 2 * RANK_ROW] = c;                                                           \
            ranks[x + 3 * RANK_ROW] = d;                                                           \
            ranks[x + 4 * RANK_ROW] = e;                                                           \
        }                                                                                          \
    }                                                                                              \
    SIMD static void median_5_##T(const T *restrict ranks, T *restrict out, int n)                 \
    {                                                                                              \
        for (int x = 0; x < n; x++) {                                                              \
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
        }                                                                                          \
    }                                                                                              \
    static void median_blur_5_##T(const void *state, const struct window *w)                       \
    {                                                                                              \
        median_columns_5_##T(w->rows, w->scratch, w->width + 4);                                   \
        median_5_##T(w->scratch, w->outs[0], w->width);                                            \
    }
FOR_EACH_PIXEL_TYPE(MEDIAN_BLUR_5)

#define ROW_3(T) median_blur_3_##T,
#define ROW_5(T) median_blur_5_##T,
static row_kernel *const rows_3[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW_3)};
static row_kernel *const rows_5[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW_5)};

enum { KSIZE_LARGEST = 5 };

/* Puts v between n sorted values. */
static void insert(double *sorted, int n, double v)
{
    for (; n > 0 && sorted[n - 1] > v; n--)
        sorted[n] = sorted[n - 1];
    sorted[n] = v;
}

/* The median of the pixels inside the data: of an even number, the mean of the middle two. */
static bool patch_median(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                         double *results)
{
    const int r = *(const int *)state, all = (2 * r + 1) * (2 * r + 1);
    bool misses = false;

    for (int b = 0; b < v->bands; b++) {
        double sorted[KSIZE_LARGEST * KSIZE_LARGEST], value;
        int n = 0;
        for (int64_t j = y - r; j <= y + r; j++)
            for (int64_t i = x - r; i <= x + r; i++)
                if (patch_pixel(v, b, i, j, &value))
                    insert(sorted, n++, value);
        results[b] = n > 0 ? sorted[(n - 1) / 2] / 2 + sorted[n / 2] / 2 : 0;
        misses |= n < all;
    }
    return misses;
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const int r = a->ksize / 2;

    if (!op_takes("median-blur", rows_3, in.type, e))
        return false;
    if (a->ksize != 3 && a->ksize != 5)
        return err_usage(e, "median-blur: --ksize=%d is not possible; it is 3 or 5", a->ksize);
    int *radius = stages_state(out, sizeof *radius, e);
    if (!radius)
        return false;
    *radius = r;
    struct stage stage = {
        .in = {{.stage = out->current,
                .reach = {.left = r, .right = r, .up = r, .down = r},
                .border = {BORDER_REPLICATE, 0}}},
        .n_in = 1,
        .out = in,
        .row = a->ksize == 3 ? rows_3[in.type] : rows_5[in.type],
        .scratch_bytes = (size_t)a->ksize * RANK_ROW * pixel_size(in.type),
        .patch = patch_median,
        .patch_state = radius,
    };
    stage.patch_input = stage.in[0];
    return stages_add(out, &stage, e);
}

const struct op op_median_blur = {
    .name = "median-blur",
    .summary = "median of the pixels around each",
    .source = "OpenCV imgproc, medianBlur",
    .example = "--ksize=5",
    .nodata = NODATA_VALID_ONLY,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
