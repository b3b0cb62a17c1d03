/* chunk_input.c - the pixels that a chunk needs, out of its payload and the tiles this rank holds.
 * SPDX-License-Identifier: MIT */
#include "chunk_input.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/pack.h"
#include "job/feed.h"
#include "job/tile_cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct chunk_input {
    const struct ticket *ticket;
    struct tile_cache cache[PLAN_MAX_SOURCES];
    struct reused planes[PLAN_MAX_SOURCES];
    struct input_times times;
};

bool chunk_input_new(struct chunk_input **out, const struct ticket *t, struct err *e)
{
    struct chunk_input *c = memory_new(1, sizeof *c, e);
    bool ok = true;

    if (!c)
        return false;
    c->ticket = t;
    for (int i = 0; ok && i < t->n_sources; i++) {
        const struct layout *l = &t->sources[i].grid.layout;
        if (t->sources[i].by_blobs)
            ok = tile_cache_new(&c->cache[i], t->sizing.cache_bytes, layout_row_bytes(l),
                                l->tile_height, e);
    }
    if (!ok) {
        chunk_input_free(c);
        return false;
    }
    *out = c;
    return true;
}

void chunk_input_free(struct chunk_input *c)
{
    if (!c)
        return;
    for (int i = 0; i < PLAN_MAX_SOURCES; i++) {
        tile_cache_free(&c->cache[i]);
        free(c->planes[i].memory);
    }
    free(c);
}

void chunk_input_forget(struct chunk_input *c)
{
    for (int i = 0; i < c->ticket->n_sources; i++)
        tile_cache_forget(&c->cache[i]);
}

const struct input_times *chunk_input_times(const struct chunk_input *c)
{
    return &c->times;
}

bool reuse_planes(struct planes *p, struct reused *r, struct format f, struct region region,
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
static bool decoded(struct chunk_input *c, int source, const struct needed_blob *need,
                    struct unpack *u, const unsigned char **pixels, struct err *e)
{
    const struct ticket_source *s = &c->ticket->sources[source];
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
        tile_cache_use(&c->cache[source], index, rows, size, &held, &rows_before);
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
        c->times.decode_s += clock_s() - start;
        c->times.blobs_decoded++;
    }
    *pixels = tile->pixels;
    return true;
}

static bool fill_from_blobs(struct chunk_input *c, int source, struct unpack *u,
                            const struct planes *in, struct tick tick, struct err *e)
{
    const struct ticket_source *s = &c->ticket->sources[source];
    struct needs needs;
    const unsigned char *pixels;

    if (!needs_blobs(&needs, &s->grid, in->region, e))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < needs.n; i++) {
        ok = decoded(c, source, &needs.blob[i], u, &pixels, e);
        double start = clock_s();
        if (ok)
            needs_copy(&s->grid, &needs.blob[i], pixels, s->sparse, in);
        c->times.assemble_s += clock_s() - start;
        if (ok && !tick.call(tick.ctx))
            ok = err_set(e, "stopped");
    }
    needs_free(&needs);
    return ok;
}

struct filler {
    struct chunk_input *input;
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
    f->input->times.assemble_s += clock_s() - start;
    return true;
}

static bool fill(struct chunk_input *c, int source, struct unpack *u, const struct planes *in,
                 struct tick tick, struct err *e)
{
    const struct ticket_source *s = &c->ticket->sources[source];
    struct filler filler = {c, u, in};

    if (s->by_blobs)
        return fill_from_blobs(c, source, u, in, tick, e);
    return needs_pieces(in->region, s->format.width, s->format.height, fill_piece, &filler, e);
}

bool chunk_input_fill(struct chunk_input *c, struct region chunk, struct unpack *payload,
                      struct planes *in, struct tick tick, struct err *e)
{
    const struct ticket *t = c->ticket;
    const unsigned char *start = payload->at;
    struct region needs[PLAN_MAX_STAGES];

    plan_needs(ticket_plan(t), chunk, needs);
    for (int i = 0; i < t->n_sources; i++) {
        unpack_raw(payload, (8 - (size_t)(payload->at - start) % 8) % 8); /* feed.c's alignment */
        if (!reuse_planes(&in[i], &c->planes[i], t->sources[i].format, needs[i],
                          ticket_margin(t, i), e) ||
            !fill(c, i, payload, &in[i], tick, e))
            return false;
    }
    return true;
}
