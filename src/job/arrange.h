/* arrange.h - where the parts of a scene go: by what they say, by the order they are named in, or by
 * where they lie on the map.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_ARRANGE_H
#define JOB_ARRANGE_H

#include "raster/mosaic.h"

struct arrangement {
    int rows, columns;     /* 0: to be found */
    int64_t width, height; /* of the whole */
    struct mosaic_part *parts;
    int n;
};

/* Puts the parts into the order of their rows, and says where each goes (x, y of struct mosaic_part).
 * Fails with err_usage, naming parts, if some are missing, too many or twice there, if sizes do not
 * fit, if one lies elsewhere on the map than it should, or if it cannot be told for certain where
 * they go. */
bool arrange(struct arrangement *a, struct err *e) MUST_CHECK;

#endif
