/* lead_sweep.c - rank 0's part of ops that sweep (ops/sweep.h): gathers what each band tells, and
 * finds out what each is to know.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

#include "base/text.h"
#include "ops/sweep.h"

#include <stdlib.h>

static void free_all(struct buffer **list, int64_t n)
{
    for (int64_t i = 0; *list && i < n; i++)
        buffer_free(&(*list)[i]);
    free(*list);
    *list = NULL;
}

void lead_free_sweep(struct lead *l)
{
    struct lead_sweep *s = &l->sweep;

    free_all(&s->summaries, s->n);
    free_all(&s->contexts, s->n);
    schedule_free(s->later);
    *s = (struct lead_sweep){0};
}

bool lead_begin_sweep(struct lead *l, struct err *e)
{
    const struct division *d = &l->sizing.division;
    struct lead_sweep *s = &l->sweep;
    struct schedule *own;

    *s = (struct lead_sweep){.n = division_chunks(d)};
    s->summaries = memory_new((size_t)s->n, sizeof *s->summaries, e);
    s->contexts = s->summaries ? memory_new((size_t)s->n, sizeof *s->contexts, e) : NULL;
    if (!s->contexts ||
        !schedule_new(&own, s->n, l->sizing.stride, s->n, l->ranks.n, e)) /* nothing waits */
        return false;
    for (int64_t i = 0; i < s->n; i++)
        if (retries_task(l->retries, i) != FEED_COMPUTE)
            schedule_skip(own, i);
    s->later = l->schedule;
    l->schedule = own;
    s->summarises = true;
    progress_end(&l->progress);
    progress_begin(&l->progress, l->options->progress, d->width * d->height, 0, l->ranks.n,
                   l->ranks.n_nodes);
    return true;
}

bool lead_take_summary(struct lead *l, int64_t chunk, struct buffer *summary, struct err *e)
{
    struct lead_sweep *s = &l->sweep;
    char text[2][32];

    s->held_bytes += summary->size;
    if (s->held_bytes > l->memory_bytes / 2)
        return err_set(e,
                       "%s: what chunks tell of themselves takes more than %s, half of rank 0's "
                       "memory (--memory=%s); give more",
                       l->plan->stages.list[l->plan->last].name,
                       text_bytes(l->memory_bytes / 2, text[0], sizeof text[0]),
                       text_bytes(l->memory_bytes, text[1], sizeof text[1]));
    s->summaries[chunk] = *summary;
    *summary = (struct buffer){0};
    return true;
}

/* What was done of the output before. */
static int64_t pixels_done(const struct lead *l)
{
    int64_t n = 0;

    for (int64_t i = 0; i < l->sweep.n; i++) {
        const struct region r = division_chunk(&l->sizing.division, i);
        n += schedule_is_done(l->sweep.later, i) ? r.width * r.height : 0;
    }
    return n;
}

bool lead_end_sweep(struct lead *l, struct err *e)
{
    const struct division *d = &l->sizing.division;
    const struct sweep_use *use = &l->plan->sweep;
    struct lead_sweep *s = &l->sweep;
    const struct sweep_bytes bytes = {s->summaries, s->contexts, s->n};
    const bool ok = use->how->resolve(use->state, plan_output(l->plan), &bytes, e);

    progress_end(&l->progress);
    if (!ok)
        return err_context(e, "%s", l->plan->stages.list[l->plan->last].name);
    free_all(&s->summaries, s->n);
    progress_begin(&l->progress, l->options->progress, d->width * d->height, pixels_done(l),
                   l->ranks.n, l->ranks.n_nodes);
    for (int i = 0; i < l->ranks.n; i++)
        l->pixels_of[i] = 0;
    schedule_free(l->schedule);
    l->schedule = s->later;
    s->later = NULL;
    s->summarises = false;
    if (l->keeps) {
        l->held = l->keeps;
        schedule_prefer(l->schedule, kept_holders(l->held));
    }
    return true;
}
