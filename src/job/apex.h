/* apex.h - the upper overviews, whose tiles take in several chunks: made on rank 0 of what the
 * chunks send, which is little.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_APEX_H
#define JOB_APEX_H

#include "job/ticket.h"
#include "raster/output.h"
#include "raster/scratch.h"

struct apex; /* opaque */

/* Bytes it takes: the lowest of these levels, as a whole. */
size_t apex_bytes(const struct overviews *o);

/* The ticket is borrowed. *out is NULL when chunks make all overviews. Fails if memory is short. */
bool apex_new(struct apex **out, const struct ticket *t, struct err *e) MUST_CHECK;
void apex_free(struct apex *a);

/* The pixels a chunk makes of the lowest level, and of its mask; false if they are not that
 * many. */
bool apex_take(struct apex *a, int64_t chunk, const unsigned char *pixels, size_t n);

/* When all are there: encodes all tiles of these levels into the scratch file and notes them in the
 * output. NULL is allowed. */
bool apex_finish(struct apex *a, struct scratch *scratch, struct output *output,
                 struct err *e) MUST_CHECK;

#endif
