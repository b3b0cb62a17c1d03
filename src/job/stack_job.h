/* stack_job.h - the scenes of a series through one pipeline, by all ranks.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_STACK_JOB_H
#define JOB_STACK_JOB_H

#include "job/job.h"

/* Collective. The pipeline is `stack SCENE … ! OP … ! temporal-… ! OP … ! SINK`. As job_run. */
bool stack_job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                   struct err *e) MUST_CHECK;

#endif
