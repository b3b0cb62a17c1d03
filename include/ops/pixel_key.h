/* pixel_key.h - pixels of every type as unsigned numbers that have the order of their values.
 *
 * An integer's key is what it is above the least of its type; a float's are its bits, turned over
 * where it is negative. -0 is +0. A NaN has no key.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_PIXEL_KEY_H
#define OPS_PIXEL_KEY_H

#include "base/pixel.h"

#include <string.h>

/* All types, in the order of enum pixel_type. */
#define FOR_EACH_STORED_TYPE(X)                                                                    \
    FOR_EACH_PIXEL_TYPE(X)                                                                         \
    X(uint64) X(int64)

static inline uint64_t key_uint8(uint8 v)
{
    return v;
}

static inline uint64_t key_uint16(uint16 v)
{
    return v;
}

static inline uint64_t key_int16(int16 v)
{
    return (uint16)((uint16)v ^ 0x8000u);
}

static inline uint64_t key_uint32(uint32 v)
{
    return v;
}

static inline uint64_t key_int32(int32 v)
{
    return (uint32)v ^ 0x80000000u;
}

static inline uint64_t key_float32(float32 v)
{
    const float32 same = v + 0.0f; /* -0 becomes +0 */
    uint32 bits;

    memcpy(&bits, &same, sizeof bits);
    return bits ^ (bits >> 31 ? UINT32_MAX : 0x80000000u);
}

static inline uint64_t key_float64(float64 v)
{
    const float64 same = v + 0.0;
    uint64 bits;

    memcpy(&bits, &same, sizeof bits);
    return bits ^ (bits >> 63 ? UINT64_MAX : (uint64)1 << 63);
}

static inline uint64_t key_uint64(uint64 v)
{
    return v;
}

static inline uint64_t key_int64(int64 v)
{
    return (uint64)v ^ (uint64)1 << 63;
}

static inline int key_bits(enum pixel_type type)
{
    return 8 * (int)pixel_size(type);
}

/* The key of 0 of a type of integers. */
uint64_t key_zero(enum pixel_type type);

/* The value that has the key; of integers of 64 bits, rounded. */
double key_real(enum pixel_type type, uint64_t key);

/* The same of a type of integers, as a number and its sign: v < 0 for those below 0. */
int64_t key_int(enum pixel_type type, uint64_t key); /* not uint64 */

#endif
