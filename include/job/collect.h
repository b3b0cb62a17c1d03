/* collect.h - rank 0 takes the results of chunks (parcel.h), in whatever order they come, and writes
 * their blobs in the order of the division; of blobs that a rank has written itself it notes where.
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

struct extent_book;

/* The arguments are borrowed. book: of what is allotted to ranks that write themselves; NULL: rank 0
 * writes all. */
bool collect_new(struct collect **out, struct output *output, const struct division *division,
                 struct extent_book *book, struct err *e) MUST_CHECK;
void collect_free(struct collect *c);

/* Checks the result, keeps its bytes ({0} is left), and writes what is next. Fails, naming the
 * chunk, if it is damaged, or if it cannot be written. */
bool collect_store(struct collect *c, int64_t chunk, struct buffer *result,
                   struct err *e) MUST_CHECK;

/* The same where ranks write: notes where the blobs are, and appends those that had no room. */
bool collect_note(struct collect *c, int64_t chunk, int rank, const struct buffer *result,
                  struct err *e) MUST_CHECK;

const struct collect_times *collect_times(const struct collect *c);

#endif
