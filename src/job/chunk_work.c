/* chunk_work.c - what every rank does with a chunk: decode, run the plan, encode.
 * SPDX-License-Identifier: MIT */
#include "job/chunk_work.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/pack.h"
#include "base/planes.h"
#include "job/feed.h"
#include "job/tile_cache.h"
#include "pipeline/execute.h"

#include <stdlib.h>
#include <string.h>

struct chunk_worker {
    const struct ticket *ticket;
    struct executor *executor;
    struct tile_cache cache;
    struct place place;
    void *input, *output, *tile; /* memory of planes and of one output tile, reused */
    size_t input_bytes, output_bytes;
    struct chunk_times times;
};

bool chunk_worker_new(struct chunk_worker **out, const struct ticket *t, int rank, const char *host,
                      struct err *e)
{
    struct chunk_worker *w = memory_new(1, sizeof *w, e);

    if (!w)
        return false;
    w->ticket = t;
    w->place = (struct place){.rank = rank, .host = host, .scene = t->scene};
    w->tile = memory_new(1, layout_tile_bytes(&t->output), e);
    bool ok = w->tile && executor_new(&w->executor, t->plan, e);
    if (ok && t->by_blobs)
        ok = tile_cache_new(&w->cache, t->sizing.cache_bytes, layout_row_bytes(&t->grid.layout),
                            t->grid.layout.tile_height, e);
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
    tile_cache_free(&w->cache);
    executor_free(w->executor);
    free(w->input);
    free(w->output);
    free(w->tile);
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

/* Planes over memory that is kept from chunk to chunk. */
static bool reuse_planes(struct planes *p, void **memory, size_t *memory_bytes, struct format f,
                         struct region region, int margin, struct err *e)
{
    size_t bytes;

    if (!planes_layout(p, &bytes, f.type, f.bands, region, margin, e))
        return false;
    if (bytes > *memory_bytes) {
        free(*memory);
        *memory_bytes = 0;
        *memory = memory_raw(1, bytes, e);
        if (!*memory)
            return false;
        *memory_bytes = bytes;
    }
    p->data = (unsigned char *)*memory + planes_margin_bytes(f.type, margin);
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
    tile->blob = malloc(size);
    if (!tile->blob)
        return err_set(e, "out of memory: %zu bytes were wanted", size);
    memcpy(tile->blob, blob, size);
    return true;
}

/* The decoded rows of a blob, from the payload or from what this rank holds. */
static bool decoded(struct chunk_worker *w, const struct needed_blob *need, struct unpack *u,
                    const unsigned char **pixels, struct err *e)
{
    const struct layout *l = &w->ticket->grid.layout;
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
    struct held_tile *tile = tile_cache_use(&w->cache, index, rows, size, &held, &rows_before);
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
        if (!decoder_decode(w->ticket->decoder, index, blob ? blob : tile->blob, size, tile->rows,
                            tile->pixels, e) ||
            !keep_blob(tile, blob, size, l, e))
            return false;
        w->times.decode_s += clock_s() - start;
        w->times.blobs_decoded++;
    }
    *pixels = tile->pixels;
    return true;
}

static bool fill_from_blobs(struct chunk_worker *w, struct unpack *u, const struct planes *in,
                            struct tick tick, struct err *e)
{
    struct needs needs;
    const unsigned char *pixels;

