/* statistics.h - what is gathered of a whole scene for its statistics: most of it in a first pass
 * ("statistics"), the rest, which needs to know that, in further ones ("refinement").
 *
 * A reducer's sum holds a part for each band.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_STATISTICS_H
#define OPS_STATISTICS_H

#include "ops/extremes.h"
#include "ops/inside_rows.h"
#include "ops/moments.h"
#include "ops/reducer.h"

/* Floats are added up in squares of so many pixels to a side, whatever the chunks, which hold whole
 * ones. */
enum { STATISTICS_TILE = REDUCER_TILE };

/* --- the first pass --------------------------------------------------------------------------- */

struct statistics_args {
    int extremes; /* how many lowest and highest */
    bool digits;  /* whether first digits of keys are counted that have several */
};

/* What a band has besides the lists below. */
struct band_sum {
    struct inside_counts counts;
    uint64_t least, most; /* keys, if there are any pixels inside; of more than 16 bits */
    struct key_sums sums; /* of integers of more than 16 bits */
    int32_t n_low, n_high;
};

struct band_sums {
    struct band_sum *sum;
    struct extreme_pixel *low, *high; /* room for args.extremes each; not in order */
    int64_t *digits;                  /* how often each first digit occurs */
    int n_digits;                     /* 0: they are not counted */
    struct moments *tiles;            /* of floats, row after row */
    int64_t n_tiles;
};

struct band_sums statistics_band(const struct statistics_args *args, struct format scene, void *sum,
                                 int band);

/* --- further passes --------------------------------------------------------------------------- */

struct refinement_args {
    int bins;              /* of a histogram; 0: none */
    struct numbers ends;   /* of each band's values, if so: least and greatest */
    struct numbers chosen; /* in their order: a band, and how keys of it begin … */
    int known;             /* … in so many bits, of which the next digit is counted */
};

/* The counts of a band's bins; those of the next digit for one of the chosen. */
const int64_t *refinement_bins(const struct refinement_args *args, const void *sum, int band);
const int64_t *refinement_digits(const struct refinement_args *args, const void *sum, int chosen);

/* The arguments of both, for `reducing_new`. */
extern const struct reducer reducer_statistics, reducer_refinement;

#endif
