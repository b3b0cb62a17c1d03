/* plan.h - a pipeline compiled for a given scene: a graph of stages in the order they run.
 *
 * Regions that a border of type wrap reaches lie in virtual coordinates: x < 0 or x >= width means
 * the pixel of the same scene at x modulo width (the same for y). All other needs lie inside.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_PLAN_H
#define PIPELINE_PLAN_H

#include "ops/op.h"
#include "pipeline/parse.h"

enum { PLAN_MAX_STAGES = 256 };

struct plan {
    struct stages stages; /* stage 0 is the scene */
    int last;             /* the stage whose output is the plan's */
    int bands_at_once;    /* 1, unless a stage works across bands: then every stage's bands */
};

/* Compiles the ops steps[0 .. n_steps) for a scene of format in. To be freed with plan_free.
 * Fails with err_usage for unknown ops and parameters, unsuitable types, and borders that cannot be
 * combined. */
bool plan_new(struct plan **out, const struct step *steps, int n_steps, struct format in,
              struct err *e) MUST_CHECK;
void plan_free(struct plan *p);

struct format plan_output(const struct plan *p);

/* What of the scene the output region needs (virtual coordinates, see above). */
struct region plan_need(const struct plan *p, struct region out);

/* Writable pixels the executor wants beside each row of its input. */
int plan_margin(const struct plan *p);

/* The needs of every stage for an output region, in stage order: needs[i] of plan->stages.n. Empty
 * for stages nothing reads. */
void plan_needs(const struct plan *p, struct region out, struct region *needs);

#endif
