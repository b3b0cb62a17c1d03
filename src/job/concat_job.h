/* concat_job.h - parts of a scene, side by side again, as one scene.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_CONCAT_JOB_H
#define JOB_CONCAT_JOB_H

#include "job/job.h"

extern const struct param concat_params[];

/* Collective. The pipeline is `concat ! OP … ! SINK`. As job_run. */
bool concat_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                struct err *e) MUST_CHECK;

/* Whether the step can be right, whatever the parts. */
bool concat_check(const struct step *step, struct err *e) MUST_CHECK;

#endif
