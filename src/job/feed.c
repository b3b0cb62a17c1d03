/* feed.c - rank 0 makes the payloads of chunks.
 * SPDX-License-Identifier: MIT */
#include "job/feed.h"

#include "sources.h"

#include "base/clock.h"
#include "base/pack.h"
#include "base/planes.h"
#include "base/timeline.h"
#include "job/tile_cache.h"

#include <stdlib.h>
#include <string.h>

struct feed {
    const struct ticket *ticket;
    const struct sources *sources;
    struct tile_cache *cache; /* what each rank holds of each source: cache[rank * sources + i] */
    uint32_t *account;        /* the number of each rank's */
    int n_ranks;
    struct feed_times times;
};

bool feed_head_pack(struct buffer *payload, struct feed_head head, struct err *e)
{
    return pack_u32(payload, (uint32_t)head.task, e) && pack_u32(payload, head.account, e);
}

bool feed_head_unpack(struct unpack *payload, struct feed_head *head)
{
    const uint32_t task = unpack_u32(payload);

    *head = (struct feed_head){(enum feed_task)task, unpack_u32(payload)};
    return payload->ok && task <= FEED_KEPT;
}

bool feed_sweep_pack(struct buffer *payload, enum feed_sweep what, const struct buffer *bytes,
                     struct err *e)
{
    return buffer_append(payload, bytes->data, bytes->size, e) &&
           pack_i64(payload, (int64_t)bytes->size, e) && pack_u32(payload, (uint32_t)what, e);
}

bool feed_sweep_unpack(struct unpack *payload, enum feed_sweep *what, struct buffer *bytes)
{
    enum { TRAILER = 12 };

    if (payload->end - payload->at < TRAILER)
        return false;
    struct unpack u = unpack_begin(payload->end - TRAILER, TRAILER);
    const int64_t size = unpack_i64(&u);
    *what = (enum feed_sweep)unpack_u32(&u);
    payload->end -= TRAILER;
    if (size < 0 || size > payload->end - payload->at || *what > FEED_FINISH)
        return false;
    payload->end -= size;
    /* Only read. */
    *bytes = (struct buffer){.data = (unsigned char *)payload->end, .size = (size_t)size};
    return true;
}

static struct tile_cache *cache_of(const struct feed *f, int rank, int source)
{
    return &f->cache[rank * f->sources->n + source];
}

bool feed_new(struct feed **out, const struct ticket *t, const struct sources *sources, int n_ranks,
              struct err *e)
{
    struct feed *f = memory_new(1, sizeof *f, e);

    if (!f)
        return false;
    *f = (struct feed){.ticket = t, .sources = sources, .n_ranks = n_ranks};
    f->cache = memory_new((size_t)n_ranks * (size_t)sources->n, sizeof *f->cache, e);
    f->account = memory_new((size_t)n_ranks, sizeof *f->account, e);
    bool ok = f->cache && f->account;
    for (int i = 0; ok && i < sources->n; i++) {
        const struct layout *l =
            sources->list[i].blobs ? blobs_layout(sources->list[i].blobs) : NULL;
        for (int rank = 0; ok && l && rank < n_ranks; rank++)
            ok = tile_cache_new(cache_of(f, rank, i), t->sizing.cache_bytes, layout_row_bytes(l),
                                l->tile_height, e);
    }
    if (!ok) {
        feed_free(f);
        return false;
    }
    *out = f;
    return true;
}

void feed_free(struct feed *f)
{
    if (!f)
        return;
    for (int i = 0; f->cache && i < f->n_ranks * f->sources->n; i++)
        tile_cache_free(&f->cache[i]);
    free(f->cache);
    free(f->account);
    free(f);
}

void feed_forget(struct feed *f, int rank)
{
    for (int i = 0; i < f->sources->n; i++)
        tile_cache_forget(cache_of(f, rank, i));
    f->account[rank]++;
}

const struct feed_times *feed_times(const struct feed *f)
{
    return &f->times;
}

uint32_t feed_account(const struct feed *f, int rank)
{
    return f->account[rank];
}

/* Appends a blob's bytes, read straight into the payload. */
static bool append_blob(struct feed *f, struct blobs *blobs, int64_t index, size_t size,
                        struct buffer *payload, struct err *e)
{
    if (!buffer_reserve(payload, size, e))
        return false;
    double start = clock_s();
    bool ok = blobs_read(blobs, index, payload->data + payload->size, e);
    f->times.read_s += timeline_since("reading", start);
    f->times.read_bytes += (int64_t)size;
    f->times.blobs_sent++;
    payload->size += ok ? size : 0;
    return ok;
}

static bool load_blob(struct feed *f, int source, const struct needed_blob *blob, int rank,
                      struct buffer *payload, struct err *e)
{
    struct blobs *blobs = f->sources->list[source].blobs;
    enum feed_state state = FEED_SPARSE;
    size_t size;

