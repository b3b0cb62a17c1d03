/* percentiles.c - percentiles of many numbers that are not kept, but counted by digits of their
 * keys.
 * SPDX-License-Identifier: MIT */
#include "ops/percentiles.h"

#include <assert.h>
#include <math.h>

struct percentile_place percentile_place(int64_t n, double percent)
{
    const double at = (double)(n - 1) * (percent / 100);
    const double below = floor(at);
    const int64_t low = below < (double)(n - 1) ? (int64_t)below : n - 1;

    return (struct percentile_place){low, low < n - 1 ? low + 1 : low, at - below};
}

/* From the nearer end, as numpy does. */
double percentile_between(double low, double high, double share)
{
    if (low == high || share == 0) /* infinities have no difference */
        return low;
    const double apart = high - low;
    return share < 0.5 ? low + apart * share : high - apart * (1 - share);
}

int percentile_digit(const int64_t *counts, int n_digits, int64_t *rank)
{
    int digit = 0;

    while (*rank >= counts[digit]) {
        *rank -= counts[digit++];
        assert(digit < n_digits);
    }
    return digit;
}
