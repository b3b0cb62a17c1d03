/* stats.h - the statistics of a scene, from what passes over it gather: which pass is next, and what
 * is known in the end.
 *
 * Exact, for every type: counts, extremes, histograms, percentiles; of integers also mean and
 * variance, but for their last rounding.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_STATS_H
#define OPS_STATS_H

#include "ops/bins.h"
#include "ops/statistics.h"

enum { STATS_PERCENTILES_MOST = 32 };

struct stats_wish {
    int extremes; /* how many lowest and highest pixels */
    int bins;     /* of a histogram; 0: none */
    double percents[STATS_PERCENTILES_MOST];
    int n_percents;
};

struct stats_band {
    struct inside_counts counts;
    uint64_t least, most;  /* keys (pixel_key.h); if there are any pixels inside, as all below */
    double mean, variance; /* of the pixels themselves: divided by their number */
    struct extreme_pixel *low, *high; /* the most extreme one first */
    int n_low, n_high;
    int64_t *values;  /* of types of 16 bits at most: how often each key occurs */
    struct bins bins; /* n is 0: there are none */
    int64_t *bin_counts;
    double percentiles[STATS_PERCENTILES_MOST];
};

struct stats; /* opaque */

bool stats_new(struct stats **out, const struct stats_wish *wish, struct err *e) MUST_CHECK;
void stats_free(struct stats *s);

/* Appends the words of the reducer of the next pass; none when all is known. */
bool stats_next(const struct stats *s, struct buffer *words, struct err *e) MUST_CHECK;

/* Takes what that pass gathered of a scene of that format. Fails for memory. */
bool stats_add(struct stats *s, struct format scene, const struct reducing *pass, const void *sum,
               struct err *e) MUST_CHECK;

/* When all is known; borrowed. */
struct format stats_format(const struct stats *s);
const struct stats_wish *stats_wished(const struct stats *s);
const struct stats_band *stats_of_band(const struct stats *s, int band);

#endif
