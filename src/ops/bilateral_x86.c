/* bilateral_x86.c - weights of the bilateral filter looked up by x86's gathers and permutations.
 * SPDX-License-Identifier: MIT */
#include "ops/bilateral.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512bw,avx512vl,avx512vbmi,fma")))

/* Adds 8 weights, and values of each band weighed by them. */
AVX2 static inline void add_8(float *sums, int bands, __m256 w, const __m256 *values)
{
    _mm256_storeu_ps(sums, _mm256_add_ps(_mm256_loadu_ps(sums), w));
    for (int b = 0; b < bands; b++) {
        sums += BILATERAL_TILE;
        _mm256_storeu_ps(sums, _mm256_fmadd_ps(values[b], w, _mm256_loadu_ps(sums)));
    }
}

AVX2 static inline __m256i load_8_uint8(const void *row, int x)
{
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)((const uint8 *)row + x)));
}

#define ADD_UINT8(NAME, BANDS, KIND)                                                               \
    AVX2 static void NAME(const struct bilateral_table *t, float space, const void *const *rows,   \
                          float *sums, int n)                                                      \
    {                                                                                              \
        const __m256 spaces = _mm256_set1_ps(space);                                               \
        const void *rest[2 * (BANDS)];                                                             \
        int x = 0;                                                                                 \
                                                                                                   \
        for (; x + 8 <= n; x += 8) {                                                               \
            __m256i apart = _mm256_setzero_si256();                                                \
            __m256 values[BANDS];                                                                  \
            for (int b = 0; b < (BANDS); b++) {                                                    \
                const __m256i own = load_8_uint8(rows[b], x);                                      \
                const __m256i other = load_8_uint8(rows[(BANDS) + b], x);                          \
                values[b] = _mm256_cvtepi32_ps(other);                                             \
                apart = _mm256_add_epi32(apart, _mm256_abs_epi32(_mm256_sub_epi32(own, other)));   \
            }                                                                                      \
            const __m256 w = _mm256_mul_ps(spaces, _mm256_i32gather_ps(t->weights, apart, 4));     \
            add_8(sums + x, BANDS, w, values);                                                     \
        }                                                                                          \
        for (int i = 0; i < 2 * (BANDS); i++)                                                      \
            rest[i] = (const uint8 *)rows[i] + x;                                                  \
        bilateral_plain[KIND](t, space, rest, sums + x, n - x);                                    \
    }
ADD_UINT8(uint8_avx2, 1, BILATERAL_UINT8)
ADD_UINT8(uint8_3_avx2, 3, BILATERAL_UINT8_3)

/* weights[at] and weights[at + 1], each pair by one load. They are gathered in an order that the
 * parting of pairs, which works on each half of a register by itself, undoes. */
AVX2 static inline void gather_8_pairs(const float *weights, __m256i at, __m256 *a, __m256 *b)
{
    const __m256i order = _mm256_permute4x64_epi64(at, 0xd8);
    const __m256 low = _mm256_castsi256_ps(_mm256_i32gather_epi64(
        (const void *)weights, _mm256_castsi256_si128(order), sizeof *weights));
    const __m256 high = _mm256_castsi256_ps(_mm256_i32gather_epi64(
        (const void *)weights, _mm256_extracti128_si256(order, 1), sizeof *weights));

    *a = _mm256_shuffle_ps(low, high, 0x88);
    *b = _mm256_shuffle_ps(low, high, 0xdd);
}

