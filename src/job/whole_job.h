/* whole_job.h - one scene through one pipeline into an output that rank 0 makes as a whole, by all
 * ranks: an image (PNG, JPEG), whose format has no tiles, or a table of what an op finds.
 *
 * Ranks compute chunks; rank 0 holds all that the output is made of.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_WHOLE_JOB_H
#define JOB_WHOLE_JOB_H

#include "job/job.h"

/* Collective. As scene_job_run, of an output that is an image (endpoints.h). */
bool whole_job_run_image(struct cluster *c, const struct job_options *options, struct job_end *end,
                         struct err *e) MUST_CHECK;

/* Collective. The same of the sink `table`. */
bool whole_job_run_table(struct cluster *c, const struct job_options *options, struct job_end *end,
                         struct err *e) MUST_CHECK;

#endif
