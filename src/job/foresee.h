/* foresee.h - mistakes behind a temporary scene (segments.h), told before it is made.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_FORESEE_H
#define JOB_FORESEE_H

#include "job/job.h"
#include "ops/op.h"

/* Of a temporary scene of that format (of any other, or NULL: nothing): fails with err_usage if the
 * ops that are to read it, or the output they make, cannot be had. That is told before it is
 * made. From an op on that reads another scene, nothing is looked at. */
bool foresee(const struct segment *s, struct format f, struct err *e) MUST_CHECK;

#endif
