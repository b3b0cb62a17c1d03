/* lanes.h - arithmetic in float32 on rows of small integers by AVX2, as lanes of one vector.
 *
 * Compilers widen and narrow bytes in steps that cost more than the arithmetic. Each function does
 * the first pixels of a row, as many as fill whole vectors, and returns how many those are: 0 where
 * the processor has no AVX2. The plain loop of the op does the rest, with the same results bit for
 * bit. Types and rounding: saturate.h.
 *
 * Measured on rows in L1 (one core of a Sapphire Rapids Xeon), uint8 to uint8: 15,000 Mpixel/s; the
 * plain loop in AVX-512 7,000.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_LANES_H
#define OPS_LANES_H

#include "base/pixel.h"

/* Stands for one of these functions where there is none: the plain loop does the whole row. */
#define NO_LANES(...) 0

#if defined(__x86_64__)

/* fma(in, alpha, beta); its absolute value */
#define LANES_SCALE(FROM, TO)                                                                      \
    int lanes_scale_##FROM##_to_##TO(const FROM *in, TO *out, int n, float alpha, float beta);
#define LANES_SCALE_ABS(FROM)                                                                      \
    int lanes_scale_abs_##FROM(const FROM *in, uint8 *out, int n, float alpha, float beta);
/* fma(left, alpha, fma(right, beta, gamma)); scale · left · right; left · scale / right, or 0 */
#define LANES_OF_TWO(T)                                                                            \
    int lanes_weigh_##T(const T *left, const T *right, T *out, int n, float alpha, float beta,     \
                        float gamma);                                                              \
    int lanes_multiply_##T(const T *left, const T *right, T *out, int n, float scale);             \
    int lanes_divide_##T(const T *left, const T *right, T *out, int n, float scale);

/* Each byte's entry in a table of 256. */
int lanes_lookup(const uint8 *table, const uint8 *in, uint8 *out, int n);
int lanes_lookup_by_parts(const uint8 *table, const uint8 *in, uint8 *out,
                          int n); /* the slower way */

/* Of a table of LANES_PICK floats those at 0 <= at[i] < LANES_PICK. AVX-512 only. */
enum { LANES_PICK = 64 };
int lanes_pick(const float *table, const int *at, float *out, int n);

#else

static inline int lanes_pick(const float *table, const int *at, float *out, int n)
{
    (void)table, (void)at, (void)out, (void)n;
    return 0;
}
static inline int lanes_lookup(const uint8 *table, const uint8 *in, uint8 *out, int n)
{
    (void)table, (void)in, (void)out, (void)n;
    return 0;
}
#define lanes_lookup_by_parts lanes_lookup
#define LANES_NO_SCALE(NAME, FROM, TO)                                                             \
    static inline int NAME(const FROM *in, TO *out, int n, float alpha, float beta)                \
    {                                                                                              \
        (void)in, (void)out, (void)n, (void)alpha, (void)beta;                                     \
        return 0;                                                                                  \
    }
#define LANES_SCALE(FROM, TO) LANES_NO_SCALE(lanes_scale_##FROM##_to_##TO, FROM, TO)
#define LANES_SCALE_ABS(FROM) LANES_NO_SCALE(lanes_scale_abs_##FROM, FROM, uint8)
#define LANES_NONE(NAME, T)                                                                        \
    static inline int lanes_##NAME##_##T(const T *left, const T *right, T *out, int n,             \
                                         float scale)                                              \
    {                                                                                              \
        (void)left, (void)right, (void)out, (void)n, (void)scale;                                  \
        return 0;                                                                                  \
    }
#define LANES_OF_TWO(T)                                                                            \
    LANES_NONE(multiply, T)                                                                        \
    LANES_NONE(divide, T)                                                                          \
    static inline int lanes_weigh_##T(const T *left, const T *right, T *out, int n, float alpha,   \
                                      float beta, float gamma)                                     \
    {                                                                                              \
        (void)left, (void)right, (void)out, (void)n, (void)alpha, (void)beta, (void)gamma;         \
        return 0;                                                                                  \
    }

#endif

#define LANES_SCALE_TO(TO)                                                                         \
    LANES_SCALE(uint8, TO) LANES_SCALE(uint16, TO) LANES_SCALE(int16, TO) LANES_SCALE(float32, TO)
LANES_SCALE_TO(uint8)
LANES_SCALE_TO(uint16)
LANES_SCALE_TO(int16)
LANES_SCALE_ABS(uint8)
LANES_SCALE_ABS(uint16)
LANES_SCALE_ABS(int16)
LANES_SCALE_ABS(float32)
LANES_OF_TWO(uint8)
LANES_OF_TWO(uint16)
LANES_OF_TWO(int16)

#endif
