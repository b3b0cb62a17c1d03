/* needs.c - what a chunk needs of a scene, blob by blob.
 * SPDX-License-Identifier: MIT */
#include "job/needs.h"

#include "base/planes.h"

#include <stdlib.h>
#include <string.h>

bool needs_pieces(struct region need, int64_t width, int64_t height,
                  bool (*each)(void *ctx, const struct piece *piece, struct err *e), void *ctx,
                  struct err *e)
{
    enum { PIECES_MOST = 10000 };
    const struct region scene = {0, 0, width, height};

    if (region_is_empty(need))
        return true;
    if ((need.width / width + 2) * (need.height / height + 2) > PIECES_MOST)
        return err_usage(e, "a border of type wrap goes round the %lldx%lld scene too often",
                         (long long)width, (long long)height);
    for (int64_t page_y = floor_div(need.y, height); page_y * height < need.y + need.height;
         page_y++)
        for (int64_t page_x = floor_div(need.x, width); page_x * width < need.x + need.width;
             page_x++) {
            const struct region moved = {need.x - page_x * width, need.y - page_y * height,
                                         need.width, need.height};
            const struct piece piece = {region_intersect(scene, moved), page_x * width,
                                        page_y * height};
            if (!each(ctx, &piece, e))
                return false;
        }
    return true;
}

static bool append(struct needs *n, const struct needed_blob *blob, struct err *e)
{
    if (n->n == n->capacity) {
        int capacity = n->capacity ? 2 * n->capacity : 64;
        struct needed_blob *grown = realloc(n->blob, (size_t)capacity * sizeof *grown);
        if (!grown)
            return err_set(e, "out of memory: a list of %d blobs was wanted", capacity);
        n->blob = grown;
        n->capacity = capacity;
    }
    n->blob[n->n++] = *blob;
    return true;
}

static struct region in_file(const struct source_grid *grid, struct region scene)
{
    return (struct region){scene.x + grid->window.x, scene.y + grid->window.y, scene.width,
                           scene.height};
}

struct finder {
    struct needs *out;
    const struct source_grid *grid;
};

static bool plane_is_wanted(const struct source_grid *grid, int plane)
{
    for (int b = 0; b < grid->bands; b++)
        if (!grid->layout.separate || grid->band[b] == plane)
            return true;
    return false;
}

static bool add_piece(void *ctx, const struct piece *piece, struct err *e)
{
    const struct finder *f = ctx;
    const struct layout *l = &f->grid->layout;
    const struct region r = in_file(f->grid, piece->scene);
    const int planes = l->separate ? l->bands : 1;

    for (int plane = 0; plane < planes; plane++) {
        if (!plane_is_wanted(f->grid, plane))
            continue;
        for (int64_t row = r.y / l->tile_height; row * l->tile_height < r.y + r.height; row++)
            for (int64_t column = r.x / l->tile_width; column * l->tile_width < r.x + r.width;
                 column++) {
                int64_t rows = r.y + r.height - row * l->tile_height;
                const struct needed_blob blob = {
                    .index = layout_index(l, plane, row, column),
                    .rows = rows < l->tile_height ? (int)rows : l->tile_height,
                    .piece = *piece,
                };
                if (!append(f->out, &blob, e))
                    return false;
            }
    }
    return true;
}

bool needs_blobs(struct needs *out, const struct source_grid *grid, struct region need,
                 struct err *e)
{
    struct finder f = {out, grid};

    *out = (struct needs){0};
    if (needs_pieces(need, grid->window.width, grid->window.height, add_piece, &f, e))
        return true;
    needs_free(out);
    return false;
}

void needs_free(struct needs *n)
{
    free(n->blob);
    *n = (struct needs){0};
}

/* Takes every `samples`-th pixel of a row. */
static void pick_samples(unsigned char *out, const unsigned char *in, size_t size, int samples,
                         int64_t n)
{
#define PICK(T)                                                                                    \
    do {                                                                                           \
        const T *restrict from = (const T *)(const void *)in;                                      \
        T *restrict to = (T *)(void *)out;                                                         \
        for (int64_t i = 0; i < n; i++)                                                            \
            to[i] = from[i * samples];                                                             \
    } while (0)
    if (samples == 1)
        memcpy(out, in, (size_t)n * size);
    else if (size == 1)
        PICK(uint8);
    else if (size == 2)
        PICK(uint16);
    else if (size == 4)
        PICK(uint32);
    else
        PICK(uint64);
#undef PICK
}

void needs_copy(const struct source_grid *grid, const struct needed_blob *blob,
                const unsigned char *pixels, double fill, const struct planes *out)
{
    const struct layout *l = &grid->layout;
    const struct region tile = layout_region(l, blob->index);
    const struct region want = region_intersect(tile, in_file(grid, blob->piece.scene));
    const int samples = layout_samples(l), plane = layout_plane(l, blob->index);
    const size_t size = pixel_size(l->type), row_bytes = layout_row_bytes(l);
    const int64_t to_x = blob->piece.dx - grid->window.x, to_y = blob->piece.dy - grid->window.y;

    for (int b = 0; b < grid->bands; b++) {
        const int sample = l->separate ? 0 : grid->band[b];
        if (l->separate && grid->band[b] != plane)
            continue;
        for (int64_t y = want.y; y < want.y + want.height; y++) {
            unsigned char *to = planes_at(out, b, want.x + to_x, y + to_y);
            if (!pixels) {
                pixel_fill(l->type, fill, to, (size_t)want.width);
                continue;
            }
            pick_samples(to,
                         pixels + (size_t)(y - tile.y) * row_bytes +
                             ((size_t)(want.x - tile.x) * (size_t)samples + (size_t)sample) * size,
                         size, samples, want.width);
        }
    }
}
