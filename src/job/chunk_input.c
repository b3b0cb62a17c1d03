/* chunk_input.c - the pixels of the scenes that a chunk needs, from its payload.
 *
 * Where the pipeline allows it, the payload is looked through before anything is decoded: blobs
 * that are not stored, and those that are byte for byte the last one found to have one value,
 * may make output tiles of one value (uniform.h), and then nothing is decoded for them.
 * SPDX-License-Identifier: MIT */
#include "chunk_input.h"

#include "base/clock.h"
#include "base/pack.h"
#include "base/timeline.h"
#include "job/feed.h"
#include "job/tile_cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What a source's blobs of one value are like. */
struct plain {
    unsigned char *sparse; /* a pixel of those that are not stored, its samples side by side */
    unsigned char *pixel;  /* a pixel of … */
    struct buffer blob;    /* … the last one decoded; empty: there was none */
};

struct chunk_input {
    const struct ticket *ticket;
    struct tile_cache cache[PLAN_MAX_SOURCES];
    struct planes_memory planes[PLAN_MAX_SOURCES];
    struct uniform *uniform; /* NULL: the pipeline has no use for it */
    struct plain plain[PLAN_MAX_SOURCES];
    struct chunk_times *times;
};

static bool open_source(struct chunk_input *c, int i, struct err *e)
{
    const struct ticket_source *s = &c->ticket->sources[i];
    const struct layout *l = &s->grid.layout;
    struct plain *plain = &c->plain[i];

    if (!s->by_blobs)
        return true;
    if (!tile_cache_new(&c->cache[i], c->ticket->sizing.cache_bytes, layout_row_bytes(l),
                        l->tile_height, e))
        return false;
    plain->sparse = memory_new(1, layout_pixel_bytes(l), e);
    plain->pixel = memory_new(1, layout_pixel_bytes(l), e);
    if (!plain->sparse || !plain->pixel)
        return false;
    pixel_fill(l->type, s->sparse, plain->sparse, (size_t)layout_samples(l));
    return true;
}

bool chunk_input_new(struct chunk_input **out, const struct ticket *t, struct chunk_times *times,
                     struct err *e)
{
    struct chunk_input *c = memory_new(1, sizeof *c, e);

    if (!c)
        return false;
    c->ticket = t;
    c->times = times;
    bool ok = uniform_new(&c->uniform, t, e);
    for (int i = 0; ok && i < t->n_sources; i++)
        ok = open_source(c, i, e);
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
        free(c->plain[i].sparse);
        free(c->plain[i].pixel);
        buffer_free(&c->plain[i].blob);
    }
    uniform_free(c->uniform);
    free(c);
}

void chunk_input_forget(struct chunk_input *c)
{
    for (int i = 0; i < c->ticket->n_sources; i++)
        tile_cache_forget(&c->cache[i]);
}

const struct uniform *chunk_input_uniform(const struct chunk_input *c)
{
    return c->uniform && uniform_tiles(c->uniform) ? c->uniform : NULL;
}

static bool damaged(struct err *e)
{
    return err_set(e, "the pixels sent for it are damaged");
}

static bool copy_blob(struct held_tile *tile, const unsigned char *blob, size_t size, struct err *e)
{
    tile->blob = malloc(size);
    if (!tile->blob)
        return err_set(e, "out of memory: %zu bytes were wanted", size);
    memcpy(tile->blob, blob, size);
    return true;
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
    return copy_blob(tile, blob, size, e);
}

/* One entry of a payload of blobs. */
struct arrived {
    int64_t index;
    int rows;
    enum feed_state state;
    size_t size;
    const unsigned char *bytes; /* NULL unless shipped */
};

static bool unpack_arrived(struct unpack *u, const struct needed_blob *need, struct arrived *a,
                           struct err *e)
{
    *a = (struct arrived){.index = unpack_i64(u)};
    a->rows = (int)unpack_u32(u);
    a->state = (enum feed_state)unpack_u32(u);
    a->size = unpack_u32(u);
    if (a->state == FEED_SHIPPED)
        a->bytes = unpack_raw(u, a->size);
    const bool there = a->bytes || a->state != FEED_SHIPPED;
    return (u->ok && there && a->index == need->index && a->rows == need->rows) || damaged(e);
}

