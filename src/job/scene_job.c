/* scene_job.c - one scene through one pipeline into one output, by all ranks.
 *
 * A job is a few phases; every rank does its part of one, then all agree, and either all go on or
 * all leave with the same failure.
 * SPDX-License-Identifier: MIT */
#include "scene_job.h"

#include "rank.h"

#include "base/clock.h"
#include "base/timeline.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Half of what a host has is left to the page cache and to others when nothing is said. */
static size_t default_memory(const struct cluster *c)
{
    return memory_available() / 2 / (size_t)cluster_node_size(c);
}

/* What a rank needs that writes: a file for blobs without a place, where there will be any. */
static bool open_writing(struct cluster *c, struct rank_state *s, const char *path, double sync_s,
                         struct err *e)
{
    const struct overviews *o = &s->ticket.overviews;

    return (s->durable || durable_new(&s->durable, sync_s, e)) &&
           (s->scratch || !overviews_any_later(o) ||
            scratch_new(&s->scratch, path, cluster_rank(c), s->ticket.resumes, e));
}

/* Whether this rank sees the files that rank 0 does; opens them if so. */
static bool share_files(struct cluster *c, struct rank_state *s, const struct job_options *options,
                        size_t memory, struct err *e)
{
    const struct pipeline *p = options->pipeline;
    struct endpoints ends = {0};
    const struct shared_options shared = {
        .source = &ends.source,
        .steps = p->steps + 1,
        .n_steps = p->n_steps - 2,
        .memory_bytes = memory,
        .raster = &options->raster,
        .direct = options->direct,
    };
    struct buffer files = {0};
    bool ok = cluster_agree(c, endpoints_read(&ends, p, e), e);

    ok = ok && cluster_agree(c, !s->leads || lead_describe(&s->lead, &files, e), e) &&
         cluster_share(c, &files, e);

    ok =
        ok &&
        cluster_agree(
            c, s->ticket.reducing.how || open_writing(c, s, ends.sink.path, options->sync_s, e), e);
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
                    size_t memory, struct err *e)
{
    struct err why;

    if (options->io == JOB_IO_ROOT || (options->io == JOB_IO_AUTO && cluster_size(c) == 1))
        return true;
    const bool shares = share_files(c, s, options, memory, &why);
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
                    const struct job_options *options, size_t memory, struct err *e)
{
    enum { MARGIN = 64 << 20 }; /* blobs may be larger than their pixels */
    const struct isolate_options o = {
        .rank = rank_number(c),
        .host = cluster_host(c),
        .memory_bytes = memory,
        .message_most = 2 * s->ticket.sizing.message_bytes + MARGIN,
        .seconds = options->chunk_timeout,
    };

    s->isolate = options->isolate;
    s->try_chunk = (struct try_chunk){s->worker, s->isolate, .host = o.host};
    return !s->isolate || isolate_open(s->isolate, &s->ticket, ticket, &o, e);
}

bool rank_make_ready(struct cluster *c, struct rank_state *s, const struct buffer *ticket,
                     const struct job_options *options, size_t memory, struct err *e)
{
    return ticket_open(&s->ticket, ticket, e) &&
           chunk_worker_new(&s->worker, &s->ticket, rank_number(c), cluster_host(c), e) &&
           isolate(c, s, ticket, options, memory, e);
}

size_t rank_memory(struct cluster *c, const struct job_options *options)
{
    /* So that rank 0 can plan for all of them. */
    const size_t share = (size_t)-cluster_max(c, -(int64_t)default_memory(c));

    return options->memory_bytes ? options->memory_bytes : share;
}

static bool not_asked_to_stop(void *cluster)
{
    return !cluster_is_asked_to_stop(cluster);
}

/* Rank 0 opens the files; everybody gets the ticket and makes ready. */
static bool set_up(struct cluster *c, struct rank_state *s, const struct job_options *options,
                   struct err *e)
{
    struct buffer bytes = {0};
    const size_t memory = rank_memory(c, options);
    const size_t used = (size_t)cluster_max(c, (int64_t)memory_resident());
    s->lead.tick = (struct tick){not_asked_to_stop, c};
    bool ok = !s->leads || lead_open(&s->lead, cluster_ranks(c), memory, used, &bytes, e);

