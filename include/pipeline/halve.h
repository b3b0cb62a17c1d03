/* halve.h - the next overview of a grid: one pixel for every 2 x 2.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_HALVE_H
#define PIPELINE_HALVE_H

#include "base/planes.h"

/* What a pixel is of the up to four it stands for (fewer at the grid's right and lower edge):
 * the first one (upper left); their mean, rounded to nearest, halves up; the most frequent value, of
 * equally frequent ones the one that is complete first. */
enum halving { HALVE_NEAREST, HALVE_AVERAGE, HALVE_MODE, HALVE_N };
extern const char *const halving_names[]; /* NULL-terminated */

/* Pixels outside the data take no part in mean and mode; where all are outside, so is the result. */
struct halving_nodata {
    bool has_value; /* NaN is outside the data in any case */
    double value;
    const struct planes *mask; /* uint8, of the same region: 0 is outside; NULL: there is none */
};

/* Half of a length, of an extent of pixels. */
static inline int64_t halved(int64_t n)
{
    return (n + 1) / 2;
}

/* The region of the next overview that stands for r, whose corner has even coordinates. */
struct region halved_region(struct region r);

/* Fills out, whose region is halved_region(in->region), of the same type and bands. */
void halve(enum halving how, const struct planes *in, const struct halving_nodata *nodata,
           const struct planes *out);

/* The mask of the next overview (uint8, 0: outside): where a mean has any pixel, where most pixels are
 * inside, where the first one is. */
void halve_mask(enum halving how, const struct planes *in, const struct planes *out);

#endif
