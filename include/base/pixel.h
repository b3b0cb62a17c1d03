/* pixel.h - the types a pixel can have, their names, sizes and ranges.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_PIXEL_H
#define BASE_PIXEL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t uint8;
typedef uint16_t uint16;
typedef int16_t int16;
typedef uint32_t uint32;
typedef int32_t int32;
typedef uint64_t uint64;
typedef int64_t int64;
typedef float float32;
typedef double float64;

/* The types kernels are made for, as X(uint8) … in the order of enum pixel_type. */
#define FOR_EACH_PIXEL_TYPE(X) X(uint8) X(uint16) X(int16) X(uint32) X(int32) X(float32) X(float64)

enum pixel_type {
    PX_UINT8,
    PX_UINT16,
    PX_INT16,
    PX_UINT32,
    PX_INT32,
    PX_FLOAT32,
    PX_FLOAT64,
    PX_N_KERNEL_TYPES, /* those above have kernels; those below are read, converted and written */
    PX_UINT64 = PX_N_KERNEL_TYPES,
    PX_INT64,
    PX_N_TYPES,
    PX_SAME = PX_N_TYPES /* in parameters: the type of the input */
};

size_t pixel_size(enum pixel_type type);
const char *pixel_name(enum pixel_type type);
bool pixel_is_float(enum pixel_type type);

/* The lowest and highest value of the type, as doubles (rounded for 64-bit integers). */
double pixel_lowest(enum pixel_type type);
double pixel_highest(enum pixel_type type);

/* Takes Tilery's names (uint8 …) and GDAL's (Byte, UInt16 …), in any case. */
bool pixel_from_name(const char *name, enum pixel_type *type);

/* Stores v in *out as a pixel of the type: rounded to nearest, ties to even, then clamped.
 * NaN becomes 0 in integer types. */
void pixel_store(enum pixel_type type, double v, void *out);

/* Pixel i of a row of the type. */
static inline double pixel_load(enum pixel_type type, const void *row, int64_t i)
{
    switch (type) {
    case PX_UINT8:
        return ((const uint8 *)row)[i];
    case PX_UINT16:
        return ((const uint16 *)row)[i];
    case PX_INT16:
        return ((const int16 *)row)[i];
    case PX_UINT32:
        return ((const uint32 *)row)[i];
    case PX_INT32:
        return ((const int32 *)row)[i];
    case PX_FLOAT32:
        return (double)((const float *)row)[i];
    case PX_FLOAT64:
        return ((const double *)row)[i];
    case PX_UINT64:
        return (double)((const uint64 *)row)[i];
    case PX_INT64:
        return (double)((const int64 *)row)[i];
    case PX_N_TYPES:
        break;
    }
    return 0;
}

/* Fills n pixels at out with the same value v, stored as by pixel_store. */
void pixel_fill(enum pixel_type type, double v, void *out, size_t n);

#endif
