/* row_sums.c - weighted sums of rows of pixels.
 *
 * The number of taps is a constant in each loop: left to itself, gcc 12 joins the loops over taps
 * and over pixels in a way that it then fails to vectorize.
 * SPDX-License-Identifier: MIT */
#include "ops/row_sums.h"

#include "ops/saturate.h"

#include <stdio.h>

const enum pixel_type work_types[N_WORKS] = {PX_INT16, PX_FLOAT32, PX_FLOAT64};

/* --- sums ------------------------------------------------------------------------------------ */

#define INLINE static inline __attribute__((always_inline))

/* Loops of M taps in each, for sums that start and sums that go on. The pointers and weights are
 * copied to where the compiler sees that nothing changes them. */
#define SUMS(W, FMA)                                                                               \
    INLINE void chain_##W(int taps, bool starts, W start, W *restrict sums,                        \
                          const void *const *rows, const W *weights, int n)                        \
    {                                                                                              \
        const W *in[TAPS_MOST];                                                                    \
        W k[TAPS_MOST];                                                                            \
                                                                                                   \
        for (int i = 0; i < taps; i++) {                                                           \
            in[i] = rows[i];                                                                       \
            k[i] = weights[i];                                                                     \
        }                                                                                          \
        for (int x = 0; x < n; x++) {                                                              \
            W s = starts ? start : sums[x];                                                        \
            for (int i = 0; i < taps; i++)                                                         \
                s = FMA(in[i][x], k[i], s);                                                        \
            sums[x] = s;                                                                           \
        }                                                                                          \
    }                                                                                              \
    SIMD static void row_chain_##W(void *sums, const void *const *rows, const void *weights,       \
                                   int n_taps, const double *start, int n)                         \
    {                                                                                              \
        switch (start ? n_taps : -n_taps) {                                                        \
            CHAIN_CASE(W, 1)                                                                       \
            CHAIN_CASE(W, 2)                                                                       \
            CHAIN_CASE(W, 3)                                                                       \
            CHAIN_CASE(W, 4)                                                                       \
            CHAIN_CASE(W, 5)                                                                       \
            CHAIN_CASE(W, 6)                                                                       \
            CHAIN_CASE(W, 7)                                                                       \
            CHAIN_CASE(W, 8)                                                                       \
            CHAIN_CASE(W, 9)                                                                       \
        }                                                                                          \
    }
#define CHAIN_CASE(W, M)                                                                           \
    case M:                                                                                        \
        chain_##W(M, true, (W)*start, sums, rows, weights, n);                                     \
        break;                                                                                     \
    case -(M):                                                                                     \
        chain_##W(M, false, 0, sums, rows, weights, n);                                            \
        break;

/* Pairs joined by OP; `middle` says whether a sum that starts has a row by itself. */
#define PAIRS(NAME, W, FMA, OP, MIDDLE)                                                            \
    INLINE void NAME##_##W(int pairs, bool starts, W start, W *restrict sums,                      \
                           const void *const *rows, const W *weights, int n)                       \
    {                                                                                              \
        const int first = starts && (MIDDLE);                                                      \
        const W *in[1 + 2 * PAIRS_MOST];                                                           \
        W k[1 + PAIRS_MOST];                                                                       \
                                                                                                   \
        for (int i = 0; i < first + pairs; i++)                                                    \
            k[i] = weights[i];                                                                     \
        for (int i = 0; i < first + 2 * pairs; i++)                                                \
            in[i] = rows[i];                                                                       \
        for (int x = 0; x < n; x++) {                                                              \
            W s = starts ? start : sums[x];                                                        \
            if (first)                                                                             \
                s = FMA(in[0][x], k[0], s);                                                        \
            for (int i = 0; i < pairs; i++)                                                        \
                s = FMA(in[first + 2 * i][x] OP in[first + 2 * i + 1][x], k[first + i], s);        \
            sums[x] = s;                                                                           \
        }                                                                                          \
    }                                                                                              \
    SIMD static void row_##NAME##_##W(void *sums, const void *const *rows, const void *weights,    \
                                      int n_taps, const double *start, int n)                      \
    {                                                                                              \
        switch (start ? n_taps : -n_taps) {                                                        \
        case 0:                                                                                    \
            if (start)                                                                             \
                NAME##_##W(0, true, (W)*start, sums, rows, weights, n);                            \
            break;                                                                                 \
            PAIRS_CASE(NAME, W, 1)                                                                 \
            PAIRS_CASE(NAME, W, 2)                                                                 \
            PAIRS_CASE(NAME, W, 3)                                                                 \
            PAIRS_CASE(NAME, W, 4)                                                                 \
        }                                                                                          \
    }
#define PAIRS_CASE(NAME, W, M)                                                                     \
    case M:                                                                                        \
        NAME##_##W(M, true, (W)*start, sums, rows, weights, n);                                    \
        break;                                                                                     \
    case -(M):                                                                                     \
        NAME##_##W(M, false, 0, sums, rows, weights, n);                                           \
        break;

#define FMA_INT16(a, b, c) ((int16)((a) * (b) + (c)))

