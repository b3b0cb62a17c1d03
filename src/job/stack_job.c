/* stack_job.c - the scenes of a series through one pipeline, by all ranks.
 *
 * The pipeline is cut behind its temporal op (segments.h): what is before it makes an image of
 * the whole series (here), which the rest reads like any scene.
 * SPDX-License-Identifier: MIT */
#include "stack_job.h"

#include "endpoints.h"
#include "foresee.h"
#include "rank.h"
#include "segments.h"
#include "series_work.h"

#include "base/text.h"
#include "ops/op.h"

#include <stdio.h>
#include <string.h>

/* Ops before the temporal one are done to each scene by itself, chunk by chunk. */
static bool check_before(const struct step *step, struct err *e)
{
    struct buffer needed = {0};
    bool ok = op_needs(step->name, step->n_args, step->args, &needed, e);

    if (ok && needed.size > 0)
        ok = err_usage(e,
                       "%s: must know a whole scene first, which cannot be had of each scene of a "
                       "series; write its results first (each ... ! %s ! write ...)",
                       step->name, step->name);
    buffer_free(&needed);
    return ok;
}

/* Where the temporal op stands. */
static bool find_temporal(const struct pipeline *p, int *at, struct err *e)
{
    *at = 0;
    for (int i = 1; i < p->n_steps - 1; i++) {
        const struct step *step = &p->steps[i];
        const bool temporal = temporal_find(step->name) != NULL;
        if (temporal && *at > 0)
            return err_usage(e, "%s: the series is one image behind %s", step->name,
                             p->steps[*at].name);
        if (temporal)
            *at = i;
        else if (*at == 0 && !check_before(step, e))
            return false;
    }
    return *at > 0 || err_usage(e, "stack: makes one image of its scenes by a temporal op, e.g. "
                                   "`stack 'd/*.tif' ! temporal-mean ! write mean.tif`");
}

/* What this file holds of a run. */
struct stack {
    struct series series;
    struct sources first;  /* rank 0's */
    struct endpoints ends; /* rank 0's */
    struct series_division division;
    bool leads, root;
};

static void stack_free(struct stack *k)
{
    series_free(&k->series);
    sources_close(&k->first);
    endpoints_free(&k->ends);
}

/* What the ops behind the temporal one will read. */
static bool foresee_rest(const struct stack *k, const struct job_options *options, struct err *e)
{
    struct format f = k->series.facts.out;

    f.type = k->series.temporal.out;
    return foresee(options->segment, f, e);
}

/* Rank 0 looks at the scenes; all know of them then. */
static bool open_series(struct cluster *c, struct stack *k, const struct series_wish *wish,
                        struct err *e)
{
    struct buffer told = {0};
    bool ok = !k->leads || (endpoints_read_sink(&k->ends, wish->options->pipeline, e) &&
                            series_open(&k->series, wish, &k->first, e) &&
                            foresee_rest(k, wish->options, e) && series_pack(&k->series, &told, e));

    ok = cluster_agree(c, ok, e) && cluster_share(c, &told, e) &&
         cluster_agree(c, k->leads || series_unpack(&k->series, wish, &told, e), e);
    buffer_free(&told);
    return ok;
}

/* Who reads the scenes. */
static bool choose_readers(struct cluster *c, struct stack *k, const struct job_options *options,
                           struct err *e)
{
    struct err why;

    k->root = options->io == JOB_IO_ROOT;
    if (k->root || cluster_size(c) == 1 ||
        cluster_agree(c, series_sees_files(&k->series, &why), &why))
        return true;
    if (options->io == JOB_IO_SHARED) {
        *e = why;
        return err_context(e, "not all ranks can read the same files: use --io=root");
    }
    k->root = true;
    if (k->leads && options->verbose)
        fprintf(stderr, "tilery: rank 0 alone reads the scenes: %s\n", why.text);
    return true;
}

