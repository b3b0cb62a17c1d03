/* rank_report.c - what a rank tells of a job when it is done: its times and amounts, its timeline.
 * SPDX-License-Identifier: MIT */
#include "rank.h"

#include "base/clock.h"
#include "base/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds the seconds of a plan's stages to the amounts of group "ops", which begin at `first` and end
 * at n: those of one op into one. Returns the new end. */
static int add_ops(struct amount *amounts, int first, int n, const struct plan *plan,
                   const double *seconds)
{
    for (int i = plan->stages.n_sources; i < plan->stages.n; i++) {
        const char *name = plan->stages.list[i].name;
        int at = first;
        while (at < n && strcmp(amounts[at].name, name) != 0)
            at++;
        amounts[at] = (struct amount){"ops", name, amounts[at].value + seconds[i]};
        n = at == n ? n + 1 : n;
    }
    return n;
}

enum { AMOUNTS = 2 * PLAN_MAX_STAGES + 32 };

/* What this rank has done; how many amounts that is. */
static int done_amounts(const struct rank_state *s, struct amount *amounts)
{
    struct chunk_times chunk;
    const struct farm_times *t = &s->times;
    const struct collect_times *collect = s->lead.collect ? collect_times(s->lead.collect) : NULL;
    const struct feed_times *feed = s->shared  ? shared_feed_times(s->shared)
                                    : s->leads ? feed_times(s->lead.feed)
                                               : NULL;
    const struct shared_times own = s->shared ? *shared_times(s->shared) : (struct shared_times){0};
    if (s->isolate)
        isolate_times(s->isolate, &chunk);
    else
        chunk_worker_times(s->worker, &chunk);
    const double load_s = s->shared ? own.feed_s : t->load_s;
    const struct amount fixed[] = {
        {"seconds", "cpu_in_farm", t->cpu_s},
        {"seconds", "reading", feed ? feed->read_s : 0},
        {"seconds", "feeding", feed ? load_s - feed->read_s : 0},
        {"seconds", "writing", own.write_s + (collect ? collect->write_s : 0)},
        {"seconds", "collecting", collect ? t->store_s - collect->write_s : 0},
        {"seconds", "finishing", s->leads ? s->lead.finish_s : 0},
        {"seconds", "messages", t->message_s},
        {"seconds", "decoding", chunk.decode_s},
        {"seconds", "assembling", chunk.assemble_s},
        {"seconds", "overviews", chunk.overview_s},
        {"seconds", "encoding", chunk.encode_s},
        {"seconds", "waiting", t->wait_s},
        {"amounts", "chunks", (double)t->tasks},
        {"amounts", "pixels", (double)chunk.pixels},
        {"amounts", "empty_chunks", (double)chunk.empty_chunks},
        {"amounts", "kept_chunks", (double)chunk.kept_chunks},
        {"amounts", "uniform_tiles", (double)chunk.uniform_tiles},
        {"amounts", "blobs_decoded", (double)chunk.blobs_decoded},
        {"moved", "sent_bytes", (double)t->sent_bytes},
        {"moved", "received_bytes", (double)t->received_bytes},
        {"moved", "relayed_bytes", (double)t->relayed_bytes},
        {"moved", "read_bytes", feed ? (double)feed->read_bytes : 0},
        {"moved", "blobs_read", feed ? (double)feed->blobs_sent : 0},
        {"moved", "blobs_not_read_again", feed ? (double)feed->blobs_spared : 0},
        {"moved", "written_bytes",
         (double)(own.written_bytes + (collect ? collect->written_bytes : 0))},
    };
    const int n_fixed = sizeof fixed / sizeof fixed[0];
    int n = n_fixed;

    memcpy(amounts, fixed, sizeof fixed);
    n = add_ops(amounts, n_fixed, n, s->ticket.plan, chunk.stage_s);
    if (s->ticket.careful)
        n = add_ops(amounts, n_fixed, n, s->ticket.careful, chunk.careful_s);
    return n;
}

static struct past_amount *find_past(const struct rank_past *past, const struct amount *a)
{
    for (int i = 0; i < past->n; i++)
        if (strcmp(past->list[i].group, a->group) == 0 && strcmp(past->list[i].name, a->name) == 0)
            return &past->list[i];
    return NULL;
}

