/* gathering.h - rank 0 merges what was gathered of chunks, in their order where that matters.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_GATHERING_H
#define JOB_GATHERING_H

#include "ops/reducer.h"
#include "pipeline/divide.h"

struct gathering; /* opaque */

/* Nothing yet of a scene of that format. *how is taken ({0} is left), also by a failure. Fails if
 * it takes no pixels of that type (err_usage), or for memory. */
bool gathering_new(struct gathering **out, struct reducing *how, struct format scene,
                   struct err *e) MUST_CHECK;
void gathering_free(struct gathering *g);

const struct reducing *gathering_how(const struct gathering *g);
size_t gathering_bytes(const struct gathering *g); /* of the sum */

/* Merges a chunk's part. Fails if it is damaged. */
bool gathering_add(struct gathering *g, struct region chunk, const struct buffer *part,
                   struct err *e) MUST_CHECK;

/* The sum, borrowed. */
const void *gathering_sum(const struct gathering *g);

#endif
