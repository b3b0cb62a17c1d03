/* temporal_rows.c - the row kernels of temporal statistics.
 *
 * Sums of integers of up to 16 bits are exact. Of other types mean and squared deviations are kept
 * up to date value by value: B. P. Welford, "Note on a method for calculating corrected sums of
 * squares and products", Technometrics 4(3), 1962, pp. 419-420; the trend's sums in the same way.
 * SPDX-License-Identifier: MIT */
#include "temporal_rows.h"

#include "ops/op.h"

#include <string.h>

SIMD void temporal_count(const uint8 *restrict valid, uint32 *restrict count, size_t n)
{
    for (size_t i = 0; i < n; i++)
        count[i] += valid[i] != 0;
}

/* --- exact sums ------------------------------------------------------------------------------- */

/* S: of the sum, Q: of the sum of squares, W: holds a square. */
#define EXACT(NAME, T, S, Q, W)                                                                    \
    SIMD static void temporal_sum_##NAME(const struct temporal_row *r)                             \
    {                                                                                              \
        const T *restrict v = r->values;                                                           \
        const uint8 *restrict valid = r->valid;                                                    \
        S *restrict sum = r->part[0];                                                              \
        const size_t n = r->n;                                                                     \
                                                                                                   \
        if (!valid)                                                                                \
            for (size_t i = 0; i < n; i++)                                                         \
                sum[i] += (S)v[i];                                                                 \
        else                                                                                       \
            for (size_t i = 0; i < n; i++)                                                         \
                sum[i] += valid[i] ? (S)v[i] : 0;                                                  \
    }                                                                                              \
                                                                                                   \
    SIMD static void temporal_squares_##NAME(const struct temporal_row *r)                         \
    {                                                                                              \
        const T *restrict v = r->values;                                                           \
        const uint8 *restrict valid = r->valid;                                                    \
        S *restrict sum = r->part[0];                                                              \
        Q *restrict squares = r->part[1];                                                          \
        const size_t n = r->n;                                                                     \
                                                                                                   \
        for (size_t i = 0; i < n; i++) {                                                           \
            const W x = valid && !valid[i] ? 0 : v[i];                                             \
            sum[i] += (S)x;                                                                        \
            squares[i] += (Q)(x * x);                                                              \
        }                                                                                          \
    }
EXACT(uint8_narrow, uint8, uint32, uint32, uint32)
EXACT(uint8, uint8, int64, uint64, uint32)
EXACT(uint16, uint16, int64, uint64, uint32)
EXACT(int16, int16, int64, uint64, int32)

/* --- running mean and squared deviations ------------------------------------------------------ */

