/* band_levels.h - levels that a histogram suggests, as OpenCV's threshold finds them.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_BAND_LEVELS_H
#define OPS_BAND_LEVELS_H

#include <stdint.h>

/* The level that parts the pixels into two classes with the greatest variance between them (Otsu
 * 1979). 0 where there are not two. */
int level_otsu(const int64_t *counts, int bins);

/* The level farthest from the line between the histogram's peak and its farther end (Zack 1977), of
 * 256 bins. */
int level_triangle(const int64_t *counts);

#endif
