/* median_histogram.h - the median of any odd square of uint8, in time that hardly depends on its
 * side.
 * SPDX-License-Identifier: MIT */
#ifndef MEDIAN_HISTOGRAM_H
#define MEDIAN_HISTOGRAM_H

#include "ops/op.h"

/* Counts of a column's pixels have 8 bits. */
enum { MEDIAN_SIDE_MOST = 255 };

/* The state is the side, an int; the window reaches half of it each way. */
row_kernel median_histogram;
size_t median_histogram_scratch(int side);

#endif
