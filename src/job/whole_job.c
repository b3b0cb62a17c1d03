/* whole_job.c - one scene through one pipeline into an output that rank 0 makes as a whole.
 * SPDX-License-Identifier: MIT */
#include "whole_job.h"

#include "rank.h"

#include "base/clock.h"

/* Rank 0's part of making one. */
struct whole {
    const char *what;
    bool (*check)(const struct job_options *o, const struct lead *l, struct err *e);
    bool (*open)(struct lead *l, const struct lead_means *means, struct buffer *ticket,
                 struct err *e);
    bool (*begin)(struct lead *l, const struct ticket *t, struct err *e);
    bool (*finish)(struct lead *l, struct err *e);
};

/* What has no tiles cannot have. */
static bool check_whole(const struct job_options *o, const struct lead *l, struct err *e)
{
    const char *path = l->ends.sink.path;

    if (o->verify_percent > 0)
        return err_usage(e, "%s: --verify compares the tiles of a GeoTIFF", path);
    return o->on_error == ON_ERROR_FAIL ||
           err_usage(e, "%s: --on-error=%s needs the tiles of a GeoTIFF", path,
                     on_error_names[o->on_error]);
}

static bool check_image(const struct job_options *o, const struct lead *l, struct err *e)
{
    return check_whole(o, l, e) &&
           (l->ends.sink.resampling < 0 ||
            err_usage(e, "%s: --overviews needs a GeoTIFF", l->ends.sink.path));
}

static bool begin_table(struct lead *l, const struct ticket *t, struct err *e)
{
    return lead_begin_pass(l, t, e) && lead_begin_sweep(l, e);
}

static const struct whole an_image = {
    "output", check_image, lead_open_image, lead_begin_pass, lead_finish_image,
};

static const struct whole a_table = {
    "table", check_whole, lead_open_table, begin_table, lead_finish_table,
};

static bool set_up(struct cluster *c, struct rank_state *s, const struct whole *whole,
                   const struct job_options *options, struct err *e)
{
    struct buffer ticket = {0};
    const struct lead_means means = rank_means(c, options);
    bool ok =
        !s->leads || (lead_check(&s->lead, options, e) && whole->check(options, &s->lead, e) &&
                      whole->open(&s->lead, &means, &ticket, e));

    ok = cluster_agree(c, ok, e) && cluster_share(c, &ticket, e) &&
         cluster_agree(c, rank_make_ready(c, s, &ticket, options, &means, e), e) &&
         rank_choose_io(c, s, options, &means, e) &&
         cluster_agree(c, !s->leads || whole->begin(&s->lead, &s->ticket, e), e);
    buffer_free(&ticket);
    return ok;
}

static bool tell(struct cluster *c, struct rank_state *s, const struct whole *whole,
                 const struct job_options *options, double start_s, struct err *e)
{
    return ((!options->report || rank_report(c, s, start_s, e)) &&
            (!options->trace || rank_trace(c, s, e))) ||
           err_context(e, "the %s is finished, but", whole->what);
}

static bool try_job(struct cluster *c, const struct whole *whole, const struct job_options *options,
                    bool *published, struct err *e)
{
    const double start_s = clock_s();
    struct rank_state s = {.rank = cluster_rank(c), .leads = cluster_rank(c) == 0};
    const bool ok = rank_trace_begin(c, &s, options, e) && set_up(c, &s, whole, options, e) &&
                    rank_farm(c, &s, options, e) &&
                    cluster_agree(c, !s.leads || whole->finish(&s.lead, e), e) &&
                    tell(c, &s, whole, options, start_s, e);

    *published = s.lead.published;
    rank_free(&s);
    return ok;
}

static bool run(struct cluster *c, const struct whole *whole, const struct job_options *options,
                struct job_end *end, struct err *e)
{
    struct job_options now = *options;
    bool published;

    *end = (struct job_end){0};
    bool ok = try_job(c, whole, &now, &published, e);
    while (cluster_mend(c)) { /* by the ranks that are left */
        ok = cluster_max(c, published) > 0;
        now.held = NULL; /* by the numbers that ranks had */
        if (!ok)
            ok = try_job(c, whole, &now, &published, e);
    }
    return ok;
}

bool whole_job_run_image(struct cluster *c, const struct job_options *options, struct job_end *end,
                         struct err *e)
{
    return run(c, &an_image, options, end, e);
}

bool whole_job_run_table(struct cluster *c, const struct job_options *options, struct job_end *end,
                         struct err *e)
{
    return run(c, &a_table, options, end, e);
}