    ok = cluster_agree(c, ok, e) && cluster_share(c, &bytes, e);
    if (ok) {
        ok = rank_make_ready(c, s, &bytes, options, memory, e) &&
             (!s->leads || open_writing(c, s, s->lead.ends.sink.path, options->sync_s, e));
        ok = cluster_agree(c, ok, e) && rank_choose_io(c, s, options, memory, e);
    }
    if (ok)
        ok = cluster_agree(
            c, !s->leads || lead_begin(&s->lead, &s->ticket, s->scratch, s->durable, e), e);
    buffer_free(&bytes);
    return ok;
}

/* Blobs in scratch files go to their places, now that all are known. */
static bool place_later(struct cluster *c, struct rank_state *s, struct err *e)
{
    const struct overviews *o = &s->ticket.overviews;
    struct buffer places = {0};

    if (!overviews_any_later(o))
        return true;
    bool ok = cluster_agree(c, !s->leads || lead_lay_out(&s->lead, s->scratch, &places, e), e);
    if (ok && s->shared)
        ok = cluster_share(c, &places, e) &&
             cluster_agree(c, shared_place(s->shared, (const uint64_t *)(void *)places.data, e), e);
    else if (ok)
        ok = cluster_agree(c, !s->leads || output_copy(s->lead.output, s->scratch, e), e);
    buffer_free(&places);
    return ok;
}

/* Each tells its number first, which may have changed since; one that failed tells nothing. */
static bool save_tasks(struct lead *l, const struct buffer *ranks, int n, struct err *e)
{
    bool ok = true;

    for (int i = 0; ok && i < n; i++) {
        struct unpack u = unpack_begin(ranks[i].data, ranks[i].size);
        const uint32_t rank = unpack_u32(&u);
        if (u.ok)
            ok = lead_durable(l, (int)rank, ranks[i].data + sizeof rank,
                              ranks[i].size - sizeof rank, e);
    }
    return ok;
}

static bool pack_tasks(struct rank_state *s, bool any, struct buffer *tasks, struct err *e)
{
    return pack_u32(tasks, (uint32_t)s->rank, e) &&
           (!any || !s->durable || durable_drain(s->durable, tasks, e));
}

/* Collective. Rank 0 writes down what is on the devices of all ranks; any: of these, too. */
static bool write_down(struct cluster *c, struct rank_state *s, bool any, struct err *e)
{
    struct buffer tasks = {0};
    struct err ignored;

    if (!pack_tasks(s, any, &tasks, &ignored))
        tasks.size = 0;
    const bool ok = rank_tell(c, s, &tasks, save_tasks, e);
    buffer_free(&tasks);
    return ok;
}

/* A run that finds the output whole must know of chunks that are not. */
static bool note_gaps(struct cluster *c, struct rank_state *s, const struct job_options *options,
                      struct err *e)
{
    const bool gaps = cluster_max(c, s->leads ? retries_given_up(s->lead.retries) : 0) > 0;

    return !options->resume || !gaps || write_down(c, s, true, e);
}

/* Where the last op sweeps: all chunks are summed up, for what each must know of the others. What is
 * before it is computed again for the output. */
static bool sweep(struct cluster *c, struct rank_state *s, const struct farm_work *work_side,
                  struct farm_limits limits, struct err *e)
{
    const struct farm_lead lead = lead_farm(&s->lead);

    return cluster_agree(c, !s->leads || lead_begin_sweep(&s->lead, e), e) &&
           farm_run(c, s->leads ? &lead : NULL, work_side, limits, &s->times, e) &&
           cluster_agree(c, !s->leads || lead_end_sweep(&s->lead, e), e);
}

static bool work(struct cluster *c, struct rank_state *s, const struct job_options *options,
                 struct err *e)
{
    const struct farm_lead lead = lead_farm(&s->lead);
    const struct farm_work work_side = {&s->try_chunk, try_chunk, try_chunk_answered};
    const struct farm_limits limits = {s->ticket.sizing.credits, options->silence_s,
                                       s->ticket.sizing.send_bytes, JOB_RELAY_BYTES};

