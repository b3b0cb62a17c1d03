/* chunk_work.c - what every rank does with a chunk: decode, run the plan, encode.
 * SPDX-License-Identifier: MIT */
#include "job/chunk_work.h"

#include "copy_blobs.h"
#include "packer.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/fault.h"
#include "base/pack.h"
#include "base/planes.h"
#include "job/feed.h"
#include "job/tile_cache.h"
#include "pipeline/execute.h"
#include "pipeline/halve.h"
#include "pipeline/inside.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory of planes, reused. */
struct reused {
    void *memory;
    size_t bytes;
};

struct chunk_worker {
    const struct ticket *ticket;
    struct executor *executor, *careful; /* of the ticket's plans */
    struct tile_cache cache[PLAN_MAX_SOURCES];
    struct place place;
    struct reused input[PLAN_MAX_SOURCES], output, overview[2];
    struct packer *packer;
    bool copies;      /* blobs go through as they are */
    uint32_t account; /* the number of rank 0's account of what this worker holds */
    char *doing;      /* what it is at; own_doing unless somebody wants to know */
    char own_doing[EXECUTOR_DOING];
    struct chunk_times times;
};

static void tell(struct chunk_worker *w, const char *doing)
{
    snprintf(w->doing, EXECUTOR_DOING, "%s", doing);
}

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
              executor_new(&w->executor, t->plan, e) &&
              (!t->careful || executor_new(&w->careful, t->careful, e));
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
    chunk_worker_tell(w, w->own_doing);
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
    free(w->output.memory);
    free(w->overview[0].memory);
    free(w->overview[1].memory);
    packer_free(w->packer);
    free(w);
}

void chunk_worker_tell(struct chunk_worker *w, char *doing)
{
    w->doing = doing;
    executor_tell(w->executor, doing);
    if (w->careful)
        executor_tell(w->careful, doing);
}

const char *chunk_worker_doing(const struct chunk_worker *w)
{
    return w->doing;
}

static void add_seconds(double *sum, const double *seconds, int n)
{
    for (int i = 0; i < n; i++)
        sum[i] += seconds[i];
}

void chunk_times_add(struct chunk_times *sum, const struct chunk_times *t)
{
    sum->decode_s += t->decode_s;
    sum->assemble_s += t->assemble_s;
    sum->overview_s += t->overview_s;
    sum->encode_s += t->encode_s;
    sum->blobs_decoded += t->blobs_decoded;
    sum->pixels += t->pixels;
    sum->empty_chunks += t->empty_chunks;
    add_seconds(sum->stage_s, t->stage_s, PLAN_MAX_STAGES);
    add_seconds(sum->careful_s, t->careful_s, PLAN_MAX_STAGES);
}

void chunk_worker_times(const struct chunk_worker *w, struct chunk_times *times)
{
    const struct ticket *t = w->ticket;

    *times = w->times;
    add_seconds(times->stage_s, executor_seconds(w->executor), t->plan->stages.n);
    if (t->careful)
        add_seconds(times->careful_s, executor_seconds(w->careful), t->careful->stages.n);
}

/* Planes over memory that is kept from chunk to chunk. */
static bool reuse_planes(struct planes *p, struct reused *r, struct format f, struct region region,
                         int margin, struct err *e)
{
    size_t bytes;

    if (!planes_layout(p, &bytes, f.type, f.bands, region, margin, e))
        return false;
    if (bytes > r->bytes) {
        free(r->memory);
        r->bytes = 0;
        r->memory = memory_raw(1, bytes, e);
        if (!r->memory)
            return false;
        r->bytes = bytes;
    }
    p->data = (unsigned char *)r->memory + planes_margin_bytes(f.type, margin);
    return true;
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
    const struct plan *plan = ticket_plan(t);
    struct region needs[PLAN_MAX_STAGES];
    struct unpack u = unpack_begin(payload, n);

    tell(w, "decoding");
    unpack_raw(&u, FEED_HEAD);
    plan_needs(plan, w->place.chunk, needs);
    for (int i = 0; i < t->n_sources; i++) {
        unpack_raw(&u, (8 - (size_t)(u.at - payload) % 8) % 8); /* feed.c's alignment */
        if (!reuse_planes(&in[i], &w->input[i], t->sources[i].format, needs[i], ticket_margin(t, i),
                          e) ||
            !fill(w, i, &u, &in[i], tick, e))
            return false;
    }
    return true;
}

static void fill_planes(const struct planes *p, double value)
{
    for (int b = 0; b < p->bands; b++)
        for (int64_t y = 0; y < p->region.height; y++)
            pixel_fill(p->type, value, planes_at(p, b, p->region.x, p->region.y + y),
                       (size_t)p->region.width);
}

