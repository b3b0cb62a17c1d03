/* chunk_pixels.c - the pixels of a chunk, by the plan that they ask for.
 * SPDX-License-Identifier: MIT */
#include "chunk_worker.h"

#include "chunk_input.h"

#include "base/timeline.h"
#include "base/clock.h"
#include "pipeline/inside.h"

#include <stdio.h>
#include <string.h>

void chunk_tell(struct chunk_worker *w, const char *doing)
{
    snprintf(w->doing, EXECUTOR_DOING, "%s", doing);
}

void chunk_fill(const struct planes *p, double value)
{
    for (int b = 0; b < p->bands; b++)
        for (int64_t y = 0; y < p->region.height; y++)
            pixel_fill(p->type, value, planes_at(p, b, p->region.x, p->region.y + y),
                       (size_t)p->region.width);
}

/* Runs the plan that the pixels ask for: most chunks have none outside the data, or nothing
 * else. */
static bool run_executor(struct chunk_worker *w, const struct planes *in, const struct planes *out,
                         struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    struct outside outside[PLAN_MAX_SOURCES];

    /* Without ops, what is gathered sees for itself which pixels are outside, and how they are. */
    const bool minds = t->careful && !(t->reducing.how && t->n_words == 0);
    w->plain &= minds || !t->careful;

    for (int i = 0; i < t->n_sources; i++)
        outside[i] = t->sources[i].outside;
    enum inside inside = minds ? inside_of(in, outside, t->n_sources) : INSIDE_ALL;
    if ((inside == INSIDE_NONE && t->careful->gaps_may_close) ||
        (inside == INSIDE_ALL && minds && plan_looks_beyond(t->careful, out->region)))
        inside = INSIDE_SOME;
    w->plain &= inside == INSIDE_ALL;
    switch (inside) {
    case INSIDE_ALL:
        return executor_run(w->executor, in, out, &w->place, tick, e);
    case INSIDE_SOME:
        return executor_run(w->careful, in, out, &w->place, tick, e);
    case INSIDE_NONE:
        chunk_fill(out, plan_fill(t->plan, t->nodata));
        w->times.empty_chunks++;
    }
    return true;
}

static bool run(struct chunk_worker *w, const struct planes *in, const struct planes *out,
                struct tick tick, struct err *e)
{
    const double start = clock_s();
    const bool ok = run_executor(w, in, out, tick, e);

    timeline_since("ops", start);
    return ok;
}

/* A part of the chunk. */
static bool run_part(struct chunk_worker *w, const struct planes *in, const struct planes *out,
                     struct region part, struct tick tick, struct err *e)
{
    const struct planes out_part = planes_part(out, part);
    struct planes in_part[PLAN_MAX_SOURCES];

    for (int i = 0; i < w->ticket->n_sources; i++)
        in_part[i] = planes_part(&in[i], part);
    return run(w, in_part, &out_part, tick, e);
}

/* Tiles of one value take one pixel: the first, which stands for all of them in the packer.
 * Those like the last one before take none. */
static bool run_by_tiles(struct chunk_worker *w, const struct uniform *u, const struct planes *in,
                         const struct planes *out, struct tick tick, struct err *e)
{
    /* What is made of all pixels. */
    const bool spreads = w->ticket->overviews.n > 0 || !w->packer;
    struct uniform_part part, like = {.tile = -1};
    int64_t tile = 0;

    while (uniform_next(u, &tile, &part)) {
        const struct region first = {part.region.x, part.region.y, 1, 1};
        if (!part.uniform) {
            if (!run_part(w, in, out, part.region, tick, e))
                return false;
            continue;
        }
        if (like.tile >= 0 && uniform_same(u, part.tile, like.tile)) {
            for (int b = 0; b < out->bands; b++)
                memcpy(planes_at(out, b, first.x, first.y),
                       planes_at(out, b, like.region.x, like.region.y), pixel_size(out->type));
        } else {
            uniform_put(u, part.tile, in);
            if (!run_part(w, in, out, first, tick, e))
                return false;
            like = part;
        }
        if (spreads)
            planes_spread(out, 0, out->bands, part.region);
        w->times.uniform_tiles++;
    }
    return true;
}

bool chunk_mask_new(struct chunk_worker *w, int bands, struct planes *mask, struct err *e)
{
    return planes_reuse(mask, &w->mask, PX_UINT8, bands,
                        ticket_region(w->ticket, w->place.chunk_index), 0, e);
}

/* Of all pixels, whether or not those outside the data are minded. */
bool chunk_mask_make(struct chunk_worker *w, const struct planes *in, struct planes *mask,
                     struct tick tick, struct err *e)
{
    if (!chunk_mask_new(w, plan_mask_bands(w->ticket->validity), mask, e) ||
        !executor_run(w->validity, in, mask, &w->place, tick, e))
        return false;
    mask->bands = 1;
    return true;
}

/* Makes the chunk's pixels: of those in its payload, or of what is kept. */
bool chunk_pixels_make(struct chunk_worker *w, const struct unpack *payload, struct planes *in,
                       const struct planes *out, struct tick tick, struct err *e)
{
    struct planes kept;

    w->plain = true;
    if (!payload) {
        w->times.kept_chunks++;
        return (w->rest && w->held && kept_find(w->held, w->place.chunk_index, &kept) &&
                executor_run(w->rest, &kept, out, &w->place, tick, e)) ||
               err_set(e, "its pixels are not kept here (a defect)");
    }
    chunk_tell(w, "decoding");
    if (!chunk_input_fill(w->input, w->place.chunk_index, *payload, in, tick, e))
        return false;
    const struct uniform *u = chunk_input_uniform(w->input);
    return u ? run_by_tiles(w, u, in, out, tick, e) : run(w, in, out, tick, e);
}
