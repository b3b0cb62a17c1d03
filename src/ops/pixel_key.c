/* pixel_key.c - pixels of every type as unsigned numbers that have the order of their values.
 * SPDX-License-Identifier: MIT */
#include "ops/pixel_key.h"

uint64_t key_zero(enum pixel_type type)
{
    const bool has_sign = type == PX_INT16 || type == PX_INT32 || type == PX_INT64;

    return has_sign ? (uint64_t)1 << (key_bits(type) - 1) : 0;
}

int64_t key_int(enum pixel_type type, uint64_t key)
{
    return (int64_t)(key - key_zero(type)); /* modulo 2^64 */
}

double key_real(enum pixel_type type, uint64_t key)
{
    if (type == PX_FLOAT32) {
        const uint32 bits = (uint32)key ^ (key >> 31 ? 0x80000000u : UINT32_MAX);
        float32 v;
        memcpy(&v, &bits, sizeof v);
        return (double)v;
    }
    if (type == PX_FLOAT64) {
        const uint64 bits = key ^ (key >> 63 ? (uint64)1 << 63 : UINT64_MAX);
        float64 v;
        memcpy(&v, &bits, sizeof v);
        return v;
    }
    return type == PX_UINT64 ? (double)key : (double)key_int(type, key);
}
