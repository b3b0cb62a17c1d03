/* bilateral.h - what the bilateral filter does for each of its taps, and variants of that for x86.
 *
 * Neighbours are taken one after another, each for many pixels at once: n pixels and the same
 * number of neighbours in `rows` (the pixels of each band, then the neighbours of each band) are
 * weighed, and the weights and weighted values added to sums[0], sums[BILATERAL_TILE] …
 * SPDX-License-Identifier: MIT */
#ifndef OPS_BILATERAL_H
#define OPS_BILATERAL_H

#include "ops/op.h"

enum { BILATERAL_TILE = 1024, BILATERAL_BANDS = 3, BILATERAL_LEVELS = 256 };

/* Weights by difference. */
struct bilateral_table {
    const float *weights; /* uint8: by the difference, summed over the bands */
    /* uint8, one band: the first bytes of all weights, their second ones … */
    const uint8 *bytes;
    /* float32: weights of differences i / per_unit, between which lines are drawn; differences are
     * taken for no more than most / per_unit. */
    float per_unit, most;
};

typedef void bilateral_add(const struct bilateral_table *t, float space, const void *const *rows,
                           float *sums, int n);

/* uint8 with 1 and 3 bands, then float32. */
enum {
    BILATERAL_UINT8,
    BILATERAL_UINT8_3,
    BILATERAL_FLOAT32,
    BILATERAL_FLOAT32_3,
    BILATERAL_KINDS
};

extern bilateral_add *const bilateral_plain[BILATERAL_KINDS];

/* The functions of a kind that this processor can run, the plain one first, the fastest last;
 * returns their number. All give the same sums, bit for bit. */
enum { BILATERAL_VARIANTS = 3 };
int bilateral_variants(int kind, bilateral_add *variants[BILATERAL_VARIANTS]);

#endif
