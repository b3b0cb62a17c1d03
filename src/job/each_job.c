/* each_job.c - many scenes, each through the same pipeline into an output of its own.
 * SPDX-License-Identifier: MIT */
#include "each_job.h"

#include "each_log.h"
#include "each_report.h"
#include "many.h"
#include "outcome.h"
#include "rank.h"
#include "stats_many.h"

#include "base/clock.h"
#include "base/pack.h"
#include "base/timeline.h"
#include "cluster/farm.h"
#include "raster/file_id.h"
#include "raster/part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct each {
    struct cluster *cluster;
    struct job_options options; /* of each scene's own job */
    struct many *many;
    bool skips; /* a scene that fails does not end the job */

    /* Rank 0's. */
    struct each_log *log;
    struct progress progress;
    int *order; /* scenes that a rank does by itself, the largest first */
    int n_order, n_dealt, n_open;
};

/* --- a scene's job */

/* On all ranks of c, or on this one alone. */
static bool run_one(struct each *x, struct cluster *c, int i, bool again, struct job_end *end,
                    struct err *e)
{
    struct many_pipeline p;
    struct job_options o = x->options;

    *end = (struct job_end){0};
    o.pipeline = &p.pipeline;
    o.place = x->many->scene[i].place;
    const bool ok = many_pipeline(&p, x->many, i, again, e) && job_run(c, &o, end, e);
    many_pipeline_free(&p);
    return ok;
}

/* On rank 0: takes over what became of scene i. Fails if that ends the job. */
static bool take_outcome(struct each *x, int i, int rank, struct outcome *o, struct err *e)
{
    struct one_scene *s = &x->many->scene[i];
    const bool done = o->status == EXIT_DONE || o->status == EXIT_PARTLY;

    s->rank = rank;
    s->seconds = o->seconds;
    if (!done && (!x->skips || o->status == EXIT_STOPPED)) {
        (void)err_set(e, "%s", o->why);
        e->status = o->status;
        return false;
    }
    if (done) {
        s->state = o->status == EXIT_DONE ? SCENE_DONE : SCENE_PARTLY;
        s->text = o->text;
        s->json = o->json;
        o->text = o->json = NULL;
        if (!each_log_add(x->log, x->many, i, e))
            return false;
        if (o->journal && *o->journal)
            unlink(o->journal); /* the log tells as much */
    } else {
        many_skip(x->many, i, o->why);
    }
    progress_add(&x->progress, s->pixels);
    return true;
}

/* --- scenes that all ranks do together */

static bool together(struct each *x, int i, struct err *e)
{
    struct cluster *c = x->cluster;
    const bool leads = cluster_rank(c) == 0;
    const double start = clock_s();
    const bool again = cluster_max(c, leads && each_log_left(x->log, x->many, i)) > 0;
    struct job_end end;
    struct err why;

    const bool ok = run_one(x, c, i, again, &end, &why);
    struct outcome o = outcome_of(ok, &end, &why, clock_s() - start);
    const bool goes_on = cluster_agree(c, !leads || take_outcome(x, i, -1, &o, e), e);
    if (!leads)
        x->many->scene[i].state = SCENE_DONE; /* or skipped, which is as good here */
    free(o.text);
    free(o.json);
    free(end.journal);
    return goes_on;
}

static bool run_together(struct each *x, struct err *e)
{
    const struct many *m = x->many;

    for (int i = 0; i < m->n; i++)
        if (!m->scene[i].alone && m->scene[i].state == SCENE_TODO && !together(x, i, e))
            return false;
    return true;
}

/* --- scenes that a rank does by itself: a farm of jobs */

static int64_t pick(void *ctx, int rank, int held)
{
    struct each *x = ctx;
    const int left = x->n_order - x->n_dealt;

    (void)rank;
    if (left == 0 || (held > 0 && held * cluster_size(x->cluster) > left))
        return -1;
    return x->order[x->n_dealt++];
}

static bool load(void *ctx, int64_t task, int rank, struct buffer *payload, struct err *e)
{
    struct each *x = ctx;

    (void)rank;
    return pack_u32(payload, each_log_left(x->log, x->many, (int)task), e);
}

static bool store(void *ctx, int64_t task, int rank, struct buffer *result, struct err *e)
{
    struct each *x = ctx;
    struct outcome o = {0};

    x->n_open--;
    const bool ok = (outcome_unpack(result, &o) || err_set(e, "what rank %d tells of %s is damaged",
                                                           rank, x->many->scene[task].path)) &&
                    take_outcome(x, (int)task, rank, &o, e);
    outcome_free(&o);
    return ok;
}

