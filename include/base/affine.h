/* affine.h - the places of one grid's pixels in another's.
 *
 * Places are in pixels from the corner of each grid: the middle of the first pixel is (0.5, 0.5).
 * SPDX-License-Identifier: MIT */
#ifndef BASE_AFFINE_H
#define BASE_AFFINE_H

#include <stdbool.h>

/* x' = m[0] + m[1] x + m[2] y, y' = m[3] + m[4] x + m[5] y: the order of GDAL's geotransforms. */
struct affine {
    double m[6];
};

/* One on one. */
struct affine affine_identity(void);

bool affine_equal(const struct affine *a, const struct affine *b);

/* First b, then a. */
struct affine affine_compose(const struct affine *a, const struct affine *b);

/* The way back. False when there is none, as everything falls on a line. */
bool affine_invert(const struct affine *a, struct affine *back);

void affine_apply(const struct affine *a, double x, double y, double *to_x, double *to_y);

#endif