#define ADD_FLOAT32(NAME, BANDS, KIND)                                                             \
    AVX2 static void NAME(const struct bilateral_table *t, float space, const void *const *rows,   \
                          float *sums, int n)                                                      \
    {                                                                                              \
        const __m256 spaces = _mm256_set1_ps(space), per_unit = _mm256_set1_ps(t->per_unit);       \
        const __m256 most = _mm256_set1_ps(t->most), one = _mm256_set1_ps(1);                      \
        const __m256 sign = _mm256_set1_ps(-0.0F);                                                 \
        const void *rest[2 * (BANDS)];                                                             \
        int x = 0;                                                                                 \
                                                                                                   \
        for (; x + 8 <= n; x += 8) {                                                               \
            __m256 apart = _mm256_setzero_ps(), values[BANDS];                                     \
            for (int b = 0; b < (BANDS); b++) {                                                    \
                const __m256 own = _mm256_loadu_ps((const float *)rows[b] + x);                    \
                values[b] = _mm256_loadu_ps((const float *)rows[(BANDS) + b] + x);                 \
                apart =                                                                            \
                    _mm256_add_ps(apart, _mm256_andnot_ps(sign, _mm256_sub_ps(own, values[b])));   \
            }                                                                                      \
            __m256 part = _mm256_min_ps(_mm256_mul_ps(apart, per_unit), most);                     \
            const __m256i at = _mm256_cvttps_epi32(part);                                          \
            part = _mm256_sub_ps(part, _mm256_cvtepi32_ps(at));                                    \
            __m256 a, b;                                                                           \
            gather_8_pairs(t->weights, at, &a, &b);                                                \
            const __m256 w = _mm256_fmadd_ps(b, part, _mm256_mul_ps(a, _mm256_sub_ps(one, part))); \
            add_8(sums + x, BANDS, _mm256_mul_ps(spaces, w), values);                              \
        }                                                                                          \
        for (int i = 0; i < 2 * (BANDS); i++)                                                      \
            rest[i] = (const float *)rows[i] + x;                                                  \
        bilateral_plain[KIND](t, space, rest, sums + x, n - x);                                    \
    }
ADD_FLOAT32(float32_avx2, 1, BILATERAL_FLOAT32)
ADD_FLOAT32(float32_3_avx2, 3, BILATERAL_FLOAT32_3)

AVX512 static inline void add_16(float *sums, __m512 spaces, __m512i weights, const uint8 *values)
{
    const __m512 w = _mm512_mul_ps(spaces, _mm512_castsi512_ps(weights));
    const __m512 v =
        _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)values)));

    _mm512_storeu_ps(sums, _mm512_add_ps(_mm512_loadu_ps(sums), w));
    sums += BILATERAL_TILE;
    _mm512_storeu_ps(sums, _mm512_fmadd_ps(v, w, _mm512_loadu_ps(sums)));
}

/* One byte of the weights of 64 differences; `high` says which are above 127. Where all are
 * `small`, below 64, as near most pixels, a quarter of the table will do. */
AVX512 static inline __m512i look_up(const __m512i table[4], __m512i apart, bool small,
                                     __mmask64 high)
{
    if (small)
        return _mm512_permutexvar_epi8(apart, table[0]);
    return _mm512_mask_blend_epi8(high, _mm512_permutex2var_epi8(table[0], apart, table[1]),
                                  _mm512_permutex2var_epi8(table[2], apart, table[3]));
}

/* Adds 64 weights and weighted values. */
AVX512 static inline void add_64(float *sums, __m512 spaces, __m512i bytes[sizeof(float)][4],
                                 __m512i apart, bool small, const uint8 *values)
{
    const __mmask64 high = _mm512_movepi8_mask(apart);
    const __m512i b0 = look_up(bytes[0], apart, small, high),
                  b1 = look_up(bytes[1], apart, small, high);
    const __m512i b2 = look_up(bytes[2], apart, small, high),
                  b3 = look_up(bytes[3], apart, small, high);
    const __m512i low_a = _mm512_unpacklo_epi8(b0, b1), low_b = _mm512_unpackhi_epi8(b0, b1);
    const __m512i high_a = _mm512_unpacklo_epi8(b2, b3), high_b = _mm512_unpackhi_epi8(b2, b3);

    add_16(sums, spaces, _mm512_unpacklo_epi16(low_a, high_a), values);
    add_16(sums + 16, spaces, _mm512_unpackhi_epi16(low_a, high_a), values + 16);
    add_16(sums + 32, spaces, _mm512_unpacklo_epi16(low_b, high_b), values + 32);
    add_16(sums + 48, spaces, _mm512_unpackhi_epi16(low_b, high_b), values + 48);
}

/* The differences are first put where the joining of bytes to floats, which works on each quarter
 * of a register by itself, brings their weights in order. */
