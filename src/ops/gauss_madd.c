/* gauss_madd.c - the Gaussian in fixed point by x86's pmaddwd: two taps an instruction.
 *
 * pmaddwd multiplies signed 16-bit values. Unsigned ones lose 32768 for it; as the weights add up
 * to 1 (65536, or 256 for uint8), that takes a constant from the sum, which the rounding constant
 * gives back. A sum of columns of uint16 has 32 bits: it is cut into a high and a low half, each
 * again made signed, which are summed along the row and joined at the end. The sums wrap at most
 * where the constant brings them back.
 *
 * Pixels of uint8 are made signed and multiplied by unsigned weights two rows at a time
 * (pmaddubsw), which gives the biased sum of columns at once, in 16 bits.
 *
 * Measured with sigma 2 on uint16 rows that stay in L2 (17 taps, strips of 1024, one core of a
 * Sapphire Rapids Xeon), in Mpixel/s: plain 370, avx2 630, avx512bw 900, avx512vnni 960.
 * SPDX-License-Identifier: MIT */
#include "ops/gauss_fixed.h"

#if defined(__x86_64__)

#include <immintrin.h>

static inline int at_most(int v, int most)
{
    return v < most ? v : most;
}

/* Some blocks are made at once, so that the instructions of one fill the waits of another.
 *
 * Sums along y: columns 0 .. n-1, which start `left` pixels before the rows, to planes of high and
 * low halves. The last block of pixels overlaps the one before. Taps from two rows are interleaved
 * for pmaddwd, which the packing at the end undoes. */
