/* separable_rows.h - row kernels of the separable filter; see separable.h.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_SEPARABLE_ROWS_H
#define OPS_SEPARABLE_ROWS_H

#include "ops/row_sums.h"

/* The order of operations. GENERAL adds tap by tap; SYM and ASYM first add or subtract the two
 * pixels that share a weight; BINOMIAL, along y from float32 to float32 only, is for 1 2 1 and
 * 1 -2 1. */
enum form { GENERAL, SYM, ASYM, BINOMIAL };

/* The weights of one direction; the first one is for the pixel `before` pixels before. */
struct taps {
    int n, before;
    enum form form;
    const void *weights; /* n of the work's type */
};

/* What becomes of the sums of one filter, or of two: n pixels of the output. */
typedef void finish_rows(const void *state, const void *const *sums, void *out, int n);

/* One filter, or more of the same size that look at the same pixels: the state of the kernels. */
enum { FILTERS_MOST = 2 };
struct separable_rows {
    enum pixel_type in, out;
    enum work work;
    int n_filters;
    struct taps x[FILTERS_MOST], y[FILTERS_MOST];
    double delta;        /* what sums along y start with */
    row_convert *widen;  /* of the input; NULL: it is of the work's type */
    row_convert *narrow; /* of one filter's sums; NULL: they are the output */
    finish_rows *finish; /* instead of narrow, for the sums of all filters */
    const void *finish_state;
};

/* Both directions in one go. Each call makes the sums along x of all rows it sees, so that those
 * around its block are made again: for short kernels that is less than to keep them. */
enum { FUSED_MOST = 31 };
row_kernel separable_fused;

/* One direction at a time, for one filter; the rows between are of the work's type. */
row_kernel separable_along_x, separable_along_y;

/* The scratch space that each of the kernels needs. */
size_t separable_scratch(const struct separable_rows *f);

#endif
