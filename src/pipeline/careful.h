/* careful.h - the stages of a pipeline, made to mind pixels outside the data (nodata).
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_CAREFUL_H
#define PIPELINE_CAREFUL_H

#include "pipeline/plan.h"

/* Adds to the stages what keeps pixels outside the data apart: beside every stage one that makes
 * its validity (uint8: 0 is outside), before and after those that say so (op.h) one that fills or
 * corrects. s->current becomes the output with *nodata where it is outside or, with nodata NULL,
 * the output's validity. Fails if memory is short. */
bool careful_stages(struct stages *s, const struct plan_sources *sources, const double *nodata,
                    struct err *e) MUST_CHECK;

#endif
