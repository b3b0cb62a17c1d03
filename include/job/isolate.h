/* isolate.h - chunk_work in a child process (guard): a kernel or a decoder that crashes, hangs
 * or takes too much memory fails one try of one chunk.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_ISOLATE_H
#define JOB_ISOLATE_H

#include "guard/guard.h"
#include "job/chunk_work.h"

struct isolate; /* opaque */

/* To be called before MPI starts. Fails if the system has no room for the processes. */
bool isolate_begin(struct isolate **out, struct err *e) MUST_CHECK;

/* Ends the processes; NULL is allowed. */
void isolate_end(struct isolate *i);

/* What the children are to know besides the ticket. */
struct isolate_options {
    int rank;
    const char *host;
    size_t memory_bytes; /* the most a child may take */
    size_t message_most; /* bytes that no payload and no result exceeds */
    double seconds;      /* for a chunk; 0: no limit */
};

/* Once the ticket has come: it is borrowed, its bytes are not. Fails if memory is short. */
bool isolate_open(struct isolate *i, const struct ticket *t, const struct buffer *ticket_bytes,
                  const struct isolate_options *options, struct err *e) MUST_CHECK;

/* Memory to make payloads in, which spares a copy: an empty buffer, lent until isolate_end. */
struct buffer isolate_payload(struct isolate *i);

/* A farm_work, in place of chunk_work. A child that died has lost the tiles it held: the next
 * payload must be of a new account (feed_forget). */
bool isolate_work(void *isolate, int64_t chunk, const unsigned char *payload, size_t n,
                  struct buffer *result, struct tick tick, struct err *e) MUST_CHECK;

/* How the last chunk failed. */
const struct guard_failure *isolate_failure(const struct isolate *i);

/* Of all children; and the most memory one of them took. */
void isolate_times(const struct isolate *i, struct chunk_times *times);
size_t isolate_peak(const struct isolate *i);

#endif