/* Remembers a whole tile that turned out to have one value. */
static bool remember(struct chunk_input *c, int source, const struct held_tile *tile,
                     const unsigned char *blob, size_t size, struct err *e)
{
    const struct layout *l = &c->ticket->sources[source].grid.layout;
    const size_t pixel = layout_pixel_bytes(l), bytes = layout_tile_bytes(l);
    struct plain *plain = &c->plain[source];

    if (!c->uniform || tile->rows < l->tile_height ||
        memcmp(tile->pixels, tile->pixels + pixel, bytes - pixel) != 0)
        return true;
    memcpy(plain->pixel, tile->pixels, pixel);
    plain->blob.size = 0;
    return buffer_append(&plain->blob, blob, size, e);
}

static bool decode(struct chunk_input *c, int source, struct held_tile *tile,
                   const struct arrived *a, struct err *e)
{
    const struct ticket_source *s = &c->ticket->sources[source];
    const struct layout *l = &s->grid.layout;
    const unsigned char *blob = a->bytes ? a->bytes : tile->blob;
    const size_t bytes = (size_t)tile->rows * layout_row_bytes(l);
    const double start = clock_s();

    free(tile->pixels);
    tile->pixels = malloc(bytes ? bytes : 1);
    if (!tile->pixels)
        return err_set(e, "out of memory: %zu bytes were wanted", bytes);
    if (!decoder_decode(s->decoder, a->index, blob, a->size, tile->rows, tile->pixels, e) ||
        !remember(c, source, tile, blob, a->size, e) || !keep_blob(tile, a->bytes, a->size, l, e))
        return false;
    c->times->decode_s += timeline_since("decoding", start);
    c->times->blobs_decoded++;
    return true;
}

/* The decoded rows of a blob, from the payload or from what this rank holds. NULL: it is not
 * stored, or its pixels are not wanted now. */
static bool decoded(struct chunk_input *c, int source, const struct arrived *a, bool wanted,
                    const unsigned char **pixels, struct err *e)
{
    int rows_before;
    bool held;

    *pixels = NULL;
    if (a->state == FEED_SPARSE)
        return true;
    struct held_tile *tile =
        tile_cache_use(&c->cache[source], a->index, a->rows, a->size, &held, &rows_before);
    if (held == (a->state == FEED_SHIPPED))
        return err_set(e, "blob %lld is %s by this rank against rank 0's account (a defect)",
                       (long long)a->index, held ? "held" : "not held");
    if (a->size != tile->blob_bytes)
        return damaged(e);
    if (!wanted && !held)
        return copy_blob(tile, a->bytes, a->size, e);
    if ((rows_before < tile->rows || !tile->pixels) && !decode(c, source, tile, a, e))
        return false;
    *pixels = wanted ? tile->pixels : NULL;
    return true;
}

static bool fill_from_blobs(struct chunk_input *c, int source, struct unpack *u,
                            const struct planes *in, struct tick tick, struct err *e)
{
    const struct ticket_source *s = &c->ticket->sources[source];
    const unsigned char *pixels;
    struct needs needs;
    struct arrived a;

    if (!needs_blobs(&needs, &s->grid, in->region, e))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < needs.n; i++) {
        const bool wanted = !c->uniform || !uniform_covers(c->uniform, source, needs.blob[i].index);
        ok = unpack_arrived(u, &needs.blob[i], &a, e) && decoded(c, source, &a, wanted, &pixels, e);
        double start = clock_s();
        if (ok && wanted)
            needs_copy(&s->grid, &needs.blob[i], pixels, s->sparse, in);
        c->times->assemble_s += timeline_since("assembling", start);
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
    size_t n;
    const unsigned char *pixels = unpack_bytes(f->from, &n);

    if (!pixels || n < size)
        return damaged(e);
    double start = clock_s();
    for (int b = 0; b < f->in->bands; b++)
        for (int64_t y = 0; y < piece->scene.height; y++, pixels += row)
            memcpy(planes_at(f->in, b, piece->scene.x + piece->dx, piece->scene.y + piece->dy + y),
                   pixels, row);
    f->input->times->assemble_s += timeline_since("assembling", start);
    return true;
}

