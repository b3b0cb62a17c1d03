/* many.h - the scenes of a job of many, and what becomes of each.
 *
 * Rank 0 finds them and says which a rank does by itself; every rank then has the same list.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_MANY_H
#define JOB_MANY_H

#include "job/job.h"

#include "base/memory.h"

enum scene_state { SCENE_TODO, SCENE_DONE, SCENE_PARTLY, SCENE_SKIPPED };

struct one_scene {
    char *path;
    char **sink_args; /* the words behind the sink's name, for this scene */
    bool alone;       /* a rank does all of it */
    int64_t pixels;

    /* On rank 0. */
    int64_t width, height;
    int bands;
    enum pixel_type type;
    enum scene_state state;
    char *why;         /* it was skipped */
    char *text, *json; /* what the sink has to say of it (job_end); NULL: nothing */
    int rank;          /* that did it; -1: all */
    double seconds;
};

struct many {
    struct one_scene *scene;
    int n;
    int output_arg; /* the first word of the sink that is no option: its path; -1: there is none */
    int n_sink_args, n_read_args; /* words of the sink and of `read`, but for the path */
    const char **read_args;       /* borrowed from the pipeline */
    const struct pipeline *pipeline;
};

/* Collective. Finds the scenes that the first step of the pipeline (`each`) names, opens each on
 * rank 0 once, and tells all ranks. memory_bytes: of each rank. Where scenes are to be skipped
 * (on_error), one that cannot be opened is; else this fails, as it does with err_usage when two
 * scenes would have the same output. To be freed with many_free, also after a failure. */
bool many_find(struct many *m, struct cluster *c, const struct job_options *options,
               size_t memory_bytes, struct err *e) MUST_CHECK;
void many_free(struct many *m);

/* The pipeline of scene i by itself, with --overwrite among the sink's words or without; its steps and words
 * are to be freed with many_pipeline_free, also after a failure. */
struct many_pipeline {
    struct pipeline pipeline;
    const char **words;
};
bool many_pipeline(struct many_pipeline *out, const struct many *m, int i, bool overwrite,
                   struct err *e) MUST_CHECK;
void many_pipeline_free(struct many_pipeline *p);

/* On rank 0: scene i is skipped for this reason, which is said on standard error. */
void many_skip(struct many *m, int i, const char *why);

#endif
