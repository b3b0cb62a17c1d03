/* blob_order.h - the order in which the blobs of the output are written: tile by tile as the division
 * runs, at each place plane by plane.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_BLOB_ORDER_H
#define JOB_BLOB_ORDER_H

#include "pipeline/divide.h"
#include "raster/layout.h"

static inline int64_t blob_order(const struct layout *l, const struct division *d, int64_t index)
{
    const int64_t tile = index % (l->across * l->down);
    const int planes = l->separate ? l->bands : 1;
    const int64_t row = tile / l->across, column = tile % l->across;
    const int64_t place =
        d->kind == DIVISION_COLUMNS ? column * l->down + row : row * l->across + column;

    return place * planes + layout_plane(l, index);
}

#endif
