/* packer.c - the pixels of a chunk as encoded tiles.
 * SPDX-License-Identifier: MIT */
#include "packer.h"

#include "parcel.h"

#include "base/clock.h"
#include "base/crc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct packer {
    const struct layout *layout;
    struct encoder *encoder;
    unsigned char *tile; /* as the file stores it */
    double seconds;
    /* The last whole tile whose pixels were all the same: its pixel and its blob. */
    unsigned char *same_pixel;
    struct buffer same_blob; /* empty: there was none */
};

bool packer_new(struct packer **out, const struct layout *layout, struct encoder *encoder,
                struct err *e)
{
    struct packer *p = memory_new(1, sizeof *p, e);

    if (!p)
        return false;
    *p = (struct packer){.layout = layout, .encoder = encoder};
    p->tile = memory_new(1, layout_tile_bytes(layout), e);
    p->same_pixel = p->tile ? memory_new(1, layout_pixel_bytes(layout), e) : NULL;
    if (!p->same_pixel) {
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
    free(p->tile);
    free(p->same_pixel);
    buffer_free(&p->same_blob);
    free(p);
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
static size_t cut_tile(struct packer *p, const struct planes *pixels, int64_t index,
                       struct region part)
{
    const struct layout *l = p->layout;
    const int samples = layout_samples(l), first = layout_plane(l, index);
    const size_t size = pixel_size(l->type), row_bytes = layout_row_bytes(l);
    const int64_t rows = l->strips ? part.height : l->tile_height;
    const bool whole = part.width == l->tile_width && part.height == rows;
    const bool spread = !whole && encoder_shows_edges(p->encoder);

    if (!whole && !spread)
        memset(p->tile, 0, row_bytes * (size_t)rows);
    for (int64_t y = 0; y < part.height; y++)
        for (int s = 0; s < samples; s++)
            place_samples(p->tile + (size_t)y * row_bytes + (size_t)s * size,
                          planes_at(pixels, first + s, part.x, part.y + y), size, samples,
                          part.width);
    if (spread)
        spread_edges(l, p->tile, part.width, part.height);
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
static bool left_out(const struct packer *p, const struct planes *pixels, int first,
                     struct region part)
{
    double value;

    if (!encoder_leaves_out(p->encoder, &value))
        return false;
    for (int s = 0; s < layout_samples(p->layout); s++)
        if (!is_absent(pixels->type, planes_at(pixels, first + s, part.x, part.y), value))
            return false;
    return true;
}

/* Tiles of one value come in numbers, and mostly of the same one: the last blob is kept. */
static bool encode_uniform(struct packer *p, size_t bytes, struct buffer *out, struct err *e)
{
    const size_t pixel = layout_pixel_bytes(p->layout);

    if (p->same_blob.size == 0 || memcmp(p->same_pixel, p->tile, pixel) != 0) {
        p->same_blob.size = 0;
        memcpy(p->same_pixel, p->tile, pixel); /* before the encoder alters it */
        if (!encoder_encode(p->encoder, p->tile, bytes, &p->same_blob, e)) {
            p->same_blob.size = 0;
            return false;
        }
    }
    return buffer_append(out, p->same_blob.data, p->same_blob.size, e);
}

static bool encode_tile(struct packer *p, const struct planes *pixels, int64_t index,
                        struct buffer *out, struct err *e)
{
    const struct layout *l = p->layout;
    const int first = layout_plane(l, index);
    const struct region part = region_intersect(layout_region(l, index), pixels->region);
    const bool uniform = is_uniform(pixels, first, layout_samples(l), part);

    if (uniform && left_out(p, pixels, first, part))
        return true;
    const size_t bytes = cut_tile(p, pixels, index, part);
    if (uniform && part.width == l->tile_width && part.height == l->tile_height)
        return encode_uniform(p, bytes, out, e);
    return encoder_encode(p->encoder, p->tile, bytes, out, e);
}

struct packing {
    struct packer *packer;
    const struct planes *pixels;
    struct buffer *result;
    struct parcel_table table;
    struct tick tick;
};

static bool pack_tile(struct packing *g, int64_t index, struct err *e)
{
    const size_t at = g->result->size;
    const double start = clock_s();
    const bool ok = encode_tile(g->packer, g->pixels, index, g->result, e);

    g->packer->seconds += clock_s() - start;
    if (!ok)
        return false;
    const size_t size = g->result->size - at;
    const struct parcel_blob blob = {
        .index = index,
        .size = (uint32_t)size,
        .crc = size > 0 ? crc_of(g->result->data + at, size) : 0,
    };
    if (!parcel_add(&g->table, &blob, e))
        return false;
    return g->tick.call(g->tick.ctx) || err_set(e, "stopped");
}

/* Plane by plane at each place. */
static bool pack_tiles(struct packing *g, const struct division *d, struct err *e)
{
    const struct layout *l = g->packer->layout;
    const struct region r = g->pixels->region;
    const int64_t x0 = r.x / l->tile_width, x1 = ceil_div(r.x + r.width, l->tile_width);
    const int64_t y0 = r.y / l->tile_height, y1 = ceil_div(r.y + r.height, l->tile_height);
    const bool down = d->kind == DIVISION_COLUMNS;
    const int planes = l->separate ? l->bands : 1;
    const int64_t outer = down ? x1 - x0 : y1 - y0, inner = down ? y1 - y0 : x1 - x0;

    for (int64_t i = 0; i < outer; i++)
        for (int64_t k = 0; k < inner; k++)
            for (int plane = 0; plane < planes; plane++) {
                const int64_t row = y0 + (down ? k : i), column = x0 + (down ? i : k);
                if (!pack_tile(g, layout_index(l, plane, row, column), e))
                    return false;
            }
    return parcel_end(&g->table, true, g->result, e);
}

bool packer_pack(struct packer *p, const struct planes *pixels, const struct division *division,
                 struct buffer *result, struct tick tick, struct err *e)
{
    struct packing g = {.packer = p, .pixels = pixels, .result = result, .tick = tick};
    const bool ok = pack_tiles(&g, division, e);

    buffer_free(&g.table.bytes);
    return ok;
}
