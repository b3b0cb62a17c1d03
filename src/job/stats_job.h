/* stats_job.h - one scene through one pipeline into its statistics, by all ranks.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_STATS_JOB_H
#define JOB_STATS_JOB_H

#include "job/job.h"

/* Of the sink. */
extern const struct param stats_params[];

/* Fails with err_usage unless the sink's options are right. */
bool stats_check(const struct step *sink, struct err *e) MUST_CHECK;

/* Collective. The pipeline is `read ! OP … ! stats`, of ops that need know nothing of the whole
 * scene (any more: pass.h). As job_run; what is to be printed is in end->text on rank 0. */
bool stats_job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                   struct err *e) MUST_CHECK;

/* The file of the sink's --json; NULL: none. Borrowed from the step. Fails with err_usage. */
bool stats_json_path(const struct step *sink, const char **path, struct err *e) MUST_CHECK;

#endif
