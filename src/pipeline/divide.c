/* divide.c - how an output grid is cut into chunks of whole tiles.
 * SPDX-License-Identifier: MIT */
#include "pipeline/divide.h"

#include <stddef.h>

const char *const division_names[] = {"tiles", "rows", "columns", NULL};

static int64_t whole_tiles(int64_t wanted, int64_t tile, int64_t all)
{
    if (wanted <= 0 || wanted >= all)
        return all;
    int64_t rounded = ceil_div(wanted, tile) * tile;
    return rounded < all ? rounded : all;
}

struct division divide(enum division_kind kind, int64_t width, int64_t height, int64_t tile_width,
                       int64_t tile_height, int64_t chunk_width, int64_t chunk_height)
{
    struct division d = {.kind = kind,
                         .width = width,
                         .height = height,
                         .tile_width = tile_width,
                         .tile_height = tile_height};

    d.chunk_width = whole_tiles(chunk_width, tile_width, width);
    d.chunk_height = whole_tiles(chunk_height, tile_height, height);
    d.across = ceil_div(width, d.chunk_width);
    d.down = ceil_div(height, d.chunk_height);
    return d;
}

int64_t division_chunks(const struct division *d)
{
    return d->across * d->down;
}

static void find_chunk(const struct division *d, int64_t i, int64_t *row, int64_t *column)
{
    if (d->kind == DIVISION_COLUMNS) {
        *column = i / d->down;
        *row = i % d->down;
    } else {
        *row = i / d->across;
        *column = i % d->across;
    }
}

struct region division_chunk(const struct division *d, int64_t i)
{
    int64_t row, column;

    find_chunk(d, i, &row, &column);
    const struct region grid = {0, 0, d->width, d->height};
    return region_intersect(grid, (struct region){column * d->chunk_width, row * d->chunk_height,
                                                  d->chunk_width, d->chunk_height});
}
