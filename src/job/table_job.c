/* table_job.c - one scene through one pipeline into a table, by all ranks.
 * SPDX-License-Identifier: MIT */
#include "table_job.h"

#include "rank.h"

#include "base/clock.h"

/* What a table cannot have. */
static bool check(const struct job_options *o, const struct lead *l, struct err *e)
{
    const char *path = l->ends.sink.path;

    if (o->verify_percent > 0)
        return err_usage(e, "%s: --verify compares the tiles of a GeoTIFF", path);
    return o->on_error == ON_ERROR_FAIL ||
           err_usage(e, "%s: --on-error=%s needs the tiles of a GeoTIFF", path,
                     on_error_names[o->on_error]);
}

static bool set_up(struct cluster *c, struct rank_state *s, const struct job_options *options,
                   struct err *e)
{
    struct buffer ticket = {0};
    const size_t memory = rank_memory(c, options);
    const size_t used = (size_t)cluster_max(c, (int64_t)memory_resident());
    bool ok = !s->leads || (lead_check(&s->lead, options, e) && check(options, &s->lead, e) &&
                            lead_open_table(&s->lead, cluster_ranks(c), memory, used, &ticket, e));

    ok = cluster_agree(c, ok, e) && cluster_share(c, &ticket, e) &&
         cluster_agree(c, rank_make_ready(c, s, &ticket, options, memory, e), e) &&
         cluster_agree(c,
                       !s->leads || (lead_begin_pass(&s->lead, &s->ticket, e) &&
                                     lead_begin_sweep(&s->lead, e)),
                       e);
    buffer_free(&ticket);
    return ok;
}

static bool work(struct cluster *c, struct rank_state *s, const struct job_options *options,
                 struct err *e)
{
    const struct farm_lead lead = lead_farm(&s->lead);
    const struct farm_work worker = {&s->try_chunk, try_chunk, try_chunk_answered};
    const struct farm_limits limits = {s->ticket.sizing.credits, options->silence_s,
                                       s->ticket.sizing.send_bytes, JOB_RELAY_BYTES};

    cluster_fan_out(c, options->fan_out,
                    cluster_max(c, s->leads && lead_spares(&s->lead, JOB_RELAY_BYTES)) > 0);
    return farm_run(c, s->leads ? &lead : NULL, &worker, limits, &s->times, e) &&
           cluster_agree(c, !s->leads || lead_finish_table(&s->lead, e), e);
}

static bool tell(struct cluster *c, struct rank_state *s, const struct job_options *options,
                 double start_s, struct err *e)
{
    return ((!options->report || rank_report(c, s, start_s, e)) &&
            (!options->trace || rank_trace(c, s, e))) ||
           err_context(e, "the table is finished, but");
}

static bool try_job(struct cluster *c, const struct job_options *options, bool *published,
                    struct err *e)
{
    const double start_s = clock_s();
    struct rank_state s = {.rank = cluster_rank(c), .leads = cluster_rank(c) == 0};

    bool ok = rank_trace_begin(c, &s, options, e) && set_up(c, &s, options, e) &&
              work(c, &s, options, e) && tell(c, &s, options, start_s, e);
    *published = s.lead.published;
    rank_free(&s);
    return ok;
}

bool table_job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                   struct err *e)
{
    bool published;

    *end = (struct job_end){0};
    bool ok = try_job(c, options, &published, e);
    while (cluster_mend(c)) { /* by the ranks that are left */
        ok = cluster_max(c, published) > 0;
        if (!ok)
            ok = try_job(c, options, &published, e);
    }
    return ok;
}
