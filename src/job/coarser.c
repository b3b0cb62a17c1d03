/* coarser.c - `read --use-overviews`: an overview of the scene takes its place.
 * SPDX-License-Identifier: MIT */
#include "coarser.h"

#include "endpoints.h"
#include "rank.h"
#include "sources.h"

#include "pipeline/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What rank 0 finds out: the result's size, and the overview's number (-1: none will do). */
struct choice {
    int64_t width, height;
    int level;
};

static bool result_of(const struct scene *scene, const struct step *resize, struct choice *out,
                      struct err *e)
{
    const struct scene_info *info = scene_info(scene);
    const struct format format = {info->type, info->bands, info->width, info->height};
    const char *name = NULL;
    const struct outside outside = {0};
    const struct plan_sources sources = {&format, &name, 1, &outside};
    struct plan *plan = NULL;

    if (!plan_new(&plan, resize, 1, &sources, e))
        return false;
    out->width = plan_output(plan).width;
    out->height = plan_output(plan).height;
    plan_free(plan);
    return true;
}

static bool choose(const struct job_options *options, const struct endpoints *ends,
                   size_t memory_bytes, struct choice *out, struct err *e)
{
    struct scene *scene;

    if (!raster_begin(sources_cache_bytes(memory_bytes), &options->raster, e) ||
        !scene_open(&scene, &ends->source, e))
        return false;
    const bool ok = result_of(scene, &options->pipeline->steps[1], out, e);
    if (ok)
        out->level = scene_overview(scene, out->width, out->height);
    scene_close(scene);
    return ok;
}

static bool check(const struct job_options *options, const struct endpoints *ends, struct err *e)
{
    const struct pipeline *p = options->pipeline;

    if (p->n_steps < 3 || strcmp(p->steps[1].name, "resize") != 0)
        return err_usage(e, "read: --use-overviews is of use before `resize`, as the first op");
    return !ends->source.window ||
           err_usage(e,
                     "read: --window=%s counts pixels of the scene itself: not with "
                     "--use-overviews",
                     ends->source.window);
}

/* An option that is given several ways to resize by takes them all away but the interpolation. */
static const char *interpolation(const struct step *resize)
{
    static const char name[] = "--interpolation";

    for (int i = 0; i < resize->n_args; i++)
        if (strncmp(resize->args[i], name, strlen(name)) == 0)
            return resize->args[i];
    return NULL;
}

static bool replace(struct coarser *out, const struct choice *choice, struct err *e)
{
    const struct step source = out->pipeline.steps[0], resize = out->pipeline.steps[1];
    int n = 0;

    out->source = memory_new((size_t)source.n_args + 1, sizeof *out->source, e);
    if (!out->source)
        return false;
    for (int i = 0; i < source.n_args; i++)
        out->source[i] = source.args[i];
    snprintf(out->level, sizeof out->level, "--oo=OVERVIEW_LEVEL=%d", choice->level);
    out->source[source.n_args] = out->level;
    out->pipeline.steps[0] = (struct step){source.name, source.n_args + 1, out->source};
    snprintf(out->size, sizeof out->size, "--dsize=%lldx%lld", (long long)choice->width,
             (long long)choice->height);
    out->resize[n++] = out->size;
    const char *how = interpolation(&resize);
    if (how)
        out->resize[n++] = how;
    if (how && !strchr(how, '=')) /* its value stands alone */
        for (int i = 0; i + 1 < resize.n_args; i++)
            if (resize.args[i] == how)
                out->resize[n++] = resize.args[i + 1];
    out->pipeline.steps[1] = (struct step){resize.name, n, out->resize};
    return true;
}

bool coarser_choose(struct coarser *out, struct cluster *c, const struct job_options *options,
                    struct err *e)
{
    const struct pipeline *p = options->pipeline;
    const size_t n = (size_t)p->n_steps;
    struct endpoints ends = {0};
    struct choice choice = {0};
    struct buffer bytes = {0};

    *out = (struct coarser){.pipeline = *p};
    out->pipeline.steps = memory_new(n, sizeof *p->steps, e);
    const size_t memory = rank_means(c, options).memory_bytes;
    bool ok = out->pipeline.steps && endpoints_read(&ends, p, e);
    if (out->pipeline.steps)
        memcpy(out->pipeline.steps, p->steps, n * sizeof *p->steps);
    const bool wanted = ok && ends.use_overviews;
    ok = ok && (!wanted || check(options, &ends, e));
    if (ok && wanted && cluster_rank(c) == 0)
        ok = choose(options, &ends, memory, &choice, e) &&
             buffer_append(&bytes, &choice, sizeof choice, e);
    ok = cluster_agree(c, ok, e);
    if (ok && wanted) {
        ok = cluster_share(c, &bytes, e);
        if (ok)
            memcpy(&choice, bytes.data, sizeof choice);
        if (!out->pipeline.whole) /* for what is told of it */
            out->pipeline.whole = p;
        ok = ok && (choice.level < 0 || replace(out, &choice, e));
        ok = cluster_agree(c, ok, e);
    }
    buffer_free(&bytes);
    endpoints_free(&ends);
    return ok;
}

void coarser_free(struct coarser *c)
{
    pipeline_free(&c->pipeline);
    free(c->source);
}
