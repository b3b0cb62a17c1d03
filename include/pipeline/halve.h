/* halve.h - the next overview of a grid: one pixel for every 2 x 2, some by looking one further.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_HALVE_H
#define PIPELINE_HALVE_H

#include "base/planes.h"

/* What a pixel is of the up to four it stands for (fewer at the grid's right and lower edge):
 * the first one (upper left); their mean, rounded to nearest, halves away from zero; the most
 * frequent value, of equally frequent ones the one that is complete first. Or, of the four and the
 * next ones to the right and below, up to 3 x 3, their mean with the weights 1 2 1 each way, which
 * is GDAL's GAUSS. */
enum halving { HALVE_NEAREST, HALVE_AVERAGE, HALVE_MODE, HALVE_GAUSS, HALVE_N };
extern const char *const halving_names[]; /* NULL-terminated */

/* Pixels outside the data have no part in mean and mode; where all are, so is the result. */
struct halving_nodata {
    bool has_value; /* NaN is outside the data in any case */
    double value;
    const struct planes *mask; /* uint8, of the same region: 0 is outside; NULL: there is none */
};

/* How many pixels to the right and below the 2 x 2 are looked at. */
static inline int halving_reach(enum halving how)
{
    return how == HALVE_GAUSS ? 1 : 0;
}

/* Half of a length, of an extent of pixels. */
static inline int64_t halved(int64_t n)
{
    return (n + 1) / 2;
}

/* The region of the next overview that stands for r, whose corner has even coordinates. */
struct region halved_region(struct region r);

/* Fills out, of the same type and bands: the region in holds what that is made of, as far as the
 * grid goes, and begins with it. */
void halve(enum halving how, const struct planes *in, const struct halving_nodata *nodata,
           const struct planes *out);

/* The mask of the next overview (uint8, 0: outside): where a mean (GAUSS too) has any pixel,
 * where most pixels are inside, where the first one is. */
void halve_mask(enum halving how, const struct planes *in, const struct planes *out);

#endif
