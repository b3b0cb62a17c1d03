/* uniform.c - the output tiles of a chunk that have one value because the scenes have one there.
 * SPDX-License-Identifier: MIT */
#include "uniform.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct uniform {
    const struct ticket *ticket;
    size_t at[PLAN_MAX_SOURCES]; /* of a source's bands in a tile's pixels */
    size_t pixel_bytes;          /* of all bands of all sources */
    struct region chunk;
    int64_t across, n;
    int64_t n_uniform, capacity;
    bool *is;
    unsigned char *pixels; /* of each tile */
};

static bool applies(const struct ticket *t)
{
    for (int i = 0; i < t->n_sources; i++)
        if (!t->sources[i].by_blobs)
            return false;
    if (overviews_beyond(&t->overviews, 0) > 0) /* the packer's tiles would be others */
        return false;
    return plan_is_pointwise(t->plan) && (!t->careful || plan_is_pointwise(t->careful));
}

bool uniform_new(struct uniform **out, const struct ticket *t, struct err *e)
{
    *out = NULL;
    if (!applies(t))
        return true;
    struct uniform *u = memory_new(1, sizeof *u, e);
    if (!u)
        return false;
    u->ticket = t;
    for (int i = 0; i < t->n_sources; i++) {
        u->at[i] = u->pixel_bytes;
        u->pixel_bytes +=
            (size_t)t->sources[i].format.bands * pixel_size(t->sources[i].format.type);
    }
    *out = u;
    return true;
}

void uniform_free(struct uniform *u)
{
    if (!u)
        return;
    free(u->is);
    free(u->pixels);
    free(u);
}

bool uniform_begin(struct uniform *u, struct region chunk, struct err *e)
{
    const struct layout *l = &u->ticket->overviews.level[0];

    u->chunk = chunk;
    u->across = ceil_div(chunk.width, l->tile_width);
    u->n = u->n_uniform = u->across * ceil_div(chunk.height, l->tile_height);
    if (u->n > u->capacity) {
        free(u->is);
        free(u->pixels);
        u->capacity = 0;
        u->is = memory_new((size_t)u->n, sizeof *u->is, e);
        u->pixels = memory_new((size_t)u->n, u->pixel_bytes, e);
        if (!u->is || !u->pixels)
            return false;
        u->capacity = u->n;
    }
    memset(u->is, true, (size_t)u->n);
    return true;
}

static struct region tile_region(const struct uniform *u, int64_t tile)
{
    const struct layout *l = &u->ticket->overviews.level[0];

    return (struct region){u->chunk.x + tile % u->across * l->tile_width,
                           u->chunk.y + tile / u->across * l->tile_height, l->tile_width,
                           l->tile_height};
}

/* The part of the chunk that a blob shows. */
static struct region shown(const struct uniform *u, int source, int64_t blob)
{
    const struct source_grid *g = &u->ticket->sources[source].grid;
    struct region r = layout_region(&g->layout, blob);

    r.x -= g->window.x;
    r.y -= g->window.y;
    return region_intersect(r, u->chunk);
}

/* The tiles over a part of the chunk: the first one, columns and rows of them. */
struct tiles {
    int64_t first, columns, rows;
};

static struct tiles tiles_over(const struct uniform *u, struct region r)
{
    const struct layout *l = &u->ticket->overviews.level[0];
    const int64_t x = r.x - u->chunk.x, y = r.y - u->chunk.y;
    const int64_t column = x / l->tile_width, row = y / l->tile_height;

    return (struct tiles){row * u->across + column, ceil_div(x + r.width, l->tile_width) - column,
                          ceil_div(y + r.height, l->tile_height) - row};
}

/* Whether the pixel is that of the tile in a source's bands that the blob holds; of the first
 * blob over a tile it becomes so. */
static bool agrees(const struct uniform *u, int64_t tile, int source, int64_t blob,
                   const unsigned char *pixel)
{
    const struct source_grid *g = &u->ticket->sources[source].grid;
    const struct region r = shown(u, source, blob), t = tile_region(u, tile);
    const bool first = r.x <= t.x && r.y <= t.y;
    const size_t size = pixel_size(g->layout.type);
    unsigned char *at = u->pixels + (size_t)tile * u->pixel_bytes + u->at[source];

    for (int b = 0; b < g->bands; b++, at += size) {
        const int sample = g->layout.separate ? 0 : g->band[b];
        if (g->layout.separate && g->band[b] != layout_plane(&g->layout, blob))
            continue;
        if (first)
            memcpy(at, pixel + (size_t)sample * size, size);
        else if (memcmp(at, pixel + (size_t)sample * size, size) != 0)
            return false;
    }
    return true;
}

void uniform_see(struct uniform *u, int source, int64_t blob, const void *pixel)
{
    const struct tiles over = tiles_over(u, shown(u, source, blob));

    for (int64_t i = 0; i < over.columns * over.rows; i++) {
        const int64_t tile = over.first + i / over.columns * u->across + i % over.columns;
        if (!u->is[tile] || (pixel && agrees(u, tile, source, blob, pixel)))
            continue;
        u->is[tile] = false;
        u->n_uniform--;
    }
}

bool uniform_covers(const struct uniform *u, int source, int64_t blob)
{
    const struct tiles over = tiles_over(u, shown(u, source, blob));

    for (int64_t i = 0; i < over.columns * over.rows; i++)
        if (!u->is[over.first + i / over.columns * u->across + i % over.columns])
            return false;
    return true;
}

const bool *uniform_tiles(const struct uniform *u)
{
    return u->n_uniform > 0 ? u->is : NULL;
}

bool uniform_next(const struct uniform *u, int64_t *tile, struct uniform_part *part)
{
    if (*tile == u->n)
        return false;
    *part = (struct uniform_part){tile_region(u, *tile), *tile, u->is[*tile]};
    const int64_t row_end = (*tile / u->across + 1) * u->across;
    for (++*tile; !part->uniform && *tile < row_end && !u->is[*tile]; ++*tile)
        part->region.width += tile_region(u, *tile).width;
    part->region = region_intersect(part->region, u->chunk);
    return true;
}

bool uniform_same(const struct uniform *u, int64_t tile, int64_t other)
{
    return memcmp(u->pixels + (size_t)tile * u->pixel_bytes,
                  u->pixels + (size_t)other * u->pixel_bytes, u->pixel_bytes) == 0;
}

void uniform_put(const struct uniform *u, int64_t tile, const struct planes *in)
{
    const struct region t = tile_region(u, tile);
    const unsigned char *pixel = u->pixels + (size_t)tile * u->pixel_bytes;

    for (int i = 0; i < u->ticket->n_sources; i++) {
        const size_t size = pixel_size(in[i].type);
        for (int b = 0; b < in[i].bands; b++, pixel += size)
            if (!region_is_empty(in[i].region)) /* of a source that nothing reads */
                memcpy(planes_at(&in[i], b, t.x, t.y), pixel, size);
    }
}
