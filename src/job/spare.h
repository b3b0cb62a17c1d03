/* spare.h - what a job writes beside its output, or as it, is none of the scenes that it reads.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SPARE_H
#define JOB_SPARE_H

#include "job/job.h"

/* On rank 0, before anything is written: fails with err_usage, naming the file, if --report, --trace or
 * a file that an option of the sink names is one of the n scenes; with_output: or what the sink
 * itself names. */
bool spare_scenes(const struct job_options *options, const char *const *scenes, int n,
                  bool with_output, struct err *e) MUST_CHECK;

/* The same of the scenes that the pipeline's source names (read, each, stack). */
bool spare_sources(const struct job_options *options, struct err *e) MUST_CHECK;

#endif
