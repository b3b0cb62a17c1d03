/* lead_mask.h - the output's mask, made on rank 0 of the scenes' masks: where each pixel comes from
 * a pixel that all of them show.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_LEAD_MASK_H
#define JOB_LEAD_MASK_H

#include "sources.h"

struct lead_mask; /* opaque */

/* *out is NULL when no scene has a mask. The sources are borrowed. */
bool lead_mask_new(struct lead_mask **out, const struct sources *s, const struct step *steps,
                   int n_steps, struct err *e) MUST_CHECK;
void lead_mask_free(struct lead_mask *m);

/* Fills planes of uint8 with the part of the mask. An output_grid's mask function. */
bool lead_mask_fill(void *lead_mask, const struct planes *out, struct err *e) MUST_CHECK;

#endif
