/* each_job.h - many scenes, each through the same pipeline into an output of its own.
 *
 * A scene that is small beside all of them is done by one rank by itself, and the ranks are dealt
 * such scenes, the largest first; before that, all ranks together do each of those that are larger.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_EACH_JOB_H
#define JOB_EACH_JOB_H

#include "many.h"

/* Collective. The pipeline is `each ! OP … ! SINK`. As job_run; end->given_up counts scenes that
 * were skipped, or are not what was asked for in some part. */
bool each_run(struct cluster *c, const struct job_options *options, struct job_end *end,
              struct err *e) MUST_CHECK;

/* Collective. The same of a list that all ranks have; each_check has been asked, *end is still {0}. */
bool each_run_list(struct cluster *c, const struct job_options *options, struct many *m,
                   struct job_end *end, struct err *e) MUST_CHECK;

#endif
