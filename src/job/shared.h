/* shared.h - --io=shared: every rank reads its own part of the scenes and writes its own blobs.
 *
 * A task is then no more than its number. The rank feeds itself, from files it has opened, with
 * the payload that rank 0 would have sent, and tells how large the blobs are. Rank 0 gives them
 * places in the order in which it would have written them, and the rank, which has gone on
 * meanwhile, writes them there. So the file is the same to the byte, nothing in it is wasted,
 * and nobody waits.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SHARED_H
#define JOB_SHARED_H

#include "sources.h"

#include "cluster/farm.h"
#include "guard/durable.h"
#include "job/feed.h"
#include "job/ticket.h"
#include "raster/part.h"
#include "raster/scratch.h"

/* What rank 0 tells of the files, for the others to find out whether they see the same. */
struct shared_files {
    const struct sources *sources;
    const char *part; /* of the output; NULL: nothing is written */
    const unsigned char *token;
};
bool shared_describe(struct buffer *out, const struct shared_files *files,
                     struct err *e) MUST_CHECK;

struct shared; /* opaque */

struct shared_options {
    const struct scene_options *source; /* of `read` */
    const struct step *steps;           /* the ops, which may name scenes */
    int n_steps;
    size_t memory_bytes; /* of this rank */
    const struct raster_options *raster;
    enum direct_io direct;
};

/* What a rank works with, borrowed. */
struct shared_own {
    struct farm_work chunks; /* who computes payloads … */
    struct buffer payload;   /* … and memory to make them in, or {0} */
    struct scratch *scratch; /* NULL where all blobs have their places at once */
    struct durable *durable;
};

/* Opens the files on this rank, if it sees what rank 0 has described; *sources are rank 0's own,
 * NULL elsewhere. The ticket is borrowed. Fails naming the file that is not seen. */
bool shared_open(struct shared **out, const struct buffer *description, const struct ticket *t,
                 const struct sources *sources, const struct shared_options *options,
                 const struct shared_own *own, struct err *e) MUST_CHECK;
void shared_close(struct shared *s);

/* All ranks have opened them: from now on this one writes, if anything is written. */
void shared_begin(struct shared *s);

/* The farm's work, in place of chunk_work: the blobs are kept (and of chunks before it told that
 * they are on the rank's device by now); what is gathered goes to rank 0 as it is. A payload is that of a chunk that is given up (feed.h), or
 * there is none … */
bool shared_work(void *shared, int64_t chunk, const unsigned char *payload, size_t n,
                 struct buffer *result, struct tick tick, struct err *e) MUST_CHECK;

/* Whether this rank could not keep what it computed: no other chunk will do better. */
bool shared_is_broken(const struct shared *s);

/* … until the answer says where each goes. */
bool shared_write(void *shared, int64_t chunk, const unsigned char *places, size_t n,
                  struct err *e) MUST_CHECK;

/* On rank 0: takes those chunks (struct durable_task) off a result; false if it is damaged. They
 * are borrowed from it. */
bool shared_durable(struct buffer *result, const void **tasks, size_t *n);

/* Moves what is in this rank's scratch file to its places in the output. */
bool shared_place(struct shared *s, const uint64_t *at, struct err *e) MUST_CHECK;

/* What this rank wrote is on its device. */
bool shared_sync(struct shared *s, struct err *e) MUST_CHECK;

struct shared_times {
    double write_s, feed_s;
    int64_t written_bytes;
};
const struct shared_times *shared_times(const struct shared *s);
const struct feed_times *shared_feed_times(const struct shared *s);

#endif