    if (!needs_blobs(&needs, &w->ticket->grid, in->region, e))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < needs.n; i++) {
        ok = decoded(w, &needs.blob[i], u, &pixels, e);
        double start = clock_s();
        if (ok)
            needs_copy(&w->ticket->grid, &needs.blob[i], pixels, w->ticket->sparse, in);
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

static bool fill(struct chunk_worker *w, const unsigned char *payload, size_t n,
                 const struct planes *in, struct tick tick, struct err *e)
{
    const struct format format = ticket_format(w->ticket);
    struct unpack u = unpack_begin(payload, n);
    struct filler filler = {w, &u, in};

    if (w->ticket->by_blobs)
        return fill_from_blobs(w, &u, in, tick, e);
    return needs_pieces(in->region, format.width, format.height, fill_piece, &filler, e);
}

/* Puts every `samples`-th pixel of a row. */
static void place_samples(unsigned char *out, const unsigned char *in, size_t size, int samples,
                          int64_t n)
{
#define PLACE(T)                                                                                   \
    do {                                                                                           \
        const T *restrict from = (const T *)(const void *)in;                                      \
        T *restrict to = (T *)(void *)out;                                                         \
        for (int64_t i = 0; i < n; i++)                                                            \
            to[i * samples] = from[i];                                                             \
    } while (0)
    if (samples == 1)
        memcpy(out, in, (size_t)n * size);
    else if (size == 1)
        PLACE(uint8);
    else if (size == 2)
        PLACE(uint16);
    else if (size == 4)
        PLACE(uint32);
    else
        PLACE(uint64);
#undef PLACE
}

/* One tile as the file stores it; what lies past the raster is 0. Returns its bytes. */
static size_t cut_tile(struct chunk_worker *w, const struct planes *out, int64_t index)
{
    const struct layout *l = &w->ticket->output;
    const struct region tile = layout_region(l, index);
    const struct region part = region_intersect(tile, out->region);
    const int samples = layout_samples(l), first = layout_plane(l, index);
    const size_t size = pixel_size(l->type), row_bytes = layout_row_bytes(l);
    const int64_t rows = l->strips ? part.height : tile.height;

    if (part.width < tile.width || part.height < rows)
        memset(w->tile, 0, row_bytes * (size_t)rows);
    for (int64_t y = 0; y < part.height; y++)
        for (int s = 0; s < samples; s++)
            place_samples((unsigned char *)w->tile + (size_t)y * row_bytes + (size_t)s * size,
                          planes_at(out, first + s, part.x, part.y + y), size, samples, part.width);
    return row_bytes * (size_t)rows;
}

struct packing {
    struct chunk_worker *worker;
    const struct planes *out;
    struct buffer *result, table;
    uint32_t n;
    struct tick tick;
};

static bool pack_tile(struct packing *p, int64_t index, struct err *e)
{
    struct chunk_worker *w = p->worker;
    const size_t at = p->result->size;
    double start = clock_s();
    const size_t bytes = cut_tile(w, p->out, index);
    bool ok = encoder_encode(w->ticket->encoder, w->tile, bytes, p->result, e);

    w->times.encode_s += clock_s() - start;
    if (!ok)
        return false;
    const size_t size = p->result->size - at;
    p->n++;
    if (!pack_i64(&p->table, index, e) || !pack_u32(&p->table, (uint32_t)size, e) ||
        !pack_u32(&p->table, crc_of(p->result->data + at, size), e))
        return false;
    return p->tick.call(p->tick.ctx) || err_set(e, "stopped");
}

/* The tiles of the chunk in the order of writing, plane by plane at each place. */
static bool pack_tiles(struct packing *p, const struct division *d, struct err *e)
{
    const struct layout *l = &p->worker->ticket->output;
    const struct region r = p->out->region;
    const int64_t x0 = r.x / l->tile_width, x1 = ceil_div(r.x + r.width, l->tile_width);
    const int64_t y0 = r.y / l->tile_height, y1 = ceil_div(r.y + r.height, l->tile_height);
    const bool down = d->kind == DIVISION_COLUMNS;
    const int planes = l->separate ? l->bands : 1;
    const int64_t outer = down ? x1 - x0 : y1 - y0, inner = down ? y1 - y0 : x1 - x0;

    for (int64_t i = 0; i < outer; i++)
        for (int64_t k = 0; k < inner; k++)
            for (int plane = 0; plane < planes; plane++) {
                const int64_t row = y0 + (down ? k : i), column = x0 + (down ? i : k);
                if (!pack_tile(p, layout_index(l, plane, row, column), e))
                    return false;
            }
    return buffer_append(p->result, p->table.data, p->table.size, e) &&
           pack_u32(p->result, p->n, e);
}

static bool compute(struct chunk_worker *w, const unsigned char *payload, size_t n,
                    struct buffer *result, struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct region chunk = w->place.chunk;
    struct planes in, out;

    if (!reuse_planes(&in, &w->input, &w->input_bytes, ticket_format(t), plan_need(t->plan, STAGE_SOURCE, chunk),
                      plan_margin(t->plan, STAGE_SOURCE), e) ||
        !reuse_planes(&out, &w->output, &w->output_bytes, plan_output(t->plan), chunk, 0, e) ||
        !fill(w, payload, n, &in, tick, e) ||
        !executor_run(w->executor, &in, &out, &w->place, tick, e))
        return false;
    struct packing p = {.worker = w, .out = &out, .result = result, .tick = tick};
    bool ok = pack_tiles(&p, &t->sizing.division, e);
    buffer_free(&p.table);
    w->times.pixels += chunk.width * chunk.height;
    return ok;
}

bool chunk_work(void *chunk_worker, int64_t chunk, const unsigned char *payload, size_t n,
                struct buffer *result, struct tick tick, struct err *e)
{
    struct chunk_worker *w = chunk_worker;
    const struct region r = division_chunk(&w->ticket->sizing.division, chunk);

    w->place.chunk = r;
    w->place.chunk_index = chunk;
    if (compute(w, payload, n, result, tick, e))
        return true;
    return err_context(e, "%s: chunk %lld (%lldx%lld at %lld,%lld)", w->ticket->scene,
                       (long long)chunk, (long long)r.width, (long long)r.height, (long long)r.x,
                       (long long)r.y);
}
