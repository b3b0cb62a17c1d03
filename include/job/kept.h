/* kept.h - pixels of chunks that a rank keeps from one pass over the scene to the next, which then
 * needs not compute them again; on rank 0 also, which rank keeps which chunk.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_KEPT_H
#define JOB_KEPT_H

#include "base/planes.h"
#include "ops/op.h"
#include "pipeline/divide.h"

struct kept; /* opaque */

/* What is kept: the pixels that the pipeline's first n_steps ops make. */
struct kept_of {
    int n_steps;
    struct format format;
    struct division division; /* the chunks they are kept by */
    size_t most_bytes;        /* a rank keeps no more */
};

/* Starts without a chunk. Fails if memory is short. */
bool kept_new(struct kept **out, const struct kept_of *of, struct err *e) MUST_CHECK;
void kept_free(struct kept *k);

const struct kept_of *kept_of(const struct kept *k);

/* Keeps a copy of a chunk's pixels, which may run past it. False: it is not kept, there is no room
 * for it. */
bool kept_add(struct kept *k, int64_t chunk, const struct planes *pixels);

/* The pixels of a chunk, borrowed; false: this rank does not keep them. */
bool kept_find(const struct kept *k, int64_t chunk, struct planes *pixels);

/* On rank 0: who keeps a chunk; -1: nobody. kept_holders has an entry for each. */
void kept_note(struct kept *k, int64_t chunk, int rank);
const int *kept_holders(const struct kept *k);

#endif
