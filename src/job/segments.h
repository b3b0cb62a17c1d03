/* segments.h - a pipeline in two parts: the first makes a temporary scene, the rest reads that.
 *
 * For ops behind one that cannot be had in one flow of chunks with it, because it makes pixels of
 * the whole scene or of many scenes. The temporary scene lies beside the output, under the name
 * PATH.part.segment-N; what a run has left of it is found by --resume.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SEGMENTS_H
#define JOB_SEGMENTS_H

#include "job/job.h"

struct segments {
    int n_first; /* steps of the first part, its source among them */
    /* What runs them, and a `write` behind them: as job_run. */
    bool (*first)(struct cluster *c, const struct job_options *options, struct job_end *end,
                  struct err *e);
    bool skips_scenes; /* --on-error=skip is of its scenes: for the rest nothing is skipped */
};

/* Collective. As job_run, which runs the rest. The temporary scene is removed at the end, and also
 * after a failure, unless there is something that --resume goes on with. */
bool segments_run(struct cluster *c, const struct job_options *options, struct segments parts,
                  struct job_end *end, struct err *e) MUST_CHECK;

#endif
