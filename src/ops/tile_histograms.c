/* tile_histograms.c - how often each value occurs in each tile of a grid over the whole scene.
 *
 * A chunk's part has a record for each tile that shows any of its pixels: the tile's number, n, and
 * either n pairs of a value and its count, or (n is the number of bins) the counts of all values;
 * whichever is shorter. All are uint32.
 * SPDX-License-Identifier: MIT */
#include "ops/tile_grid.h"

#include "base/minmax.h"
#include "ops/border.h"

#include <string.h>

struct args {
    struct size2 grid;
};

static const struct param params[] = {
    {"grid", "tiles across and down", P_SIZE, offsetof(struct args, grid), param_required, NULL, 1,
     INT32_MAX},
    {0},
};

struct tile_grid tile_grid(struct size2 tiles, struct format scene)
{
    const int64_t right = scene.width % tiles.width, below = scene.height % tiles.height;
    const bool filled = right == 0 && below == 0;

    return (struct tile_grid){
        .across = tiles.width,
        .down = tiles.height,
        .tile_width = scene.width / tiles.width + !filled,
        .tile_height = scene.height / tiles.height + !filled,
    };
}

size_t tile_histograms_counts(struct tile_grid g, struct format scene)
{
    return (size_t)scene.bands * (size_t)g.across * (size_t)g.down *
           (size_t)histogram_bins(scene.type);
}

static struct tile_grid grid_of(const void *args, struct format scene)
{
    return tile_grid(((const struct args *)args)->grid, scene);
}

static size_t bytes(const void *args, struct format scene)
{
    return tile_histograms_counts(grid_of(args, scene), scene) * sizeof(int64_t);
}

/* --- which pixels a tile shows --------------------------------------------------------------- */

/* One axis: tiles of `size`, a scene of `length`, the pixels [from, to) of a chunk. */
struct axis {
    int64_t size, length, from, to;
};

static struct axis axis_x(struct tile_grid g, struct format scene, struct region chunk)
{
    return (struct axis){g.tile_width, scene.width, chunk.x, chunk.x + chunk.width};
}

static struct axis axis_y(struct tile_grid g, struct format scene, struct region chunk)
{
    return (struct axis){g.tile_height, scene.height, chunk.y, chunk.y + chunk.height};
}

/* Runs of the chunk's pixels that tile i shows: first those of the scene itself, then, one by one,
 * those of its mirror image. *at is 0 at first. */
static bool next_run(const struct axis *a, int64_t i, int64_t *at, int64_t *from, int64_t *to)
{
    const int64_t first = i * a->size, end = first + a->size;

    if (*at == 0) {
        *at = max64(first, a->length);
        *from = max64(first, a->from);
        *to = min64(min64(end, a->length), a->to);
        if (*from < *to)
            return true;
    }
    while (*at < end) {
        *from = border_map(BORDER_REFLECT_101, (*at)++, a->length);
        *to = *from + 1;
        if (*from >= a->from && *from < a->to)
            return true;
    }
    return false;
}

/* How many pixels of the chunk tile i shows along the axis. */
static int64_t shown(const struct axis *a, int64_t i)
{
    int64_t at = 0, from, to, n = 0;

    while (next_run(a, i, &at, &from, &to))
        n += to - from;
    return n;
}

/* --- parts ------------------------------------------------------------------------------------ */

enum { HEAD = 2 }; /* of a record, in uint32 */

/* Of all records, in uint32; a multiple of 2, as counts of 8 bytes follow. */
static size_t records_most(struct tile_grid g, struct format scene, struct region chunk)
{
    const struct axis x = axis_x(g, scene, chunk), y = axis_y(g, scene, chunk);
    const int64_t bins = histogram_bins(scene.type);
    size_t n = 0;

    for (int j = 0; j < g.down; j++) {
        const int64_t rows = shown(&y, j);
        for (int i = 0; rows > 0 && i < g.across; i++) {
            const int64_t pixels = rows * shown(&x, i);
            n += pixels > 0 ? (size_t)(HEAD + min64(bins, 2 * pixels)) : 0;
        }
    }
    n *= (size_t)scene.bands;
    return n + n % 2;
}

