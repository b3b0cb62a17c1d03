/* lead_keep.c - rank 0 decides whether ranks keep the pixels that a pass goes through (kept.h), and
 * whether those kept before are of use.
 *
 * They are where what follows makes each pixel of the one at its place, in the same chunks. Others
 * are computed again from the scene, as are those of chunks with pixels outside the data. An op that
 * sweeps finishes bands as they were summed up; they are kept where more was done for them than
 * decoding: labels take four bytes a pixel.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

#include "base/text.h"

#include <stdio.h>

static bool same_cut(const struct division *a, const struct division *b)
{
    return a->kind == b->kind && a->width == b->width && a->height == b->height &&
           a->chunk_width == b->chunk_width && a->chunk_height == b->chunk_height;
}

/* Whether those ops make each pixel of the one at its place, of this scene alone. */
static bool stay_in_place(const struct step *steps, int n, struct format f)
{
    struct plan *plan = NULL;
    struct err ignored;
    const bool ok = ticket_plan_rest(&plan, steps, n, f, &ignored) && plan_stays_in_place(plan);

    plan_free(plan);
    return ok;
}

bool lead_can_use(const struct kept_of *kept, const struct step *steps, int n)
{
    return kept->n_steps <= n &&
           stay_in_place(steps + kept->n_steps, n - kept->n_steps, kept->format);
}

/* Whether what is kept is of use to this job, cut as it is. */
static bool is_of_use(const struct lead *l, const struct kept_of *kept)
{
    return same_cut(&l->sizing.division, &kept->division) && !l->overviews.mask &&
           overviews_beyond(&l->overviews, 0) == 0 && lead_can_use(kept, l->steps.list, l->steps.n);
}

/* False: chunks cannot be cut like that. */
static bool size_like(struct lead *l, const struct division *like)
{
    const struct size2 chunk = {(int)like->chunk_width, (int)like->chunk_height};
    struct err ignored;

    return lead_choose_sizing(l, like->kind, chunk, &l->overviews, &l->sizing, &ignored) &&
           same_cut(&l->sizing.division, like);
}

bool lead_size(struct lead *l, struct size2 chunk, const struct division *like, struct err *e)
{
    struct kept *kept = l->options->held;
    const bool is_free = chunk.width == 0;

    if (!(is_free && kept && size_like(l, &kept_of(kept)->division)) &&
        !(is_free && like && size_like(l, like)) &&
        !lead_choose_sizing(l, l->options->division, chunk, &l->overviews, &l->sizing, e))
        return false;
    l->held = kept && is_of_use(l, kept_of(kept)) ? kept : NULL;
    return true;
}

/* What a rank takes at most. */
static size_t most_bytes(const struct sizing *s)
{
    return (s->worker_bytes > s->lead_bytes ? s->worker_bytes : s->lead_bytes) + s->message_bytes;
}

void lead_look_out(const struct lead *l, struct lead_outlook *outlook)
{
    const struct format f = plan_output(l->plan);

    *outlook = (struct lead_outlook){0};
    if (l->ends.driver) {
        outlook->image_bytes =
            (size_t)f.width * (size_t)f.height * (size_t)f.bands * pixel_size(f.type);
        return;
    }
    outlook->division = l->sizing.division;
    outlook->looks_beyond = overviews_beyond(&l->overviews, 0) > 0;
    outlook->bytes = most_bytes(&l->sizing);
}

/* What is left of a rank's memory, in this pass and the job that makes the output. */
static size_t room(const struct lead *l, const struct lead_outlook *outlook)
{
    const size_t now = most_bytes(&l->sizing) + outlook->image_bytes;
    const size_t taken = now > outlook->bytes ? now : outlook->bytes;

    return l->memory_bytes > taken ? l->memory_bytes - taken : 0;
}

/* What a rank keeps; some get more chunks than others. */
static double share_bytes(const struct lead *l)
{
    const struct format f = plan_output(l->plan);
    const double all =
        (double)f.width * (double)f.height * (double)f.bands * (double)pixel_size(f.type);

    return l->ranks.n == 1 ? all : all / l->ranks.n * 1.25;
}

/* Why pixels that are of use later are not kept; NULL: they are. room: what is left of a rank's
 * memory. */
static const char *why_not(const struct lead *l, size_t room, struct err *text)
{
    char share[32], left[32];

    if (l->options->isolate)
        return "--isolate has them in another process";
    if (sources_have_mask(&l->sources))
        return "masks go with them";
    if (share_bytes(l) <= (double)room)
        return NULL;
    (void)!err_set(text, "a rank would keep about %s, and has %s left",
                   text_bytes((size_t)share_bytes(l), share, sizeof share),
                   text_bytes(room, left, sizeof left));
    return text->text;
}

/* Keeps them, or tells why not. what: which pixels, of which op. */
static void keep(struct lead *l, const char *op, const char *what, const char *why, size_t room)
{
    char text[32];

    l->keep_bytes = why ? 0 : room;
    if (!l->options->verbose)
        return;
    if (why)
        fprintf(stderr, "tilery: %s: %s are computed again in the next pass: %s\n", op, what, why);
    else
        fprintf(stderr, "tilery: %s: ranks keep %s for the next pass, about %s\n", op, what,
                text_bytes((size_t)share_bytes(l), text, sizeof text));
}

void lead_choose_keeping(struct lead *l, const struct lead_pass *pass)
{
    if (!pass->rest || (l->held && kept_of(l->held)->n_steps == l->steps.n))
        return;
    const size_t left = room(l, pass->outlook);
    struct err text;
    bool resumes = false; /* then chunks are cut as they were by the run before */
    if (l->options->resume && !resume_exists(l->ends.sink.path, &resumes, &text))
        return;
    const bool of_use = !pass->outlook->looks_beyond && !resumes &&
                        stay_in_place(pass->rest, pass->n_rest, plan_output(l->plan));
    keep(l, pass->op->name, "the pixels before it",
         of_use    ? why_not(l, left, &text)
         : resumes ? "chunks are cut as they were by the run before"
                   : "what follows reads others beside a chunk's own, or another scene",
         left);
}

void lead_choose_bands(struct lead *l)
{
    static const struct lead_outlook nothing_else;
    const size_t left = room(l, &nothing_else);
    struct err text;

    if (l->plan->sweep.how && !plan_stays_in_place(l->plan))
        keep(l, l->plan->stages.list[l->plan->last].name, "its pixels", why_not(l, left, &text),
             left);
}
