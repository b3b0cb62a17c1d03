/* try_chunk.h - one try of a chunk on a rank, and how it failed.
 *
 * After a failure the tiles that the rank held are gone, or not to be relied on: rank 0, hearing
 * of it, starts a new account (feed_forget). Tasks of the old one that are on their way already
 * are handed back untried.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_TRY_CHUNK_H
#define JOB_TRY_CHUNK_H

#include "cluster/farm.h"
#include "job/isolate.h"
#include "pipeline/execute.h"
#include "shared.h"

struct try_chunk {
    struct chunk_worker *worker;
    struct isolate *isolate; /* NULL: the worker computes in this process */
    struct shared *shared;   /* NULL: rank 0 sends payloads */
    const char *host;
    bool has_void;
    uint32_t void_account;
};

/* How a try failed, as rank 0 hears it. */
struct failure {
    bool untried; /* handed back: it does not count */
    bool lasting; /* no chunk can be done by the rank any more */
    int signal;   /* 0: none */
    char doing[EXECUTOR_DOING], host[256];
};

/* Who computes a chunk's payload on this rank. */
struct farm_work try_chunk_inner(const struct try_chunk *t);

/* A farm_work; of a failure, *result is what failure_read takes. */
bool try_chunk(void *try_chunk, int64_t chunk, const unsigned char *payload, size_t n,
               struct buffer *result, struct tick tick, struct err *e) MUST_CHECK;

/* With it: an answer of rank 0 (shared_write). */
bool try_chunk_answered(void *try_chunk, int64_t chunk, const unsigned char *places, size_t n,
                        struct err *e) MUST_CHECK;

/* Fails if the bytes are not of a failure. */
bool failure_read(const struct buffer *details, struct failure *f) MUST_CHECK;

#endif
