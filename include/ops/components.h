/* components.h - the connected components of a whole scene, found band by band (sweep.h).
 *
 * One mechanism with several ends: each band's components are found by runs, those at its first or
 * last row are joined with their neighbours' by union-find on one rank, and what a component is
 * worth (its number, its area, whether it has a seed) goes back to the bands.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_COMPONENTS_H
#define OPS_COMPONENTS_H

#include "ops/sweep.h"

/* What is to be known of a component. */
enum component_end {
    COMPONENT_LABEL, /* its number in the scene, from 1, in every pixel of it */
    COMPONENT_STATS, /* the same, and its box, area and centroid for a table */
    COMPONENT_AREA,  /* whether it has so many pixels; others become 0 */
    COMPONENT_SEED,  /* whether one of its pixels is a seed: 255 if so, else 0 */
};

/* The state of the sweep. Pixels that are 0 belong to no component. */
struct components {
    enum component_end end;
    int connectivity; /* 4 or 8 */
    int64_t area;
    double seed; /* the value of a seed's pixels */
};

/* Labels as uint32 and seeds as uint8; areas in any type, whose pixels outside the data are those
 * of the nodata value. */
extern const struct sweep components_labels, components_stats, components_areas, components_seeds;

/* What stages make of pixels outside the data, for labels and for seeds. */
enum { COMPONENT_OUTSIDE_SEED = 3 };
#define COMPONENT_OUTSIDE_LABEL 4294967295.0

#endif
