/* separable_rows.h - row kernels of the separable filter; see separable.h.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_SEPARABLE_ROWS_H
#define OPS_SEPARABLE_ROWS_H

#include "ops/op.h"

/* What the kernels compute in. */
enum work { FLOAT32, FLOAT64, N_WORKS };

/* The order of operations. GENERAL adds tap by tap; SYM and ASYM first add or subtract the two
 * pixels that share a weight; BINOMIAL, along y from float32 to float32 only, is for 1 2 1 and
 * 1 -2 1. */
enum form { GENERAL, SYM, ASYM, BINOMIAL };

/* The state of the kernels. */
struct taps {
    int n; /* odd */
    enum form form;
    double delta;        /* added along y */
    const void *weights; /* n floats or doubles */
};

/* Bytes of scratch the kernels want for taps of length n. */
#define SEPARABLE_SCRATCH(n) (((size_t)STRIP_MAX + (size_t)(n)) * sizeof(double))

/* By the type of the input: the result is of the type of the work. */
extern row_kernel *const separable_along_x[N_WORKS][PX_N_KERNEL_TYPES];

/* By the type of the output: the input is of the type of the work. */
extern row_kernel *const separable_along_y[N_WORKS][PX_N_KERNEL_TYPES];

#endif
