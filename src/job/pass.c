/* pass.c - for ops that must know the whole scene first, a pass over it that gathers that.
 *
 * What comes before the op is computed again in the pass that makes the output: chunks are not kept.
 * Rank 0 alone reads in a pass.
 * SPDX-License-Identifier: MIT */
#include "pass.h"

#include "rank.h"

#include "base/clock.h"
#include "ops/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The op that took the place of the user's. */
struct settled_step {
    struct buffer words;
    struct word_list list;
};

static void settled_step_free(struct settled_step *s)
{
    word_list_free(&s->list);
    buffer_free(&s->words);
}

void settled_free(struct settled *s)
{
    for (int i = 0; s->own && i < s->pipeline.n_steps; i++)
        settled_step_free(&s->own[i]);
    free(s->own);
    free(s->before);
    free(s->pipeline.steps);
    *s = (struct settled){0};
}

bool pass_gather(struct cluster *c, struct rank_state *s, const struct job_options *options,
                 const struct step *op, const struct buffer *needs, struct err *e)
{
    const struct lead_pass told = {
        .options = options,
        .ranks = cluster_ranks(c),
        .memory_bytes = rank_memory(c, options),
        .used_bytes = (size_t)cluster_max(c, (int64_t)memory_resident()),
        .op = op,
        .needs = needs,
    };
    struct buffer bytes = {0};
    const struct farm_lead lead = lead_farm(&s->lead);
    const struct farm_work work = {&s->try_chunk, try_chunk, try_chunk_answered};
    bool ok = cluster_agree(c, !s->leads || lead_open_pass(&s->lead, &told, &bytes, e), e) &&
              cluster_share(c, &bytes, e);

    ok = ok && cluster_agree(c, rank_make_ready(c, s, &bytes, options, told.memory_bytes, e), e);
    buffer_free(&bytes);
    ok = ok && cluster_agree(c, !s->leads || lead_begin_pass(&s->lead, &s->ticket, e), e);
    if (!ok)
        return false;
    cluster_fan_out(c, options->fan_out,
                    cluster_max(c, s->leads && lead_spares(&s->lead, JOB_RELAY_BYTES)) > 0);
    const struct farm_limits limits = {s->ticket.sizing.credits, options->silence_s,
                                       s->ticket.sizing.send_bytes, JOB_RELAY_BYTES};
    return farm_run(c, s->leads ? &lead : NULL, &work, limits, &s->times, e);
}

/* The op of those words, which are taken, takes the place of step i. */
static bool replace(struct settled *s, int i, struct buffer *words, struct err *e)
{
    struct settled_step then = {.words = *words};

    *words = (struct buffer){0};
    if (!word_list_new(&then.list, &then.words, e)) {
        settled_step_free(&then);
        return false;
    }
    settled_step_free(&s->own[i]);
    s->own[i] = then;
    s->pipeline.steps[i] = (struct step){then.list.name, then.list.n_args, then.list.args};
    return true;
}

/* Says what is settled: the op as the user wrote it may be gone. */
static void tell(const char *was, const struct step *then, double seconds)
{
    fprintf(stderr, "tilery: %s: the scene was gone through for it in %.1f s; it is now: %s", was,
            seconds, then->name);
    for (int i = 0; i < then->n_args; i++)
        fprintf(stderr, " %.60s%s", then->args[i], strlen(then->args[i]) > 60 ? "…" : "");
    fputc('\n', stderr);
}

/* Puts in the place of step i the op that it is, now that it is known what is gathered. */
static bool settle(struct cluster *c, struct rank_state *s, struct settled *out, int i,
                   struct err *e)
{
    const struct step *op = &out->pipeline.steps[i];
    struct buffer words = {0};
    bool ok = !s->leads || op_settle(op->name, op->n_args, op->args, plan_output(s->lead.plan),
                                     gathering_sum(s->lead.gathering), &words, e);

    ok = cluster_agree(c, ok, e) && cluster_share(c, &words, e) &&
         cluster_agree(c, replace(out, i, &words, e), e);
    buffer_free(&words);
    return ok;
}

/* needs: the words of what step i must know. */
static bool pass(struct cluster *c, const struct job_options *options, struct settled *out, int i,
                 const struct buffer *needs, struct err *e)
{
    const double start = clock_s();
    const struct step *op = &out->pipeline.steps[i];
    /* what comes before it, and the sink */
    const struct pipeline before = {.steps = out->before, .n_steps = i + 1};
    struct job_options now = *options;
    struct rank_state s = {.rank = cluster_rank(c), .leads = cluster_rank(c) == 0};
    char was[64];

    memcpy(out->before, out->pipeline.steps, (size_t)i * sizeof *out->before);
    out->before[i] = out->pipeline.steps[out->pipeline.n_steps - 1];
    now.pipeline = &before;
    snprintf(was, sizeof was, "%s", op->name);
    const bool ok = pass_gather(c, &s, &now, op, needs, e) && settle(c, &s, out, i, e);
    if (ok && s.leads && options->verbose)
        tell(was, &out->pipeline.steps[i], clock_s() - start);
    rank_free(&s);
    return ok;
}

/* Step i becomes one that needs to know nothing, in as many passes as that takes. */
static bool settle_step(struct cluster *c, const struct job_options *options, struct settled *out,
                        int i, struct err *e)
{
    const struct step *op = &out->pipeline.steps[i];
    struct buffer needs = {0};
    bool ok, more = true;

    do {
        needs.size = 0;
        /* The same on all ranks: they have the same words. */
        ok = op_needs(op->name, op->n_args, op->args, &needs, e);
        more = ok && needs.size > 0;
        ok = ok && (!more || pass(c, options, out, i, &needs, e));
    } while (ok && more);
    buffer_free(&needs);
    return ok;
}

bool pass_settle(struct cluster *c, const struct job_options *options, struct settled *out,
                 struct err *e)
{
    const int n = options->pipeline->n_steps;

    *out = (struct settled){.pipeline = {.steps = memory_new((size_t)n, sizeof(struct step), e),
                                         .n_steps = n,
                                         .whole = options->pipeline->whole}};
    out->before = memory_new((size_t)n, sizeof *out->before, e);
    out->own = memory_new((size_t)n, sizeof *out->own, e);
    const bool has_memory = out->pipeline.steps && out->before && out->own;
    if (!cluster_agree(c, has_memory, e) || !has_memory)
        return false;
    memcpy(out->pipeline.steps, options->pipeline->steps, (size_t)n * sizeof(struct step));
    for (int i = 1; i < n - 1; i++)
        if (!settle_step(c, options, out, i, e))
            return false;
    return true;
}
