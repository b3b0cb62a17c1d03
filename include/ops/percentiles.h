/* percentiles.h - percentiles of many numbers that are not kept, but counted by digits of their keys.
 *
 * A percentile is what numpy takes by default: q percent of n - 1 is a place among the n sorted
 * values, and between two places the values are interpolated. The value of a place is found digit
 * by digit: the counts of the keys' first digit say which one it has; then those of the second
 * digit of the keys that begin with it, and so on.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_PERCENTILES_H
#define OPS_PERCENTILES_H

#include <stdint.h>

enum { DIGIT_BITS = 16, DIGITS = 1 << DIGIT_BITS };

/* Between the values number low and high, counted from 0 in their order, and how far from low. */
struct percentile_place {
    int64_t low, high;
    double share;
};

/* Of n > 0 values; percent from 0 to 100. */
struct percentile_place percentile_place(int64_t n, double percent);
double percentile_between(double low, double high, double share);

/* Which digit the value number *rank has, of n_digits counted ones that have so many values; *rank
 * is then its number among those of that digit. There are more than *rank values. */
int percentile_digit(const int64_t *counts, int n_digits, int64_t *rank);

#endif
