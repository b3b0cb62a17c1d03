/* chunk_input.h - the pixels that a chunk needs, out of its payload (feed.h) and the tiles this rank holds.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_CHUNK_INPUT_H
#define JOB_CHUNK_INPUT_H

#include "base/pack.h"
#include "base/planes.h"
#include "base/tick.h"
#include "job/ticket.h"

/* Memory of planes that is kept from chunk to chunk; start from {0}, end with free(memory). */
struct reused {
    void *memory;
    size_t bytes;
};
bool reuse_planes(struct planes *p, struct reused *r, struct format f, struct region region,
                  int margin, struct err *e) MUST_CHECK;

struct input_times {
    double decode_s, assemble_s;
    int64_t blobs_decoded;
};

struct chunk_input; /* opaque */

/* The ticket is borrowed. Fails if memory is short. */
bool chunk_input_new(struct chunk_input **out, const struct ticket *t, struct err *e) MUST_CHECK;
void chunk_input_free(struct chunk_input *c);

/* Drops all tiles. */
void chunk_input_forget(struct chunk_input *c);

/* in[i]: what the chunk needs of source i, valid until the next chunk. The payload is read from behind its
 * head. Fails if it is damaged, a tile does not decode, or memory is short. */
bool chunk_input_fill(struct chunk_input *c, struct region chunk, struct unpack *payload,
                      struct planes *in, struct tick tick, struct err *e) MUST_CHECK;

const struct input_times *chunk_input_times(const struct chunk_input *c);

#endif
