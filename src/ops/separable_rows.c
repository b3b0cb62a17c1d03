/* separable_rows.c - row kernels of the separable filter in floating point.
 *
 * The order of operations is OpenCV's, which differs with the kernel's symmetry and length. Taps
 * are added a row at a time, each time by a call: see gauss_fixed.c.
 * SPDX-License-Identifier: MIT */
#include "ops/separable_rows.h"

#include "ops/saturate.h"

/* --- one pass over a row -------------------------------------------------------------------- */

#define PASSES(W, FMA)                                                                             \
    SIMD static void taps_scale_##W(W *restrict sums, const W *restrict in, W k, int n)            \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = in[x] * k;                                                                   \
    }                                                                                              \
    SIMD static void taps_start_##W(W *restrict sums, const W *restrict in, W k, W delta, int n)   \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = FMA(in[x], k, delta);                                                        \
    }                                                                                              \
    SIMD static void taps_add_##W(W *restrict sums, const W *restrict in, W k, int n)              \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = FMA(in[x], k, sums[x]);                                                      \
    }                                                                                              \
    SIMD static void taps_add_2_##W(W *restrict sums, const W *restrict a, const W *restrict b,    \
                                    W k, W m, int n)                                               \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = FMA(b[x], m, FMA(a[x], k, sums[x]));                                         \
    }                                                                                              \
    SIMD static void taps_add_sum_##W(W *restrict sums, const W *restrict a, const W *restrict b,  \
                                      W k, int n)                                                  \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = FMA(a[x] + b[x], k, sums[x]);                                                \
    }                                                                                              \
    SIMD static void taps_add_2_sums_##W(W *restrict sums, const W *restrict a,                    \
                                         const W *restrict b, W k, const W *restrict c,            \
                                         const W *restrict d, W m, int n)                          \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = FMA(c[x] + d[x], m, FMA(a[x] + b[x], k, sums[x]));                           \
    }                                                                                              \
    SIMD static void taps_add_difference_##W(W *restrict sums, const W *restrict a,                \
                                             const W *restrict b, W k, int n)                      \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = FMA(a[x] - b[x], k, sums[x]);                                                \
    }                                                                                              \
    SIMD static void taps_binomial_##W(W *restrict sums, const W *const *rows, W k, W delta,       \
                                       int n)                                                      \
    {                                                                                              \
        const W *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2];               \
                                                                                                   \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = a[x] + c[x] + delta + b[x] * k;                                              \
    }

PASSES(float32, fmaf)
PASSES(float64, fma)

/* --- along x --------------------------------------------------------------------------------- */

#define SUM_X(W)                                                                                   \
    static void sum_x_##W(const struct taps *t, const W *in, W *out, int n)                        \
    {                                                                                              \
        const W *k = t->weights;                                                                   \
        int i = 1;                                                                                 \
                                                                                                   \
        taps_scale_##W(out, in, k[0], n);                                                          \
        for (; i + 1 < t->n; i += 2)                                                               \
            taps_add_2_##W(out, in + i, in + i + 1, k[i], k[i + 1], n);                            \
    }
SUM_X(float32)
SUM_X(float64)

/* Kernels of 3 and 5 symmetric taps on float32 pixels. */
SIMD static void taps_sum_x_3(const struct taps *t, const float *restrict in, float *restrict out,
                              int n)
{
    const float *k = t->weights, k0 = k[0], k1 = k[1], k2 = k[2];

    if (t->form == SYM)
        for (int x = 0; x < n; x++)
            out[x] = fmaf(in[x + 1], k1, (in[x] + in[x + 2]) * k0);
    else
        for (int x = 0; x < n; x++)
            out[x] = (in[x + 2] - in[x]) * k2;
}

SIMD static void taps_sum_x_5(const struct taps *t, const float *restrict in, float *restrict out,
                              int n)
{
    const float *k = t->weights, k0 = k[0], k1 = k[1], k2 = k[2], k3 = k[3], k4 = k[4];

    if (t->form == SYM)
        for (int x = 0; x < n; x++)
            out[x] = fmaf(in[x] + in[x + 4], k0, fmaf(in[x + 2], k2, (in[x + 1] + in[x + 3]) * k1));
    else
        for (int x = 0; x < n; x++)
            out[x] = fmaf(in[x + 4] - in[x], k4, (in[x + 3] - in[x + 1]) * k3);
}

#define ALONG_X(T, W, SUM)                                                                         \
    SIMD static void taps_widen_##T##_##W(const T *restrict in, W *restrict out, int n)            \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = (W)in[x];                                                                     \
    }                                                                                              \
    static void along_x_##T##_##W(const void *state, const struct window *w)                       \
    {                                                                                              \
        const struct taps *t = state;                                                              \
        const T *in = (const T *)w->rows[0] - t->n / 2;                                            \
                                                                                                   \
        taps_widen_##T##_##W(in, w->scratch, w->width + t->n - 1);                                 \
        SUM(t, w->scratch, w->outs[0], w->width);                                                  \
    }
ALONG_X(uint8, float32, sum_x_float32)
ALONG_X(uint16, float32, sum_x_float32)
ALONG_X(int16, float32, sum_x_float32)
ALONG_X(uint8, float64, sum_x_float64)
ALONG_X(uint16, float64, sum_x_float64)
ALONG_X(int16, float64, sum_x_float64)
ALONG_X(float32, float64, sum_x_float64)

