/* divide.h - how an output grid is cut into chunks of whole tiles.
 *
 * Order: chunks of tiles and rows run along the rows of the grid, chunks of columns down its
 * columns. Tiles are written in the same sense (job/blob_order.h).
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_DIVIDE_H
#define PIPELINE_DIVIDE_H

#include "base/err.h"
#include "base/region.h"

enum division_kind { DIVISION_TILES, DIVISION_ROWS, DIVISION_COLUMNS };

/* "tiles", "rows", "columns", NULL: in the order of enum division_kind. */
extern const char *const division_names[];

struct division {
    enum division_kind kind;
    int64_t width, height; /* the grid */
    int64_t tile_width, tile_height;
    int64_t chunk_width, chunk_height; /* multiples of the tile's, but at the grid's edge */
    int64_t across, down;              /* chunks in a row, rows of chunks */
};

/* Rounds the wanted chunk up to whole tiles and cuts the grid. A wanted width or height of 0 or
 * beyond the grid means all of it. All sizes are positive. */
struct division divide(enum division_kind kind, int64_t width, int64_t height, int64_t tile_width,
                       int64_t tile_height, int64_t chunk_width, int64_t chunk_height);

int64_t division_chunks(const struct division *d);

/* Chunk i in the order of the division. */
struct region division_chunk(const struct division *d, int64_t i);

#endif
