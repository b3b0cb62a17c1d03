/* chunk_work.c - what every rank does with a chunk: decode, run the plan, encode.
 * SPDX-License-Identifier: MIT */
#include "job/chunk_work.h"

#include "copy_blobs.h"
#include "levels.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/pack.h"
#include "base/planes.h"
#include "job/feed.h"
#include "job/tile_cache.h"
#include "pipeline/execute.h"
#include "pipeline/inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct chunk_worker {
    const struct ticket *ticket;
    struct executor *executor, *careful, *validity; /* of the ticket's plans */
    struct tile_cache cache[PLAN_MAX_SOURCES];
    struct place place;
    struct planes_memory input[PLAN_MAX_SOURCES], output, mask;
    struct packer *packer;
    struct levels *levels;
    bool copies; /* blobs go through as they are */
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
    bool ok = packer_new(&w->packer, &t->overviews, t->encoder, t->mask_encoder, e) &&
              levels_new(&w->levels, t, w->packer, e) && executor_new(&w->executor, t->plan, e) &&
              (!t->careful || executor_new(&w->careful, t->careful, e)) &&
              (!t->validity || executor_new(&w->validity, t->validity, e));
    for (int i = 0; ok && i < t->n_sources; i++) {
        const struct layout *l = &t->sources[i].grid.layout;
        if (t->sources[i].by_blobs)
            ok = tile_cache_new(&w->cache[i], t->sizing.cache_bytes, layout_row_bytes(l),
                                l->tile_height, e);
    }
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
    for (int i = 0; i < PLAN_MAX_SOURCES; i++) {
        tile_cache_free(&w->cache[i]);
        free(w->input[i].memory);
    }
    executor_free(w->executor);
    executor_free(w->careful);
    executor_free(w->validity);
    free(w->output.memory);
    free(w->mask.memory);
    levels_free(w->levels);
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

static bool damaged(struct err *e)
{
    return err_set(e, "the pixels sent for it arrived damaged: their checksum does not match");
}

/* Keeps the blob itself where rows of it are still to be decoded one day. */
static bool keep_blob(struct held_tile *tile, const unsigned char *blob, size_t size,
                      const struct layout *l, struct err *e)
{
    if (tile->rows == l->tile_height) {
        free(tile->blob);
        tile->blob = NULL;
        return true;
    }
    if (tile->blob)
        return true;
    assert(blob); /* a tile that is held without its blob is decoded to the end */
    tile->blob = malloc(size);
    if (!tile->blob)
        return err_set(e, "out of memory: %zu bytes were wanted", size);
    memcpy(tile->blob, blob, size);
    return true;
}

/* The decoded rows of a blob, from the payload or from what this rank holds. */
static bool decoded(struct chunk_worker *w, int source, const struct needed_blob *need,
                    struct unpack *u, const unsigned char **pixels, struct err *e)
{
    const struct ticket_source *s = &w->ticket->sources[source];
    const struct layout *l = &s->grid.layout;
    const int64_t index = unpack_i64(u);
    const int rows = (int)unpack_u32(u);
    const uint32_t state = unpack_u32(u);
    const size_t size = unpack_u32(u);
    const uint32_t crc = state == FEED_SHIPPED ? unpack_u32(u) : 0;
    const unsigned char *blob = state == FEED_SHIPPED ? unpack_raw(u, size) : NULL;
    int rows_before;
    bool held;

    *pixels = NULL;
    if (!u->ok || index != need->index || rows != need->rows)
        return damaged(e);
    if (state == FEED_SPARSE)
        return true;
    if (blob && crc_of(blob, size) != crc)
        return damaged(e);
    struct held_tile *tile =
        tile_cache_use(&w->cache[source], index, rows, size, &held, &rows_before);
    if (held == (state == FEED_SHIPPED))
        return err_set(e, "blob %lld is %s by this rank against rank 0's account (a defect)",
                       (long long)index, held ? "held" : "not held");
    if (rows_before < tile->rows) {
        double start = clock_s();
        const size_t bytes = (size_t)tile->rows * layout_row_bytes(l);
        free(tile->pixels);
        tile->pixels = malloc(bytes ? bytes : 1);
        if (!tile->pixels)
            return err_set(e, "out of memory: %zu bytes were wanted", bytes);
        if (!decoder_decode(s->decoder, index, blob ? blob : tile->blob, size, tile->rows,
                            tile->pixels, e) ||
            !keep_blob(tile, blob, size, l, e))
            return false;
        w->times.decode_s += clock_s() - start;
        w->times.blobs_decoded++;
    }
    *pixels = tile->pixels;
    return true;
}

static bool fill_from_blobs(struct chunk_worker *w, int source, struct unpack *u,
                            const struct planes *in, struct tick tick, struct err *e)
{
    const struct ticket_source *s = &w->ticket->sources[source];
    struct needs needs;
    const unsigned char *pixels;

    if (!needs_blobs(&needs, &s->grid, in->region, e))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < needs.n; i++) {
        ok = decoded(w, source, &needs.blob[i], u, &pixels, e);
        double start = clock_s();
        if (ok)
            needs_copy(&s->grid, &needs.blob[i], pixels, s->sparse, in);
        w->times.assemble_s += clock_s() - start;
        if (ok && !tick.call(tick.ctx))
            ok = err_set(e, "stopped");
    }
    needs_free(&needs);
    return ok;
}

