/* lookup_x86.c - entries of small tables by permutations of vectors: bytes of 256, floats of 64.
 * SPDX-License-Identifier: MIT */
#include "ops/lanes.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* A table is four vectors; two permutations look up 128 entries each. */
#define VBMI __attribute__((target("avx512bw,avx512vbmi")))

VBMI static int lookup_vbmi(const uint8 *table, const uint8 *in, uint8 *out, int n)
{
    enum { BYTES = 64 };
    const __m512i t0 = _mm512_loadu_si512(table), t1 = _mm512_loadu_si512(table + BYTES);
    const __m512i t2 = _mm512_loadu_si512(table + 2 * BYTES);
    const __m512i t3 = _mm512_loadu_si512(table + 3 * BYTES);
    int x = 0;

    for (; x + BYTES <= n; x += BYTES) {
        const __m512i i = _mm512_loadu_si512(in + x);
        const __m512i low = _mm512_permutex2var_epi8(t0, i, t1);
        const __m512i high = _mm512_permutex2var_epi8(t2, i, t3);
        _mm512_storeu_si512(out + x, _mm512_mask_blend_epi8(_mm512_movepi8_mask(i), low, high));
    }
    return x;
}

/* Sixteen pieces of the table, each looked up by the low bits. Subtracting 16 a piece brings the
 * pixels of one piece after the other to where adding 0x70 with saturation leaves the top bit off,
 * without which pshufb gives 0. */
__attribute__((target("avx2"))) static int lookup_avx2(const uint8 *table, const uint8 *in,
                                                       uint8 *out, int n)
{
    enum { PIXELS = 32, PIECE = 16, PIECES = 16 };
    const __m256i step = _mm256_set1_epi8(PIECE), bias = _mm256_set1_epi8(0x70);
    int x = 0;

    for (; x + PIXELS <= n; x += PIXELS) {
        __m256i i = _mm256_loadu_si256((const __m256i *)(in + x));
        __m256i sum = _mm256_setzero_si256();
        for (int k = 0; k < PIECES; k++) {
            const __m256i piece =
                _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table + k * PIECE)));
            sum = _mm256_or_si256(sum, _mm256_shuffle_epi8(piece, _mm256_adds_epu8(i, bias)));
            i = _mm256_sub_epi8(i, step);
        }
        _mm256_storeu_si256((__m256i *)(out + x), sum);
    }
    return x;
}

int lanes_lookup(const uint8 *table, const uint8 *in, uint8 *out, int n)
{
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi"))
        return lookup_vbmi(table, in, out, n);
    return lanes_lookup_by_parts(table, in, out, n);
}

int lanes_lookup_by_parts(const uint8 *table, const uint8 *in, uint8 *out, int n)
{
    return __builtin_cpu_supports("avx2") ? lookup_avx2(table, in, out, n) : 0;
}

__attribute__((target("avx512f"))) static int pick(const float *table, const int *at, float *out,
                                                   int n)
{
    enum { FLOATS = 16 };
    const __m512 t0 = _mm512_loadu_ps(table), t1 = _mm512_loadu_ps(table + FLOATS);
    const __m512 t2 = _mm512_loadu_ps(table + 2 * FLOATS), t3 = _mm512_loadu_ps(table + 3 * FLOATS);
    const __m512i half = _mm512_set1_epi32(2 * FLOATS);
    int x = 0;

    for (; x + FLOATS <= n; x += FLOATS) {
        const __m512i i = _mm512_loadu_si512(at + x);
        const __m512 low = _mm512_permutex2var_ps(t0, i, t1);
        const __m512 high = _mm512_permutex2var_ps(t2, i, t3);
        _mm512_storeu_ps(out + x, _mm512_mask_blend_ps(_mm512_test_epi32_mask(i, half), low, high));
    }
    return x;
}

int lanes_pick(const float *table, const int *at, float *out, int n)
{
    return __builtin_cpu_supports("avx512f") ? pick(table, at, out, n) : 0;
}

#endif
