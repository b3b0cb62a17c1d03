/* job.c - one pipeline, by all ranks: what runs it, by its source and its sink.
 * SPDX-License-Identifier: MIT */
#include "job/job.h"

#include "coarser.h"
#include "concat_job.h"
#include "each_job.h"
#include "endpoints.h"
#include "pass.h"
#include "scene_job.h"
#include "segments.h"
#include "spare.h"
#include "split_job.h"
#include "stack_job.h"
#include "stats_job.h"
#include "whole_job.h"

#include "base/text.h"
#include "ops/op.h"
#include "ops/temporal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const job_io_names[] = {"auto", "root", "shared", NULL};

const struct job_kind *job_kind_find(const struct job_kind *kinds, const char *name)
{
    while (kinds->name && strcmp(kinds->name, name) != 0)
        kinds++;
    return kinds->name ? kinds : NULL;
}

int job_path_of(const struct step *sink)
{
    const struct param *params = job_kind_find(job_sinks, sink->name)->params;
    bool found;

    for (int i = 0; i < sink->n_args; i++) {
        const char *word = sink->args[i];
        if (strncmp(word, "--", 2) != 0)
            return i;
        i += !strchr(word, '=') && param_takes_value(params, word + 2, &found);
    }
    return -1;
}

/* How many steps the first part of the pipeline has, where it must be cut behind an op that sweeps
 * (ops/sweep.h), whose pixels are the tiles of a GeoTIFF as they are: no op can follow, nor another
 * sink. 0: it is run as it is. */
static bool find_cut(const struct pipeline *p, int *n, struct err *e)
{
    struct endpoints ends = {0};
    int i = 1;

    *n = 0;
    while (i < p->n_steps - 1 && !op_find(p->steps[i].name)->sweeps)
        i++;
    if (i == p->n_steps - 1)
        return true;
    const char *sink = p->steps[p->n_steps - 1].name;
    if (i < p->n_steps - 2 || (strcmp(sink, "write") != 0 && strcmp(sink, "table") != 0)) {
        *n = i + 1;
        return true;
    }
    const bool ok = endpoints_read(&ends, p, e);
    if (ok &&
        (ends.driver || ends.sink_type != PX_SAME || ends.sink.cog || ends.sink.resampling >= 0))
        *n = i + 1;
    endpoints_free(&ends);
    return ok;
}

/* Ops that must know the whole scene first become plain ones; then the sink does the rest. */
static bool run_settled(struct cluster *c, const struct job_options *options, struct job_end *end,
                        struct err *e)
{
    const struct pipeline *p = options->pipeline;
    const struct job_kind *sink = job_kind_find(job_sinks, p->steps[p->n_steps - 1].name);
    struct job_options now = *options;
    struct settled settled;
    int n_first;

    if (!find_cut(p, &n_first, e)) /* the same on all ranks: they have the same words */
        return false;
    if (n_first > 0)
        return segments_run(c, options, (struct segments){n_first, run_settled, false}, end, e);
    bool ok = pass_settle(c, options, &settled, e);
    while (cluster_mend(c)) {
        settled_free(&settled);
        ok = pass_settle(c, options, &settled, e);
    }
    now.pipeline = &settled.pipeline;
    now.passes = settled.passes;
    now.n_passes = settled.n_passes;
    now.held = settled.held;
    bool done = ok && sink->run(c, &now, end, e);
    if (ok && !done && e->status == EXIT_USAGE && settled_forget(&settled)) {
        now.held = NULL;
        done = sink->run(c, &now, end, e);
    }
    settled_free(&settled);
    return done;
}

static bool run_scene(struct cluster *c, const struct job_options *options, struct job_end *end,
                      struct err *e)
{
    struct job_options now = *options;
    struct coarser coarser;

    bool ok = coarser_choose(&coarser, c, options, e);
    while (cluster_mend(c)) {
        coarser_free(&coarser);
        ok = coarser_choose(&coarser, c, options, e);
    }
    now.pipeline = &coarser.pipeline;
    ok = ok && run_settled(c, &now, end, e);
    coarser_free(&coarser);
    return ok;
}

/* GeoTIFFs grow tile by tile, images are made as a whole. */
static bool run_write(struct cluster *c, const struct job_options *options, struct job_end *end,
                      struct err *e)
{
    struct endpoints ends;
    const bool ok = endpoints_read(&ends, options->pipeline, e);
    const bool image = ok && ends.driver;

    endpoints_free(&ends);
    return ok && (image ? whole_job_run_image : scene_job_run)(c, options, end, e);
}

const struct job_kind job_sources[] = {
    {"read", "read SCENE", source_params, run_scene, NULL},
    {"each", "each SCENE... (files, 'patterns', @list.txt)", source_params, each_run, NULL},
    {"stack", "stack SCENE... (files, 'patterns', @list.txt)", source_params, stack_job_run, NULL},
    {"concat",
     "concat SCENE... (files, 'patterns', @list.txt, or the pattern that split was given)",
     concat_params, concat_run, concat_check},
    {0},
};

const struct job_kind job_sinks[] = {
    {"write", "write PATH", sink_params, run_write, NULL},
    {"split",
     "split PATTERN (with {row}, {column}, {index}, {stem}, {ext}; numbers from 0; {row:03})",
     split_params, split_run, split_check},
    {"stats", "stats", stats_params, stats_job_run, stats_check},
    {"table", "table FILE.csv", table_params, whole_job_run_table, NULL},
    {0},
};

/* What makes one image of a series wants one. */
static bool check_op(const struct step *op, const char *source, struct err *e)
{
    if (!temporal_find(op->name))
        return op_check(op->name, op->n_args, op->args, e);
    if (strcmp(source, "stack") != 0)
        return err_usage(e, "%s: makes one image of many scenes, which `stack SCENE...` reads",
                         op->name);
    return temporal_check(op->name, op->n_args, op->args, e);
}

static bool check_end(const struct job_kind *kinds, const struct step *step, struct err *e)
{
    const struct job_kind *kind = job_kind_find(kinds, step->name);

    return !kind->check || kind->check(step, e);
}

/* Fails with err_usage unless both ends are known, and all ops and their parameters. */
static bool check(const struct job_options *options, struct err *e)
{
    const struct pipeline *p = options->pipeline;
    const char *source = p->steps[0].name, *sink = p->steps[p->n_steps - 1].name;

    if (!job_kind_find(job_sources, source))
        return err_usage(e, "there is no source '%s'; a pipeline starts with `read SCENE`", source);
    if (!job_kind_find(job_sinks, sink))
        return err_usage(e, "there is no sink '%s'; a pipeline ends with `write PATH` or `stats`",
                         sink);
    for (int i = 1; i < p->n_steps - 1; i++)
        if (!check_op(&p->steps[i], source, e))
            return false;
    return check_end(job_sources, &p->steps[0], e) &&
           check_end(job_sinks, &p->steps[p->n_steps - 1], e) && spare_sources(options, e);
}

bool job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
             struct err *e)
{
    *end = (struct job_end){0};
    /* Words may name files that rank 0 alone sees. */
    return cluster_agree(c, cluster_rank(c) != 0 || check(options, e), e) &&
           job_kind_find(job_sources, options->pipeline->steps[0].name)->run(c, options, end, e);
}

void job_sweep(struct job_end *end)
{
    if (end->journal)
        unlink(end->journal);
    free(end->journal);
    free(end->text);
    free(end->json);
}
