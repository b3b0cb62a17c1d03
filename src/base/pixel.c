/* pixel.c - the types a pixel can have, their names, sizes and ranges.
 * SPDX-License-Identifier: MIT */
#include "base/pixel.h"

#include <assert.h>
#include <float.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *gdal;
    size_t size;
    double lowest, highest;
    bool is_float;
} types[PX_N_TYPES] = {
    [PX_UINT8] = {"uint8", "Byte", 1, 0, UINT8_MAX, false},
    [PX_UINT16] = {"uint16", "UInt16", 2, 0, UINT16_MAX, false},
    [PX_INT16] = {"int16", "Int16", 2, INT16_MIN, INT16_MAX, false},
    [PX_UINT32] = {"uint32", "UInt32", 4, 0, UINT32_MAX, false},
    [PX_INT32] = {"int32", "Int32", 4, INT32_MIN, INT32_MAX, false},
    [PX_UINT64] = {"uint64", "UInt64", 8, 0, 18446744073709551615.0, false},
    [PX_INT64] = {"int64", "Int64", 8, -9223372036854775808.0, 9223372036854775807.0, false},
    [PX_FLOAT32] = {"float32", "Float32", 4, -FLT_MAX, FLT_MAX, true},
    [PX_FLOAT64] = {"float64", "Float64", 8, -DBL_MAX, DBL_MAX, true},
};

size_t pixel_size(enum pixel_type type)
{
    assert(type < PX_N_TYPES);
    return types[type].size;
}

const char *pixel_name(enum pixel_type type)
{
    assert(type < PX_N_TYPES);
    return types[type].name;
}

bool pixel_is_float(enum pixel_type type)
{
    return types[type].is_float;
}

double pixel_lowest(enum pixel_type type)
{
    return types[type].lowest;
}

double pixel_highest(enum pixel_type type)
{
    return types[type].highest;
}

bool pixel_from_name(const char *name, enum pixel_type *type)
{
    for (int t = 0; t < PX_N_TYPES; t++)
        if (strcasecmp(name, types[t].name) == 0 || strcasecmp(name, types[t].gdal) == 0) {
            *type = (enum pixel_type)t;
            return true;
        }
    return false;
}

/* Clamped in double; exact because every bound of a type up to 32 bits is a double. */
static double rounded(enum pixel_type type, double v)
{
    if (isnan(v))
        return 0;
    double r = rint(v);
    return fmin(fmax(r, types[type].lowest), types[type].highest);
}

void pixel_store(enum pixel_type type, double v, void *out)
{
    double r = types[type].is_float ? v : rounded(type, v);

#define STORE(T) (memcpy(out, &(T){(T)r}, sizeof(T)))
    switch (type) {
    case PX_UINT8:
        STORE(uint8);
        break;
    case PX_UINT16:
        STORE(uint16);
        break;
    case PX_INT16:
        STORE(int16);
        break;
    case PX_UINT32:
        STORE(uint32);
        break;
    case PX_INT32:
        STORE(int32);
        break;
    case PX_FLOAT32:
        STORE(float32);
        break;
    case PX_FLOAT64:
        STORE(float64);
        break;
    case PX_UINT64: /* 2^64 - 1 is no double: the clamp gives 2^64, one too many */
        memcpy(out, &(uint64){r >= 18446744073709551615.0 ? UINT64_MAX : (uint64)r}, 8);
        break;
    case PX_INT64:
        memcpy(out, &(int64){r >= 9223372036854775807.0 ? INT64_MAX : (int64)r}, 8);
        break;
    case PX_N_TYPES:
        assert(type != PX_N_TYPES);
    }
#undef STORE
}

void pixel_fill(enum pixel_type type, double v, void *out, size_t n)
{
    unsigned char one[8];
    unsigned char *at = out;
    size_t size = pixel_size(type);

    pixel_store(type, v, one);
    for (size_t i = 0; i < n; i++)
        memcpy(at + i * size, one, size);
}