    if (!blobs_size(blobs, blob->index, &size, e))
        return false;
    if (size > UINT32_MAX)
        return err_set(e, "%s: blob %lld takes %zu bytes, more than a message can carry",
                       scene_info(f->sources->list[source].scene)->path, (long long)blob->index,
                       size);
    if (size > 0) {
        bool held;
        int rows_before;
        tile_cache_use(cache_of(f, rank, source), blob->index, blob->rows, size, &held,
                       &rows_before);
        state = held ? FEED_HELD : FEED_SHIPPED;
        f->times.blobs_spared += held;
    }
    return pack_i64(payload, blob->index, e) && pack_u32(payload, (uint32_t)blob->rows, e) &&
           pack_u32(payload, (uint32_t)state, e) && pack_u32(payload, (uint32_t)size, e) &&
           (state != FEED_SHIPPED || append_blob(f, blobs, blob->index, size, payload, e));
}

struct pixel_load {
    struct feed *feed;
    int source;
    struct buffer *payload;
};

static bool load_pixels(void *ctx, const struct piece *piece, struct err *e)
{
    const struct pixel_load *load = ctx;
    const struct format format = load->feed->ticket->sources[load->source].format;
    const size_t row = (size_t)piece->scene.width * pixel_size(format.type);
    const size_t band = row * (size_t)piece->scene.height, size = band * (size_t)format.bands;

    const size_t padded = (size + 7) / 8 * 8; /* keeps the next piece's pixels aligned */

    if (!buffer_reserve(load->payload, padded + 16, e))
        return false;
    const struct planes planes = {
        .data = load->payload->data + load->payload->size + 8,
        .type = format.type,
        .bands = format.bands,
        .region = piece->scene,
        .row_bytes = row,
        .band_bytes = band,
    };
    double start = clock_s();
    bool ok = scene_read(load->feed->sources->list[load->source].scene, &planes, e);
    load->feed->times.read_s += timeline_since("reading", start);
    load->feed->times.read_bytes += (int64_t)size;
    if (!ok || !pack_i64(load->payload, (int64_t)padded, e))
        return false;
    memset(planes.data + size, 0, padded - size);
    load->payload->size += padded;
    return true;
}

/* Zeros up to the next multiple of 8, where pixels are aligned. */
static bool align(struct buffer *payload, struct err *e)
{
    static const unsigned char zeros[8];

    return buffer_append(payload, zeros, (8 - payload->size % 8) % 8, e);
}

static bool load_source(struct feed *f, int source, struct region need, int rank,
                        struct buffer *payload, struct err *e)
{
    const struct ticket_source *s = &f->ticket->sources[source];
    struct pixel_load load = {f, source, payload};
    struct needs needs = {0};

    if (!align(payload, e))
        return false;
    if (!s->by_blobs)
        return needs_pieces(need, s->format.width, s->format.height, load_pixels, &load, e);
    bool ok = needs_blobs(&needs, &s->grid, need, e);
    for (int i = 0; ok && i < needs.n; i++)
        ok = load_blob(f, source, &needs.blob[i], rank, payload, e);
    needs_free(&needs);
    return ok;
}

/* The chunk that continues this one is mostly the next to be asked for: its blobs are read
 * meanwhile. Those of its upper halo have just been. */
static void announce(struct feed *f, int64_t chunk)
{
    const struct ticket *t = f->ticket;
    struct region regions[PLAN_MAX_SOURCES];
    struct err ignored;

    if (chunk >= division_chunks(&t->sizing.division))
        return;
    ticket_needs(t, chunk, regions);
    for (int i = 0; i < t->n_sources; i++) {
        struct needs needs = {0};
        if (t->sources[i].by_blobs &&
            needs_blobs(&needs, &t->sources[i].grid, regions[i], &ignored))
            for (int k = 0; k < needs.n; k++)
                blobs_announce(f->sources->list[i].blobs, needs.blob[k].index);
        needs_free(&needs);
    }
}

bool feed_load(struct feed *f, int64_t chunk, int rank, struct buffer *payload, struct err *e)
{
    const struct ticket *t = f->ticket;
    struct region needs[PLAN_MAX_SOURCES];

    if (!feed_head_pack(payload, (struct feed_head){FEED_COMPUTE, f->account[rank]}, e))
        return false;
    ticket_needs(t, chunk, needs);
    for (int i = 0; i < t->n_sources; i++)
        if (!load_source(f, i, needs[i], rank, payload, e))
            return err_context(e, "reading for chunk %lld (%lldx%lld at %lld,%lld)",
                               (long long)chunk, (long long)needs[i].width,
                               (long long)needs[i].height, (long long)needs[i].x,
                               (long long)needs[i].y);
    announce(f, chunk + t->sizing.stride);
    return true;
}
