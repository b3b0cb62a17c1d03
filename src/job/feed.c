/* feed.c - rank 0 makes the payloads of chunks.
 * SPDX-License-Identifier: MIT */
#include "job/feed.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/pack.h"
#include "base/planes.h"
#include "job/tile_cache.h"

#include <stdlib.h>
#include <string.h>

struct feed {
    const struct ticket *ticket;
    struct scene *scene;
    struct blobs *blobs;
    struct tile_cache *cache; /* what each rank holds */
    int n_ranks;
    struct feed_times times;
};

bool feed_new(struct feed **out, const struct ticket *t, struct scene *scene, struct blobs *blobs,
              int n_ranks, struct err *e)
{
    struct feed *f = memory_new(1, sizeof *f, e);

    if (!f)
        return false;
    *f = (struct feed){.ticket = t, .scene = scene, .blobs = blobs, .n_ranks = n_ranks};
    if (blobs) {
        const struct layout *l = blobs_layout(blobs);
        f->cache = memory_new((size_t)n_ranks, sizeof *f->cache, e);
        for (int i = 0; i < n_ranks; i++)
            if (!f->cache || !tile_cache_new(&f->cache[i], t->sizing.cache_bytes,
                                             layout_row_bytes(l), l->tile_height, e)) {
                feed_free(f);
                return false;
            }
    }
    *out = f;
    return true;
}

void feed_free(struct feed *f)
{
    if (!f)
        return;
    for (int i = 0; f->cache && i < f->n_ranks; i++)
        tile_cache_free(&f->cache[i]);
    free(f->cache);
    free(f);
}

const struct feed_times *feed_times(const struct feed *f)
{
    return &f->times;
}

/* Appends a blob's CRC and bytes, read straight into the payload. */
static bool append_blob(struct feed *f, int64_t index, size_t size, struct buffer *payload,
                        struct err *e)
{
    if (!buffer_reserve(payload, size + 16, e))
        return false;
    const size_t crc_at = payload->size;
    unsigned char *bytes = payload->data + crc_at + 4;
    double start = clock_s();
    bool ok = blobs_read(f->blobs, index, bytes, e);
    f->times.read_s += clock_s() - start;
    f->times.read_bytes += (int64_t)size;
    f->times.blobs_sent++;
    if (!ok || !pack_u32(payload, crc_of(bytes, size), e))
        return false;
    payload->size += size;
    return true;
}

static bool load_blob(struct feed *f, const struct needed_blob *blob, int rank,
                      struct buffer *payload, struct err *e)
{
    enum feed_state state = FEED_SPARSE;
    size_t size;

    if (!blobs_size(f->blobs, blob->index, &size, e))
        return false;
    if (size > UINT32_MAX)
        return err_set(e, "%s: blob %lld takes %zu bytes, more than a message can carry",
                       f->ticket->scene, (long long)blob->index, size);
    if (size > 0) {
        bool held;
        int rows_before;
        tile_cache_use(&f->cache[rank], blob->index, blob->rows, size, &held, &rows_before);
        state = held ? FEED_HELD : FEED_SHIPPED;
        f->times.blobs_spared += held;
    }
    return pack_i64(payload, blob->index, e) && pack_u32(payload, (uint32_t)blob->rows, e) &&
           pack_u32(payload, (uint32_t)state, e) && pack_u32(payload, (uint32_t)size, e) &&
           (state != FEED_SHIPPED || append_blob(f, blob->index, size, payload, e));
}

struct pixel_load {
    struct feed *feed;
    struct buffer *payload;
};

static bool load_pixels(void *ctx, const struct piece *piece, struct err *e)
{
    const struct pixel_load *load = ctx;
    const struct format format = ticket_format(load->feed->ticket);
    const size_t row = (size_t)piece->scene.width * pixel_size(format.type);
    const size_t band = row * (size_t)piece->scene.height, size = band * (size_t)format.bands;

    const size_t padded = (size + 7) / 8 * 8; /* keeps the next piece's pixels aligned */

    if (!buffer_reserve(load->payload, padded + 16, e))
        return false;
    const struct planes planes = {
        .data = load->payload->data + load->payload->size + 16,
        .type = format.type,
        .bands = format.bands,
        .region = piece->scene,
        .row_bytes = row,
        .band_bytes = band,
    };
    double start = clock_s();
    bool ok = scene_read(load->feed->scene, &planes, e);
    load->feed->times.read_s += clock_s() - start;
    load->feed->times.read_bytes += (int64_t)size;
    if (!ok || !pack_i64(load->payload, crc_of(planes.data, size), e) ||
        !pack_i64(load->payload, (int64_t)padded, e))
        return false;
    memset(planes.data + size, 0, padded - size);
    load->payload->size += padded;
    return true;
}

bool feed_load(struct feed *f, int64_t chunk, int rank, struct buffer *payload, struct err *e)
{
    const struct ticket *t = f->ticket;
    const struct region need = plan_need(t->plan, STAGE_SOURCE, division_chunk(&t->sizing.division, chunk));
    struct needs needs = {0};
    bool ok;

    if (!f->blobs) {
        const struct format format = ticket_format(t);
        struct pixel_load load = {f, payload};
        ok = needs_pieces(need, format.width, format.height, load_pixels, &load, e);
    } else {
        ok = needs_blobs(&needs, &t->grid, need, e);
        for (int i = 0; ok && i < needs.n; i++)
            ok = load_blob(f, &needs.blob[i], rank, payload, e);
        needs_free(&needs);
    }
    if (ok)
        return true;
    return err_context(e, "reading for chunk %lld (%lldx%lld at %lld,%lld)", (long long)chunk,
                       (long long)need.width, (long long)need.height, (long long)need.x,
                       (long long)need.y);
}
