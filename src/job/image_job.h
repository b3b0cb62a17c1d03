/* image_job.h - one scene through one pipeline into an image (PNG, JPEG), by all ranks.
 *
 * Such formats have no tiles: ranks compute chunks, rank 0 holds the whole image, and GDAL encodes
 * it there.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_IMAGE_JOB_H
#define JOB_IMAGE_JOB_H

#include "job/job.h"

/* Collective. As scene_job_run, of an output that is an image (endpoints.h). */
bool image_job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                   struct err *e) MUST_CHECK;

#endif
