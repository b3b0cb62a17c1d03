/* temporal_rows.h - the row kernels of temporal statistics: one adds one scene's values.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_TEMPORAL_ROWS_H
#define OPS_TEMPORAL_ROWS_H

#include "ops/temporal.h"

enum temporal_stat {
    TEMPORAL_NONE,
    TEMPORAL_MEAN,
    TEMPORAL_VARIANCE,
    TEMPORAL_STDDEV,
    TEMPORAL_MIN,
    TEMPORAL_MAX,
    TEMPORAL_MEDIAN,
    TEMPORAL_COUNT,
    TEMPORAL_ARGMIN,
    TEMPORAL_ARGMAX,
    TEMPORAL_TREND,
};

enum { TEMPORAL_PARTS = 4 };

/* A row of values, and the accumulators under it. */
struct temporal_row {
    const void *values;
    const uint8 *valid;         /* NULL: all */
    const uint32 *count;        /* with valid: values inside the data so far, these included */
    void *part[TEMPORAL_PARTS]; /* what they are is the statistic's business */
    size_t n;
    int nth; /* without valid: the same for all, from 1 */
    int scene;
    double time;
};

typedef void temporal_kernel(const struct temporal_row *r);

/* How a statistic of a pixel type is accumulated: bytes of its parts, and what adds to them. */
struct temporal_method {
    size_t bytes[TEMPORAL_PARTS];
    temporal_kernel *add;
};

/* n: scenes in the series at most. add is NULL where nothing but the count is wanted, and bytes
 * are those of one scene for the median, which keeps all of them. */
struct temporal_method temporal_method(enum temporal_stat stat, enum pixel_type type, int n);

/* Adds 1 to the counts of what is inside the data. */
void temporal_count(const uint8 *valid, uint32 *count, size_t n);

/* Whether variances of the type are those of exact sums: part 0 the sum, part 1 that of squares. */
bool temporal_is_exact(enum pixel_type type);

/* Part 0 of mean and variance, part 1 of variance, element i, of exact sums; narrow: they have 32
 * bits. */
bool temporal_is_narrow(enum pixel_type type, int n);

/* The k-th smallest of the n_scenes keys of each of n elements, and the one after that: keys lie
 * `stride` elements apart from scene to scene, those outside the data are the greatest there is.
 * rank: which is wanted of each (from 0); next is only right where that many more are inside. */
typedef void temporal_select(const void *keys, size_t stride, int n_scenes, const uint32 *rank,
                             size_t n, double *kth, double *next);
temporal_select *temporal_selector(enum pixel_type type);
enum { TEMPORAL_SELECT_MOST = 256 }; /* elements at a time */

#endif
