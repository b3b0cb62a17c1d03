/* resize_nearest.h - resize to the nearest pixels, which are moved as they are.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_RESIZE_NEAREST_H
#define OPS_RESIZE_NEAREST_H

#include "ops/op.h"

struct nearest_picks; /* tables of nearest_picks_avx512 */

struct nearest {
    int64_t width, height; /* of the input */
    double scale_x, scale_y;
    const int *columns; /* of the input, one for each of the output's n_columns; never decreasing */
    int64_t n_columns;
    const struct nearest_picks *picks;
};

/* The input pixel of an axis of len that output pixel i is. */
static inline int64_t nearest_pixel(int64_t i, double scale, int64_t len)
{
    const int64_t at = (int64_t)floor((double)i * scale);

    return at < len ? at : len - 1;
}

/* Adds a stage that makes `out` from the current one, whose format is `in`; an output pixel is
 * scale_x by scale_y input pixels. Fails if memory is short. */
bool resize_nearest_add(struct stages *s, struct format in, struct format out, double scale_x,
                        double scale_y, struct err *e) MUST_CHECK;

/* The kernel for any processor; its state is a struct nearest. */
row_kernel *resize_nearest_plain(enum pixel_type type);

/* A kernel for processors with AVX-512, with its tables in n->picks, owned by s. *row is left alone
 * when the processor or the scale does not suit. Fails if memory is short. */
bool nearest_picks_avx512(struct stages *s, struct nearest *n, size_t pixel_bytes, row_kernel **row,
                          struct err *e) MUST_CHECK;

#endif
