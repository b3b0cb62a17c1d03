/* split_job.h - one scene through one pipeline into parts that are files of their own.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SPLIT_JOB_H
#define JOB_SPLIT_JOB_H

#include "job/job.h"

/* Whether the step can be right, whatever the scene. */
bool split_check(const struct step *step, struct err *e) MUST_CHECK;

/* Collective. The pipeline is `read ! OP … ! split`, of ops that need know nothing of the whole scene
 * (any more: pass.h). As job_run; end->given_up counts parts that were skipped, or are not what was
 * asked for somewhere. */
bool split_run(struct cluster *c, const struct job_options *options, struct job_end *end,
               struct err *e) MUST_CHECK;

#endif
