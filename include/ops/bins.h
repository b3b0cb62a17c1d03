/* bins.h - equal bins from the least to the greatest value, as numpy's histogram has them.
 *
 * A bin holds its lower edge and not its upper one, but for the last, which holds both.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_BINS_H
#define OPS_BINS_H

#include "base/pixel.h"

struct bins {
    int n;
    double first, last; /* edges */
};

/* Of values from min to max; where these are the same, half a unit to both sides of them. n is 0 if
 * there are no such bins: the ends are infinite, or as far apart, or too near to each other. */
struct bins bins_over(int n, double min, double max);

/* Edge i of 0 to n. */
double bins_edge(const struct bins *b, int i);

/* The bin of a value between the edges. */
int bins_find(const struct bins *b, double v);

/* Counts the n pixels of a row, which lie between the edges. */
void bins_count(const struct bins *b, enum pixel_type type, const void *row, int n,
                int64_t *counts);

#endif