/* Values outside the data change nothing: they are taken for the mean. */
#define RUNNING(T)                                                                                 \
    SIMD static void temporal_mean_##T(const struct temporal_row *r)                               \
    {                                                                                              \
        const T *restrict v = r->values;                                                           \
        const uint8 *restrict valid = r->valid;                                                    \
        const uint32 *restrict count = r->count;                                                   \
        double *restrict mean = r->part[0];                                                        \
        const size_t n = r->n;                                                                     \
        const double nth = r->nth;                                                                 \
                                                                                                   \
        for (size_t i = 0; i < n; i++) {                                                           \
            const double d = valid && !valid[i] ? 0 : (double)v[i] - mean[i];                      \
            mean[i] += d / (valid ? (double)(count[i] + !count[i]) : nth);                         \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    SIMD static void temporal_deviations_##T(const struct temporal_row *r)                         \
    {                                                                                              \
        const T *restrict v = r->values;                                                           \
        const uint8 *restrict valid = r->valid;                                                    \
        const uint32 *restrict count = r->count;                                                   \
        double *restrict mean = r->part[0];                                                        \
        double *restrict deviations = r->part[1];                                                  \
        const size_t n = r->n;                                                                     \
        const double nth = r->nth;                                                                 \
                                                                                                   \
        for (size_t i = 0; i < n; i++) {                                                           \
            const double x = valid && !valid[i] ? mean[i] : (double)v[i];                          \
            const double d = x - mean[i];                                                          \
            const double m = mean[i] + d / (valid ? (double)(count[i] + !count[i]) : nth);         \
            deviations[i] += d * (x - m);                                                          \
            mean[i] = m;                                                                           \
        }                                                                                          \
    }
RUNNING(uint32)
RUNNING(int32)
RUNNING(float32)
RUNNING(float64)

/* Part 0: mean time, 1: mean value, 2: sum of products of deviations, 3: of squared deviations of
 * time. */
#define TREND(T)                                                                                   \
    SIMD static void temporal_trend_##T(const struct temporal_row *r)                              \
    {                                                                                              \
        const T *restrict v = r->values;                                                           \
        const uint8 *restrict valid = r->valid;                                                    \
        const uint32 *restrict count = r->count;                                                   \
        double *restrict mean_t = r->part[0], *restrict mean_v = r->part[1];                       \
        double *restrict products = r->part[2], *restrict squares = r->part[3];                    \
        const size_t n = r->n;                                                                     \
        const double nth = r->nth, time = r->time;                                                 \
                                                                                                   \
        for (size_t i = 0; i < n; i++) {                                                           \
            const bool out = valid && !valid[i];                                                   \
            const double k = valid ? (double)(count[i] + !count[i]) : nth;                         \
            const double t = out ? mean_t[i] : time, x = out ? mean_v[i] : (double)v[i];           \
            const double dt = t - mean_t[i], m = mean_t[i] + dt / k;                               \
            mean_v[i] += (x - mean_v[i]) / k;                                                      \
            products[i] += dt * (x - mean_v[i]);                                                   \
            squares[i] += dt * (t - m);                                                            \
            mean_t[i] = m;                                                                         \
        }                                                                                          \
    }
FOR_EACH_PIXEL_TYPE(TREND)

/* --- extremes --------------------------------------------------------------------------------- */

#define EXTREME(NAME, T, OP)                                                                       \
    SIMD static void temporal_##NAME##_##T(const struct temporal_row *r)                           \
    {                                                                                              \
        const T *restrict v = r->values;                                                           \
        const uint8 *restrict valid = r->valid;                                                    \
        const uint32 *restrict count = r->count;                                                   \
        T *restrict best = r->part[0];                                                             \
        const size_t n = r->n;                                                                     \
        const bool first = r->nth == 1;                                                            \
                                                                                                   \
        if (!valid)                                                                                \
            for (size_t i = 0; i < n; i++)                                                         \
                best[i] = first || v[i] OP best[i] ? v[i] : best[i];                               \
        else                                                                                       \
            for (size_t i = 0; i < n; i++)                                                         \
                best[i] = valid[i] && (count[i] == 1 || v[i] OP best[i]) ? v[i] : best[i];         \
    }                                                                                              \
                                                                                                   \
    SIMD static void temporal_arg##NAME##_##T(const struct temporal_row *r)                        \
    {                                                                                              \
        const T *restrict v = r->values;                                                           \
        const uint8 *restrict valid = r->valid;                                                    \
        const uint32 *restrict count = r->count;                                                   \
        T *restrict best = r->part[0];                                                             \
        int32 *restrict where = r->part[1];                                                        \
        const size_t n = r->n;                                                                     \
        const bool first = r->nth == 1;                                                            \
        const int32 scene = r->scene;                                                              \
                                                                                                   \
        for (size_t i = 0; i < n; i++) {                                                           \
            const bool is_first = valid ? count[i] == 1 : first;                                   \
            const bool better = (!valid || valid[i]) && (is_first || v[i] OP best[i]);             \
            where[i] = better ? scene : where[i];                                                  \
            best[i] = better ? v[i] : best[i];                                                     \
        }                                                                                          \
    }
#define LEAST(T) EXTREME(min, T, <)
#define GREATEST(T) EXTREME(max, T, >)
FOR_EACH_PIXEL_TYPE(LEAST)
FOR_EACH_PIXEL_TYPE(GREATEST)

/* --- the median ------------------------------------------------------------------------------- */

/* Keys are unsigned integers that sort as the values do. */
#define KEY_PLAIN(K, x) (x)
#define KEY_SIGNED(K, x) ((K)((x) ^ (K)((K)1 << (8 * sizeof(K) - 1))))
#define KEY_FLOAT(K, x) ((x) >> (8 * sizeof(K) - 1) ? (K) ~(x) : KEY_SIGNED(K, x))
#define VALUE_FLOAT(K, x) ((x) >> (8 * sizeof(K) - 1) ? KEY_SIGNED(K, x) : (K) ~(x))

/* The k-th smallest key is found bit by bit from the highest on: it has the bit if no more than k keys
 * are below the number that it would then be at least. */
#define MEDIAN(T, K, KEY, VALUE)                                                                   \
    SIMD static void temporal_keep_##T(const struct temporal_row *r)                               \
    {                                                                                              \
        const K *restrict v = r->values;                                                           \
        const uint8 *restrict valid = r->valid;                                                    \
        K *restrict keys = r->part[0];                                                             \
        const size_t n = r->n;                                                                     \
                                                                                                   \
        for (size_t i = 0; i < n; i++)                                                             \
            keys[i] = valid && !valid[i] ? (K)-1 : KEY(K, v[i]);                                   \
    }                                                                                              \
                                                                                                   \
    static double temporal_value_##T(K key)                                                        \
    {                                                                                              \
        const K bits = VALUE(K, key);                                                              \
        T v;                                                                                       \
                                                                                                   \
        memcpy(&v, &bits, sizeof v);                                                               \
        return (double)v;                                                                          \
    }                                                                                              \
                                                                                                   \
    SIMD static void temporal_select_##T(const void *all, size_t stride, int n_scenes,             \
                                         const uint32 *rank, size_t n, double *kth, double *next)  \
    {                                                                                              \
        const K *keys = all;                                                                       \
        K found[TEMPORAL_SELECT_MOST] = {0}, least[TEMPORAL_SELECT_MOST];                          \
        K at_least[TEMPORAL_SELECT_MOST];                                                          \
        uint32 below[TEMPORAL_SELECT_MOST];                                                        \
                                                                                                   \
        for (int bit = 8 * (int)sizeof(K) - 1; bit >= 0; bit--) {                                  \
            for (size_t i = 0; i < n; i++) {                                                       \
                at_least[i] = (K)(found[i] | (K)((K)1 << bit));                                    \
                below[i] = 0;                                                                      \
            }                                                                                      \
            for (int s = 0; s < n_scenes; s++) {                                                   \
                const K *restrict k = keys + (size_t)s * stride;                                   \
                for (size_t i = 0; i < n; i++)                                                     \
                    below[i] += k[i] < at_least[i];                                                \
            }                                                                                      \
            for (size_t i = 0; i < n; i++)                                                         \
                found[i] = below[i] <= rank[i] ? at_least[i] : found[i];                           \
        }                                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            least[i] = (K)-1;                                                                      \
            below[i] = 0;                                                                          \
        }                                                                                          \
        for (int s = 0; s < n_scenes; s++) {                                                       \
            const K *restrict k = keys + (size_t)s * stride;                                       \
            for (size_t i = 0; i < n; i++) {                                                       \
                below[i] += k[i] <= found[i];                                                      \
                least[i] = k[i] > found[i] && k[i] < least[i] ? k[i] : least[i];                   \
            }                                                                                      \
        }                                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            kth[i] = temporal_value_##T(found[i]);                                                 \
            next[i] = below[i] > rank[i] + 1 ? kth[i] : temporal_value_##T(least[i]);              \
        }                                                                                          \
    }
