/* saturate.h - results of arithmetic into pixels: rounded to nearest, ties to even, then clamped.
 *
 * saturate_uint8(v) takes a float, saturate_uint8_d(v) a double, and so on for every kernel type.
 * NaN becomes the lowest value of an integer type, as it does in OpenCV on x86. Unlike there,
 * values beyond int32 are clamped too. All are plain expressions that compilers turn into vector
 * code.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_SATURATE_H
#define OPS_SATURATE_H

#include "base/pixel.h"

/* The nearest int of a number within int's range. As one builtin it is one instruction of a vector;
 * the compiler may not join rint and the conversion itself, as these may raise other exceptions. */
#ifdef __has_builtin
#if __has_builtin(__builtin_irintf)
#define nearest_int_f __builtin_irintf
#define nearest_int __builtin_irint
#endif
#endif
#ifndef nearest_int
#define nearest_int_f(v) ((int)rintf(v))
#define nearest_int(v) ((int)rint(v))
#endif

/* The comparisons are such that NaN fails the first one. */
#define SATURATE_SMALL(T, LOWEST, HIGHEST)                                                         \
    static inline T saturate_##T(float v)                                                          \
    {                                                                                              \
        const float r = v > (float)(LOWEST) ? v : (float)(LOWEST);                                 \
        return (T)nearest_int_f(r < (float)(HIGHEST) ? r : (float)(HIGHEST));                      \
    }                                                                                              \
    static inline T saturate_##T##_d(double v)                                                     \
    {                                                                                              \
        const double r = v > (LOWEST) ? v : (LOWEST);                                              \
        return (T)nearest_int(r < (HIGHEST) ? r : (HIGHEST));                                      \
    }

SATURATE_SMALL(uint8, 0, UINT8_MAX)
SATURATE_SMALL(uint16, 0, UINT16_MAX)
SATURATE_SMALL(int16, INT16_MIN, INT16_MAX)

/* The bounds of 32-bit integers are no floats, so both kinds are clamped as doubles. */
#define SATURATE_LARGE(T, LOWEST, HIGHEST)                                                         \
    static inline T saturate_##T##_d(double v)                                                     \
    {                                                                                              \
        double r = rint(v);                                                                        \
        r = r > (double)(LOWEST) ? r : (double)(LOWEST);                                           \
        r = r < (double)(HIGHEST) ? r : (double)(HIGHEST);                                         \
        return (T)r;                                                                               \
    }                                                                                              \
    static inline T saturate_##T(float v)                                                          \
    {                                                                                              \
        return saturate_##T##_d(v);                                                                \
    }

SATURATE_LARGE(int32, INT32_MIN, INT32_MAX)
SATURATE_LARGE(uint32, 0, UINT32_MAX)

#define SATURATE_REAL(T)                                                                           \
    static inline T saturate_##T(float v)                                                          \
    {                                                                                              \
        return (T)v;                                                                               \
    }                                                                                              \
    static inline T saturate_##T##_d(double v)                                                     \
    {                                                                                              \
        return (T)v;                                                                               \
    }

SATURATE_REAL(float32)
SATURATE_REAL(float64)

#undef SATURATE_SMALL
#undef SATURATE_LARGE
#undef SATURATE_REAL
#endif
