/* arithmetic.h - kernels of arithmetic that other ops use.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_ARITHMETIC_H
#define OPS_ARITHMETIC_H

#include "ops/op.h"

/* The product of two inputs, by pixel type; the state is a struct constant (operands.h). */
extern row_kernel *const *const arithmetic_product;

#endif