/* Whether the pixels can stay in the payload, where they lie as planes do; *in is then of them. */
static bool lent(const struct chunk_input *c, int source, struct region need, struct unpack *u,
                 struct planes *in)
{
    const struct ticket_source *s = &c->ticket->sources[source];
    const struct format *f = &s->format;
    const size_t row = (size_t)need.width * pixel_size(f->type), band = row * (size_t)need.height;
    const bool wraps = need.x < 0 || need.y < 0 || need.x + need.width > f->width ||
                       need.y + need.height > f->height;
    struct unpack ahead = *u;
    size_t n;

    if (s->by_blobs || c->uniform || wraps || region_is_empty(need) ||
        ticket_margin(c->ticket, source) > 0)
        return false;
    unsigned char *pixels = (unsigned char *)unpack_bytes(&ahead, &n); /* only read */
    if (!pixels || n < band * (size_t)f->bands || (uintptr_t)pixels % 8 != 0)
        return false;
    *in = (struct planes){pixels, f->type, f->bands, need, row, band};
    *u = ahead;
    return true;
}

static bool fill(struct chunk_input *c, int source, struct region need, struct unpack *u,
                 struct planes *in, struct tick tick, struct err *e)
{
    const struct ticket_source *s = &c->ticket->sources[source];
    const struct format *f = &s->format;
    struct filler filler = {c, u, in};

    if (lent(c, source, need, u, in))
        return true;
    if (!planes_reuse(in, &c->planes[source], f->type, f->bands, need,
                      ticket_margin(c->ticket, source), e))
        return false;
    if (s->by_blobs)
        return fill_from_blobs(c, source, u, in, tick, e);
    return needs_pieces(need, f->width, f->height, fill_piece, &filler, e);
}

/* What the blobs of a source, as they are, say about the output tiles over them. */
static bool look_at(struct chunk_input *c, int source, struct region need, struct unpack *u,
                    struct err *e)
{
    const struct plain *plain = &c->plain[source];
    struct needs needs;
    struct arrived a;

    if (!needs_blobs(&needs, &c->ticket->sources[source].grid, need, e))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < needs.n; i++) {
        ok = unpack_arrived(u, &needs.blob[i], &a, e);
        const bool plain_blob = ok && a.bytes && a.size == plain->blob.size &&
                                memcmp(a.bytes, plain->blob.data, a.size) == 0;
        if (ok)
            uniform_see(c->uniform, source, a.index,
                        a.state == FEED_SPARSE ? plain->sparse
                        : plain_blob           ? plain->pixel
                                               : NULL);
    }
    needs_free(&needs);
    return ok;
}

/* The next source's part begins at a multiple of 8 (feed.h). */
static void skip_padding(struct unpack *u, const struct unpack *payload)
{
    unpack_raw(u, (8 - (size_t)(u->at - payload->at) % 8) % 8);
}

bool chunk_input_fill(struct chunk_input *c, int64_t chunk, struct unpack payload,
                      struct planes *in, struct tick tick, struct err *e)
{
    const struct ticket *t = c->ticket;
    struct region needs[PLAN_MAX_SOURCES];
    struct unpack u = payload;

    ticket_needs(t, chunk, needs);
    if (c->uniform && !uniform_begin(c->uniform, ticket_region(t, chunk), e))
        return false;
    for (int i = 0; c->uniform && i < t->n_sources; i++) {
        skip_padding(&u, &payload);
        if (!look_at(c, i, needs[i], &u, e))
            return false;
    }
    u = payload;
    for (int i = 0; i < t->n_sources; i++) {
        skip_padding(&u, &payload);
        if (!fill(c, i, needs[i], &u, &in[i], tick, e))
            return false;
    }
    return true;
}
