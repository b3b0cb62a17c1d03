/* resume.h - what an earlier run has left of an output: read from its journal (saved.h),
 * checked, and put to where this run would have put it.
 *
 * The head of a journal is the bytes of the output's own head (i64), the chunks' width and
 * height (i64 each) and how many overviews they make themselves (u32), which the new run takes
 * over, then the run's signature.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_RESUME_H
#define JOB_RESUME_H

#include "apex.h"
#include "retries.h"

#include "guard/journal.h"
#include "job/collect.h"
#include "job/schedule.h"

struct resume; /* opaque */

struct resume_head {
    int64_t head_bytes, chunk_width, chunk_height;
    uint32_t local;
};

/* Whether there is a journal of an unfinished output at path, and a PATH.part with it. */
bool resume_exists(const char *path, bool *exists, struct err *e) MUST_CHECK;

/* Whether a run of this signature has given the output its name, and was killed before it removed
 * its journal. Chunks that it has given up are named on standard error, and counted. */
bool resume_finished(const char *path, const struct buffer *signature, bool *finished,
                     int64_t *given_up, struct err *e) MUST_CHECK;

/* Reads the journal of the output at path; *out is NULL if there is none, or no PATH.part with
 * it. Fails if it cannot be read. */
bool resume_open(struct resume **out, const char *path, struct err *e) MUST_CHECK;
void resume_free(struct resume *r); /* NULL is allowed */

struct resume_head resume_head(const struct resume *r);

/* Fails, naming what differs, unless the run has this signature. */
bool resume_check(const struct resume *r, const char *path, const struct buffer *signature,
                  struct err *e) MUST_CHECK;

/* The journal, to be gone on with; once. */
struct journal *resume_journal(struct resume *r);

/* What the chunks that are there become parts of. */
struct resume_into {
    const struct division *division;
    const struct overviews *overviews;
    struct output *output;
    struct scratch *scratch;
    struct apex *apex;
    struct collect *collect;
    struct schedule *schedule;
    struct retries *retries;
};

/* Checks the bytes of all chunks and restores those that are whole, as far as the order of the
 * file lets them stay; *pixels of the output are then done. */
bool resume_restore(struct resume *r, const struct resume_into *into, int64_t *pixels,
                    struct err *e) MUST_CHECK;

/* Packs a head. */
bool resume_pack_head(struct buffer *out, const struct resume_head *head,
                      const struct buffer *signature, struct err *e) MUST_CHECK;

#endif
