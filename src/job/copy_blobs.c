/* copy_blobs.c - `read A ! write B` where B's tiles are A's blobs as they are.
 * SPDX-License-Identifier: MIT */
#include "copy_blobs.h"

#include "base/crc.h"
#include "job/feed.h"

#include <math.h>
#include <stdlib.h>

static bool same_layout(const struct layout *a, const struct layout *b)
{
    return a->width == b->width && a->height == b->height && a->type == b->type &&
           a->bands == b->bands && a->tile_width == b->tile_width &&
           a->tile_height == b->tile_height && a->strips == b->strips && a->separate == b->separate;
}

static bool is_whole(const struct ticket_source *s)
{
    const struct region w = s->grid.window;
    const struct layout *l = &s->grid.layout;

    for (int b = 0; b < s->format.bands; b++)
        if (s->bands[b] != b)
            return false;
    return w.x == 0 && w.y == 0 && w.width == l->width && w.height == l->height;
}

/* Pixels outside the data are what they will be: the nodata value, and of floats NaN. */
static bool keeps_nodata(const struct ticket *t)
{
    const struct outside *o = &t->sources[0].outside;

    if (!t->careful)
        return true;
    if (pixel_is_float(t->sources[0].format.type))
        return !o->has_value && isnan(t->nodata);
    return o->has_value && o->value == t->nodata;
}

bool copy_blobs_may(const struct ticket *t)
{
    const struct ticket_source *s = &t->sources[0];

    return t->n_sources == 1 && s->by_blobs && overviews_beyond(&t->overviews, 0) == 0 &&
           t->n_words == 0 /* no op */ && same_layout(&s->grid.layout, &t->overviews.level[0]) &&
           is_whole(s) && keeps_nodata(t) && decoder_suits(s->decoder, t->encoder);
}

/* A tile that is not stored in the scene, for an output in which all are. */
static bool add_sparse(const struct ticket *t, struct packer *packer, int64_t index,
                       struct buffer *result, struct err *e)
{
    const struct layout *l = &t->overviews.level[0];
    const struct region all = {0, 0, l->width, l->height};
    struct planes tile;
    void *memory;

    if (!planes_new(&tile, &memory, l->type, l->bands,
                    region_intersect(layout_region(l, index), all), 0, e))
        return false;
    for (int b = 0; b < l->bands; b++)
        for (int64_t y = 0; y < tile.region.height; y++)
            pixel_fill(l->type, t->sources[0].sparse,
                       planes_at(&tile, b, tile.region.x, tile.region.y + y),
                       (size_t)tile.region.width);
    const bool ok = packer_tile(packer, 0, &tile, index, result, e);
    free(memory);
    return ok;
}

static bool add_blob(const struct ticket *t, struct packer *packer, struct unpack *u,
                     struct buffer *result, struct err *e)
{
    const int64_t index = unpack_i64(u);
    unpack_u32(u); /* rows */
    const uint32_t state = unpack_u32(u);
    struct parcel_blob blob = {.index = index, .size = unpack_u32(u)};

    const bool there = u->ok && index >= 0 && index < layout_blobs(&t->overviews.level[0]);
    if (there && state == FEED_SPARSE)
        return add_sparse(t, packer, index, result, e);
    blob.bytes = unpack_raw(u, blob.size);
    if (!there || !blob.bytes || state != FEED_SHIPPED)
        return err_set(e, "the blobs sent for it are damaged");
    blob.crc = crc_of(blob.bytes, blob.size);
    return packer_blob(packer, &blob, result, e);
}

bool copy_blobs(const struct ticket *t, struct packer *packer, struct unpack payload,
                struct buffer *result, struct tick tick, struct err *e)
{
    bool ok = buffer_reserve(result, (size_t)(payload.end - payload.at), e);

    while (ok && payload.at < payload.end)
        ok = add_blob(t, packer, &payload, result, e) &&
             (tick.call(tick.ctx) || err_set(e, "stopped"));
    return ok;
}
