/* job.c - one pipeline, by all ranks: what runs it, by its source and its sink.
 * SPDX-License-Identifier: MIT */
#include "job/job.h"

#include "each_job.h"
#include "endpoints.h"
#include "image_job.h"
#include "pass.h"
#include "scene_job.h"
#include "stats_job.h"

#include "base/text.h"
#include "ops/op.h"

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

/* Ops that must know the whole scene first become plain ones; then the sink does the rest. */
static bool run_scene(struct cluster *c, const struct job_options *options, struct job_end *end,
                      struct err *e)
{
    const struct pipeline *p = options->pipeline;
    const struct job_kind *sink = job_kind_find(job_sinks, p->steps[p->n_steps - 1].name);
    struct job_options now = *options;
    struct settled settled;

    bool ok = pass_settle(c, options, &settled, e);
    while (cluster_mend(c)) {
        settled_free(&settled);
        ok = pass_settle(c, options, &settled, e);
    }
    now.pipeline = &settled.pipeline;
    ok = ok && sink->run(c, &now, end, e);
    settled_free(&settled);
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
    return ok && (image ? image_job_run : scene_job_run)(c, options, end, e);
}

const struct job_kind job_sources[] = {
    {"read", "read SCENE", source_params, run_scene},
    {"each", "each SCENE... (files, 'patterns', @list.txt)", source_params, each_run},
    {0},
};

const struct job_kind job_sinks[] = {
    {"write", "write PATH", sink_params, run_write},
    {"stats", "stats", stats_params, stats_job_run},
    {0},
};

/* Fails with err_usage unless both ends are known, and all ops and their parameters. */
static bool check(const struct pipeline *p, struct err *e)
{
    const char *source = p->steps[0].name, *sink = p->steps[p->n_steps - 1].name;

    if (!job_kind_find(job_sources, source))
        return err_usage(e, "there is no source '%s'; a pipeline starts with `read SCENE`", source);
    if (!job_kind_find(job_sinks, sink))
        return err_usage(e, "there is no sink '%s'; a pipeline ends with `write PATH` or `stats`",
                         sink);
    for (int i = 1; i < p->n_steps - 1; i++)
        if (!op_check(p->steps[i].name, p->steps[i].n_args, p->steps[i].args, e))
            return false;
    return true;
}

bool job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
             struct err *e)
{
    *end = (struct job_end){0};
    /* The same on all ranks: they have the same words. */
    return check(options->pipeline, e) &&
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