MEDIAN(uint8, uint8, KEY_PLAIN, KEY_PLAIN)
MEDIAN(uint16, uint16, KEY_PLAIN, KEY_PLAIN)
MEDIAN(int16, uint16, KEY_SIGNED, KEY_SIGNED)
MEDIAN(uint32, uint32, KEY_PLAIN, KEY_PLAIN)
MEDIAN(int32, uint32, KEY_SIGNED, KEY_SIGNED)
MEDIAN(float32, uint32, KEY_FLOAT, VALUE_FLOAT)
MEDIAN(float64, uint64, KEY_FLOAT, VALUE_FLOAT)

temporal_select *temporal_selector(enum pixel_type type)
{
#define ROW(T) temporal_select_##T,
    static temporal_select *const table[PX_N_KERNEL_TYPES] = { FOR_EACH_PIXEL_TYPE(ROW) };
#undef ROW

    return table[type];
}

/* --- which kernel ----------------------------------------------------------------------------- */

bool temporal_is_exact(enum pixel_type type)
{
    return type == PX_UINT8 || type == PX_UINT16 || type == PX_INT16;
}

/* 255^2 * 66051 < 2^32. */
bool temporal_is_narrow(enum pixel_type type, int n)
{
    enum { NARROW_MOST = 66051 };

    return type == PX_UINT8 && n <= NARROW_MOST;
}

