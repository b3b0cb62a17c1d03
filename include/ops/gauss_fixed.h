/* gauss_fixed.h - row kernels of the Gaussian in fixed point, for uint8 and uint16.
 *
 * Both directions are done in one go: first the columns of the window are summed into scratch, then
 * the sums along the row. All arithmetic is of integers and exact, so that every variant of a
 * kernel gives the same pixels.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_GAUSS_FIXED_H
#define OPS_GAUSS_FIXED_H

#include "ops/op.h"

/* The weights of taps `at` (low half) and at + 1 (high half), as two int16. */
struct tap_pair {
    int at;
    int32_t weights;
};

/* The taps of one direction, twice: each by itself, and in pairs for the instructions that multiply
 * two int16 and add the products. The last pair may name tap n, with weight 0. There are no pairs
 * when a weight does not fit. */
struct fixed_taps {
    int n, n_pairs;
    const uint32_t *weights;
    const struct tap_pair *pairs;
};

struct gauss_fixed {
    enum pixel_type type;
    struct fixed_taps x, y;
};

/* The state of the kernels for pixels of the type (uint8 or uint16), owned by s; NULL with *e set
 * when memory is short. The lengths n_x and n_y of the kernels are odd. */
const struct gauss_fixed *gauss_fixed_new(struct stages *s, enum pixel_type type, int n_x,
                                          const double *x, int n_y, const double *y,
                                          struct err *e) MUST_CHECK;

/* The scratch space that every kernel for this state needs. */
size_t gauss_fixed_scratch(const struct gauss_fixed *g);

/* Pixels in each of the scratch space's rows: enough for the widest strip and some overshoot. */
size_t gauss_fixed_scratch_row(const struct gauss_fixed *g);

/* The kernels for this state that this processor can run, the plain one first and the fastest one
 * last; returns how many. */
enum { GAUSS_FIXED_KERNELS = 4 };
int gauss_fixed_kernels(const struct gauss_fixed *g, row_kernel *kernels[GAUSS_FIXED_KERNELS]);

/* Pixels x .. x + n - 1 of one output row; rows are those of its window. */
typedef void gauss_part(const struct gauss_fixed *g, const void *const *rows, int x, void *out,
                        void *scratch, int n);

/* The kernel that is made of such parts. */
void gauss_fixed_rows(const struct gauss_fixed *g, const struct window *w, gauss_part *part);

/* The plain kernels, which the others use on narrow strips. */
row_kernel gauss_fixed_uint8, gauss_fixed_uint16;

/* For uint8: the column sums, plus `bias`, of columns 0 .. n-1 that start `left` pixels before the
 * rows. Sums are below 65536. */
void gauss_fixed_columns_uint8(const struct fixed_taps *taps, const void *const *rows, int left,
                               uint16 bias, uint16 *restrict sums, int n);

/* gauss_madd.c: the kernels for x86 beyond the plain one; returns how many. */
int gauss_madd_kernels(const struct gauss_fixed *g, row_kernel *kernels[GAUSS_FIXED_KERNELS - 1]);

#endif
