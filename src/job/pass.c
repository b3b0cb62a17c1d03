/* pass.c - for ops that must know the whole scene first, a pass over it that gathers that.
 *
 * What comes before the op is computed again in the pass that makes the output, unless ranks keep it
 * (lead_keep.c).
 * SPDX-License-Identifier: MIT */
#include "pass.h"

#include "rank.h"

#include "base/clock.h"
#include "base/timeline.h"
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
    free(s->passes);
    kept_free(s->held);
    if (s->traces)
        timeline_end();
    free(s->pipeline.steps);
    *s = (struct settled){0};
}

bool settled_forget(struct settled *s)
{
    const bool any = s->held != NULL;

    kept_free(s->held);
    s->held = NULL;
    return any;
}

/* Collective. What is of no use to a job of the first n ops is of none to a later one. */
static void drop_useless(struct cluster *c, struct settled *s, int n)
{
    if (s->held && cluster_max(c, cluster_rank(c) == 0 &&
                                      !lead_can_use(kept_of(s->held), s->pipeline.steps + 1, n)))
        settled_forget(s);
}

bool pass_gather(struct cluster *c, struct rank_state *s, const struct lead_pass *pass,
                 struct err *e)
{
    const struct job_options *options = pass->options;
    const struct lead_means means = rank_means(c, options);
    struct buffer bytes = {0};
    bool ok = cluster_agree(c, !s->leads || lead_open_pass(&s->lead, pass, &means, &bytes, e), e) &&
              cluster_share(c, &bytes, e);

    ok = ok && cluster_agree(c, rank_make_ready(c, s, &bytes, options, &means, e), e);
    buffer_free(&bytes);
    ok = ok && rank_choose_io(c, s, options, &means, e) &&
         cluster_agree(c, !s->leads || lead_begin_pass(&s->lead, &s->ticket, e), e);
    if (!ok)
        return false;
    if (s->leads)
        s->lead.progress.what = pass->op ? pass->op->name : NULL;
    return rank_farm(c, s, options, e);
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

/* What ranks keep of the pass takes the place of what they have kept so far. */
static bool note_pass(struct settled *s, struct rank_state *r, const char *op, double seconds,
                      struct err *e)
{
    struct job_pass *grown = realloc(s->passes, ((size_t)s->n_passes + 1) * sizeof *grown);

