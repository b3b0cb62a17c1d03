/* rank.c - what a rank has while a job runs: made ready, put to work, freed.
 * SPDX-License-Identifier: MIT */
#include "rank.h"

#include "base/timeline.h"

#include <stdio.h>
#include <unistd.h>

/* Half of what a host has is left to the page cache and to others when nothing is said. */
static size_t default_memory(const struct cluster *c)
{
    return memory_available() / 2 / (size_t)cluster_node_size(c);
}

bool rank_open_writing(struct cluster *c, struct rank_state *s, const char *path, double sync_s,
                       struct err *e)
{
    const struct overviews *o = &s->ticket.overviews;

    return (s->durable || durable_new(&s->durable, sync_s, e)) &&
           (s->scratch || !overviews_any_later(o) ||
            scratch_new(&s->scratch, path, cluster_rank(c), s->ticket.resumes, e));
}

/* Whether this rank sees the files that rank 0 does; opens them if so. */
static bool share_files(struct cluster *c, struct rank_state *s, const struct job_options *options,
                        const struct lead_means *means, struct err *e)
{
    const struct pipeline *p = options->pipeline;
    struct endpoints ends = {0};
    const struct shared_options shared = {
        .source = &ends.source,
        .steps = p->steps + 1,
        .n_steps = p->n_steps - 2,
        .memory_bytes = means->memory_bytes,
        .raster = &options->raster,
        .direct = options->direct,
    };
    struct buffer files = {0};
    bool ok = cluster_agree(c, endpoints_read(&ends, p, e), e);

    ok = ok && cluster_agree(c, !s->leads || lead_describe(&s->lead, &files, e), e) &&
         cluster_share(c, &files, e);

    ok = ok && cluster_agree(c,
                             !s->ticket.encoder ||
                                 rank_open_writing(c, s, ends.sink.path, options->sync_s, e),
                             e);
    const struct shared_own own = {
        .chunks = try_chunk_inner(&s->try_chunk),
        .payload = s->isolate ? isolate_payload(s->isolate) : (struct buffer){0},
        .scratch = s->scratch,
        .durable = s->durable,
    };
    ok = ok && cluster_agree(c,
                             shared_open(&s->shared, &files, &s->ticket,
                                         s->leads ? &s->lead.sources : NULL, &shared, &own, e),
                             e);
    buffer_free(&files);
    endpoints_free(&ends);
    return ok;
}

/* Alone, a rank reads and writes the same either way: then the output is written in order. */
bool rank_choose_io(struct cluster *c, struct rank_state *s, const struct job_options *options,
                    const struct lead_means *means, struct err *e)
{
    struct err why;

    if (options->io == JOB_IO_ROOT || (options->io == JOB_IO_AUTO && cluster_size(c) == 1))
        return true;
    const bool shares = share_files(c, s, options, means, &why);
    if (s->leads)
        lead_share(&s->lead, shares);
    if (shares) {
        shared_begin(s->shared);
        return true;
    }
    shared_close(s->shared);
    s->shared = NULL;
    if (!s->leads) { /* it writes nothing */
        if (!s->ticket.resumes)
            scratch_remove(s->scratch);
        scratch_free(s->scratch);
        s->scratch = NULL;
    }
    if (options->io == JOB_IO_SHARED) {
        *e = why;
        return err_context(e, "not all ranks can read and write the same files: use --io=root");
    }
    if (s->leads && options->verbose && !s->lead.gathers)
        fprintf(stderr, "tilery: rank 0 alone touches files: %s\n", why.text);
    return true;
}

/* As the user knows it. */
static int rank_number(const struct cluster *c)
{
    return cluster_ranks(c).first[cluster_rank(c)];
}

/* Who computes chunks in another process, if that is wanted. */
static bool isolate(struct cluster *c, struct rank_state *s, const struct buffer *ticket,
                    const struct job_options *options, const struct lead_means *means,
                    struct err *e)
{
    enum { MARGIN = 64 << 20 }; /* blobs may be larger than their pixels */
    const struct isolate_options o = {
        .rank = rank_number(c),
        .host = cluster_host(c),
        .memory_bytes = means->memory_bytes,
        .message_most = 2 * s->ticket.sizing.message_bytes + MARGIN,
        .seconds = options->chunk_timeout,
    };

    s->isolate = options->isolate;
    s->try_chunk = (struct try_chunk){s->worker, s->isolate, .host = o.host};
    return !s->isolate || isolate_open(s->isolate, &s->ticket, ticket, &o, e);
}

/* Where pixels are kept for the next pass, if they are to be. */
static bool open_kept(struct rank_state *s, struct err *e)
{
    const struct ticket *t = &s->ticket;
    const struct kept_of of = {t->n_steps, plan_output(t->plan), t->sizing.division, t->keep_bytes};

    if (t->keep_bytes == 0)
        return true;
    const bool ok = kept_new(&s->keeps, &of, e);
    s->lead.keeps = s->keeps;
    return ok;
}

bool rank_make_ready(struct cluster *c, struct rank_state *s, const struct buffer *ticket,
                     const struct job_options *options, const struct lead_means *means,
                     struct err *e)
{
    if (!ticket_open(&s->ticket, ticket, e) ||
        !chunk_worker_new(&s->worker, &s->ticket, rank_number(c), cluster_host(c), e) ||
        !open_kept(s, e))
        return false;
    chunk_worker_keep(s->worker, options->held, s->keeps);
    return isolate(c, s, ticket, options, means, e);
}

struct lead_means rank_means(struct cluster *c, const struct job_options *options)
{
    /* So that rank 0 can plan for all of them. */
    const size_t share = (size_t)-cluster_max(c, -(int64_t)default_memory(c));

    return (struct lead_means){
        .ranks = cluster_ranks(c),
        .memory_bytes = options->memory_bytes ? options->memory_bytes : share,
        .used_bytes = (size_t)cluster_max(c, (int64_t)memory_resident()),
    };
}

bool rank_farm(struct cluster *c, struct rank_state *s, const struct job_options *options,
               struct err *e)
{
    const struct farm_lead lead = lead_farm(&s->lead);
    const struct farm_work work = {&s->try_chunk, try_chunk, try_chunk_answered};
    const struct farm_limits limits = {s->ticket.sizing.credits, options->silence_s,
                                       s->ticket.sizing.send_bytes, JOB_RELAY_BYTES};

    s->try_chunk.shared = s->shared;
    cluster_fan_out(c, options->fan_out,
                    cluster_max(c, s->leads && lead_spares(&s->lead, JOB_RELAY_BYTES)) > 0);
    return farm_run(c, s->leads ? &lead : NULL, &work, limits, &s->times, e);
}

void rank_free(struct rank_state *s)
{
    if (s->traces)
        timeline_end();
    durable_free(s->durable);
    shared_close(s->shared); /* before the scenes it reads, which are the lead's on rank 0 */
    if (s->leads)
        lead_end(&s->lead);
    scratch_free(s->scratch);
    chunk_worker_free(s->worker);
    kept_free(s->keeps);
    ticket_free(&s->ticket);
}
