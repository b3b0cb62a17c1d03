/* coarser.h - `read --use-overviews`: an overview of the scene takes its place, where what the
 * pipeline begins with (`resize`) makes less of it than that.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_COARSER_H
#define JOB_COARSER_H

#include "job/job.h"

/* The pipeline with the source and the first op in words of their own. */
struct coarser {
    struct pipeline pipeline;
    const char **source; /* words of `read` */
    char level[40], size[40];
    const char *resize[3];
};

/* Collective. out->pipeline is that of the options, but for an overview that is taken instead: the
 * smallest that is no smaller than the result of the first op. Fails with err_usage if the source
 * asks for overviews, and the first op is not `resize` or the source is a part of the scene. To be
 * freed with coarser_free, also after a failure. */
bool coarser_choose(struct coarser *out, struct cluster *c, const struct job_options *options,
                    struct err *e) MUST_CHECK;
void coarser_free(struct coarser *c);

#endif
