/* norm.h - the L1 and L2 norms of a whole scene, over all bands, summed up without rounding.
 *
 * Integers are summed as they are, floats by exponent: what is added up is whole numbers, and the
 * sum is the same in whatever order. It is rounded once, at the end.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_NORM_H
#define OPS_NORM_H

#include "base/pixel.h"

enum norm { NORM_L1, NORM_L2, NORM_N };
extern const char *const norm_names[]; /* "l1", "l2", NULL */

/* Of the sum of the reducer "norm --of=l1|l2" over pixels of that type. */
double norm_of(enum norm norm, enum pixel_type type, const void *sum);

#endif