    if (!grown)
        return err_set(e, "out of memory: a list of %d passes was wanted", s->n_passes + 1);
    s->passes = grown;
    struct job_pass *p = &s->passes[s->n_passes++];
    *p = (struct job_pass){
        .gathered = r->ticket.reducing.how->name,
        .seconds = seconds,
        .keeps = r->keeps != NULL,
    };
    snprintf(p->op, sizeof p->op, "%s", op);
    if (r->keeps) {
        kept_free(s->held);
        s->held = r->keeps;
        r->keeps = NULL;
    }
    return true;
}

/* The step behind i that must know the scene, or the sink. */
static int next_pass(const struct pipeline *p, int i)
{
    for (i++; i < p->n_steps - 1; i++) {
        struct buffer needs = {0};
        struct err ignored; /* it is told when its turn comes */
        const bool any =
            op_needs(p->steps[i].name, p->steps[i].n_args, p->steps[i].args, &needs, &ignored) &&
            needs.size > 0;
        buffer_free(&needs);
        if (any)
            break;
    }
    return i;
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
    const struct lead_pass told = {
        .options = &now,
        .op = op,
        .needs = needs,
        .rest = op,
        .n_rest = next_pass(&out->pipeline, i) - i,
        .outlook = &out->outlook,
    };
    struct rank_state s = {.rank = cluster_rank(c), .leads = cluster_rank(c) == 0};
    char was[64];

    memcpy(out->before, out->pipeline.steps, (size_t)i * sizeof *out->before);
    out->before[i] = out->pipeline.steps[out->pipeline.n_steps - 1];
    now.pipeline = &before;
    drop_useless(c, out, i - 1);
    now.held = out->held;
    snprintf(was, sizeof was, "%s", op->name);
    bool ok = pass_gather(c, &s, &told, e);
    if (!ok && e->status == EXIT_USAGE && settled_forget(out)) {
        rank_free(&s);
        s = (struct rank_state){.rank = cluster_rank(c), .leads = cluster_rank(c) == 0};
        now.held = NULL;
        ok = pass_gather(c, &s, &told, e);
    }
    ok = ok && settle(c, &s, out, i, e);
    const double seconds = timeline_since("gathering", start);
    ok = ok && cluster_agree(c, note_pass(out, &s, was, seconds, e), e);
    if (ok && s.leads && options->verbose)
        tell(was, &out->pipeline.steps[i], seconds);
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

/* How many ops must know the scene; -1 with *e set. Their names go to *names, if not NULL. */
static int count_needs(const struct pipeline *p, FILE *names, struct err *e)
{
    int n = 0;

    for (int i = 1; i < p->n_steps - 1; i++) {
        const struct step *op = &p->steps[i];
        struct buffer needs = {0};
        const bool ok = op_needs(op->name, op->n_args, op->args, &needs, e);
        const bool any = needs.size > 0;
        if (ok && any && names)
            fprintf(names, "%s%s (its %s)", n ? ", " : "", op->name, (const char *)needs.data);
        buffer_free(&needs);
        if (!ok)
            return -1;
        n += any;
    }
    return n;
}

/* Rank 0 says what will be done. */
static bool tell_passes(const struct pipeline *p, int n, struct err *e)
{
    fprintf(stderr,
            "tilery: at least %d passes over the scene: first what must be known of it for ",
            n + 1);
    const bool ok = count_needs(p, stderr, e) >= 0;
    fprintf(stderr, "; the last one makes the output\n");
    return ok;
}

/* What would only be found after all passes, and can be told before the first. */
static bool try_job(struct cluster *c, const struct job_options *options,
                    struct lead_outlook *outlook, struct err *e)
{
    const struct pipeline *p = options->pipeline;
    struct rank_state s = {.rank = cluster_rank(c), .leads = cluster_rank(c) == 0};
    const struct lead_means means = rank_means(c, options);
    const bool tries = s.leads && strcmp(p->steps[p->n_steps - 1].name, "write") == 0;
    const bool ok = cluster_agree(c, !tries || lead_try(&s.lead, options, &means, outlook, e), e);

    rank_free(&s);
    return ok;
}

/* Before the first of n passes. */
static bool begin(struct cluster *c, const struct job_options *options, struct settled *out, int n,
                  struct err *e)
{
    struct rank_state s = {0};

    if (!try_job(c, options, &out->outlook, e) || !rank_trace_begin(c, &s, options, e))
        return false;
    out->traces = s.traces;
    return cluster_agree(
        c, cluster_rank(c) != 0 || !options->verbose || tell_passes(options->pipeline, n, e), e);
}

/* Those before this part of the pipeline. */
static bool take_passes(struct settled *s, const struct job_options *options, struct err *e)
{
    const size_t n = (size_t)options->n_passes;

    s->passes = memory_new(n, sizeof *s->passes, e);
    if (!s->passes)
        return false;
    for (size_t i = 0; i < n; i++)
        s->passes[i] = options->passes[i];
    s->n_passes = (int)n;
    return true;
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
    if (!cluster_agree(c, take_passes(out, options, e), e))
        return false;
    const int needs = count_needs(&out->pipeline, NULL, e); /* the same on all ranks */
    if (needs <= 0)
        return needs == 0;
    bool ok = begin(c, options, out, needs, e);
    for (int i = 1; ok && i < n - 1; i++)
        ok = settle_step(c, options, out, i, e);
    if (ok)
        drop_useless(c, out, n - 2);
    return ok;
}
