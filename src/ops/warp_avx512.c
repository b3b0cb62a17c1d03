/* warp_avx512.c - pixels looked up at positions along a row by AVX-512, 16 at a time: two
 * neighbours come with one gather where they fit 32 bits.
 *
 * Measured on uint8, linear, turned by 10 degrees, 4096 x 4096, one core of a Sapphire Rapids Xeon
 * shared with others, in Mpixel/s: plain 430, avx512 900.
 * SPDX-License-Identifier: MIT */
#include "ops/warp.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { LANES = 16 };

#define TARGET target("avx512f,avx512bw,avx512vl,avx512dq")
#define AVX512 __attribute__((TARGET, always_inline)) static inline

/* 16 positions and which of them there are. */
struct lanes {
    __mmask16 mask;
    __m512i x, y, at; /* at: where the pixel lies, in bytes */
};

AVX512 struct lanes lanes_at(const struct warp_flat *f, const struct warp_positions *p,
                             struct warp_span s, int column, int size)
{
    const int n = s.to - column;
    struct lanes l = {.mask = (__mmask16)(n >= LANES ? 0xffff : (1 << n) - 1)};

    l.x = _mm512_maskz_loadu_epi32(l.mask, p->x + column);
    l.y = _mm512_maskz_loadu_epi32(l.mask, p->y + column);
    const __m512i rows =
        _mm512_mullo_epi32(_mm512_srai_epi32(l.y, WARP_BITS), _mm512_set1_epi32(f->stride));
    const __m512i columns =
        _mm512_mullo_epi32(_mm512_srai_epi32(l.x, WARP_BITS), _mm512_set1_epi32(size));
    l.at = _mm512_add_epi32(rows, columns);
    return l;
}

AVX512 __m512i gather(const struct warp_flat *f, __mmask16 mask, __m512i at)
{
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, at, f->base, 1);
}

AVX512 __m512i fine(__m512i position)
{
    return _mm512_and_si512(_mm512_srai_epi32(position, WARP_BITS - WARP_FINE_BITS),
                            _mm512_set1_epi32(WARP_FINE - 1));
}

#define EACH_GROUP(NAME, T, BODY)                                                                  \
    __attribute__((TARGET)) static void NAME(                                                      \
        const struct warp_flat *f, const struct warp_positions *p, struct warp_span s, void *to)   \
    {                                                                                              \
        T *out = to;                                                                               \
                                                                                                   \
        for (int x = s.from; x < s.to; x += LANES) {                                               \
            const struct lanes l = lanes_at(f, p, s, x, (int)sizeof(T));                           \
            BODY;                                                                                  \
        }                                                                                          \
    }

/* --- nearest ---------------------------------------------------------------------------------- */

EACH_GROUP(nearest_8, uint8,
           _mm512_mask_cvtepi32_storeu_epi8(out + x, l.mask, gather(f, l.mask, l.at)))
EACH_GROUP(nearest_16, uint16,
           _mm512_mask_cvtepi32_storeu_epi16(out + x, l.mask, gather(f, l.mask, l.at)))
EACH_GROUP(nearest_32, uint32, _mm512_mask_storeu_epi32(out + x, l.mask, gather(f, l.mask, l.at)))

/* --- linear ----------------------------------------------------------------------------------- */

/* 32 - fine and fine, as the two halves of each lane. */
AVX512 __m512i weight_pairs(__m512i position)
{
    const __m512i f = fine(position);

    return _mm512_or_si512(_mm512_sub_epi32(_mm512_set1_epi32(WARP_FINE), f),
                           _mm512_slli_epi32(f, 16));
}

/* Bytes 0 and 1 of each lane to its halves. */
AVX512 __m512i spread(__m512i v)
{
    return _mm512_or_si512(
        _mm512_and_si512(v, _mm512_set1_epi32(UINT8_MAX)),
        _mm512_slli_epi32(_mm512_and_si512(v, _mm512_set1_epi32(UINT8_MAX << 8)), 8));
}

/* Integers: along x in both rows, then along y; every sum is exact. */
AVX512 __m512i blend_uint8(const struct warp_flat *f, const struct lanes *l)
{
    const __m512i stride = _mm512_set1_epi32(f->stride);
    const __m512i wx = weight_pairs(l->x), wy = weight_pairs(l->y);
    const __m512i above = gather(f, l->mask, l->at);
    const __m512i below = gather(f, l->mask, _mm512_add_epi32(l->at, stride));
    const __m512i a = _mm512_madd_epi16(spread(above), wx);
    const __m512i b = _mm512_madd_epi16(spread(below), wx);
    const __m512i sum = _mm512_madd_epi16(_mm512_or_si512(a, _mm512_slli_epi32(b, 16)), wy);

    return _mm512_srli_epi32(_mm512_add_epi32(sum, _mm512_set1_epi32(WARP_FINE * WARP_FINE / 2)),
                             2 * WARP_FINE_BITS);
}

