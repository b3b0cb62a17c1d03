/* filter_2d.h - OpenCV's filter2D: the sum of the pixels around each, with any weights.
 *
 * Computed in float32, or in float64 where the input or the output is, by fma over the weights that
 * are not zero, row after row. Where sums are whole numbers small enough for it, they are done in
 * int16, with the same results.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_FILTER_2D_H
#define OPS_FILTER_2D_H

#include "ops/linear.h"

/* Adds the filter f, which has weights for both directions, to the current stage, whose output is
 * `in`. The weights are copied. */
bool filter_2d_add(struct stages *s, const struct linear *f, struct border border, struct format in,
                   enum pixel_type out, struct err *e) MUST_CHECK;

#endif
