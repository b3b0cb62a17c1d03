/* table_job.h - one scene through one pipeline into a table of what its last op finds, by all ranks.
 *
 * Rank 0 alone reads, and holds what the table is made of.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_TABLE_JOB_H
#define JOB_TABLE_JOB_H

#include "job/job.h"

/* Collective. As scene_job_run, of the sink `table`. */
bool table_job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                   struct err *e) MUST_CHECK;

#endif