static struct temporal_method sums(enum pixel_type type, int n, bool squares)
{
    static temporal_kernel *const table[PX_N_KERNEL_TYPES][2] = {
        [PX_UINT8] = {temporal_sum_uint8, temporal_squares_uint8},
        [PX_UINT16] = {temporal_sum_uint16, temporal_squares_uint16},
        [PX_INT16] = {temporal_sum_int16, temporal_squares_int16},
        [PX_UINT32] = {temporal_mean_uint32, temporal_deviations_uint32},
        [PX_INT32] = {temporal_mean_int32, temporal_deviations_int32},
        [PX_FLOAT32] = {temporal_mean_float32, temporal_deviations_float32},
        [PX_FLOAT64] = {temporal_mean_float64, temporal_deviations_float64},
    };

    if (temporal_is_narrow(type, n))
        return (struct temporal_method){{sizeof(uint32), squares ? sizeof(uint32) : 0},
                                        squares ? temporal_squares_uint8_narrow
                                                : temporal_sum_uint8_narrow};
    return (struct temporal_method){{8, squares ? 8 : 0}, table[type][squares]};
}

struct temporal_method temporal_method(enum temporal_stat stat, enum pixel_type type, int n)
{
#define ROW(T)                                                                                     \
    {temporal_min_##T,    temporal_max_##T,   temporal_argmin_##T,                                 \
     temporal_argmax_##T, temporal_trend_##T, temporal_keep_##T},
    static temporal_kernel *const table[PX_N_KERNEL_TYPES][6] = { FOR_EACH_PIXEL_TYPE(ROW) };
#undef ROW
    const size_t size = pixel_size(type);

    switch (stat) {
    case TEMPORAL_MEAN:
        return sums(type, n, false);
    case TEMPORAL_VARIANCE:
    case TEMPORAL_STDDEV:
        return sums(type, n, true);
    case TEMPORAL_MIN:
        return (struct temporal_method){{size}, table[type][0]};
    case TEMPORAL_MAX:
        return (struct temporal_method){{size}, table[type][1]};
    case TEMPORAL_ARGMIN:
        return (struct temporal_method){{size, sizeof(int32)}, table[type][2]};
    case TEMPORAL_ARGMAX:
        return (struct temporal_method){{size, sizeof(int32)}, table[type][3]};
    case TEMPORAL_TREND:
        return (struct temporal_method){{8, 8, 8, 8}, table[type][4]};
    case TEMPORAL_MEDIAN:
        return (struct temporal_method){{size}, table[type][5]};
    case TEMPORAL_NONE:
    case TEMPORAL_COUNT:
        break;
    }
    return (struct temporal_method){0};
}
