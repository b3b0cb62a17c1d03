/* tile_index.h - the two arrays in a TIFF that say where its tiles are, found and filled in place.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_TILE_INDEX_H
#define RASTER_TILE_INDEX_H

#include "base/err.h"

#include <stdint.h>

struct index_array {
    uint64_t at; /* where in the file the first value is */
    int bytes;   /* of one value: 2, 4 or 8 */
};

struct tile_index {
    struct index_array offsets, sizes;
};

/* Finds the arrays of a directory (0: the first) of a little-endian TIFF. Fails if they are not
 * there or not for n_tiles. */
bool tile_index_find(struct tile_index *t, int fd, int directory, int64_t n_tiles,
                     struct err *e) MUST_CHECK;

/* The largest offset the file can hold. */
uint64_t tile_index_highest(const struct tile_index *t);

/* Writes both arrays. Fails if a value is too large for the file's type. */
bool tile_index_write(const struct tile_index *t, int fd, int64_t n_tiles, const uint64_t *offsets,
                      const uint32_t *sizes, struct err *e) MUST_CHECK;

#endif
