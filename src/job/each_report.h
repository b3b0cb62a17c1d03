/* each_report.h - what is told of a job of many scenes.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_EACH_REPORT_H
#define JOB_EACH_REPORT_H

#include "many.h"

/* Before any work: whether what is to be told can be. The same on all ranks. */
bool each_check(const struct job_options *options, struct err *e) MUST_CHECK;

/* On rank 0, when all is done: what the sinks have to say goes to standard output, scene by scene,
 * what has failed to standard error, and the report to its file. Sets end->given_up. */
bool each_tell(const struct many *m, const struct job_options *options,
               const struct cluster_ranks *ranks, double seconds, struct job_end *end,
               struct err *e) MUST_CHECK;

#endif