    cluster_fan_out(c, options->fan_out,
                    cluster_max(c, s->leads && lead_spares(&s->lead, JOB_RELAY_BYTES)) > 0);
    s->try_chunk.shared = s->shared;
    if (s->ticket.plan->sweep.how && !sweep(c, s, &work_side, limits, e))
        return false;
    if (!farm_run(c, s->leads ? &lead : NULL, &work_side, limits, &s->times, e))
        return false;
    if (!place_later(c, s, e))
        return false;
    if (s->shared && !cluster_agree(c, shared_sync(s->shared, e), e))
        return false;
    if (!note_gaps(c, s, options, e) || !cluster_agree(c, !s->leads || lead_finish(&s->lead, e), e))
        return false;
    scratch_remove(s->scratch);
    if (!cluster_agree(c, true, e))
        return false;
    if (s->leads)
        lead_sweep(&s->lead);
    return true;
}

/* What is done is written down, for --resume to go on with; nothing that fails in this changes
 * why the job ends. A job that was stopped begins a journal for that; one that failed only goes on
 * with the one it has, so that a failure of the first seconds leaves nothing behind. *kept: whether
 * there is something to go on with. */
static void save(struct cluster *c, struct rank_state *s, bool stopped, bool *kept)
{
    struct err ignored;

    *kept = cluster_max(c, s->leads && lead_keeps(&s->lead)) > 0;
    (void)!write_down(c, s, stopped || *kept, &ignored);
    *kept = cluster_max(c, s->leads && lead_keeps(&s->lead)) > 0;
}

static void say_kept(struct err *e)
{
    const size_t used = strlen(e->text);

    snprintf(e->text + used, sizeof e->text - used, "; what is done is kept: run --resume goes on");
}

/* What is told of a job that is done. */
static bool tell(struct cluster *c, struct rank_state *s, const struct job_options *options,
                 double start_s, struct job_end *end, struct err *e)
{
    if ((options->report && !rank_report(c, s, start_s, e)) ||
        (options->trace && !rank_trace(c, s, e)))
        return err_context(e, "the output is finished, but");
    end->given_up = cluster_max(c, s->leads ? retries_given_up(s->lead.retries) : 0);
    return true;
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
    ticket_free(&s->ticket);
}

/* *again: ranks have died, and the others can go on; *kept: with what is there. */
static bool try_job(struct cluster *c, const struct job_options *options, struct job_end *end,
                    bool *again, bool *kept, struct err *e)
{
    const double start_s = clock_s();
    struct rank_state s = {.rank = cluster_rank(c), .leads = cluster_rank(c) == 0};

    *end = (struct job_end){0};
    *again = *kept = false;
    bool ok = cluster_agree(c, !s.leads || lead_check(&s.lead, options, e), e) &&
              rank_trace_begin(c, &s, options, e) && set_up(c, &s, options, e);
    const bool is_set_up = ok;
    ok = ok && work(c, &s, options, e) && tell(c, &s, options, start_s, end, e);
    while (cluster_mend(c)) { /* whatever each of them took for the outcome */
        const bool published = cluster_max(c, s.leads && s.lead.published) > 0;
        *again = !published && cluster_max(c, s.leads && !s.lead.in_place) > 0;
        if (published && s.leads)
            lead_sweep(&s.lead);
        ok = published && tell(c, &s, options, start_s, end, e);
    }
    const bool keeps = is_set_up && !(s.leads && s.lead.published);
    if (!ok && cluster_max(c, !keeps) == 0) {
        save(c, &s, *again || e->status == EXIT_STOPPED, kept);
        if (*kept)
            say_kept(e);
    }
    if (ok && s.leads)
        end->journal = lead_journal(&s.lead);
    if (!*kept && !(s.ticket.resumes && !ok))
        scratch_remove(s.scratch);
    rank_free(&s);
    return ok;
}

bool scene_job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                   struct err *e)
{
    struct job_options now = *options;
    bool again, kept;

    while (!try_job(c, &now, end, &again, &kept, e)) { /* by the ranks that are left */
        if (!again)
            return false;
        now.resume |= kept;
    }
    return true;
}
