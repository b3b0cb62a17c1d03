/* sparse_counts.h - a table of counts as bytes: only those that are not 0, in as few as they take.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_SPARSE_COUNTS_H
#define OPS_SPARSE_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of n counts of `things` things in all, at most. */
size_t sparse_counts_most(int n, int64_t things);

/* Writes them; the number of bytes. Counts are below 2^35, n is below 2^21. */
size_t sparse_counts_write(const int64_t *counts, int n, unsigned char *out);

/* Adds them to n counts, and moves *at behind them. False if they are damaged. */
bool sparse_counts_add(const unsigned char **at, const unsigned char *end, int64_t *counts, int n);

#endif
