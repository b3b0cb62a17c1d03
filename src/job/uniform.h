/* uniform.h - the output tiles of a chunk that have one value because the scenes have one there.
 *
 * For pipelines that make each pixel of those at its own place (plan_is_pointwise) and read nothing
 * but blobs. A chunk's tiles are numbered row by row.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_UNIFORM_H
#define JOB_UNIFORM_H

#include "base/planes.h"
#include "job/ticket.h"

struct uniform; /* opaque */

/* The ticket is borrowed. *out is NULL for other pipelines. Fails if memory is short. */
bool uniform_new(struct uniform **out, const struct ticket *t, struct err *e) MUST_CHECK;
void uniform_free(struct uniform *u);

/* Begins with a chunk: all of its tiles have one value until something else is seen. */
bool uniform_begin(struct uniform *u, struct region chunk, struct err *e) MUST_CHECK;

/* One of the blobs under the chunk, in the order of needs_blobs for each source. pixel: what all
 * of its pixels are, as the file has them; NULL: they differ, or nobody knows. */
void uniform_see(struct uniform *u, int source, int64_t blob, const void *pixel);

/* When all are seen: whether all tiles over a blob have one value, so that its pixels are not
 * needed. */
bool uniform_covers(const struct uniform *u, int source, int64_t blob);

/* For each tile whether it has one value (borrowed until the next chunk); NULL: none has. */
const bool *uniform_tiles(const struct uniform *u);

/* The chunk in parts: a tile of one value, or the other tiles of a row up to the next such one. */
struct uniform_part {
    struct region region;
    int64_t tile; /* the first one */
    bool uniform;
};
/* The part that begins with *tile, which moves behind it (0 at first); false behind the last. */
bool uniform_next(const struct uniform *u, int64_t *tile, struct uniform_part *part);

/* Of tiles of one value: whether the scenes are the same on two of them; puts the pixel of each
 * source at the place of the tile's first one. */
bool uniform_same(const struct uniform *u, int64_t tile, int64_t other);
void uniform_put(const struct uniform *u, int64_t tile, const struct planes *in);

#endif
