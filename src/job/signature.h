/* signature.h - what must be the same for a run to go on with another's output: names and values.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SIGNATURE_H
#define JOB_SIGNATURE_H

#include "endpoints.h"
#include "op_steps.h"
#include "sources.h"

#include "job/job.h"

struct signature_of {
    const struct job_options *options;
    const struct endpoints *ends;
    const struct op_steps *steps;
    const struct sources *sources;
};

/* Appends the signature of a run: version, ops, what is read and how, size and time and some
 * content of all files, what is written and how. Files that are on no file system are known by
 * name alone. */
bool signature_make(struct buffer *out, const struct signature_of *of, struct err *e) MUST_CHECK;

/* Fails with err_usage, naming the first thing that differs, unless the two are the same. */
bool signature_compare(const char *path, const struct buffer *theirs, const struct buffer *mine,
                       struct err *e) MUST_CHECK;

#endif