static void along_x_float32_float32(const void *state, const struct window *w)
{
    const struct taps *t = state;
    const float *in = (const float *)w->rows[0] - t->n / 2;

    if (t->n == 3 && t->form != GENERAL)
        taps_sum_x_3(t, in, w->outs[0], w->width);
    else if (t->n == 5 && t->form != GENERAL)
        taps_sum_x_5(t, in, w->outs[0], w->width);
    else
        sum_x_float32(t, in, w->outs[0], w->width);
}

static void along_x_float64_float64(const void *state, const struct window *w)
{
    const struct taps *t = state;

    sum_x_float64(t, (const double *)w->rows[0] - t->n / 2, w->outs[0], w->width);
}

/* --- along y --------------------------------------------------------------------------------- */

#define SUM_Y(W)                                                                                   \
    SIMD static void taps_fill_##W(W *restrict out, W v, int n)                                    \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = v;                                                                            \
    }                                                                                              \
    static void sum_y_##W(const struct taps *t, const void *const *rows, W *out, int n)            \
    {                                                                                              \
        const W *k = t->weights;                                                                   \
        const int c = t->n / 2;                                                                    \
        const W delta = (W)t->delta;                                                               \
        int i;                                                                                     \
                                                                                                   \
        switch (t->form) {                                                                         \
        case GENERAL:                                                                              \
            taps_start_##W(out, rows[0], k[0], delta, n);                                          \
            for (i = 1; i < t->n; i++)                                                             \
                taps_add_##W(out, rows[i], k[i], n);                                               \
            break;                                                                                 \
        case SYM:                                                                                  \
            taps_start_##W(out, rows[c], k[c], delta, n);                                          \
            for (i = 1; i < c; i += 2)                                                             \
                taps_add_2_sums_##W(out, rows[c + i], rows[c - i], k[c + i], rows[c + i + 1],      \
                                    rows[c - i - 1], k[c + i + 1], n);                             \
            if (i == c)                                                                            \
                taps_add_sum_##W(out, rows[2 * c], rows[0], k[2 * c], n);                          \
            break;                                                                                 \
        case ASYM:                                                                                 \
            taps_fill_##W(out, delta, n);                                                          \
            for (i = 1; i <= c; i++)                                                               \
                taps_add_difference_##W(out, rows[c + i], rows[c - i], k[c + i], n);               \
            break;                                                                                 \
        case BINOMIAL:                                                                             \
            taps_binomial_##W(out, (const W *const *)rows, k[1], delta, n);                        \
        }                                                                                          \
    }
SUM_Y(float32)
SUM_Y(float64)

#define ALONG_Y(W, T, SATURATE)                                                                    \
    SIMD static void taps_narrow_##W##_##T(const W *restrict in, T *restrict out, int n)           \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = SATURATE(in[x]);                                                              \
    }                                                                                              \
    static void along_y_##W##_##T(const void *state, const struct window *w)                       \
    {                                                                                              \
        sum_y_##W(state, w->rows, w->scratch, w->width);                                           \
        taps_narrow_##W##_##T(w->scratch, w->outs[0], w->width);                                   \
    }
ALONG_Y(float32, uint8, saturate_uint8)
ALONG_Y(float32, uint16, saturate_uint16)
ALONG_Y(float32, int16, saturate_int16)
ALONG_Y(float64, uint8, saturate_uint8_d)
ALONG_Y(float64, uint16, saturate_uint16_d)
ALONG_Y(float64, int16, saturate_int16_d)

#define ALONG_Y_SAME(W)                                                                            \
    static void along_y_##W##_##W(const void *state, const struct window *w)                       \
    {                                                                                              \
        sum_y_##W(state, w->rows, w->outs[0], w->width);                                           \
    }
ALONG_Y_SAME(float32)
ALONG_Y_SAME(float64)

/* --- tables ---------------------------------------------------------------------------------- */

row_kernel *const separable_along_x[N_WORKS][PX_N_KERNEL_TYPES] = {
    [FLOAT32] = {[PX_UINT8] = along_x_uint8_float32,
                 [PX_UINT16] = along_x_uint16_float32,
                 [PX_INT16] = along_x_int16_float32,
                 [PX_FLOAT32] = along_x_float32_float32},
    [FLOAT64] = {[PX_UINT8] = along_x_uint8_float64,
                 [PX_UINT16] = along_x_uint16_float64,
                 [PX_INT16] = along_x_int16_float64,
                 [PX_FLOAT32] = along_x_float32_float64,
                 [PX_FLOAT64] = along_x_float64_float64},
};

row_kernel *const separable_along_y[N_WORKS][PX_N_KERNEL_TYPES] = {
    [FLOAT32] = {[PX_UINT8] = along_y_float32_uint8,
                 [PX_UINT16] = along_y_float32_uint16,
                 [PX_INT16] = along_y_float32_int16,
                 [PX_FLOAT32] = along_y_float32_float32},
    [FLOAT64] = {[PX_UINT8] = along_y_float64_uint8,
                 [PX_UINT16] = along_y_float64_uint16,
                 [PX_INT16] = along_y_float64_int16,
                 [PX_FLOAT64] = along_y_float64_float64},
};
