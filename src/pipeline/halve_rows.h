/* halve_rows.h - the plain loops of overviews, over rows of pixels that are all there.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_HALVE_ROWS_H
#define PIPELINE_HALVE_ROWS_H

#include "pipeline/halve.h"

/* Two rows of 2 n pixels to n means, three rows of 2 n + 1 to n weighted ones (GAUSS), as if all
 * were inside the data. NULL for the types and methods that have none. */
typedef void halve_means(const void *const *rows, void *out, int64_t n);
extern halve_means *const halve_means_of[PX_N_TYPES][HALVE_N];

/* How many of n pixels are NaN or have that value, which the type can hold (NaN: none has). NULL for
 * 64-bit integers. */
typedef int64_t halve_count(const void *row, double value, int64_t n);
extern halve_count *const halve_counts[PX_N_TYPES];

/* Every other one of 2 n pixels of so many bytes. */
void halve_nearest(size_t pixel_bytes, const void *in, void *out, int64_t n);

/* Of masks: where any pixel of three rows is inside, of two or three (reach 0 or 1) side by side. */
void halve_any(const uint8 *const *rows, int reach, uint8 *restrict to, int64_t n);

#endif
