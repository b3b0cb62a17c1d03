/* resize_area.h - OpenCV's resize by areas where each output pixel is the mean of whole input
 * pixels: factors 1/2, 1/3 … SPDX-License-Identifier: MIT */
#ifndef OPS_RESIZE_AREA_H
#define OPS_RESIZE_AREA_H

#include "ops/op.h"

/* Adds a stage that makes `out` from the current one, whose format is `in`: each pixel from a cell
 * of x by y pixels, of which the last ones may be cut by the edge. Takes uint8, uint16, int16,
 * float32 and float64. Fails if memory is short. */
bool resize_area_add(struct stages *s, struct format in, struct format out, int x, int y,
                     struct err *e) MUST_CHECK;

#endif
