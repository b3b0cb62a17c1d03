/* interleave.h - pixels of several bands side by side, to rows of one band each and back.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_INTERLEAVE_H
#define RASTER_INTERLEAVE_H

#include "base/pixel.h"

/* Of n pixels of `bands` bands side by side, those of band b. */
void interleave_pick(const uint8 *pixels, int bands, int b, int64_t n, uint8 *out);

/* n pixels of three rows, side by side. */
void interleave_3(const uint8 *const rows[3], int64_t n, uint8 *out);

#endif
