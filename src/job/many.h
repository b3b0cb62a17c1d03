/* many.h - the scenes, or the parts of one, of a job of many outputs, and what becomes of each.
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
    char *window;     /* of a part, a word for `crop` behind the ops; NULL: it is a whole scene */
    char *place;      /* of a part: what it says of its place */
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
    const char *sink; /* of each pipeline; NULL: that of the whole */
    char *witness;    /* a file by which ranks know whether they see the same ones; NULL: a scene */
    struct buffer signature; /* on rank 0: of more than the words, as far as it is known */
};

/* "scene" or "part", and the name of one. */
const char *many_what(const struct many *m);
const char *many_name(const struct many *m, int i);

/* The file's name without its folders; where its ending (without the dot) begins, or its end. */
void many_name_parts(const char *path, const char **name, const char **ending);

/* Takes over the words of the source's step that are options of `read`, or their values. */
bool many_read_args(struct many *m, const struct step *step, const struct positionals *paths,
                    struct err *e) MUST_CHECK;

/* Collective. The list of rank 0 becomes everybody's. */
bool many_share(struct many *m, struct cluster *c, struct err *e) MUST_CHECK;

/* On rank 0, when all their sizes are known: says which are for a rank by itself. */
void many_choose_alone(struct many *m, int n_ranks);

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