AVX512 static void uint8_avx512(const struct bilateral_table *t, float space,
                                const void *const *rows, float *sums, int n)
{
    const __m512i order =
        _mm512_setr_epi32(0x03020100, 0x13121110, 0x23222120, 0x33323130, 0x07060504, 0x17161514,
                          0x27262524, 0x37363534, 0x0b0a0908, 0x1b1a1918, 0x2b2a2928, 0x3b3a3938,
                          0x0f0e0d0c, 0x1f1e1d1c, 0x2f2e2d2c, 0x3f3e3d3c);
    const __m512 spaces = _mm512_set1_ps(space);
    const void *rest[2];
    __m512i bytes[sizeof(float)][4];
    int x = 0;

    for (int i = 0; i < 16; i++)
        bytes[i / 4][i % 4] = _mm512_loadu_si512(t->bytes + 64 * i);
    for (; x + 64 <= n; x += 64) {
        const uint8 *const values = (const uint8 *)rows[1] + x;
        const __m512i own = _mm512_loadu_si512((const uint8 *)rows[0] + x);
        const __m512i other = _mm512_loadu_si512(values);
        const __m512i apart = _mm512_permutexvar_epi8(
            order, _mm512_or_si512(_mm512_subs_epu8(own, other), _mm512_subs_epu8(other, own)));
        if (_mm512_cmpge_epu8_mask(apart, _mm512_set1_epi8(64)) == 0)
            add_64(sums + x, spaces, bytes, apart, true, values);
        else
            add_64(sums + x, spaces, bytes, apart, false, values);
    }
    for (int i = 0; i < 2; i++)
        rest[i] = (const uint8 *)rows[i] + x;
    uint8_avx2(t, space, rest, sums + x, n - x);
}

/* The same for 16. */
AVX512 static inline void gather_16_pairs(const float *weights, __m512i at, __m512 *a, __m512 *b)
{
    const __m512i order = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), at);
    const __m512 low = _mm512_castsi512_ps(
        _mm512_i32gather_epi64(_mm512_castsi512_si256(order), weights, sizeof *weights));
    const __m512 high = _mm512_castsi512_ps(
        _mm512_i32gather_epi64(_mm512_extracti64x4_epi64(order, 1), weights, sizeof *weights));

    *a = _mm512_shuffle_ps(low, high, 0x88);
    *b = _mm512_shuffle_ps(low, high, 0xdd);
}

AVX512 static void float32_avx512(const struct bilateral_table *t, float space,
                                  const void *const *rows, float *sums, int n)
{
    const __m512 spaces = _mm512_set1_ps(space), per_unit = _mm512_set1_ps(t->per_unit);
    const __m512 most = _mm512_set1_ps(t->most), one = _mm512_set1_ps(1);
    const float *const own = rows[0], *const others = rows[1];
    const void *rest[2];
    int x = 0;

    for (; x + 16 <= n; x += 16, sums += 16) {
        const __m512 other = _mm512_loadu_ps(others + x);
        const __m512 apart = _mm512_abs_ps(_mm512_sub_ps(_mm512_loadu_ps(own + x), other));
        __m512 part = _mm512_min_ps(_mm512_mul_ps(apart, per_unit), most), a, b;
        const __m512i at = _mm512_cvttps_epi32(part);
        part = _mm512_sub_ps(part, _mm512_cvtepi32_ps(at));
        gather_16_pairs(t->weights, at, &a, &b);
        const __m512 w = _mm512_mul_ps(
            spaces, _mm512_fmadd_ps(b, part, _mm512_mul_ps(a, _mm512_sub_ps(one, part))));
        _mm512_storeu_ps(sums, _mm512_add_ps(_mm512_loadu_ps(sums), w));
        _mm512_storeu_ps(sums + BILATERAL_TILE,
                         _mm512_fmadd_ps(other, w, _mm512_loadu_ps(sums + BILATERAL_TILE)));
    }
    rest[0] = own + x;
    rest[1] = others + x;
    bilateral_plain[BILATERAL_FLOAT32](t, space, rest, sums, n - x);
}

int bilateral_variants(int kind, bilateral_add *variants[BILATERAL_VARIANTS])
{
    static bilateral_add *const avx2[BILATERAL_KINDS] = {uint8_avx2, uint8_3_avx2, float32_avx2,
                                                         float32_3_avx2};
    static bilateral_add *const avx512[BILATERAL_KINDS] = {
        [BILATERAL_UINT8] = uint8_avx512, [BILATERAL_FLOAT32] = float32_avx512};
    int n = 0;

    variants[n++] = bilateral_plain[kind];
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return n;
    variants[n++] = avx2[kind];
    if (avx512[kind] && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vbmi"))
        variants[n++] = avx512[kind];
    return n;
}

#else

int bilateral_variants(int kind, bilateral_add *variants[BILATERAL_VARIANTS])
{
    variants[0] = bilateral_plain[kind];
    return 1;
}

#endif
