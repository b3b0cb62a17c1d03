/* layout.h - how the blobs of a TIFF tile its raster. Plain values, the same on every rank.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_LAYOUT_H
#define RASTER_LAYOUT_H

#include "base/pixel.h"
#include "base/region.h"

struct layout {
    int64_t width, height; /* of the whole raster in the file */
    enum pixel_type type;
    int bands;
    int tile_width, tile_height; /* of strips: the raster's width and the rows per strip */
    int64_t across, down;        /* tiles in a row, rows of tiles */
    bool strips;                 /* the last one is short; tiles are always whole */
    bool separate;               /* a blob holds one band; else all bands, pixel by pixel */
};

/* Whether the numbers can be a TIFF's and fit each other: then what is computed of them, down to
 * the bytes of all its pixels, does not overflow. To be asked of layouts from outside (files,
 * messages, users). */
bool layout_is_sound(const struct layout *l);

/* Blobs in the file. Blob (plane, row, column) has the index
 * (plane * down + row) * across + column; plane is 0 unless separate. */
int64_t layout_blobs(const struct layout *l);
int64_t layout_index(const struct layout *l, int plane, int64_t row, int64_t column);

/* The pixels blob `index` covers, as stored: tiles at the edges run past the raster. */
struct region layout_region(const struct layout *l, int64_t index);
int layout_plane(const struct layout *l, int64_t index);

/* Bands in one blob, and the bytes of a pixel, a row and all of it, decoded. */
int layout_samples(const struct layout *l);
size_t layout_pixel_bytes(const struct layout *l);
size_t layout_row_bytes(const struct layout *l);
size_t layout_tile_bytes(const struct layout *l);

#endif