#define COLUMNS(ISA, FEATURES, BITS, MADD)                                                         \
    __attribute__((target(FEATURES))) static void columns_##ISA(const struct fixed_taps *taps,     \
                                                                const void *const *rows, int left, \
                                                                int16 *high, int16 *low, int n)    \
    {                                                                                              \
        enum { BLOCK = BITS / 16 };                                                                \
        const __m##BITS##i bias = _mm##BITS##_set1_epi16(INT16_MIN);                               \
                                                                                                   \
        for (int x = 0; x < n; x += BLOCK) {                                                       \
            const int at = x + BLOCK <= n ? x : n - BLOCK;                                         \
            __m##BITS##i a = _mm##BITS##_setzero_si##BITS(), b = a;                                \
            for (int i = 0; i < taps->n_pairs; i++) {                                              \
                const struct tap_pair pair = taps->pairs[i];                                       \
                const int second = pair.at + 1 < taps->n ? pair.at + 1 : pair.at;                  \
                const uint16 *p = (const uint16 *)rows[pair.at] - left + at;                       \
                const uint16 *q = (const uint16 *)rows[second] - left + at;                        \
                const __m##BITS##i weights = _mm##BITS##_set1_epi32(pair.weights);                 \
                const __m##BITS##i u = _mm##BITS##_xor_si##BITS(LOAD(BITS, p), bias);              \
                const __m##BITS##i v = _mm##BITS##_xor_si##BITS(LOAD(BITS, q), bias);              \
                a = MADD(BITS, a, _mm##BITS##_unpacklo_epi16(u, v), weights);                      \
                b = MADD(BITS, b, _mm##BITS##_unpackhi_epi16(u, v), weights);                      \
            }                                                                                      \
            STORE(BITS, high + at,                                                                 \
                  _mm##BITS##_packs_epi32(_mm##BITS##_srai_epi32(a, 16),                           \
                                          _mm##BITS##_srai_epi32(b, 16)));                         \
            a = _mm##BITS##_srai_epi32(_mm##BITS##_slli_epi32(a, 16), 16);                         \
            b = _mm##BITS##_srai_epi32(_mm##BITS##_slli_epi32(b, 16), 16);                         \
            STORE(BITS, low + at, _mm##BITS##_xor_si##BITS(_mm##BITS##_packs_epi32(a, b), bias));  \
        }                                                                                          \
    }

/* The same for uint8: the biased sums have 16 bits and no halves. Pixels of two rows are
 * interleaved, which JOIN undoes. */
#define COLUMNS8(ISA, FEATURES, BITS)                                                              \
    __attribute__((target(FEATURES))) static void columns8_##ISA(                                  \
        const struct fixed_taps *taps, const void *const *rows, int left, int16 *sums, int n)      \
    {                                                                                              \
        enum { BLOCK = BITS / 8, AT_ONCE = 2 };                                                    \
        const __m##BITS##i bias = _mm##BITS##_set1_epi8(INT8_MIN);                                 \
                                                                                                   \
        for (int x = 0; x < n; x += AT_ONCE * BLOCK) {                                             \
            __m##BITS##i a[AT_ONCE], b[AT_ONCE];                                                   \
            int at[AT_ONCE];                                                                       \
            for (int k = 0; k < AT_ONCE; k++) {                                                    \
                at[k] = at_most(x + k * BLOCK, n - BLOCK) - left;                                  \
                a[k] = b[k] = _mm##BITS##_setzero_si##BITS();                                      \
            }                                                                                      \
            for (int i = 0; i < taps->n_pairs; i++) {                                              \
                const struct tap_pair pair = taps->pairs[i];                                       \
                const int second = pair.at + 1 < taps->n ? pair.at + 1 : pair.at;                  \
                const uint8 *p = rows[pair.at], *q = rows[second];                                 \
                const __m##BITS##i weights =                                                       \
                    _mm##BITS##_set1_epi16((int16)(pair.weights | pair.weights >> 8));             \
                for (int k = 0; k < AT_ONCE; k++) {                                                \
                    const __m##BITS##i u = _mm##BITS##_xor_si##BITS(LOAD(BITS, p + at[k]), bias);  \
                    const __m##BITS##i v = _mm##BITS##_xor_si##BITS(LOAD(BITS, q + at[k]), bias);  \
                    a[k] = _mm##BITS##_add_epi16(                                                  \
                        a[k],                                                                      \
                        _mm##BITS##_maddubs_epi16(weights, _mm##BITS##_unpacklo_epi8(u, v)));      \
                    b[k] = _mm##BITS##_add_epi16(                                                  \
                        b[k],                                                                      \
                        _mm##BITS##_maddubs_epi16(weights, _mm##BITS##_unpackhi_epi8(u, v)));      \
                }                                                                                  \
            }                                                                                      \
            for (int k = 0; k < AT_ONCE; k++) {                                                    \
                STORE(BITS, sums + left + at[k], JOIN_LOW_##BITS(a[k], b[k]));                     \
                STORE(BITS, sums + left + at[k] + BLOCK / 2, JOIN_HIGH_##BITS(a[k], b[k]));        \
            }                                                                                      \
        }                                                                                          \
    }

/* Sums along x of one plane, or of two when there is a low one; `round` is what the bias took plus
 * one half. Even and odd pixels are summed apart, as a pair of taps is two neighbours in memory.
 * The results go to wide or to narrow, one of which is NULL. */
#define ROWS(ISA, FEATURES, BITS, MADD)                                                            \
    __attribute__((target(FEATURES), always_inline)) static inline void rows_##ISA(                \
        const struct fixed_taps *taps, const int16 *high, const int16 *low, int32_t round,         \
        uint16 *wide, uint8 *narrow, int n)                                                        \
    {                                                                                              \
        enum { BLOCK = BITS / 16, AT_ONCE = 2 };                                                   \
        const __m##BITS##i odd_half = _mm##BITS##_set1_epi32(INT32_MIN >> 15);                     \
                                                                                                   \
        for (int x = 0; x < n; x += AT_ONCE * BLOCK) {                                             \
            __m##BITS##i even[AT_ONCE], odd[AT_ONCE], low_even[AT_ONCE], low_odd[AT_ONCE];         \
            int at[AT_ONCE];                                                                       \
            for (int k = 0; k < AT_ONCE; k++) {                                                    \
                at[k] = at_most(x + k * BLOCK, n - BLOCK);                                         \
                even[k] = odd[k] = _mm##BITS##_set1_epi32(round);                                  \
                low_even[k] = low_odd[k] = _mm##BITS##_setzero_si##BITS();                         \
            }                                                                                      \
            for (int i = 0; i < taps->n_pairs; i++) {                                              \
                const __m##BITS##i weights = _mm##BITS##_set1_epi32(taps->pairs[i].weights);       \
                for (int k = 0; k < AT_ONCE; k++) {                                                \
                    const int tap = at[k] + taps->pairs[i].at;                                     \
                    even[k] = MADD(BITS, even[k], LOAD(BITS, high + tap), weights);                \
                    odd[k] = MADD(BITS, odd[k], LOAD(BITS, high + tap + 1), weights);              \
                    if (low) {                                                                     \
                        low_even[k] = MADD(BITS, low_even[k], LOAD(BITS, low + tap), weights);     \
                        low_odd[k] = MADD(BITS, low_odd[k], LOAD(BITS, low + tap + 1), weights);   \
                    }                                                                              \
                }                                                                                  \
            }                                                                                      \
            for (int k = 0; k < AT_ONCE; k++) {                                                    \
                even[k] = _mm##BITS##_add_epi32(even[k], _mm##BITS##_srai_epi32(low_even[k], 16)); \
                odd[k] = _mm##BITS##_add_epi32(odd[k], _mm##BITS##_srai_epi32(low_odd[k], 16));    \
                const __m##BITS##i sums =                                                          \
                    _mm##BITS##_or_si##BITS(_mm##BITS##_srli_epi32(even[k], 16),                   \
                                            _mm##BITS##_and_si##BITS(odd[k], odd_half));           \
                if (wide)                                                                          \
                    STORE(BITS, wide + at[k], sums);                                               \
                else                                                                               \
                    STORE_NARROW_##BITS(narrow + at[k], sums);                                     \
            }                                                                                      \
        }                                                                                          \
    }

/* Strips narrower than a block go to the plain kernels. */
#define KERNELS(ISA, FEATURES, BITS)                                                               \
    __attribute__((target(FEATURES))) static void part_uint16_##ISA(                               \
        const struct gauss_fixed *g, const void *const *rows, int x, void *out, void *scratch,     \
        int n)                                                                                     \
    {                                                                                              \
        int16 *high = scratch, *low = high + gauss_fixed_scratch_row(g);                           \
                                                                                                   \
        columns_##ISA(&g->y, rows, g->x.n / 2 - x, high, low, n + g->x.n - 1);                     \
        rows_##ISA(&g->x, high, low, INT32_MIN + (1 << 16), out, NULL, n);                         \
    }                                                                                              \
    __attribute__((target(FEATURES))) static void part_uint8_##ISA(                                \
        const struct gauss_fixed *g, const void *const *rows, int x, void *result, void *scratch,  \
        int n)                                                                                     \
    {                                                                                              \
        const int left = g->x.n / 2 - x;                                                           \
                                                                                                   \
        if (g->y.weights[g->y.n / 2] > UINT8_MAX)                                                  \
            gauss_fixed_columns_uint8(&g->y, rows, left, 1 << 15, scratch, n + g->x.n - 1);        \
        else                                                                                       \
            columns8_##ISA(&g->y, rows, left, scratch, n + g->x.n - 1);                            \
        rows_##ISA(&g->x, scratch, NULL, (1 << 23) + (1 << 15), NULL, result, n);                  \
    }                                                                                              \
    static void uint16_##ISA(const void *state, const struct window *w)                            \
    {                                                                                              \
        if (w->width < BITS / 16)                                                                  \
            gauss_fixed_uint16(state, w);                                                          \
        else                                                                                       \
            gauss_fixed_rows(state, w, part_uint16_##ISA);                                         \
    }                                                                                              \
    static void uint8_##ISA(const void *state, const struct window *w)                             \
    {                                                                                              \
        if (w->width < BITS / 8)                                                                   \
            gauss_fixed_uint8(state, w);                                                           \
        else                                                                                       \
            gauss_fixed_rows(state, w, part_uint8_##ISA);                                          \
    }

#define LOAD(BITS, p) _mm##BITS##_loadu_si##BITS((const void *)(p))
#define STORE(BITS, p, v) _mm##BITS##_storeu_si##BITS((void *)(p), v)
#define STORE_NARROW_512(p, v) _mm256_storeu_si256((void *)(p), _mm512_cvtepi16_epi8(v))
#define STORE_NARROW_256(p, v)                                                                     \
    _mm_storeu_si128((void *)(p), _mm256_castsi256_si128(_mm256_permute4x64_epi64(                 \
                                      _mm256_packus_epi16(v, v), 0 | 2 << 2)))
#define JOIN_LOW_256(a, b) _mm256_permute2x128_si256(a, b, 0x20)
#define JOIN_HIGH_256(a, b) _mm256_permute2x128_si256(a, b, 0x31)
#define JOIN_LOW_512(a, b)                                                                         \
    _mm512_permutex2var_epi64(a, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), b)
#define JOIN_HIGH_512(a, b)                                                                        \
    _mm512_permutex2var_epi64(a, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), b)
#define MULTIPLY_ADD(BITS, sum, a, b) _mm##BITS##_add_epi32(sum, _mm##BITS##_madd_epi16(a, b))
#define DOT_PRODUCT(BITS, sum, a, b) _mm##BITS##_dpwssd_epi32(sum, a, b)

#define VARIANT(ISA, FEATURES, BITS, MADD)                                                         \
    COLUMNS(ISA, FEATURES, BITS, MADD)                                                             \
    COLUMNS8(ISA, FEATURES, BITS)                                                                  \
    ROWS(ISA, FEATURES, BITS, MADD)                                                                \
    KERNELS(ISA, FEATURES, BITS)

VARIANT(avx2, "avx2", 256, MULTIPLY_ADD)
VARIANT(avx512bw, "avx512bw", 512, MULTIPLY_ADD)
VARIANT(avx512vnni, "avx512bw,avx512vnni", 512, DOT_PRODUCT)

int gauss_madd_kernels(const struct gauss_fixed *g, row_kernel *kernels[GAUSS_FIXED_KERNELS - 1])
{
    const bool narrow = g->type == PX_UINT8;
    int n = 0;

    if (!g->x.pairs || !g->y.pairs)
        return 0;
    if (__builtin_cpu_supports("avx2"))
        kernels[n++] = narrow ? uint8_avx2 : uint16_avx2;
    if (__builtin_cpu_supports("avx512bw"))
        kernels[n++] = narrow ? uint8_avx512bw : uint16_avx512bw;
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"))
        kernels[n++] = narrow ? uint8_avx512vnni : uint16_avx512vnni;
    return n;
}

#else

int gauss_madd_kernels(const struct gauss_fixed *g, row_kernel *kernels[GAUSS_FIXED_KERNELS - 1])
{
    return 0;
}

#endif