/* Records, and behind them room for the counts of a tile. */
static size_t part_bytes(const void *args, struct format scene, struct region chunk)
{
    return records_most(grid_of(args, scene), scene, chunk) * sizeof(uint32_t) +
           (size_t)histogram_bins(scene.type) * sizeof(int64_t);
}

/* Counts go back to 0. Returns how many uint32 the record has. */
static size_t write_record(uint32_t *to, uint32_t tile, int64_t *counts, int bins)
{
    uint32_t n = 0, at = HEAD;

    for (int v = 0; v < bins; v++)
        n += counts[v] != 0;
    const bool pairs = 2 * n < (uint32_t)bins;
    for (int v = 0; v < bins; v++) {
        if (pairs && counts[v] != 0)
            to[at++] = (uint32_t)v;
        if (!pairs || counts[v] != 0)
            to[at++] = (uint32_t)counts[v];
        counts[v] = 0;
    }
    to[0] = tile;
    to[1] = pairs ? n : (uint32_t)bins;
    return at;
}

static void count_tile(const struct reducible *r, int band, const struct axis *x, int i,
                       const struct axis *y, int j, int64_t *counts)
{
    int64_t at_y = 0, top, bottom;

    while (next_run(y, j, &at_y, &top, &bottom)) {
        int64_t at_x = 0, left, right;
        while (next_run(x, i, &at_x, &left, &right))
            histogram_add(r, band, (struct region){left, top, right - left, bottom - top}, counts);
    }
}

static size_t gather(const void *args, const struct reducible *r, void *part)
{
    const struct tile_grid g = grid_of(args, r->scene);
    const struct axis x = axis_x(g, r->scene, r->pixels->region);
    const struct axis y = axis_y(g, r->scene, r->pixels->region);
    const int bins = histogram_bins(r->scene.type);
    uint32_t *records = part, *end = records;
    int64_t *counts = (int64_t *)(void *)(records + records_most(g, r->scene, r->pixels->region));

    for (int b = 0; b < r->scene.bands; b++)
        for (int j = 0; j < g.down; j++)
            for (int i = 0; shown(&y, j) > 0 && i < g.across; i++) {
                if (shown(&x, i) == 0)
                    continue;
                count_tile(r, b, &x, i, &y, j, counts);
                end += write_record(end, (uint32_t)((b * g.down + j) * g.across + i), counts, bins);
            }
    return (size_t)(end - records) * sizeof *end;
}

/* One record of the n uint32 at `at`; how many it takes, 0: it is damaged. */
static size_t add_record(const uint32_t *at, size_t n, size_t tiles, uint32_t bins, int64_t *sum)
{
    if (n < HEAD || at[0] >= tiles || at[1] > bins)
        return 0;
    const uint32_t values = at[1];
    const bool pairs = values < bins;
    const size_t size = HEAD + (pairs ? 2 * (size_t)values : values);
    int64_t *counts = sum + (size_t)at[0] * bins;
    if (size > n)
        return 0;
    at += HEAD;
    for (uint32_t i = 0; i < values; i++) {
        if (!pairs)
            counts[i] += at[i];
        else if (at[2 * i] < bins)
            counts[at[2 * i]] += at[2 * i + 1];
        else
            return 0;
    }
    return size;
}

static bool merge(const void *args, struct format scene, const void *part, size_t n, void *sum)
{
    const struct tile_grid g = grid_of(args, scene);
    const size_t tiles = (size_t)scene.bands * (size_t)g.across * (size_t)g.down;
    const uint32_t *at = part, *end = at + n / sizeof *at;

    while (at < end) {
        const size_t size =
            add_record(at, (size_t)(end - at), tiles, (uint32_t)histogram_bins(scene.type), sum);
        if (size == 0)
            return false;
        at += size;
    }
    return true;
}

const struct reducer reducer_tile_histograms = {
    .name = "tile-histograms",
    .params = params,
    .args_size = sizeof(struct args),
    .bytes = bytes,
    .part_bytes = part_bytes,
    .gather = gather,
    .merge = merge,
};