static void tell_division(const struct stack *k)
{
    const struct series_division *d = &k->division;
    const struct format *f = &k->series.facts.out;
    char bytes[32];

    fprintf(
        stderr, "tilery: %d scenes of %lldx%lld, %d band%s of %s; %s takes %s a pixel\n",
        series_left(&k->series), (long long)f->width, (long long)f->height, f->bands,
        text_s(f->bands), pixel_name(f->type), k->series.temporal.op->name,
        text_bytes(temporal_bytes(&k->series.temporal) * (size_t)f->bands, bytes, sizeof bytes));
    if (d->by_scene)
        fprintf(stderr,
                "tilery: scenes are dealt%s: %d at a time to each of %d rank%s, %lld times through "
                "the series\n",
                d->ships ? ", as files" : "", d->at_once, d->n_readers, text_s(d->n_readers),
                (long long)ceil_div(f->height, d->band_rows));
    else
        fprintf(stderr, "tilery: places are dealt: %lld of %lldx%lld, each through the series\n",
                (long long)division_chunks(&d->chunks), (long long)d->chunks.chunk_width,
                (long long)d->chunks.chunk_height);
}

/* Makes the image; where a scene cannot be read and is left out, anew without it. */
static bool make_image(struct cluster *c, struct stack *k, const struct job_options *options,
                       struct err *e)
{
    const struct format *f = &k->series.facts.out;
    struct progress progress;
    struct series_job job = {
        .cluster = c,
        .options = options,
        .series = &k->series,
        .division = &k->division,
        .progress = &progress,
    };
    bool ok;

    do {
        job.image = NULL;
        ok = cluster_agree(c,
                           !k->leads || series_image_create(&job.image, k->ends.sink.path,
                                                            &k->series, &k->first, k->division.unit,
                                                            k->ends.sink.provenance, e),
                           e);
        if (!ok)
            return false;
        const int64_t pixels = f->width * f->height;
        if (k->leads)
            progress_begin(&progress, options->progress,
                           pixels * (k->division.by_scene ? k->series.facts.n : 1), 0,
                           cluster_size(c), cluster_ranks(c).n_nodes);
        ok = k->division.by_scene ? series_by_scene(&job, e) : series_by_place(&job, e);
        if (k->leads)
            progress_end(&progress);
        if (!ok)
            series_image_abandon(job.image);
    } while (!ok && job.bad >= 0 && series_left(&k->series) > 0);
    return ok && cluster_agree(c, !k->leads || series_image_publish(job.image, e), e);
}

/* The rest is to have the nodata value that the image has. */
static void note_nodata(const struct stack *k, struct segment *segment)
{
    const struct temporal *t = &k->series.temporal;

    segment->has_nodata = t->says_nodata;
    segment->nodata = t->nodata;
}

/* The pipeline is that up to the temporal op, and `write`. */
static bool run_series(struct cluster *c, const struct job_options *options, struct job_end *end,
                       struct err *e)
{
    const struct series_wish wish = {
        .options = options,
        .temporal = options->pipeline->n_steps - 2,
        .memory_bytes = rank_means(c, options).memory_bytes,
    };
    struct stack k = {.leads = cluster_rank(c) == 0};

    *end = (struct job_end){0};
    bool ok = open_series(c, &k, &wish, e) && choose_readers(c, &k, options, e);
    const struct series_means means = {
        .n_ranks = cluster_size(c),
        .memory_bytes = wish.memory_bytes,
        .used_bytes = (size_t)cluster_max(c, (int64_t)memory_resident()),
        .chunk = options->chunk,
        .root = k.root,
    };
    ok = ok && cluster_agree(c, series_divide(&k.division, &k.series, &means, e), e);
    if (ok && k.leads && options->verbose)
        tell_division(&k);
    ok = ok && make_image(c, &k, options, e);
    if (ok) {
        end->given_up = k.series.facts.n - series_left(&k.series);
        note_nodata(&k, options->segment);
    }
    stack_free(&k);
    return ok;
}

/* Ranks may die: those that are left begin again. */
static bool run_first(struct cluster *c, const struct job_options *options, struct job_end *end,
                      struct err *e)
{
    bool ok = run_series(c, options, end, e);

    while (cluster_mend(c))
        ok = run_series(c, options, end, e);
    return ok;
}

bool stack_job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                   struct err *e)
{
    int at;

    /* The same on all ranks: they have the same words. */
    if (!find_temporal(options->pipeline, &at, e))
        return false;
    const struct segments parts = {.n_first = at + 1, .first = run_first, .skips_scenes = true};
    return segments_run(c, options, parts, end, e);
}
