/* collect.h - rank 0 takes the results of chunks, in whatever order they come, and writes their
 * blobs in the order of the division.
 *
 * A result is the blobs one after the other, then for each its index (i64), size (u32) and CRC
 * (u32), then their number (u32).
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

/* Both arguments are borrowed. */
bool collect_new(struct collect **out, struct output *output, const struct division *division,
                 struct err *e) MUST_CHECK;
void collect_free(struct collect *c);

/* Checks the result, keeps its bytes ({0} is left), and writes what is next. Fails, naming the
 * chunk, if it is damaged, or if it cannot be written. */
bool collect_store(struct collect *c, int64_t chunk, struct buffer *result,
                   struct err *e) MUST_CHECK;

const struct collect_times *collect_times(const struct collect *c);

#endif