static bool finished(void *ctx)
{
    const struct each *x = ctx;

    return x->n_open == 0;
}

static bool work(void *ctx, int64_t task, const unsigned char *payload, size_t n,
                 struct buffer *result, struct tick tick, struct err *e)
{
    struct each *x = ctx;
    struct unpack u = unpack_begin(payload, n);
    const bool again = unpack_u32(&u) != 0;
    const double start = clock_s();
    struct cluster *alone;
    struct job_end end;
    struct err why;

    if (!cluster_alone(&alone, x->cluster, tick, e))
        return false;
    const bool ok = run_one(x, alone, (int)task, again, &end, &why);
    if (!ok && cluster_rank(x->cluster) != 0)
        err_context(&why, "rank %d on %s", cluster_rank(x->cluster), cluster_host(x->cluster));
    const struct outcome o = outcome_of(ok, &end, &why, clock_s() - start);
    const bool packed = outcome_pack(result, &o, e);
    free(end.text);
    free(end.json);
    free(end.journal);
    cluster_alone_end(alone);
    return packed;
}

static int by_pixels(const void *a, const void *b, void *many)
{
    const struct one_scene *scene = ((const struct many *)many)->scene;
    const int i = *(const int *)a, k = *(const int *)b;
    const int64_t x = scene[i].pixels, y = scene[k].pixels;

    return x != y ? (x < y) - (x > y) : (i > k) - (i < k);
}

static void put_in_order(struct each *x)
{
    const struct many *m = x->many;

    x->n_order = x->n_dealt = 0;
    for (int i = 0; i < m->n; i++)
        if (m->scene[i].alone && m->scene[i].state == SCENE_TODO)
            x->order[x->n_order++] = i;
    qsort_r(x->order, (size_t)x->n_order, sizeof *x->order, by_pixels, x->many);
    x->n_open = x->n_order;
}

static bool deal(struct each *x, struct err *e)
{
    const bool leads = cluster_rank(x->cluster) == 0;
    const struct farm_lead lead = {x, pick, load, store, NULL, NULL, finished};
    const struct farm_work worker = {x, work, NULL};
    const struct farm_limits limits = {2, x->options.silence_s, JOB_RELAY_BYTES, JOB_RELAY_BYTES};
    struct farm_times times = {0};

    if (leads)
        put_in_order(x);
    return farm_run(x->cluster, leads ? &lead : NULL, &worker, limits, &times, e);
}

/* Whether this rank sees the files that rank 0 does: the first scene, and what rank 0 has just laid
 * beside the first output. */
static bool sees(struct each *x, struct err *e)
{
    const struct many *m = x->many;
    int i = 0; /* a scene that can be opened */
    while (i < m->n - 1 && m->scene[i].state != SCENE_TODO)
        i++;
    const char *path = m->witness ? m->witness : m->scene[i].path;
    const char *beside = m->output_arg >= 0 ? m->scene[0].sink_args[m->output_arg] : NULL;
    struct part_probe probe = {0};
    struct file_id id = {0}, seen;
    struct buffer bytes = {0};
    const bool leads = cluster_rank(x->cluster) == 0;
    bool ok =
        !leads || (file_identify(path, &id, e) && (!beside || part_probe_new(&probe, beside, e)) &&
                   buffer_append(&bytes, &id, sizeof id, e) &&
                   buffer_append(&bytes, probe.token, PART_TOKEN, e));

    ok = cluster_agree(x->cluster, ok, e) && cluster_share(x->cluster, &bytes, e);
    if (ok) {
        memcpy(&id, bytes.data, sizeof id);
        ok = file_identify(path, &seen, e) &&
             (file_id_equal(&id, &seen) ||
              err_set(e, "%s: is another file here than on rank 0", path)) &&
             (!beside || part_probe_seen(beside, bytes.data + sizeof id, e));
        ok = cluster_agree(x->cluster, ok, e);
    }
    part_probe_free(&probe);
    buffer_free(&bytes);
    return ok;
}

/* Where ranks cannot do scenes by themselves, all do each of them together. */
static bool choose_io(struct each *x, struct err *e)
{
    struct err why;
    const bool may = x->options.io != JOB_IO_ROOT || cluster_size(x->cluster) == 1;

    (void)!err_set(&why, "--io=root");
    if (may && sees(x, &why))
        return true;
    if (x->options.io == JOB_IO_SHARED) {
        *e = why;
        return err_context(e, "not all ranks can read and write the same files: use --io=root");
    }
    if (cluster_rank(x->cluster) == 0 && x->options.verbose)
        fprintf(stderr,
                "tilery: all ranks do each scene together, as rank 0 alone touches files: %s\n",
                why.text);
    for (int i = 0; i < x->many->n; i++)
        x->many->scene[i].alone = false;
    return true;
}

