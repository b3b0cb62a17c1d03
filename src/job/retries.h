/* retries.h - rank 0's list of tries that failed: which chunks are tried again, and what becomes
 * of those that fail again and again.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_RETRIES_H
#define JOB_RETRIES_H

#include "try_chunk.h"

#include "job/feed.h"
#include "job/job.h"
#include "report/run_report.h"

struct retries; /* opaque */

/* A chunk is tried again `most` times. The division is borrowed. */
bool retries_new(struct retries **out, int most, enum on_error on_error,
                 const struct division *division, struct err *e) MUST_CHECK;
void retries_free(struct retries *r);

/* Files a try of a chunk that failed with *e on a rank, and says so on standard error. True: it
 * is to be tried again, or to be given up (retries_task tells); false, with *e set: the job
 * ends. */
bool retries_add(struct retries *r, int64_t chunk, int rank, const struct failure *f,
                 struct err *e) MUST_CHECK;

/* What is to be done with a chunk. */
enum feed_task retries_task(const struct retries *r, int64_t chunk);

/* A chunk that an earlier run has given up. Fails if memory is short. */
bool retries_give_up(struct retries *r, int64_t chunk, enum feed_task task,
                     struct err *e) MUST_CHECK;

/* Whether a part of the output lies in a chunk that is given up. */
bool retries_touch(const struct retries *r, struct region region);

int64_t retries_given_up(const struct retries *r);

/* Says on standard error which chunks of the output are not what was asked for. */
void retries_tell(const struct retries *r, const char *output);

/* Puts all that were filed into the report. */
bool retries_report(const struct retries *r, struct run_report *report, struct err *e) MUST_CHECK;

#endif
