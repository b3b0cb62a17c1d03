/* derivative.h - the kernels of Sobel and Scharr.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_DERIVATIVE_H
#define OPS_DERIVATIVE_H

#include "ops/separable.h"

/* The largest --ksize, and the one that stands for Scharr. */
enum { DERIVATIVE_LARGEST = 31, SCHARR = -1 };

struct derivative {
    int dx, dy; /* the orders */
    int ksize;  /* odd, or SCHARR */
    double scale, delta;
};

/* The weights of a derivative. */
struct derivative_taps {
    double x[DERIVATIVE_LARGEST], y[DERIVATIVE_LARGEST];
    int n_x, n_y;
};

/* OpenCV's weights, in which the factor goes to one direction; `wide`: it is multiplied in float64,
 * as filters from or to float64 do, else in float32. */
void derivative_taps(struct derivative_taps *taps, const struct derivative *d, bool wide);

/* The kernel of them, which are borrowed. */
struct linear derivative_kernel(const struct derivative_taps *taps, double delta);

/* Adds the derivative of the current stage, whose output is `in`. */
bool derivative_add(struct stages *s, const struct derivative *d, struct border border,
                    struct format in, enum pixel_type out, struct err *e) MUST_CHECK;

/* For prepare: fails with err_usage unless dx and dy are orders that the kernel has. */
bool derivative_check(const char *op, const struct derivative *d, struct err *e) MUST_CHECK;

#endif
