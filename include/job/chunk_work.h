/* chunk_work.h - what every rank does with a chunk: decode, run the plan, encode.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_CHUNK_WORK_H
#define JOB_CHUNK_WORK_H

#include "base/tick.h"
#include "job/ticket.h"

struct chunk_times {
    double decode_s, assemble_s, overview_s, encode_s;
    int64_t blobs_decoded, pixels;
    int64_t empty_chunks;  /* all nodata, not computed */
    int64_t uniform_tiles; /* of one value, computed once (uniform.h) */
};

struct chunk_worker; /* opaque */

/* Everything is borrowed until chunk_worker_free. Fails if memory is short. */
bool chunk_worker_new(struct chunk_worker **out, const struct ticket *t, int rank, const char *host,
                      struct err *e) MUST_CHECK;
void chunk_worker_free(struct chunk_worker *w);

/* A farm_work: turns a payload (feed.h) into a result (collect.h). Fails naming scene, chunk,
 * region and what went wrong. */
bool chunk_work(void *chunk_worker, int64_t chunk, const unsigned char *payload, size_t n,
                struct buffer *result, struct tick tick, struct err *e) MUST_CHECK;

const struct chunk_times *chunk_worker_times(const struct chunk_worker *w);

/* Seconds in each stage of the plan, and of the careful one (NULL when there is none). */
const double *chunk_worker_seconds(const struct chunk_worker *w);
const double *chunk_worker_careful_seconds(const struct chunk_worker *w);

#endif
