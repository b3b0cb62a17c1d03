/* chunk_input.h - the pixels of the scenes that a chunk needs, from its payload (feed.h).
 * SPDX-License-Identifier: MIT */
#ifndef JOB_CHUNK_INPUT_H
#define JOB_CHUNK_INPUT_H

#include "uniform.h"

#include "base/pack.h"
#include "base/planes.h"
#include "base/tick.h"
#include "job/chunk_work.h"

struct chunk_input; /* opaque */

/* Ticket and times (which are added to) are borrowed. Fails if memory is short. */
bool chunk_input_new(struct chunk_input **out, const struct ticket *t, struct chunk_times *times,
                     struct err *e) MUST_CHECK;
void chunk_input_free(struct chunk_input *c);

/* Drops all tiles. */
void chunk_input_forget(struct chunk_input *c);

/* A chunk's payload (behind its head) as planes of each source, valid until the next one. Where
 * output tiles have one value (chunk_input_uniform) they are left undefined. */
bool chunk_input_fill(struct chunk_input *c, int64_t chunk, struct unpack payload,
                      struct planes *in, struct tick tick, struct err *e) MUST_CHECK;

/* Of the last chunk; NULL where no tile has one value. */
const struct uniform *chunk_input_uniform(const struct chunk_input *c);

#endif
