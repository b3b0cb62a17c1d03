/* outcome.h - what became of one job of many, as it travels to rank 0.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_OUTCOME_H
#define JOB_OUTCOME_H

#include "job/job.h"

#include "base/memory.h"

struct outcome {
    int status; /* as the process's would be */
    double seconds;
    char *text, *json, *journal; /* as in struct job_end; NULL or empty: there is none */
    char *why;                   /* it failed; NULL or empty: it did not */
};

/* Of a job that has run; texts stay those of end and e. */
struct outcome outcome_of(bool ok, const struct job_end *end, struct err *e, double seconds);

bool outcome_pack(struct buffer *out, const struct outcome *o, struct err *e) MUST_CHECK;

/* Texts are to be freed with outcome_free, also after a failure. False if the bytes are damaged. */
bool outcome_unpack(const struct buffer *bytes, struct outcome *o) MUST_CHECK;
void outcome_free(struct outcome *o);

#endif
