/* execute.h - runs a plan over one chunk, by rows, through all stages at once.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_EXECUTE_H
#define PIPELINE_EXECUTE_H

#include "base/planes.h"
#include "base/tick.h"
#include "pipeline/plan.h"

struct executor; /* opaque: rings and scratch for one plan, reused from chunk to chunk */

/* Bytes an executor of this plan takes. */
size_t executor_bytes(const struct plan *plan);

/* Fails if memory is short. The plan is borrowed until executor_free. */
bool executor_new(struct executor **out, const struct plan *plan, struct err *e) MUST_CHECK;
void executor_free(struct executor *x);

/* Computes the region `out->region` of the plan's output. `in` holds plan_need(plan, out->region)
 * (rows may run past it on every side), with plan_margin(plan) writable pixels on both sides of
 * each row. Returns false only when tick did. */
bool executor_run(struct executor *x, const struct planes *in, const struct planes *out,
                  const struct place *place, struct tick tick) MUST_CHECK;

/* Seconds spent in each stage of the plan so far (plan->stages.n of them). */
const double *executor_seconds(const struct executor *x);

#endif