bool rank_past_add(struct rank_past *past, const struct rank_state *s, struct err *e)
{
    struct amount amounts[AMOUNTS] = {0};
    const int n = done_amounts(s, amounts);
    struct past_amount *grown =
        realloc(past->list, (size_t)(past->n + n) * sizeof *grown); /* at most */

    if (!grown)
        return err_set(e, "out of memory: what a pass took could not be noted");
    past->list = grown;
    for (int i = 0; i < n; i++) {
        struct past_amount *at = find_past(past, &amounts[i]);
        if (!at) {
            at = &past->list[past->n++];
            *at = (struct past_amount){0};
            snprintf(at->group, sizeof at->group, "%s", amounts[i].group);
            snprintf(at->name, sizeof at->name, "%s", amounts[i].name);
        }
        at->value += amounts[i].value;
    }
    return true;
}

void rank_past_free(struct rank_past *past)
{
    free(past->list);
    *past = (struct rank_past){0};
}

/* The amounts of this rank, those of earlier passes among them. */
static bool pack_report(struct cluster *c, const struct rank_state *s, double wall_s,
                        struct buffer *out, struct err *e)
{
    struct amount amounts[AMOUNTS] = {
        {"seconds", "wall", wall_s},
        {"seconds", "cpu", clock_cpu_s()},
        {"amounts", "peak_memory_bytes", (double)memory_peak()},
        {"amounts", "peak_memory_bytes_isolated",
         s->isolate ? (double)isolate_peak(s->isolate) : 0},
    };
    enum { OF_PROCESS = 4 };
    const int n = OF_PROCESS + done_amounts(s, amounts + OF_PROCESS);

    for (int i = OF_PROCESS; s->past && i < n; i++) {
        const struct past_amount *before = find_past(s->past, &amounts[i]);
        amounts[i].value += before ? before->value : 0;
    }
    return rank_report_pack(out, cluster_host(c), amounts, n, e);
}

bool rank_tell(struct cluster *c, struct rank_state *s, const struct buffer *mine,
               bool (*write)(struct lead *l, const struct buffer *ranks, int n, struct err *e),
               struct err *e)
{
    struct buffer unused, *all = &unused;

    if (s->leads)
        all = memory_new((size_t)cluster_size(c), sizeof *all, e);
    bool ok = cluster_agree(c, all != NULL, e) && cluster_gather(c, mine, all, e);
    ok = ok && cluster_agree(c, !s->leads || write(&s->lead, all, cluster_size(c), e), e);
    for (int i = 0; s->leads && all && i < cluster_size(c); i++)
        buffer_free(&all[i]);
    if (s->leads)
        free(all);
    return ok;
}

bool rank_report(struct cluster *c, struct rank_state *s, double start_s, struct err *e)
{
    struct buffer mine = {0};
    s->lead.ranks = cluster_ranks(c); /* whom it has lost, too */
    const bool ok = cluster_agree(c, pack_report(c, s, clock_s() - start_s, &mine, e), e) &&
                    rank_tell(c, s, &mine, lead_report, e);

    buffer_free(&mine);
    return ok;
}

/* All ranks' spans together take no more than this on rank 0. */
bool rank_trace_begin(struct cluster *c, struct rank_state *s, const struct job_options *options,
                      struct err *e)
{
    enum { MOST = 1 << 20, OF_A_RANK = 1 << 17 };
    const size_t share = MOST / (size_t)cluster_size(c);

    s->traces = options->trace != NULL;
    if (!s->traces || timeline_is_on())
        return true;
    return cluster_agree(c, true, e) && /* so that all begin at about the same moment */
           cluster_agree(c, timeline_begin(share < OF_A_RANK ? share : OF_A_RANK, e), e);
}

bool rank_trace(struct cluster *c, struct rank_state *s, struct err *e)
{
    struct buffer mine = {0};
    const bool ok = cluster_agree(c, trace_pack(&mine, cluster_host(c), e), e) &&
                    rank_tell(c, s, &mine, lead_trace, e);

    buffer_free(&mine);
    return ok;
}
