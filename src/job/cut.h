/* cut.h - planes cut into tiles as a file stores them.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_CUT_H
#define JOB_CUT_H

#include "base/planes.h"
#include "raster/layout.h"

/* Tile `index` out of planes that hold it as far as the raster goes, its samples interleaved as the
 * layout has them; what lies past the raster is 0. Returns its bytes (at most layout_tile_bytes). */
size_t cut_tile(const struct layout *l, const struct planes *out, int64_t index, void *tile);

#endif
