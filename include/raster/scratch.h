/* scratch.h - blobs that have no place in the output yet, in a file without a name beside it.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_SCRATCH_H
#define RASTER_SCRATCH_H

#include "base/memory.h"

struct scratch; /* opaque */

/* In the directory of `beside`. Fails naming it. */
bool scratch_new(struct scratch **out, const char *beside, struct err *e) MUST_CHECK;
void scratch_free(struct scratch *s);

/* Appends a blob of that number; one of no bytes is left out. */
bool scratch_add(struct scratch *s, int64_t blob, const void *bytes, size_t n,
                 struct err *e) MUST_CHECK;

/* Copies all blobs to the file `fd`, each to at[blob]; framed: with its size before it and its last
 * four bytes after it, as Cloud Optimized GeoTIFF has them (at[blob] is then where the blob itself
 * goes). Fails naming the file. */
bool scratch_copy(struct scratch *s, int fd, const char *name, const uint64_t *at, bool framed,
                  struct err *e) MUST_CHECK;

#endif
