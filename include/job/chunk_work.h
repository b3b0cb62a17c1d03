/* chunk_work.h - what every rank does with a chunk: decode, run the plan, encode.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_CHUNK_WORK_H
#define JOB_CHUNK_WORK_H

#include "base/tick.h"
#include "job/ticket.h"

/* What chunks took, in seconds and in numbers. */
struct chunk_times {
    double decode_s, assemble_s, overview_s, encode_s;
    double stage_s[PLAN_MAX_STAGES], careful_s[PLAN_MAX_STAGES]; /* of the two plans */
    int64_t blobs_decoded, pixels;
    int64_t empty_chunks;  /* all nodata, not computed */
    int64_t kept_chunks;   /* made of pixels that were kept (kept.h) */
    int64_t uniform_tiles; /* of one value, computed once (uniform.h) */
};
void chunk_times_add(struct chunk_times *sum, const struct chunk_times *t);

struct chunk_worker; /* opaque */

/* Everything is borrowed until chunk_worker_free. Fails if memory is short. */
bool chunk_worker_new(struct chunk_worker **out, const struct ticket *t, int rank, const char *host,
                      struct err *e) MUST_CHECK;
void chunk_worker_free(struct chunk_worker *w);

/* What the rank keeps of the pass before, of use where the ticket has a plan for the rest, and where
 * pixels go that it is to keep; either may be NULL. Behind what it gathers of a chunk, or sums up,
 * the worker then tells (u8) whether the chunk is kept. */
void chunk_worker_keep(struct chunk_worker *w, const struct kept *held, struct kept *keeps);

/* Where the name of what the worker is at is written from now on: EXECUTOR_DOING bytes. */
void chunk_worker_tell(struct chunk_worker *w, char *doing);

/* What it was at when it failed. */
const char *chunk_worker_doing(const struct chunk_worker *w);

/* A farm_work: turns a payload (feed.h) into a result (collect.h). Fails naming scene, chunk,
 * region and what went wrong. */
bool chunk_work(void *chunk_worker, int64_t chunk, const unsigned char *payload, size_t n,
                struct buffer *result, struct tick tick, struct err *e) MUST_CHECK;

/* Puts where the chunk lies in front of what failed. */
bool chunk_context(const struct ticket *t, int64_t chunk, struct err *e);

/* Of all chunks so far. */
void chunk_worker_times(const struct chunk_worker *w, struct chunk_times *times);

#endif
