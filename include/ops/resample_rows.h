/* resample_rows.h - the stage that sums along x: its state, and the kernels that can make it.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_RESAMPLE_ROWS_H
#define OPS_RESAMPLE_ROWS_H

#include "ops/resample.h"

/* 16 x 16 pixels from position `at` of 16 rows on, turned over, to 256 pixels. */
typedef void turn_tiles(const void *const *from, int64_t at, void *to);

/* The same pixels, not turned, where some lie outside the rows' width. */
typedef void clamp_columns(const void *const *rows, int64_t at, int64_t width, void *to);

/* 256 pixels to the type of sums. */
typedef void widen_pixels(const void *from, void *to);

/* The sums of output columns x .. x + n - 1; column 0 of the ring is pixel `base`. */
typedef void sum_columns(const void *ring, int64_t base, const struct axis *a, int64_t x, int n,
                         void *sums);

/* Adds `count` columns from `at` on to a sum. */
typedef void add_columns(const void *ring, size_t at, const float *weights, int count, void *sum);

struct horizontal {
    struct resampling r;
    turn_tiles *turn_in, *turn_out;
    clamp_columns *clamp;
    widen_pixels *widen; /* NULL: sums are made in the pixels' own type */
    sum_columns *sum;
    add_columns *add;
    const struct groups *groups; /* of resample_rows_avx512; NULL: there are none */
    bool narrow; /* to int16, less the last 4 bits: OpenCV's linear interpolation of uint8 */
    size_t pixel, column, out_pixel; /* bytes of an input pixel, a column of sums, an output one */
};

/* For any processor. */
row_kernel resample_rows_plain;

/* A kernel for processors with AVX-512, with its tables in h->groups, owned by s. *row is left
 * alone when the processor or the sums do not suit. Fails if memory is short. */
bool resample_rows_avx512(struct stages *s, struct horizontal *h, row_kernel **row,
                          struct err *e) MUST_CHECK;

#endif
