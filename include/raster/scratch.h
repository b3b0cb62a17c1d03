/* scratch.h - blobs that have no place in the output yet, in a file beside it:
 * PATH.part.blobs-RANK.
 *
 * The file outlives a run that is stopped, and the next run goes on with it.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_SCRATCH_H
#define RASTER_SCRATCH_H

#include "base/memory.h"
#include "raster/bulk.h"

struct scratch; /* opaque */

/* The file of one rank beside the output of that path. resumes: what an earlier run left in it
 * stays. Fails naming it. */
bool scratch_new(struct scratch **out, const char *path, int rank, bool resumes,
                 struct err *e) MUST_CHECK;
void scratch_free(struct scratch *s); /* leaves the file; NULL is allowed */

/* Removes its own file; NULL is allowed. */
void scratch_remove(struct scratch *s);

/* Removes the files of all ranks, of dead runs too, beside the output. */
void scratch_sweep(const char *path);

int scratch_fd(const struct scratch *s);
uint64_t scratch_end(const struct scratch *s); /* where the next bytes go */

/* Appends a blob of that number; one of no bytes is left out. */
bool scratch_add(struct scratch *s, int64_t blob, const void *bytes, size_t n,
                 struct err *e) MUST_CHECK;

/* Appends bytes that are of no blob, for a run that goes on with this one. */
bool scratch_keep(struct scratch *s, const void *bytes, size_t n, struct err *e) MUST_CHECK;

/* Reads n bytes of the file of a rank of an earlier run; *seen: whether it has so many. Fails if
 * memory is short. */
bool scratch_fetch(struct scratch *s, uint32_t rank, uint64_t at, void *out, size_t n, bool *seen,
                   struct err *e) MUST_CHECK;

/* Counts such bytes as a blob of this one. */
bool scratch_adopt(struct scratch *s, uint32_t rank, uint64_t at, int64_t blob, uint32_t size,
                   struct err *e) MUST_CHECK;

/* Copies all blobs to another file, each to at[blob]; framed: with its size before it and its last
 * four bytes after it, as Cloud Optimized GeoTIFF has them (at[blob] is then where the blob itself
 * goes). Fails naming the file, or when a signal asks to stop. */
bool scratch_copy(struct scratch *s, struct bulk *to, const char *name, const uint64_t *at,
                  bool framed, struct err *e) MUST_CHECK;

#endif
