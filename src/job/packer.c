/* packer.c - the pixels of a chunk as encoded tiles.
 * SPDX-License-Identifier: MIT */
#include "packer.h"

#include "parcel.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Makes blobs of tiles that are all of one kind: of pixels, or of masks. */
struct coder {
    struct encoder *encoder;
    unsigned char *tile; /* as the encoder takes it */
    /* The last whole tile whose pixels were all the same: its pixel and its blob. */
    unsigned char *same_pixel;
    struct buffer same_blob; /* empty: there was none */
};

struct packer {
    const struct overviews *levels;
    struct coder pixels, masks;
    double seconds;
    bool leaves_out; /* all tiles */
    struct parcel_table table;
};

static bool coder_make(struct coder *c, const struct layout *l, struct encoder *encoder,
                       struct err *e)
{
    c->encoder = encoder;
    c->tile = memory_new(1, layout_tile_bytes(l), e);
    c->same_pixel = c->tile ? memory_new(1, layout_pixel_bytes(l), e) : NULL;
    return c->same_pixel != NULL;
}

static void coder_clear(struct coder *c)
{
    free(c->tile);
    free(c->same_pixel);
    buffer_free(&c->same_blob);
}

/* The tiles of overviews are like those of the output. */
bool packer_new(struct packer **out, const struct overviews *levels, struct encoder *encoder,
                struct encoder *masks, struct err *e)
{
    const struct layout *layout = levels->level;
    struct packer *p = memory_new(1, sizeof *p, e);

    if (!p)
        return false;
    p->levels = levels;
    if (!coder_make(&p->pixels, &layout[0], encoder, e) ||
        (levels->mask && !coder_make(&p->masks, &layout[overviews_mask(levels, 0)], masks, e))) {
        packer_free(p);
        return false;
    }
    *out = p;
    return true;
}

void packer_free(struct packer *p)
{
    if (!p)
        return;
    coder_clear(&p->pixels);
    coder_clear(&p->masks);
    buffer_free(&p->table.bytes);
    free(p);
}

void packer_leave_out(struct packer *p, bool all)
{
    p->leaves_out = all;
}

