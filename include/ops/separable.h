/* separable.h - OpenCV's separable filter in floating point, as two stages: along x, then along y.
 *
 * All is done in float32, or in float64 where the input or the output is float64. fma() is called
 * where OpenCV's vector code does, which makes results equal to its, bit for bit, but for the last
 * few pixels of a row (up to 2 ulp), which OpenCV computes by other code.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_SEPARABLE_H
#define OPS_SEPARABLE_H

#include "ops/op.h"

/* Weights along x and y, of odd lengths, around the pixel itself; delta is added to the result. */
struct separable {
    const double *x, *y;
    int n_x, n_y;
    double delta;
    enum pixel_type out;
    struct border border;
};

/* For prepare: fails with err_usage, naming what would do, unless pixels of type `in` can be
 * filtered to type `out`, which --ddepth asked for. */
bool separable_takes(const char *op, enum pixel_type in, enum pixel_type out,
                     struct err *e) MUST_CHECK;

/* Adds the filter to the current stage, whose output is `in`. The weights are copied. */
bool separable_add(struct stages *s, const struct separable *f, struct format in,
                   struct err *e) MUST_CHECK;

#endif
