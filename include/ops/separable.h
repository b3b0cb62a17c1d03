/* separable.h - OpenCV's separable filter: sums along x, then along y.
 *
 * All is done in float32, or in float64 where the input or the output is float64. fma() is called
 * where OpenCV's vector code does, which makes results equal to its, bit for bit, but for the last
 * few pixels of a row (up to 2 ulp), which OpenCV computes by other code. Where sums are whole
 * numbers small enough for it, they are done in int16, with the same results.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_SEPARABLE_H
#define OPS_SEPARABLE_H

#include "ops/linear.h"
#include "ops/separable_rows.h"

struct separable {
    struct linear kernel[FILTERS_MOST]; /* of x and y; of the same size, place and delta */
    int n_kernels;
    enum pixel_type sums; /* what a filter by itself would make: as a rule `out` */
    enum pixel_type out;
    struct border border;
    enum work work;
    /* By the work: what becomes of the sums; NULL: they are narrowed to `out`. */
    finish_rows *const *finish;
    const void *finish_state;
    /* For pixels outside the data; NULL: that of the only kernel. */
    patch_function *patch;
    const void *patch_state;
};

/* Chooses f->work for pixels of that type, and rounds delta where OpenCV does. */
void separable_choose_work(struct separable *f, enum pixel_type in);

/* Adds the filter to the current stage, whose output is `in`. The weights are copied. */
bool separable_add(struct stages *s, const struct separable *f, struct format in,
                   struct err *e) MUST_CHECK;

#endif
