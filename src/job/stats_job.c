/* stats_job.c - one scene through one pipeline into its statistics: passes that gather, until rank 0
 * knows all of them.
 * SPDX-License-Identifier: MIT */
#include "stats_job.h"

#include "pass.h"
#include "rank.h"

#include "base/clock.h"
#include "ops/stats.h"
#include "raster/locate.h"
#include "report/stats_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)STATISTICS_TILE == (int)OUTPUT_TILE, "chunks of a pass hold whole tiles");

struct args {
    const char *json;
    int histogram, extremes;
    struct numbers percentiles;
};

const struct param stats_params[] = {
    {"json", "a file for all of it as JSON, besides the text on standard output", P_TEXT,
     offsetof(struct args, json), NULL, NULL, 0, 0},
    {"histogram", "so many equal bins from min to max; 0: JSON has each value of 8 and 16 bits",
     P_INT, offsetof(struct args, histogram), "0", NULL, 0, 65536},
    {"percentiles", "percentiles, as numpy has them: 2,50,98", P_NUMBERS,
     offsetof(struct args, percentiles), NULL, NULL, 0, 0},
    {"extremes", "so many lowest and highest pixels, with their places", P_INT,
     offsetof(struct args, extremes), "0", NULL, 0, 100000},
    {0},
};

/* What rank 0 knows of the scene, and every rank of what it has done. */
struct knowing {
    struct stats *stats;
    struct locator *locator; /* NULL before the first pass */
    char *scene, *ops;
    int passes;
    struct rank_state rank; /* of the last pass */
    struct rank_past past;  /* those before */
};

static void forget(struct knowing *k)
{
    rank_free(&k->rank);
    rank_past_free(&k->past);
    stats_free(k->stats);
    locator_free(k->locator);
    free(k->scene);
    free(k->ops);
    *k = (struct knowing){0};
}

/* --- what the user asks for ------------------------------------------------------------------- */

static bool read_percentiles(const struct numbers *list, struct stats_wish *wish, struct err *e)
{
    if (!list->v)
        return true;
    if (list->rows != 1 || list->columns > STATS_PERCENTILES_MOST)
        return err_usage(e, "stats: --percentiles: at most %d numbers in a row, apart by commas",
                         STATS_PERCENTILES_MOST);
    for (int i = 0; i < list->columns; i++) {
        if (!(list->v[i] >= 0 && list->v[i] <= 100))
            return err_usage(e, "stats: --percentiles: %g is not between 0 and 100", list->v[i]);
        wish->percents[wish->n_percents++] = list->v[i];
    }
    return true;
}

/* What is of an output does not go with statistics. */
static bool check_options(const struct job_options *o, struct err *e)
{
    if (o->on_error != ON_ERROR_FAIL)
        return err_usage(e, "stats: --on-error=%s: they are of all pixels, or there are none",
                         on_error_names[o->on_error]);
    if (o->verify_percent > 0)
        return err_usage(e, "stats: there is no output that --verify could look at");
    return true;
}

static bool read_args(const struct step *sink, struct args *args, struct stats_wish *wish,
                      struct err *e)
{
    if (!params_read("stats", stats_params, sink->n_args, sink->args, args, NULL, e))
        return false;
    wish->extremes = args->extremes;
    wish->bins = args->histogram;
    return read_percentiles(&args->percentiles, wish, e);
}

bool stats_check(const struct step *sink, struct err *e)
{
    struct args args = {0};
    struct stats_wish wish = {0};
    const bool ok = read_args(sink, &args, &wish, e);

    params_free(stats_params, &args, NULL);
    return ok;
}

/* The next scene that the user names, from word *at of the source on; NULL: there is none. What is
 * read may be a temporary one (segments.h). */
static const char *next_scene(const struct pipeline *p, int *at)
{
    const struct step *source = p->whole ? &p->whole->steps[0] : &p->steps[0];
    const struct param *params = job_kind_find(job_sources, source->name)->params;
    bool found;

    for (; *at < source->n_args; ++*at) {
        const char *word = source->args[*at];
        if (strncmp(word, "--", 2) != 0)
            return source->args[(*at)++];
        *at += !strchr(word, '=') && param_takes_value(params, word + 2, &found);
    }
    return NULL;
}

/* On rank 0, before any pixel moves. */
static bool check_files(const struct job_options *o, const char *json, struct err *e)
{
    struct lead l;

    if (o->of_many)
        return true;
    const bool ok =
        lead_check(&l, o, e) && lead_check_file(&l, "--json", json, stats_json_check, e);

    lead_end(&l);
    return ok;
}

/* --- passes ----------------------------------------------------------------------------------- */

static bool copy(char **to, const char *from, struct err *e)
{
    *to = strdup(from ? from : "");
    return *to || err_set(e, "out of memory: a copy of '%s' was wanted", from);
}

/* As the user named it; of a series, the first word. */
static bool name_scene(char **to, const struct pipeline *p, struct err *e)
{
    int at = 0, more = 0;
    const char *first = next_scene(p, &at);

    while (next_scene(p, &at))
        more++;
    if (more == 0)
        return copy(to, first, e);
    return asprintf(to, "%s and %d more", first, more) >= 0 ||
           err_set(e, "out of memory: a copy of '%s' was wanted", first);
}

/* What is asked of the scene's file is asked while it is open. */
static bool look_at_scene(struct knowing *k, const struct lead *l, struct err *e)
{
    const struct scene *scene = l->sources.list[0].scene;
    struct affine to_scene;

    if (k->locator)
        return true;
    plan_to_source(l->plan, l->plan->last, &to_scene);
    return locator_new(&k->locator, scene, &to_scene, e) &&
           name_scene(&k->scene, l->options->pipeline, e) && copy(&k->ops, l->ends.provenance, e);
}

