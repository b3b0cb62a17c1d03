/* execute.h - runs a plan over one chunk, by rows, through all stages at once.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_EXECUTE_H
#define PIPELINE_EXECUTE_H

#include "base/planes.h"
#include "base/tick.h"
#include "pipeline/plan.h"

struct executor; /* opaque: rings and scratch for one plan, reused from chunk to chunk */

/* Bytes an executor of this plan takes for chunks of that height. */
size_t executor_bytes(const struct plan *plan, int64_t chunk_height);

/* Fails if memory is short. The plan is borrowed until executor_free. */
bool executor_new(struct executor **out, const struct plan *plan, struct err *e) MUST_CHECK;
void executor_free(struct executor *x);

/* Where the name of the stage at work is written from now on: EXECUTOR_DOING bytes. */
enum { EXECUTOR_DOING = 32 };
void executor_tell(struct executor *x, char *doing);

/* Computes the region `out->region` of the plan's output. in[i] holds plan_need(plan, i,
 * out->region) of source i (rows may run past it on every side), with plan_margin(plan, i) writable
 * pixels on both sides of each row. Fails if memory is short, or with "stopped" when tick returned
 * false. */
bool executor_run(struct executor *x, const struct planes *in, const struct planes *out,
                  const struct place *place, struct tick tick, struct err *e) MUST_CHECK;

/* Seconds spent in each stage of the plan so far (plan->stages.n of them). */
const double *executor_seconds(const struct executor *x);

#endif