SUMS(int16, FMA_INT16)
SUMS(float32, fmaf)
SUMS(float64, fma)
PAIRS(symmetric, float32, fmaf, +, true)
PAIRS(symmetric, float64, fma, +, true)
PAIRS(antisymmetric, float32, fmaf, -, false)
PAIRS(antisymmetric, float64, fma, -, false)

row_sum *const row_chain[N_WORKS] = {row_chain_int16, row_chain_float32, row_chain_float64};
row_sum *const row_chain_symmetric[N_WORKS] = {
    [FLOAT32] = row_symmetric_float32,
    [FLOAT64] = row_symmetric_float64,
};
row_sum *const row_chain_antisymmetric[N_WORKS] = {
    [FLOAT32] = row_antisymmetric_float32,
    [FLOAT64] = row_antisymmetric_float64,
};

/* --- conversions ------------------------------------------------------------------------------ */

#define CONVERT(NAME, T, U, RESULT)                                                                \
    SIMD static void row_##NAME##_##T##_##U(const void *from, void *to, int n)                     \
    {                                                                                              \
        const T *restrict in = from;                                                               \
        U *restrict out = to;                                                                      \
                                                                                                   \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = RESULT;                                                                       \
    }
#define WIDEN(T, W) CONVERT(widen, T, W, (W)in[x])
#define NARROW(W, T, SATURATE) CONVERT(narrow, W, T, SATURATE(in[x]))

static inline uint8 int16_to_uint8(int16 v)
{
    const int16 positive = v > 0 ? v : 0;

    return (uint8)(positive < UINT8_MAX ? positive : UINT8_MAX);
}

WIDEN(uint8, int16)
WIDEN(uint8, float32)
WIDEN(uint16, float32)
WIDEN(int16, float32)
WIDEN(uint8, float64)
WIDEN(uint16, float64)
WIDEN(int16, float64)
WIDEN(float32, float64)
NARROW(int16, uint8, int16_to_uint8)
NARROW(int16, float32, (float))
NARROW(float32, uint8, saturate_uint8)
NARROW(float32, uint16, saturate_uint16)
NARROW(float32, int16, saturate_int16)
NARROW(float64, uint8, saturate_uint8_d)
NARROW(float64, uint16, saturate_uint16_d)
NARROW(float64, int16, saturate_int16_d)

row_convert *const row_widen[N_WORKS][PX_N_KERNEL_TYPES] = {
    [INT16] = {[PX_UINT8] = row_widen_uint8_int16},
    [FLOAT32] = {[PX_UINT8] = row_widen_uint8_float32,
                 [PX_UINT16] = row_widen_uint16_float32,
                 [PX_INT16] = row_widen_int16_float32},
    [FLOAT64] = {[PX_UINT8] = row_widen_uint8_float64,
                 [PX_UINT16] = row_widen_uint16_float64,
                 [PX_INT16] = row_widen_int16_float64,
                 [PX_FLOAT32] = row_widen_float32_float64},
};
row_convert *const row_narrow[N_WORKS][PX_N_KERNEL_TYPES] = {
    [INT16] = {[PX_UINT8] = row_narrow_int16_uint8, [PX_FLOAT32] = row_narrow_int16_float32},
    [FLOAT32] = {[PX_UINT8] = row_narrow_float32_uint8,
                 [PX_UINT16] = row_narrow_float32_uint16,
                 [PX_INT16] = row_narrow_float32_int16},
    [FLOAT64] = {[PX_UINT8] = row_narrow_float64_uint8,
                 [PX_UINT16] = row_narrow_float64_uint16,
                 [PX_INT16] = row_narrow_float64_int16},
};

/* --- types ------------------------------------------------------------------------------------ */

bool row_narrows(enum work work, enum pixel_type type)
{
    return type < PX_N_KERNEL_TYPES && (type == work_types[work] || row_narrow[work][type]);
}

bool row_widens(enum work work, enum pixel_type type)
{
    return type < PX_N_KERNEL_TYPES && (type == work_types[work] || row_widen[work][type]);
}

enum work row_work(enum pixel_type in, enum pixel_type out)
{
    return in == PX_FLOAT64 || out == PX_FLOAT64 ? FLOAT64 : FLOAT32;
}

/* The names of the types that filters take, or make of `in`. */
static void list_types(char *names, size_t size, enum pixel_type in, bool outputs)
{
    size_t used = 0;

    for (int i = 0; i < PX_N_KERNEL_TYPES; i++) {
        const enum pixel_type t = (enum pixel_type)i;
        if (outputs ? row_narrows(row_work(in, t), t) : row_widens(FLOAT64, t))
            used += (size_t)snprintf(names + used, size - used, "%s%s", used ? ", " : "",
                                     pixel_name(t));
    }
}

bool row_takes(const char *op, enum pixel_type in, enum pixel_type out, struct err *e)
{
    char names[200];

    list_types(names, sizeof names, in, row_widens(FLOAT64, in));
    if (!row_widens(FLOAT64, in))
        return err_usage(e,
                         "%s: %s pixels are not supported; it takes %s (put `convert-to "
                         "--type=…` before it)",
                         op, pixel_name(in), names);
    return row_narrows(row_work(in, out), out) ||
           err_usage(e, "%s: --ddepth=%s cannot be had from %s pixels; there are %s", op,
                     pixel_name(out), pixel_name(in), names);
}