/* Runs the plan that the pixels ask for: most chunks have none outside the data, or nothing else. */
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
        fill_planes(out, t->nodata);
        w->times.empty_chunks++;
    }
    return true;
}

/* The overviews that a chunk's pixels make: whole tiles of the first ones, then pixels for rank 0. */
static bool pack_overviews(struct chunk_worker *w, int64_t chunk, const struct planes *pixels,
                           struct buffer *result, struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct overviews *o = &t->overviews;
    const struct halving_nodata nodata = {t->careful && !isnan(t->nodata), t->nodata};
    const bool down = t->sizing.division.kind == DIVISION_COLUMNS;
    struct planes level[2] = {*pixels};

    for (int k = 1; k <= o->n && k <= o->local + 1; k++) {
        const struct planes *whole = &level[(k + 1) % 2];
        struct planes *half = &level[k % 2];
        if (!reuse_planes(half, &w->overview[k % 2], plan_output(t->plan),
                          halved_region(whole->region), 0, e))
            return false;
        const double start = clock_s();
        halve((enum halving)o->how, whole, &nodata, half);
        w->times.overview_s += clock_s() - start;
        if (!(k <= o->local ? packer_tiles(w->packer, k, half, down, result, tick, e)
                            : packer_pixels(w->packer, chunk, half, result, e)))
            return false;
    }
    return true;
}

static bool pack(struct chunk_worker *w, int64_t chunk, const struct planes *pixels,
                 struct buffer *result, struct tick tick, struct err *e)
{
    const bool down = w->ticket->sizing.division.kind == DIVISION_COLUMNS;

    tell(w, "encoding");
    const bool ok = packer_tiles(w->packer, 0, pixels, down, result, tick, e) &&
                    pack_overviews(w, chunk, pixels, result, tick, e) &&
                    packer_end(w->packer, result, e);

    if (!ok)
        packer_drop(w->packer);
    w->times.encode_s = packer_seconds(w->packer);
    return ok;
}

/* Rank 0 has a new account of what this worker holds: it is empty. */
static void follow_account(struct chunk_worker *w, uint32_t account)
{
    for (int i = 0; w->account != account && i < w->ticket->n_sources; i++)
        tile_cache_forget(&w->cache[i]);
    w->account = account;
}

static bool compute(struct chunk_worker *w, int64_t number, const unsigned char *payload, size_t n,
                    struct buffer *result, struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct region chunk = w->place.chunk;
    struct planes in[PLAN_MAX_SOURCES], out;

    w->times.pixels += chunk.width * chunk.height;
    if (w->copies) {
        tell(w, "copying");
        return copy_blobs(t, w->packer, payload + FEED_HEAD, n - FEED_HEAD, result, tick, e);
    }
    if (!reuse_planes(&out, &w->output, plan_output(t->plan), chunk, 0, e) ||
        !fill_all(w, payload, n, in, tick, e) || !run(w, in, &out, tick, e))
        return false;
    return pack(w, number, &out, result, tick, e);
}

/* A chunk without pixels of its own. */
static bool give_up(struct chunk_worker *w, int64_t number, enum feed_task task,
                    struct buffer *result, struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    struct planes out;

    if (!reuse_planes(&out, &w->output, plan_output(t->plan), w->place.chunk, 0, e))
        return false;
    fill_planes(&out, t->fill);
    packer_leave_out(w->packer, task == FEED_LEAVE_OUT);
    const bool ok = pack(w, number, &out, result, tick, e);
    packer_leave_out(w->packer, false);
    return ok;
}

bool chunk_context(const struct ticket *t, int64_t chunk, struct err *e)
{
    const struct region r = division_chunk(&t->sizing.division, chunk);

    return err_context(e, "%s: chunk %lld (%lldx%lld at %lld,%lld)", t->scene, (long long)chunk,
                       (long long)r.width, (long long)r.height, (long long)r.x, (long long)r.y);
}

bool chunk_work(void *chunk_worker, int64_t chunk, const unsigned char *payload, size_t n,
                struct buffer *result, struct tick tick, struct err *e)
{
    struct chunk_worker *w = chunk_worker;
    struct feed_head head;
    bool ok;

    w->place.chunk = division_chunk(&w->ticket->sizing.division, chunk);
    w->place.chunk_index = chunk;
    if (!feed_head_unpack(payload, n, &head)) {
        ok = damaged(e);
    } else if (fault_due("chunk-error", chunk) && head.task == FEED_COMPUTE) {
        ok = err_set(e, "an error on purpose");
    } else if (head.task == FEED_COMPUTE) {
        follow_account(w, head.account);
        ok = compute(w, chunk, payload, n, result, tick, e);
    } else {
        ok = give_up(w, chunk, head.task, result, tick, e);
    }
    if (!ok)
        return chunk_context(w->ticket, chunk, e);
    tell(w, "");
    return true;
}
