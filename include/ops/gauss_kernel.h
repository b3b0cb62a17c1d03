/* gauss_kernel.h - the weights of OpenCV's Gaussian kernels.
 *
 * Kernels have an odd length n <= KSIZE_MAX and are symmetric.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_GAUSS_KERNEL_H
#define OPS_GAUSS_KERNEL_H

#include "base/pixel.h"

/* The length that OpenCV gives the kernel of sigma > 0 for pixels of the type; more than KSIZE_MAX
 * when that is what it comes to. */
int gauss_length(double sigma, enum pixel_type type);

/* The n weights, which add up to 1; with sigma <= 0 it is derived from n. */
void gauss_weights(int n, double sigma, double *weights);

/* The same in fixed point, adding up to exactly 1 << bits. The middle weight is even. */
void gauss_weights_fixed(int n, const double *weights, int bits, uint32_t *fixed);

#endif