struct filler {
    struct chunk_worker *worker;
    struct unpack *from;
    const struct planes *in;
};

static bool fill_piece(void *ctx, const struct piece *piece, struct err *e)
{
    const struct filler *f = ctx;
    const size_t pixel = pixel_size(f->in->type);
    const size_t row = (size_t)piece->scene.width * pixel;
    const size_t size = row * (size_t)piece->scene.height * (size_t)f->in->bands;
    const uint32_t crc = (uint32_t)unpack_i64(f->from);
    size_t n;
    const unsigned char *pixels = unpack_bytes(f->from, &n);

    if (!pixels || n < size || crc_of(pixels, size) != crc)
        return damaged(e);
    double start = clock_s();
    for (int b = 0; b < f->in->bands; b++)
        for (int64_t y = 0; y < piece->scene.height; y++, pixels += row)
            memcpy(planes_at(f->in, b, piece->scene.x + piece->dx, piece->scene.y + piece->dy + y),
                   pixels, row);
    f->worker->times.assemble_s += clock_s() - start;
    return true;
}

static bool fill(struct chunk_worker *w, int source, struct unpack *u, const struct planes *in,
                 struct tick tick, struct err *e)
{
    const struct ticket_source *s = &w->ticket->sources[source];
    struct filler filler = {w, u, in};

    if (s->by_blobs)
        return fill_from_blobs(w, source, u, in, tick, e);
    return needs_pieces(in->region, s->format.width, s->format.height, fill_piece, &filler, e);
}

/* The pixels of all sources that the chunk needs. */
static bool fill_all(struct chunk_worker *w, const unsigned char *payload, size_t n,
                     struct planes *in, struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    struct region needs[PLAN_MAX_SOURCES];
    struct unpack u = unpack_begin(payload, n);

    ticket_needs(t, w->place.chunk_index, needs);
    for (int i = 0; i < t->n_sources; i++) {
        unpack_raw(&u, (8 - (size_t)(u.at - payload) % 8) % 8); /* feed.c's alignment */
        const struct format *f = &t->sources[i].format;
        if (!planes_reuse(&in[i], &w->input[i], f->type, f->bands, needs[i], ticket_margin(t, i),
                          e) ||
            !fill(w, i, &u, &in[i], tick, e))
            return false;
    }
    return true;
}

/* Runs the plan that the pixels ask for: most chunks have all or none of them in the data. */
static bool run(struct chunk_worker *w, const struct planes *in, const struct planes *out,
                struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    struct outside outside[PLAN_MAX_SOURCES];

    for (int i = 0; i < t->n_sources; i++)
        outside[i] = t->sources[i].outside;
    enum inside inside = t->careful ? inside_of(in, outside, t->n_sources) : INSIDE_ALL;
    if ((inside == INSIDE_NONE && t->careful->gaps_may_close) ||
        (inside == INSIDE_ALL && t->careful && plan_looks_beyond(t->careful, out->region)))
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

/* Of all pixels, whether or not those outside the data are minded. */
static bool make_mask(struct chunk_worker *w, const struct planes *in, struct region region,
                      struct planes *mask, struct tick tick, struct err *e)
{
    const struct plan *plan = w->ticket->validity;

    if (!planes_reuse(mask, &w->mask, PX_UINT8, plan_mask_bands(plan), region, 0, e) ||
        !executor_run(w->validity, in, mask, &w->place, tick, e))
        return false;
    mask->bands = 1;
    return true;
}

static bool pack(struct chunk_worker *w, int64_t chunk, const struct level *whole,
                 struct buffer *result, struct tick tick, struct err *e)
{
    const bool ok = levels_pack(w->levels, chunk, whole, result, tick, e);

    w->times.encode_s = packer_seconds(w->packer);
    w->times.overview_s = levels_seconds(w->levels);
    return ok;
}

static bool compute(struct chunk_worker *w, int64_t number, const unsigned char *payload, size_t n,
                    struct buffer *result, struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct region chunk = w->place.chunk;
    const struct format f = plan_output(t->plan);
    struct planes in[PLAN_MAX_SOURCES];
    struct level out = {0};

    w->times.pixels += chunk.width * chunk.height;
    if (w->copies)
        return copy_blobs(t, w->packer, payload, n, result, tick, e);
    if (!planes_reuse(&out.pixels, &w->output, f.type, f.bands, ticket_region(t, number), 0, e) ||
        !fill_all(w, payload, n, in, tick, e) || !run(w, in, &out.pixels, tick, e) ||
        (t->validity && !make_mask(w, in, out.pixels.region, &out.mask, tick, e)))
        return false;
    return pack(w, number, &out, result, tick, e);
}

bool chunk_work(void *chunk_worker, int64_t chunk, const unsigned char *payload, size_t n,
                struct buffer *result, struct tick tick, struct err *e)
{
    struct chunk_worker *w = chunk_worker;
    const struct region r = division_chunk(&w->ticket->sizing.division, chunk);

    w->place.chunk = r;
    w->place.chunk_index = chunk;
    if (compute(w, chunk, payload, n, result, tick, e))
        return true;
    return err_context(e, "%s: chunk %lld (%lldx%lld at %lld,%lld)", w->ticket->scene,
                       (long long)chunk, (long long)r.width, (long long)r.height, (long long)r.x,
                       (long long)r.y);
}
