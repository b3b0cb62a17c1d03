/* chunk_work.c - what every rank does with a chunk: decode, run the plan, encode.
 * SPDX-License-Identifier: MIT */
#include "job/chunk_work.h"

#include "chunk_input.h"
#include "copy_blobs.h"
#include "packer.h"

#include "base/clock.h"
#include "base/pack.h"
#include "base/planes.h"
#include "pipeline/execute.h"
#include "pipeline/halve.h"
#include "pipeline/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct chunk_worker {
    const struct ticket *ticket;
    struct executor *executor, *careful; /* of the ticket's plans */
    struct chunk_input *input;
    struct place place;
    struct planes_memory output, overview[2];
    struct packer *packer;
    bool copies; /* the scene's blobs are the output's, as they are */
    struct chunk_times times;
};

bool chunk_worker_new(struct chunk_worker **out, const struct ticket *t, int rank, const char *host,
                      struct err *e)
{
    struct chunk_worker *w = memory_new(1, sizeof *w, e);

    if (!w)
        return false;
    w->ticket = t;
    w->copies = copy_blobs_may(t);
    w->place = (struct place){.rank = rank, .host = host, .scene = t->scene};
    bool ok = packer_new(&w->packer, &t->overviews, t->encoder, e) &&
              chunk_input_new(&w->input, t, &w->times, e) &&
              executor_new(&w->executor, t->plan, e) &&
              (!t->careful || executor_new(&w->careful, t->careful, e));
    if (!ok) {
        chunk_worker_free(w);
        return false;
    }
    *out = w;
    return true;
}

void chunk_worker_free(struct chunk_worker *w)
{
    if (!w)
        return;
    chunk_input_free(w->input);
    executor_free(w->executor);
    executor_free(w->careful);
    free(w->output.memory);
    free(w->overview[0].memory);
    free(w->overview[1].memory);
    packer_free(w->packer);
    free(w);
}

const struct chunk_times *chunk_worker_times(const struct chunk_worker *w)
{
    return &w->times;
}

const double *chunk_worker_seconds(const struct chunk_worker *w)
{
    return executor_seconds(w->executor);
}

const double *chunk_worker_careful_seconds(const struct chunk_worker *w)
{
    return w->careful ? executor_seconds(w->careful) : NULL;
}

/* Runs the plan that the pixels ask for: most chunks have none outside the data, or nothing
 * else. */
static bool run(struct chunk_worker *w, const struct planes *in, const struct planes *out,
                struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    struct outside outside[PLAN_MAX_SOURCES];

    for (int i = 0; i < t->n_sources; i++)
        outside[i] = t->sources[i].outside;
    enum inside inside = t->careful ? inside_of(in, outside, t->n_sources) : INSIDE_ALL;
    if ((inside == INSIDE_NONE && t->careful->gaps_may_close) ||
        (inside == INSIDE_ALL && t->careful && plan_looks_beyond(t->careful, w->place.chunk)))
        inside = INSIDE_SOME;
    switch (inside) {
    case INSIDE_ALL:
        return executor_run(w->executor, in, out, &w->place, tick, e);
    case INSIDE_SOME:
        return executor_run(w->careful, in, out, &w->place, tick, e);
    case INSIDE_NONE:
        for (int b = 0; b < out->bands; b++)
            for (int64_t y = 0; y < out->region.height; y++)
                pixel_fill(out->type, t->nodata,
                           planes_at(out, b, out->region.x, out->region.y + y),
                           (size_t)out->region.width);
        w->times.empty_chunks++;
    }
    return true;
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
    const bool spreads = w->ticket->overviews.n > 0; /* which are made of all pixels */
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

/* The overviews that a chunk's pixels make: whole tiles of the first ones, then pixels for rank
 * 0. */
static bool pack_overviews(struct chunk_worker *w, const struct planes *pixels,
                           struct buffer *result, struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct overviews *o = &t->overviews;
    const struct halving_nodata nodata = ticket_halving_nodata(t);
    const bool down = t->sizing.division.kind == DIVISION_COLUMNS;
    struct planes level[2] = {*pixels};

    for (int k = 1; k <= o->n && k <= o->local + 1; k++) {
        const struct planes *whole = &level[(k + 1) % 2];
        struct planes *half = &level[k % 2];
        if (!planes_reuse(half, &w->overview[k % 2], whole->type, whole->bands,
                          halved_region(whole->region), 0, e))
            return false;
        const struct packer_tiles tiles = {.level = k, .pixels = half, .down = down};
        const double start = clock_s();
        halve((enum halving)o->how, whole, &nodata, half);
        w->times.overview_s += clock_s() - start;
        if (!(k <= o->local ? packer_tiles(w->packer, &tiles, result, tick, e)
                            : packer_pixels(w->packer, w->place.chunk_index, half, result, e)))
            return false;
    }
    return true;
}

/* The chunk's tiles, made of its pixels or as they came, and its overviews. */
static bool pack(struct chunk_worker *w, struct unpack payload, const struct planes *pixels,
                 struct buffer *result, struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct uniform *u = chunk_input_uniform(w->input);
    const struct packer_tiles tiles = {
        .pixels = pixels,
        .uniform = u ? uniform_tiles(u) : NULL,
        .down = t->sizing.division.kind == DIVISION_COLUMNS,
    };
    const bool ok = (w->copies ? copy_blobs(t, w->packer, payload, result, tick, e)
                               : packer_tiles(w->packer, &tiles, result, tick, e)) &&
                    pack_overviews(w, pixels, result, tick, e) && packer_end(w->packer, result, e);

    if (!ok)
        packer_drop(w->packer);
    w->times.encode_s = packer_seconds(w->packer);
    return ok;
}

static bool compute(struct chunk_worker *w, struct unpack payload, struct buffer *result,
                    struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct region chunk = w->place.chunk;
    const struct format f = plan_output(t->plan);
    struct planes in[PLAN_MAX_SOURCES], out = {0};

    w->times.pixels += chunk.width * chunk.height;
    if (!w->copies || t->overviews.n > 0) { /* pixels are wanted */
        if (!planes_reuse(&out, &w->output, f.type, f.bands, chunk, 0, e) ||
            !chunk_input_fill(w->input, chunk, payload, in, tick, e))
            return false;
        const struct uniform *u = chunk_input_uniform(w->input);
        if (!(u ? run_by_tiles(w, u, in, &out, tick, e) : run(w, in, &out, tick, e)))
            return false;
    }
    return pack(w, payload, &out, result, tick, e);
}

bool chunk_work(void *chunk_worker, int64_t chunk, const unsigned char *payload, size_t n,
                struct buffer *result, struct tick tick, struct err *e)
{
    struct chunk_worker *w = chunk_worker;
    const struct region r = division_chunk(&w->ticket->sizing.division, chunk);

    w->place.chunk = r;
    w->place.chunk_index = chunk;
    if (compute(w, unpack_begin(payload, n), result, tick, e))
        return true;
    return err_context(e, "%s: chunk %lld (%lldx%lld at %lld,%lld)", w->ticket->scene,
                       (long long)chunk, (long long)r.width, (long long)r.height, (long long)r.x,
                       (long long)r.y);
}
