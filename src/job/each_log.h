/* each_log.h - rank 0 keeps a journal of a job of many scenes: which are done, for --resume.
 *
 * It lies in the folder of the outputs, and is named by what the job is: .tilery-each-XXXXXXXX. An
 * output that the journal does not tell of, but that came to be after it, is the job's too: the run
 * was killed before it could write that down.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_EACH_LOG_H
#define JOB_EACH_LOG_H

#include "many.h"

struct each_log; /* opaque */

/* Makes the journal, or with options->resume reads that of an earlier run, if there is one: scenes
 * it tells of are then done. Of a sink without a path *out is NULL: there is nothing to go on
 * with. Fails if there is one already and neither --resume nor (of the sink) --overwrite is given. */
bool each_log_open(struct each_log **out, struct many *m, const struct job_options *options,
                   struct err *e) MUST_CHECK;

/* Whether the output of a scene that is to be done has come from an earlier run of the job. */
bool each_log_left(const struct each_log *l, const struct many *m, int i);

/* Writes down what has become of scene i. NULL is allowed, here and below. */
bool each_log_add(struct each_log *l, const struct many *m, int i, struct err *e) MUST_CHECK;

/* Whether anything is written down. */
bool each_log_any(const struct each_log *l);

/* keeps: the journal stays, for another run. */
void each_log_close(struct each_log *l, bool keeps);

#endif
