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

static bool not_asked_to_stop(void *cluster)
{
    return !cluster_is_asked_to_stop(cluster);
}

/* Rank 0 opens the files; everybody gets the ticket and makes ready. */
static bool set_up(struct cluster *c, struct rank_state *s, const struct job_options *options,
                   struct err *e)
{
    struct buffer bytes = {0};
    const struct lead_means means = rank_means(c, options);
    s->lead.tick = (struct tick){not_asked_to_stop, c};
    bool ok = cluster_agree(c, !s->leads || lead_open(&s->lead, &means, &bytes, e), e) &&
              cluster_share(c, &bytes, e);

    if (ok) {
        ok = rank_make_ready(c, s, &bytes, options, &means, e) &&
             (!s->leads || rank_open_writing(c, s, s->lead.ends.sink.path, options->sync_s, e));
        ok = cluster_agree(c, ok, e) && rank_choose_io(c, s, options, &means, e);
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
static bool sweep(struct cluster *c, struct rank_state *s, const struct job_options *options,
                  struct err *e)
{
    return cluster_agree(c, !s->leads || lead_begin_sweep(&s->lead, e), e) &&
           rank_farm(c, s, options, e) &&
           cluster_agree(c, !s->leads || lead_end_sweep(&s->lead, e), e);
}

static bool work(struct cluster *c, struct rank_state *s, const struct job_options *options,
                 struct err *e)
{
    if (s->ticket.plan->sweep.how && !sweep(c, s, options, e))
        return false;
    if (!rank_farm(c, s, options, e))
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

    *kept = cluster_max(c, s->leads && lead_can_resume(&s->lead)) > 0;
    (void)!write_down(c, s, stopped || *kept, &ignored);
    *kept = cluster_max(c, s->leads && lead_can_resume(&s->lead)) > 0;
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
        now.held = NULL; /* by the numbers that ranks had */
    }
    return true;
}