double packer_seconds(const struct packer *p)
{
    return p->seconds;
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

/* Past the raster, the pixels at its edge once more. */
static void spread_edges(const struct layout *l, unsigned char *tile, int64_t width, int64_t height)
{
    const size_t pixel = layout_pixel_bytes(l), row_bytes = layout_row_bytes(l);

    for (int64_t y = 0; y < height; y++) {
        unsigned char *row = tile + (size_t)y * row_bytes;
        for (int64_t x = width; x < l->tile_width; x++)
            memcpy(row + (size_t)x * pixel, row + (size_t)(x - 1) * pixel, pixel);
    }
    for (int64_t y = height; y < l->tile_height; y++)
        memcpy(tile + (size_t)y * row_bytes, tile + (size_t)(y - 1) * row_bytes, row_bytes);
}

/* What of the tile lies in the raster, as the file stores it. What lies past it is 0, unless it
 * shows. Returns the tile's bytes. */
static size_t cut_tile(struct coder *c, const struct layout *l, const struct planes *pixels,
                       int64_t index, struct region part)
{
    const int samples = layout_samples(l), first = layout_plane(l, index);
    const size_t size = pixel_size(l->type), row_bytes = layout_row_bytes(l);
    const int64_t rows = l->strips ? part.height : l->tile_height;
    const bool whole = part.width == l->tile_width && part.height == rows;
    const bool spread = !whole && encoder_shows_edges(c->encoder);

    if (!whole && !spread)
        memset(c->tile, 0, row_bytes * (size_t)rows);
    for (int64_t y = 0; y < part.height; y++)
        for (int s = 0; s < samples; s++)
            place_samples(c->tile + (size_t)y * row_bytes + (size_t)s * size,
                          planes_at(pixels, first + s, part.x, part.y + y), size, samples,
                          part.width);
    if (spread)
        spread_edges(l, c->tile, part.width, part.height);
    return row_bytes * (size_t)rows;
}

/* Whether each band has one value in the whole part. */
static bool is_uniform(const struct planes *pixels, int first, int samples, struct region part)
{
    const size_t size = pixel_size(pixels->type), row_bytes = (size_t)part.width * size;

    for (int s = 0; s < samples; s++) {
        const unsigned char *row = planes_at(pixels, first + s, part.x, part.y);
        if (memcmp(row, row + size, row_bytes - size) != 0)
            return false;
        for (int64_t y = 1; y < part.height; y++)
            if (memcmp(row, planes_at(pixels, first + s, part.x, part.y + y), row_bytes) != 0)
                return false;
    }
    return true;
}

static bool is_absent(enum pixel_type type, const void *pixel, double value)
{
    unsigned char absent[8];

    if (isnan(value))
        return pixel_is_float(type) && isnan(pixel_load(type, pixel, 0));
    pixel_store(type, value, absent);
    return memcmp(pixel, absent, pixel_size(type)) == 0; /* 0 is not -0 */
}

/* Whether a part of one value is to be left out of the file. */
static bool left_out(const struct coder *c, const struct planes *pixels, int first, int samples,
                     struct region part)
{
    double value;

    if (!encoder_leaves_out(c->encoder, &value))
        return false;
    for (int s = 0; s < samples; s++)
        if (!is_absent(pixels->type, planes_at(pixels, first + s, part.x, part.y), value))
            return false;
    return true;
}

/* Whether the last whole tile of one value was of this one, too: they come in numbers. */
static bool is_kept(const struct coder *c, const struct planes *pixels, int first, int samples,
                    struct region part)
{
    const size_t size = pixel_size(pixels->type);

    for (int s = 0; s < samples; s++)
        if (memcmp(planes_at(pixels, first + s, part.x, part.y), c->same_pixel + (size_t)s * size,
                   size) != 0)
            return false;
    return c->same_blob.size > 0;
}

/* Encodes the tile that is cut, and keeps its blob. */
static bool encode_and_keep(struct coder *c, const struct layout *l, size_t bytes, struct err *e)
{
    c->same_blob.size = 0;
    memcpy(c->same_pixel, c->tile, layout_pixel_bytes(l)); /* it is altered now */
    if (encoder_encode(c->encoder, c->tile, bytes, &c->same_blob, e))
        return true;
    c->same_blob.size = 0;
    return false;
}

/* known: the tile has one value, and only its first pixel is there. */
static bool encode(struct coder *c, const struct layout *l, const struct planes *pixels,
                   int64_t index, bool known, struct buffer *out, struct err *e)
{
    const int first = layout_plane(l, index), samples = layout_samples(l);
    const struct region part = region_intersect(layout_region(l, index), pixels->region);
    const bool whole = part.width == l->tile_width && part.height == l->tile_height;
    const bool uniform = known || is_uniform(pixels, first, samples, part);

    if (uniform && left_out(c, pixels, first, samples, part))
        return true;
    if (!uniform || !whole || !is_kept(c, pixels, first, samples, part)) {
        if (known)
            planes_spread(pixels, first, samples, part);
        const size_t bytes = cut_tile(c, l, pixels, index, part);
        if (!uniform || !whole)
            return encoder_encode(c->encoder, c->tile, bytes, out, e);
        if (!encode_and_keep(c, l, bytes, e))
            return false;
    }
    return buffer_append(out, c->same_blob.data, c->same_blob.size, e);
}

static bool encode_timed(struct packer *p, int level, const struct planes *pixels, int64_t index,
                         bool known, struct buffer *out, struct err *e)
{
    const double start = clock_s();
    struct coder *c = overviews_is_mask(p->levels, level) ? &p->masks : &p->pixels;
    const bool ok =
        p->leaves_out || encode(c, &p->levels->level[level], pixels, index, known, out, e);

    p->seconds += timeline_since("encoding", start);
    return ok;
}

bool packer_encode(struct packer *p, int level, const struct planes *pixels, int64_t index,
                   struct buffer *out, struct err *e)
{
    return encode_timed(p, level, pixels, index, false, out, e);
}

/* --- parcels ---------------------------------------------------------------------------------- */

/* Lists the parcel's bytes from `at` on as the blob of that number. */
static bool list(struct packer *p, int64_t number, const struct buffer *parcel, size_t at,
                 struct err *e)
{
    static const unsigned char nothing[1];
    const size_t size = parcel->size - at;
    const unsigned char *bytes = size > 0 ? parcel->data + at : nothing;
    const struct parcel_blob blob = {number, (uint32_t)size, size > 0 ? crc_of(bytes, size) : 0,
                                     bytes};

    return parcel_add(&p->table, &blob, e);
}

static bool add_tile(struct packer *p, int level, const struct planes *pixels, int64_t index,
                     bool known, struct buffer *parcel, struct err *e)
{
    const size_t at = parcel->size;

    return encode_timed(p, level, pixels, index, known, parcel, e) &&
           list(p, p->levels->first[level] + index, parcel, at, e);
}

bool packer_tile(struct packer *p, int level, const struct planes *pixels, int64_t index,
                 struct buffer *parcel, struct err *e)
{
    return add_tile(p, level, pixels, index, false, parcel, e);
}

bool packer_blob(struct packer *p, const struct parcel_blob *blob, struct buffer *parcel,
                 struct err *e)
{
    return buffer_append(parcel, blob->bytes, blob->size, e) && parcel_add(&p->table, blob, e);
}

bool packer_tiles(struct packer *p, const struct packer_tiles *t, struct buffer *parcel,
                  struct tick tick, struct err *e)
{
    const struct layout *l = &p->levels->level[t->level];
    const struct region r = t->pixels->region;
    const int64_t x0 = r.x / l->tile_width, x1 = ceil_div(r.x + r.width, l->tile_width);
    const int64_t y0 = r.y / l->tile_height, y1 = ceil_div(r.y + r.height, l->tile_height);
    const int planes = l->separate ? l->bands : 1;
    const int64_t outer = t->down ? x1 - x0 : y1 - y0, inner = t->down ? y1 - y0 : x1 - x0;

    for (int64_t i = 0; i < outer * inner * planes; i++) {
        const int64_t a = i / planes / inner, b = i / planes % inner;
        const int64_t row = t->down ? b : a, column = t->down ? a : b;
        const int64_t index = layout_index(l, (int)(i % planes), y0 + row, x0 + column);
        const bool known = t->uniform && t->uniform[row * (x1 - x0) + column];
        if (!add_tile(p, t->level, t->pixels, index, known, parcel, e))
            return false;
        if (!tick.call(tick.ctx))
            return err_set(e, "stopped");
    }
    return true;
}

static bool append_rows(struct buffer *parcel, const struct planes *pixels, struct err *e)
{
    const struct region r = pixels->region;
    const size_t row = (size_t)r.width * pixel_size(pixels->type);

    for (int b = 0; b < pixels->bands; b++)
        for (int64_t y = r.y; y < r.y + r.height; y++)
            if (!buffer_append(parcel, planes_at(pixels, b, r.x, y), row, e))
                return false;
    return true;
}

bool packer_pixels(struct packer *p, int64_t chunk, const struct planes *pixels,
                   const struct planes *mask, struct buffer *parcel, struct err *e)
{
    const size_t at = parcel->size;

    return append_rows(parcel, pixels, e) && (!mask || append_rows(parcel, mask, e)) &&
           list(p, overviews_blobs(p->levels) + chunk, parcel, at, e);
}

bool packer_end(struct packer *p, struct buffer *parcel, struct err *e)
{
    return parcel_end(&p->table, parcel, e);
}

void packer_drop(struct packer *p)
{
    buffer_free(&p->table.bytes);
    p->table = (struct parcel_table){0};
}