static bool run_all(struct each *x, struct err *e)
{
    x->options.verbose = false; /* of hundreds of jobs nobody wants to know */
    x->options.progress = PROGRESS_NONE;
    if (x->options.on_error == ON_ERROR_SKIP)
        x->options.on_error = ON_ERROR_FAIL; /* a scene is skipped as a whole */
    bool ok = run_together(x, e) && deal(x, e);
    while (cluster_mend(x->cluster)) {
        x->options.resume = true; /* what the lost ranks have left is gone on with */
        ok = run_together(x, e) && deal(x, e);
    }
    return ok;
}

static void begin_progress(struct each *x, enum progress_mode mode)
{
    const struct cluster_ranks ranks = cluster_ranks(x->cluster);
    int64_t all = 0, done = 0;

    for (int i = 0; i < x->many->n; i++) {
        all += x->many->scene[i].pixels;
        if (x->many->scene[i].state != SCENE_TODO)
            done += x->many->scene[i].pixels;
    }
    progress_begin(&x->progress, mode, all, done, ranks.n, ranks.n_nodes);
}

/* On rank 0, when the scenes are known. */
static bool begin(struct each *x, struct err *e)
{
    const enum progress_mode mode = x->options.progress;

    x->order = memory_new((size_t)x->many->n, sizeof *x->order, e);
    if (!x->order || !stats_many_check(x->many, e) ||
        !each_log_open(&x->log, x->many, &x->options, e))
        return false;
    begin_progress(x, mode);
    return true;
}

/* The states of scenes that an earlier run has done. */
static bool share_states(struct each *x, struct err *e)
{
    struct buffer bytes = {0};
    bool ok = true;

    for (int i = 0; ok && cluster_rank(x->cluster) == 0 && i < x->many->n; i++)
        ok = buffer_append(&bytes, &x->many->scene[i].state, sizeof x->many->scene[i].state, e);
    ok = cluster_agree(x->cluster, ok, e) && cluster_share(x->cluster, &bytes, e);
    for (int i = 0; ok && i < x->many->n; i++)
        memcpy(&x->many->scene[i].state, bytes.data + (size_t)i * sizeof x->many->scene[i].state,
               sizeof x->many->scene[i].state);
    buffer_free(&bytes);
    return ok;
}

static void say_kept(const struct each *x, struct err *e)
{
    const size_t used = strlen(e->text);

    if (each_log_any(x->log) && !strstr(e->text, "--resume"))
        snprintf(e->text + used, sizeof e->text - used,
                 "; what is done is kept: run --resume goes on");
}

bool each_run_list(struct cluster *c, const struct job_options *options, struct many *m,
                   struct job_end *end, struct err *e)
{
    struct each x = {
        .cluster = c, .options = *options, .many = m, .skips = options->on_error == ON_ERROR_SKIP};
    struct rank_state s = {.rank = cluster_rank(c), .leads = cluster_rank(c) == 0};
    const double start = clock_s();

    s.lead.options = options;
    x.options.memory_bytes = rank_means(c, options).memory_bytes;
    x.options.report = x.options.trace = NULL;
    x.options.of_many = true;
    memory_keep();
    bool ok = rank_trace_begin(c, &s, options, e) && choose_io(&x, e) &&
              cluster_agree(c, !s.leads || begin(&x, e), e) && share_states(&x, e) &&
              run_all(&x, e);
    const struct cluster_ranks ranks = cluster_ranks(c);
    progress_end(&x.progress);
    if (ok)
        ok = (!options->trace || rank_trace(c, &s, e)) &&
             cluster_agree(c, !s.leads || each_tell(m, options, &ranks, clock_s() - start, end, e),
                           e);
    else if (s.leads)
        say_kept(&x, e);
    end->given_up = cluster_max(c, end->given_up);
    if (s.traces)
        timeline_end();
    /* Parts that are missing may be wanted another time. */
    const bool keeps = !ok || (end->given_up > 0 && m->n > 0 && m->scene[0].window);
    each_log_close(x.log, keeps && each_log_any(x.log));
    free(x.order);
    return ok;
}

bool each_run(struct cluster *c, const struct job_options *options, struct job_end *end,
              struct err *e)
{
    struct many m = {0};

    *end = (struct job_end){0};
    const bool ok = cluster_agree(c, cluster_rank(c) != 0 || each_check(options, e), e) &&
                    many_find(&m, c, options, rank_means(c, options).memory_bytes, e) &&
                    each_run_list(c, options, &m, end, e);
    many_free(&m);
    return ok;
}
