/* tile_cache.h - which of the scene's blobs a worker holds, least recently used out first.
 *
 * Rank 0 keeps one for each worker and each worker keeps its own. Fed with the same uses in the
 * same order they agree, so rank 0 knows what it need not send again. Only the worker's holds
 * bytes: the decoded rows, and the blob itself as long as some of its rows are not decoded.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_TILE_CACHE_H
#define JOB_TILE_CACHE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct held_tile {
    int64_t index; /* of the blob in its file */
    int rows;      /* decoded, counted from the top */
    size_t blob_bytes;
    unsigned char *blob, *pixels; /* the worker's; NULL on rank 0 and when not kept; malloc'ed */
    uint64_t used;                /* when: larger is later */
};

struct tile_cache {
    struct held_tile *tile;
    int n, capacity;
    size_t bytes, most_bytes; /* what the held tiles take, and should at most */
    size_t row_bytes;         /* of a decoded row */
    int tile_rows;            /* rows of a whole tile */
    uint64_t clock;
};

/* An empty cache, to be freed with tile_cache_free. One tile is always held, however large. Fails
 * if memory is short. */
bool tile_cache_new(struct tile_cache *c, size_t most_bytes, size_t row_bytes, int tile_rows,
                    struct err *e) MUST_CHECK;
void tile_cache_free(struct tile_cache *c);

/* Drops all tiles. */
void tile_cache_forget(struct tile_cache *c);

/* Says that the first `rows` rows of the tile are used now, and drops others until they fit. *held:
 * whether the tile was held before. *rows_before: how many of its rows were decoded then. The place
 * returned has rows set to at least `rows`: the worker decodes them. Valid until the next use. */
struct held_tile *tile_cache_use(struct tile_cache *c, int64_t index, int rows, size_t blob_bytes,
                                 bool *held, int *rows_before);

#endif
