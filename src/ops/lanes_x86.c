/* lanes_x86.c - arithmetic in float32 on rows of small integers by AVX2.
 *
 * 32 pixels at a time: four vectors of eight floats each, which two packing instructions bring
 * back together. These saturate, so that only the conversion to int32 needs a bound: the highest
 * value comes first in the minimum, which then keeps NaN, and NaN converts to the lowest int32.
 * SPDX-License-Identifier: MIT */
#include "ops/lanes.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define INLINE AVX2 __attribute__((always_inline)) static inline

enum { PIXELS = 32, LANES = 8, VECTORS = PIXELS / LANES };

INLINE __m256 load_uint8(const uint8 *p)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}

INLINE __m256 load_uint16(const uint16 *p)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p)));
}

INLINE __m256 load_int16(const int16 *p)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)p)));
}

INLINE __m256 load_float32(const float32 *p)
{
    return _mm256_loadu_ps(p);
}

INLINE __m256i rounded(__m256 v, float highest)
{
    return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_set1_ps(highest), v));
}

INLINE void store_uint8(uint8 *p, const __m256 *v)
{
    const __m256i low = _mm256_packs_epi32(rounded(v[0], UINT8_MAX), rounded(v[1], UINT8_MAX));
    const __m256i high = _mm256_packs_epi32(rounded(v[2], UINT8_MAX), rounded(v[3], UINT8_MAX));
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i mixed = _mm256_packus_epi16(low, high);

    _mm256_storeu_si256((__m256i *)p, _mm256_permutevar8x32_epi32(mixed, order));
}

#define STORE_WORDS(T, PACK, HIGHEST)                                                              \
    INLINE void store_##T(T *p, const __m256 *v)                                                   \
    {                                                                                              \
        for (int i = 0; i < VECTORS; i += 2) {                                                     \
            const __m256i mixed = PACK(rounded(v[i], HIGHEST), rounded(v[i + 1], HIGHEST));        \
            _mm256_storeu_si256((__m256i *)(p + i * LANES),                                        \
                                _mm256_permute4x64_epi64(mixed, 0xd8));                            \
        }                                                                                          \
    }
STORE_WORDS(uint16, _mm256_packus_epi32, UINT16_MAX)
STORE_WORDS(int16, _mm256_packs_epi32, INT16_MAX)

static bool is_there(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* RESULT is of the vectors a and b, of type FROM at `left` and `right`. */
#define BLOCKS(FROM, TO, LEFT, RIGHT, RESULT)                                                      \
    int x = 0;                                                                                     \
                                                                                                   \
    for (; x + PIXELS <= n; x += PIXELS) {                                                         \
        __m256 v[VECTORS];                                                                         \
        for (int i = 0; i < VECTORS; i++) {                                                        \
            const __m256 a = load_##FROM((LEFT) + x + i * LANES);                                  \
            const __m256 b = load_##FROM((RIGHT) + x + i * LANES);                                 \
            v[i] = (RESULT);                                                                       \
        }                                                                                          \
        store_##TO(out + x, v);                                                                    \
    }                                                                                              \
    return x

/* b is a again, and not used. */
#define OF_ONE(NAME, FROM, TO, RESULT)                                                             \
    AVX2 static int NAME(const FROM *in, TO *out, int n, float alpha, float beta)                  \
    {                                                                                              \
        const __m256 factor = _mm256_set1_ps(alpha), offset = _mm256_set1_ps(beta);                \
                                                                                                   \
        BLOCKS(FROM, TO, in, in, ((void)b, RESULT(_mm256_fmadd_ps(a, factor, offset))));           \
    }                                                                                              \
    int lanes_##NAME(const FROM *in, TO *out, int n, float alpha, float beta)                      \
    {                                                                                              \
        return is_there() ? NAME(in, out, n, alpha, beta) : 0;                                     \
    }
#define SCALE(FROM, TO) OF_ONE(scale_##FROM##_to_##TO, FROM, TO, )
#define SCALE_TO(TO) SCALE(uint8, TO) SCALE(uint16, TO) SCALE(int16, TO) SCALE(float32, TO)
SCALE_TO(uint8)
SCALE_TO(uint16)
SCALE_TO(int16)

#define MAGNITUDE(V) _mm256_andnot_ps(_mm256_set1_ps(-0.0F), V)
#define SCALE_ABS(FROM) OF_ONE(scale_abs_##FROM, FROM, uint8, MAGNITUDE)
SCALE_ABS(uint8)
SCALE_ABS(uint16)
SCALE_ABS(int16)
SCALE_ABS(float32)

#define WEIGH(T)                                                                                   \
    AVX2 static int weigh_##T(const T *left, const T *right, T *out, int n, float alpha,           \
                              float beta, float gamma)                                             \
    {                                                                                              \
        const __m256 first = _mm256_set1_ps(alpha), second = _mm256_set1_ps(beta);                 \
        const __m256 offset = _mm256_set1_ps(gamma);                                               \
                                                                                                   \
        BLOCKS(T, T, left, right, _mm256_fmadd_ps(a, first, _mm256_fmadd_ps(b, second, offset)));  \
    }                                                                                              \
    int lanes_weigh_##T(const T *left, const T *right, T *out, int n, float alpha, float beta,     \
                        float gamma)                                                               \
    {                                                                                              \
        return is_there() ? weigh_##T(left, right, out, n, alpha, beta, gamma) : 0;                \
    }
WEIGH(uint8)
WEIGH(uint16)
WEIGH(int16)

INLINE __m256 product(__m256 a, __m256 b, __m256 scale)
{
    return _mm256_mul_ps(_mm256_mul_ps(scale, a), b);
}

INLINE __m256 quotient(__m256 a, __m256 b, __m256 scale)
{
    const __m256 other_than_0 = _mm256_cmp_ps(b, _mm256_setzero_ps(), _CMP_NEQ_UQ);

    return _mm256_and_ps(_mm256_div_ps(_mm256_mul_ps(a, scale), b), other_than_0);
}

#define SCALED(NAME, T, RESULT)                                                                    \
    AVX2 static int NAME##_##T(const T *left, const T *right, T *out, int n, float scale)          \
    {                                                                                              \
        const __m256 factor = _mm256_set1_ps(scale);                                               \
                                                                                                   \
        BLOCKS(T, T, left, right, RESULT(a, b, factor));                                           \
    }                                                                                              \
    int lanes_##NAME##_##T(const T *left, const T *right, T *out, int n, float scale)              \
    {                                                                                              \
        return is_there() ? NAME##_##T(left, right, out, n, scale) : 0;                            \
    }
#define PRODUCT_AND_QUOTIENT(T) SCALED(multiply, T, product) SCALED(divide, T, quotient)
PRODUCT_AND_QUOTIENT(uint8)
PRODUCT_AND_QUOTIENT(uint16)
PRODUCT_AND_QUOTIENT(int16)

#endif
