/* tile_grid.h - a scene cut into so many tiles as OpenCV's CLAHE cuts it, and how often each value
 * occurs in each.
 *
 * All tiles have one size. A scene that they do not fill is continued by its mirror image
 * (BORDER_REFLECT_101) to the right and below, on both axes by at least one pixel, on an axis that
 * they would fill by one more pixel for each tile.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_TILE_GRID_H
#define OPS_TILE_GRID_H

#include "ops/reducer.h"

struct tile_grid {
    int across, down; /* tiles */
    int64_t tile_width, tile_height;
};

struct tile_grid tile_grid(struct size2 tiles, struct format scene);

/* The sum of the reducer "tile-histograms --grid=WxH", of uint8 and uint16: histogram_bins(type)
 * counts for each tile, tile after tile of a row, row after row, band after band. What a mirror
 * image shows is counted there, too. */
size_t tile_histograms_counts(struct tile_grid g, struct format scene);

#endif
