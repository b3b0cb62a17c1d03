/* scene_job.h - one scene through one pipeline into one output, by all ranks.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SCENE_JOB_H
#define JOB_SCENE_JOB_H

#include "job/job.h"

/* Collective. The pipeline is `read ! OP … ! write`, of ops that need know nothing of the whole
 * scene (any more: pass.h). As job_run. */
bool scene_job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                   struct err *e) MUST_CHECK;

#endif
