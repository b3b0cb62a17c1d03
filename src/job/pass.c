/* pass.c - for ops that must know the whole scene first, a pass over it that gathers that.
 *
 * What comes before the op is computed again in the pass that makes the output: chunks are not kept.
 * Rank 0 alone reads in a pass.
 * SPDX-License-Identifier: MIT */
#include "pass.h"

#include "rank.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The op that took the place of the user's. */
struct settled_step {
    struct buffer words;
    const char **args;
};

void settled_free(struct settled *s)
{
    for (int i = 0; s->own && i < s->pipeline.n_steps; i++) {
        buffer_free(&s->own[i].words);
        free(s->own[i].args);
    }
    free(s->own);
    free(s->pipeline.steps);
    *s = (struct settled){0};
}

/* All ranks gather what the reducer wants of the ops before step i; on rank 0 it is then in
 * s->lead.gathered. */
static bool gather(struct cluster *c, struct rank_state *s, const struct lead_pass *pass,
                   struct err *e)
{
    struct buffer bytes = {0};
    const struct farm_lead lead = lead_farm(&s->lead);
    const struct farm_work work = {&s->try_chunk, try_chunk, try_chunk_answered};
    bool ok = cluster_agree(c, !s->leads || lead_open_pass(&s->lead, pass, &bytes, e), e) &&
              cluster_share(c, &bytes, e);

    ok = ok &&
         cluster_agree(c, rank_make_ready(c, s, &bytes, pass->options, pass->memory_bytes, e), e);
    buffer_free(&bytes);
    ok = ok && cluster_agree(c, !s->leads || lead_begin_pass(&s->lead, &s->ticket, e), e);
    if (!ok)
        return false;
    cluster_fan_out(c, pass->options->fan_out,
                    cluster_max(c, s->leads && lead_spares(&s->lead, JOB_RELAY_BYTES)) > 0);
    const struct farm_limits limits = {s->ticket.sizing.credits, pass->options->silence_s,
                                       s->ticket.sizing.send_bytes, JOB_RELAY_BYTES};
    return farm_run(c, s->leads ? &lead : NULL, &work, limits, &s->times, e);
}

/* The words of step i take the place of the user's. */
static bool replace(struct settled *s, int i, struct err *e)
{
    struct settled_step *own = &s->own[i];
    const char *at = (const char *)own->words.data, *end = at + own->words.size;
    int n = 0;

    for (const char *w = at; w < end; w += strlen(w) + 1)
        n++;
    own->args = memory_new((size_t)n, sizeof *own->args, e);
    if (!own->args)
        return false;
    s->pipeline.steps[i] = (struct step){at, n - 1, own->args};
    n = 0;
    for (const char *w = at + strlen(at) + 1; w < end; w += strlen(w) + 1)
        own->args[n++] = w;
    return true;
}

static void tell(const struct step *op, const struct step *then, double seconds)
{
    fprintf(stderr, "tilery: %s: the scene was gone through for it in %.1f s; it is now: %s",
            op->name, seconds, then->name);
    for (int i = 0; i < then->n_args; i++)
        fprintf(stderr, " %.60s%s", then->args[i], strlen(then->args[i]) > 60 ? "…" : "");
    fputc('\n', stderr);
}

/* Puts in the place of step i the op that it is, now that it is known what is gathered. */
static bool settle(struct cluster *c, struct rank_state *s, struct settled *out, int i,
                   struct err *e)
{
    const struct step *op = &out->pipeline.steps[i];
    struct buffer *words = &out->own[i].words;
    const bool ok = !s->leads || op_settle(op->name, op->n_args, op->args,
                                           plan_output(s->lead.plan), s->lead.gathered, words, e);

    return cluster_agree(c, ok, e) && cluster_share(c, words, e) &&
           cluster_agree(c, replace(out, i, e), e);
}

static bool pass(struct cluster *c, const struct job_options *options, struct settled *out, int i,
                 const struct reducer *reducer, struct err *e)
{
    const double start = clock_s();
    const struct step op = out->pipeline.steps[i];
    struct step steps[i + 1]; /* what comes before it, and the sink */
    const struct pipeline before = {.steps = steps, .n_steps = i + 1};
    struct job_options now = *options;
    struct rank_state s = {.rank = cluster_rank(c), .leads = cluster_rank(c) == 0};

    memcpy(steps, out->pipeline.steps, (size_t)i * sizeof *steps);
    steps[i] = out->pipeline.steps[out->pipeline.n_steps - 1];
    now.pipeline = &before;
    const struct lead_pass told = {
        .options = &now,
        .ranks = cluster_ranks(c),
        .memory_bytes = rank_memory(c, options),
        .used_bytes = (size_t)cluster_max(c, (int64_t)memory_resident()),
        .op = &op,
        .reducer = reducer,
    };
    const bool ok = gather(c, &s, &told, e) && settle(c, &s, out, i, e);
    if (ok && s.leads && options->verbose)
        tell(&op, &out->pipeline.steps[i], clock_s() - start);
    rank_free(&s);
    return ok;
}

bool pass_settle(struct cluster *c, const struct job_options *options, struct settled *out,
                 struct err *e)
{
    const int n = options->pipeline->n_steps;

    *out = (struct settled){.pipeline = {.steps = memory_new((size_t)n, sizeof(struct step), e),
                                         .n_steps = n,
                                         .whole = options->pipeline->whole}};
    out->own = out->pipeline.steps ? memory_new((size_t)n, sizeof *out->own, e) : NULL;
    if (!cluster_agree(c, out->own != NULL, e) || !out->own)
        return false;
    memcpy(out->pipeline.steps, options->pipeline->steps, (size_t)n * sizeof(struct step));
    for (int i = 1; i < n - 1; i++) {
        const struct step *op = &out->pipeline.steps[i];
        const struct reducer *reducer;
        /* The same on all ranks: they have the same words. */
        if (!op_needs(op->name, op->n_args, op->args, &reducer, e))
            return false;
        if (reducer && !pass(c, options, out, i, reducer, e))
            return false;
    }
    return true;
}