static bool take(struct knowing *k, const struct lead *l, struct err *e)
{
    const struct gathering *g = l->gathering;

    return look_at_scene(k, l, e) &&
           stats_add(k->stats, plan_output(l->plan), gathering_how(g), gathering_sum(g), e);
}

/* The state of a rank for the next pass; a trace is one of all passes. */
static bool begin_pass(struct cluster *c, const struct job_options *options, struct knowing *k,
                       struct err *e)
{
    const bool is_first = k->passes++ == 0, traces = k->rank.traces;

    if (!is_first && !cluster_agree(c, rank_past_add(&k->past, &k->rank, e), e))
        return false;
    k->rank.traces = false;
    rank_free(&k->rank);
    k->rank = (struct rank_state){.rank = cluster_rank(c),
                                  .leads = cluster_rank(c) == 0,
                                  .traces = traces,
                                  .past = is_first ? NULL : &k->past};
    return !is_first || rank_trace_begin(c, &k->rank, options, e);
}

/* *more: whether there was one to make. */
static bool pass(struct cluster *c, const struct job_options *options, struct knowing *k,
                 bool *more, struct err *e)
{
    const bool leads = cluster_rank(c) == 0;
    struct buffer words = {0};
    const struct lead_pass told = {.options = options, .needs = &words};
    bool ok = cluster_agree(c, !leads || stats_next(k->stats, &words, e), e) &&
              cluster_share(c, &words, e);

    *more = ok && words.size > 0;
    if (*more)
        ok = begin_pass(c, options, k, e) && pass_gather(c, &k->rank, &told, e) &&
             cluster_agree(c, !leads || take(k, &k->rank.lead, e), e);
    buffer_free(&words);
    return ok;
}

static bool make_passes(struct cluster *c, const struct job_options *options,
                        const struct stats_wish *wish, struct knowing *k, struct err *e)
{
    bool more = true, ok = cluster_agree(c, stats_new(&k->stats, wish, e), e);

    while (ok && more)
        ok = pass(c, options, k, &more, e);
    return ok;
}

/* --- the end ---------------------------------------------------------------------------------- */

static struct stats_place place_of(const void *locator, int64_t x, int64_t y)
{
    const struct locator *l = locator;
    const struct affine *map = locator_transform(l);
    const double middle_x = (double)x + 0.5, middle_y = (double)y + 0.5;
    struct stats_place p = {.has_map = map != NULL};

    if (map)
        affine_apply(map, middle_x, middle_y, &p.map_x, &p.map_y);
    p.has_degrees = locator_geographic(l, middle_x, middle_y, &p.lon, &p.lat);
    return p;
}

/* A text for standard output, a file, or of many jobs a text for that, too. */
static bool tell(const struct knowing *k, const char *json_path, bool of_many, struct job_end *end,
                 struct err *e)
{
    const struct affine *map = locator_transform(k->locator);
    const struct stats_about about = {
        .scene = k->scene,
        .ops = k->ops,
        .crs = locator_crs(k->locator),
        .transform = map ? map->m : NULL,
        .place = place_of,
        .ctx = k->locator,
    };
    struct buffer json = {0}, text = {0};
    bool ok = stats_text(&text, k->stats, &about, e) &&
              buffer_append(&text, of_many ? "\n" : "", of_many ? 2 : 1, e);

    if (json_path)
        ok = ok && stats_json(&json, k->stats, &about, e) &&
             (of_many ? buffer_append(&json, "", 1, e) : stats_json_write(json_path, &json, e));
    end->text = (char *)text.data;
    end->json = of_many ? (char *)json.data : NULL;
    if (!of_many)
        buffer_free(&json);
    return ok;
}

bool stats_json_path(const struct step *sink, const char **path, struct err *e)
{
    struct args args = {0};
    const bool ok = params_read("stats", stats_params, sink->n_args, sink->args, &args, NULL, e);

    *path = ok ? args.json : NULL;
    params_free(stats_params, &args, NULL);
    return ok;
}

bool stats_job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                   struct err *e)
{
    const bool leads = cluster_rank(c) == 0;
    const double start = clock_s();
    struct args args = {0};
    struct stats_wish wish = {0};
    struct knowing k = {0};
    struct job_options now = *options;
    const struct step *sink = &options->pipeline->steps[options->pipeline->n_steps - 1];

    *end = (struct job_end){0};
    bool ok = cluster_agree(c, read_args(sink, &args, &wish, e) && check_options(options, e), e) &&
              cluster_agree(c, !leads || check_files(options, args.json, e), e);
    const bool begun = ok;
    ok = ok && make_passes(c, &now, &wish, &k, e);
    while (begun && cluster_mend(c)) { /* by the ranks that are left */
        forget(&k);
        now.held = NULL; /* by the numbers that ranks had */
        ok = make_passes(c, &now, &wish, &k, e);
    }
    k.rank.lead.start_s = start;
    ok = ok && (!options->report || rank_report(c, &k.rank, start, e)) &&
         (!options->trace || rank_trace(c, &k.rank, e));
    ok = ok && cluster_agree(c, !leads || tell(&k, args.json, options->of_many, end, e), e);
    if (ok && leads && options->verbose)
        fprintf(stderr, "tilery: stats: %d pass%s over the scene in %.1f s\n", k.passes,
                k.passes == 1 ? "" : "es", clock_s() - start);
    forget(&k);
    params_free(stats_params, &args, NULL);
    return ok;
}
