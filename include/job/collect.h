/* collect.h - rank 0 takes the results of chunks (parcel.h), in whatever order they come, and
 * writes their blobs in the order of the division; blobs that a rank keeps, to write them itself,
 * get their places in the same order: so the file is the same, whoever writes.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_COLLECT_H
#define JOB_COLLECT_H

#include "base/memory.h"
#include "pipeline/divide.h"
#include "raster/output.h"

struct collect_times {
    double write_s;
    int64_t written_bytes, blobs, held_bytes_most;
};

struct collect; /* opaque */

struct apex;
struct durable;
struct saved;
struct scratch;

/* Where results go. Everything is borrowed. */
struct collect_into {
    struct output *output;
    const struct division *division;
    struct scratch *scratch; /* of blobs without a place yet, and … */
    struct apex *apex;       /* … of pixels of the upper overviews; NULL where there are none */
    struct saved *saved;     /* is told of chunks whose blobs all have their places … */
    struct durable *durable; /* … and of those that are written; NULL: ranks write themselves */
    uint64_t align;          /* of the first blob of a chunk that its rank writes */
};

bool collect_new(struct collect **out, const struct collect_into *into, struct err *e) MUST_CHECK;
void collect_free(struct collect *c);

/* The first `next` blobs, in the order of writing, are in the output from an earlier run. */
void collect_resume(struct collect *c, int64_t next);

/* Checks the result of a rank, keeps its bytes ({0} is left), and writes what is next; blobs
 * that the rank will write itself get their places. Fails, naming the chunk, if it is damaged,
 * or if it cannot be written. */
bool collect_store(struct collect *c, int64_t chunk, int rank, struct buffer *result,
                   struct err *e) MUST_CHECK;

/* The next chunk whose blobs all have their places, of which its rank is to be told: an offset in
 * the file (int64_t) for each, in the order of its result. False: there is none now. */
bool collect_due(struct collect *c, int *rank, int64_t *chunk, struct buffer *places);
bool collect_has_due(const struct collect *c);

const struct collect_times *collect_times(const struct collect *c);

#endif
