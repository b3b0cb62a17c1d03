/* halve_rows.c - the plain loops of overviews.
 * SPDX-License-Identifier: MIT */
#include "halve_rows.h"

#include "ops/op.h"

/* Rounded to nearest, halves away from zero. */
#define ROUNDED(SUM, BITS) (((SUM) + (1 << ((BITS)-1)) - ((SUM) < 0)) >> (BITS))

#define MEANS(T, WIDE)                                                                             \
    SIMD static void halve_average_##T(const void *const *rows, void *out, int64_t n)              \
    {                                                                                              \
        const T *restrict a = rows[0];                                                             \
        const T *restrict b = rows[1];                                                             \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int64_t x = 0; x < n; x++) {                                                          \
            const WIDE sum = (WIDE)a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1];              \
            to[x] = (T)ROUNDED(sum, 2);                                                            \
        }                                                                                          \
    }                                                                                              \
    SIMD static void halve_gauss_##T(const void *const *rows, void *out, int64_t n)                \
    {                                                                                              \
        const T *restrict a = rows[0];                                                             \
        const T *restrict b = rows[1];                                                             \
        const T *restrict c = rows[2];                                                             \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int64_t x = 0; x < n; x++) {                                                          \
            const WIDE left = (WIDE)a[2 * x] + 2 * (WIDE)b[2 * x] + c[2 * x];                      \
            const WIDE middle = (WIDE)a[2 * x + 1] + 2 * (WIDE)b[2 * x + 1] + c[2 * x + 1];        \
            const WIDE right = (WIDE)a[2 * x + 2] + 2 * (WIDE)b[2 * x + 2] + c[2 * x + 2];         \
            const WIDE sum = left + 2 * middle + right;                                            \
            to[x] = (T)ROUNDED(sum, 4);                                                            \
        }                                                                                          \
    }
MEANS(uint8, int)
MEANS(uint16, int)
MEANS(int16, int)
MEANS(uint32, int64)
MEANS(int32, int64)

/* The same of floats, added up in double and in the order in which single pixels are (mean). */
#define FLOAT_MEANS(T)                                                                             \
    SIMD static void halve_average_##T(const void *const *rows, void *out, int64_t n)              \
    {                                                                                              \
        const T *restrict a = rows[0];                                                             \
        const T *restrict b = rows[1];                                                             \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int64_t x = 0; x < n; x++)                                                            \
            to[x] = (T)((0.0 + (double)a[2 * x] + (double)a[2 * x + 1] + (double)b[2 * x] +        \
                         (double)b[2 * x + 1]) /                                                   \
                        4);                                                                        \
    }                                                                                              \
    SIMD static void halve_gauss_##T(const void *const *rows, void *out, int64_t n)                \
    {                                                                                              \
        const T *restrict a = rows[0];                                                             \
        const T *restrict b = rows[1];                                                             \
        const T *restrict c = rows[2];                                                             \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int64_t x = 0; x < n; x++)                                                            \
            to[x] =                                                                                \
                (T)((0.0 + (double)a[2 * x] + 2 * (double)a[2 * x + 1] + (double)a[2 * x + 2] +    \
                     2 * (double)b[2 * x] + 4 * (double)b[2 * x + 1] + 2 * (double)b[2 * x + 2] +  \
                     (double)c[2 * x] + 2 * (double)c[2 * x + 1] + (double)c[2 * x + 2]) /         \
                    16);                                                                           \
    }
FLOAT_MEANS(float32)
FLOAT_MEANS(float64)

#define BOTH(T)                                                                                    \
    {                                                                                              \
        [HALVE_AVERAGE] = halve_average_##T, [HALVE_GAUSS] = halve_gauss_##T                       \
    }
halve_means *const halve_means_of[PX_N_TYPES][HALVE_N] = {
    [PX_UINT8] = BOTH(uint8),     [PX_UINT16] = BOTH(uint16), [PX_INT16] = BOTH(int16),
    [PX_UINT32] = BOTH(uint32),   [PX_INT32] = BOTH(int32),   [PX_FLOAT32] = BOTH(float32),
    [PX_FLOAT64] = BOTH(float64),
};

#define COUNT(T)                                                                                   \
    SIMD static int64_t count_##T(const void *row, double value, int64_t n)                        \
    {                                                                                              \
        const T *restrict at = row;                                                                \
        const T outside = value >= 0 || value < 0 ? (T)value : (T)0;                               \
        const bool any = (double)outside == value;                                                 \
        int64_t count = 0;                                                                         \
                                                                                                   \
        for (int64_t x = 0; x < n; x++)                                                            \
            count += (any & (at[x] == outside)) | (at[x] != at[x]);                                \
        return count;                                                                              \
    }
COUNT(uint8)
COUNT(uint16)
COUNT(int16)
COUNT(uint32)
COUNT(int32)
COUNT(float32)
COUNT(float64)

halve_count *const halve_counts[PX_N_TYPES] = {
    [PX_UINT8] = count_uint8,     [PX_UINT16] = count_uint16, [PX_INT16] = count_int16,
    [PX_UINT32] = count_uint32,   [PX_INT32] = count_int32,   [PX_FLOAT32] = count_float32,
    [PX_FLOAT64] = count_float64,
};

#define EVERY_OTHER(T)                                                                             \
    SIMD static void halve_nearest_##T(const void *in, void *out, int64_t n)                       \
    {                                                                                              \
        const T *restrict from = in;                                                               \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int64_t x = 0; x < n; x++)                                                            \
            to[x] = from[2 * x];                                                                   \
    }
EVERY_OTHER(uint8)
EVERY_OTHER(uint16)
EVERY_OTHER(uint32)
EVERY_OTHER(uint64)

void halve_nearest(size_t pixel_bytes, const void *in, void *out, int64_t n)
{
    switch (pixel_bytes) {
    case 1:
        halve_nearest_uint8(in, out, n);
        break;
    case 2:
        halve_nearest_uint16(in, out, n);
        break;
    case 4:
        halve_nearest_uint32(in, out, n);
        break;
    default:
        halve_nearest_uint64(in, out, n);
    }
}

SIMD void halve_any(const uint8 *const *rows, int reach, uint8 *restrict to, int64_t n)
{
    const uint8 *restrict a = rows[0];
    const uint8 *restrict b = rows[1];
    const uint8 *restrict c = rows[2];

    for (int64_t x = 0; x < n; x++) {
        const int64_t i = 2 * x, k = i + 1, last = k + reach;
        to[x] = a[i] | a[k] | a[last] | b[i] | b[k] | b[last] | c[i] | c[k] | c[last];
    }
}