/* Pixels a b above c d, with float32 weights as the plain kernel has them. */
AVX512 __m512 blend(const struct lanes *l, __m512 a, __m512 b, __m512 c, __m512 d)
{
    const __m512 unit = _mm512_set1_ps(1.0F / WARP_FINE), one = _mm512_set1_ps(1);
    const __m512 right = _mm512_mul_ps(_mm512_cvtepi32_ps(fine(l->x)), unit);
    const __m512 below = _mm512_mul_ps(_mm512_cvtepi32_ps(fine(l->y)), unit);
    const __m512 left = _mm512_sub_ps(one, right), above = _mm512_sub_ps(one, below);
    __m512 sum = _mm512_mul_ps(a, _mm512_mul_ps(above, left));

    sum = _mm512_add_ps(sum, _mm512_mul_ps(b, _mm512_mul_ps(above, right)));
    sum = _mm512_add_ps(sum, _mm512_mul_ps(c, _mm512_mul_ps(below, left)));
    return _mm512_add_ps(sum, _mm512_mul_ps(d, _mm512_mul_ps(below, right)));
}

/* The lower and upper half of each lane. */
AVX512 __m512 low_uint16(__m512i v)
{
    return _mm512_cvtepi32_ps(_mm512_and_si512(v, _mm512_set1_epi32(UINT16_MAX)));
}

AVX512 __m512 high_uint16(__m512i v)
{
    return _mm512_cvtepi32_ps(_mm512_srli_epi32(v, 16));
}

AVX512 __m512 low_int16(__m512i v)
{
    return _mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(v, 16), 16));
}

AVX512 __m512 high_int16(__m512i v)
{
    return _mm512_cvtepi32_ps(_mm512_srai_epi32(v, 16));
}

#define BLEND_16(T)                                                                                \
    AVX512 __m512i blend_##T(const struct warp_flat *f, const struct lanes *l)                     \
    {                                                                                              \
        const __m512i stride = _mm512_set1_epi32(f->stride);                                       \
        const __m512i above = gather(f, l->mask, l->at);                                           \
        const __m512i below = gather(f, l->mask, _mm512_add_epi32(l->at, stride));                 \
                                                                                                   \
        return _mm512_cvtps_epi32(                                                                 \
            blend(l, low_##T(above), high_##T(above), low_##T(below), high_##T(below)));           \
    }
BLEND_16(uint16)
BLEND_16(int16)

AVX512 __m512 blend_float32(const struct warp_flat *f, const struct lanes *l)
{
    const __m512i next = _mm512_set1_epi32((int)sizeof(float));
    const __m512i below = _mm512_add_epi32(l->at, _mm512_set1_epi32(f->stride));

    return blend(l, _mm512_castsi512_ps(gather(f, l->mask, l->at)),
                 _mm512_castsi512_ps(gather(f, l->mask, _mm512_add_epi32(l->at, next))),
                 _mm512_castsi512_ps(gather(f, l->mask, below)),
                 _mm512_castsi512_ps(gather(f, l->mask, _mm512_add_epi32(below, next))));
}

EACH_GROUP(linear_uint8, uint8,
           _mm512_mask_cvtepi32_storeu_epi8(out + x, l.mask, blend_uint8(f, &l)))
EACH_GROUP(linear_uint16, uint16,
           _mm512_mask_cvtusepi32_storeu_epi16(out + x, l.mask, blend_uint16(f, &l)))
EACH_GROUP(linear_int16, int16,
           _mm512_mask_cvtsepi32_storeu_epi16(out + x, l.mask, blend_int16(f, &l)))
EACH_GROUP(linear_float32, float, _mm512_mask_storeu_ps(out + x, l.mask, blend_float32(f, &l)))

/* --- choice ----------------------------------------------------------------------------------- */

static bool processor_has_it(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

warp_gather *warp_gather_nearest(enum pixel_type type)
{
    switch (processor_has_it() ? pixel_size(type) : 0) {
    case 1:
        return nearest_8;
    case 2:
        return nearest_16;
    case 4:
        return nearest_32;
    }
    return NULL;
}

warp_gather *warp_gather_linear(enum pixel_type type)
{
    static warp_gather *const linear[PX_N_KERNEL_TYPES] = {
        [PX_UINT8] = linear_uint8,
        [PX_UINT16] = linear_uint16,
        [PX_INT16] = linear_int16,
        [PX_FLOAT32] = linear_float32,
    };

    return processor_has_it() ? linear[type] : NULL;
}

#else

warp_gather *warp_gather_nearest(enum pixel_type type)
{
    return NULL;
}

warp_gather *warp_gather_linear(enum pixel_type type)
{
    return NULL;
}

#endif
