/* clahe.c - OpenCV's CLAHE: the histogram of each tile of a grid is equalized, its peaks cut off;
 * a pixel goes between the tables of the four tiles around it (Zuiderveld, Graphics Gems IV, 1994).
 *
 * Tables are known when all pixels are counted; then this op has them as a parameter. A tile
 * without pixels inside the data has the tables of the nearest one that has some.
 * SPDX-License-Identifier: MIT */
#include "ops/tile_grid.h"
#include "ops/saturate.h"
#include "ops/words.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct args {
    double clip_limit;
    struct size2 grid;
    struct octets tables;
};

static const struct param params[] = {
    {"clip-limit", "cuts off counts above this many times the mean one; 0 cuts off none", P_REAL,
     offsetof(struct args, clip_limit), "40", NULL, 0, DBL_MAX},
    {"tile-grid-size", "tiles across and down", P_SIZE, offsetof(struct args, grid), "8x8", NULL, 1,
     256},
    {"tables", "what becomes of each value in each tile (default: found in the scene)", P_BASE64,
     offsetof(struct args, tables), NULL, NULL, 0, 0},
    {0},
};

/* --- tables ----------------------------------------------------------------------------------- */

/* What is cut off is given to all bins alike, what is left of it to some that are equally far
 * apart. */
static void clip(int64_t *counts, int bins, int64_t limit)
{
    int64_t over = 0;

    for (int v = 0; v < bins; v++)
        if (counts[v] > limit) {
            over += counts[v] - limit;
            counts[v] = limit;
        }
    const int64_t each = over / bins;
    int64_t rest = over % bins;
    const int64_t step = rest && bins / rest > 1 ? bins / rest : 1;
    for (int v = 0; v < bins; v++)
        counts[v] += each;
    for (int64_t v = 0; v < bins && rest > 0; v += step, rest--)
        counts[v]++;
}

/* In float, as OpenCV has it. False: the tile has no pixels. */
static bool make_table(int64_t *counts, int bins, double clip_limit, uint16_t *table)
{
    int64_t all = 0, sum = 0;

    for (int v = 0; v < bins; v++)
        all += counts[v];
    if (all == 0)
        return false;
    if (clip_limit > 0) {
        const double limit = clip_limit * (double)all / bins;
        clip(counts, bins, limit < 1 ? 1 : limit < (double)all ? (int64_t)limit : all);
    }
    const float scale = (float)(bins - 1) / (float)all;
    for (int v = 0; v < bins; v++) {
        sum += counts[v];
        const float entry = rintf((float)sum * scale);
        table[v] = entry < (float)bins ? (uint16_t)entry : (uint16_t)(bins - 1);
    }
    return true;
}

struct tables {
    struct tile_grid grid;
    int bins;
    uint16_t *entries; /* of one band, tile after tile */
    bool *known;       /* of each tile: whether it has pixels */
    int64_t *counts;   /* of the tile that is at hand */
};

static void tables_free(struct tables *t)
{
    free(t->entries);
    free(t->known);
    free(t->counts);
}

static uint16_t *table_of(const struct tables *t, int i, int j)
{
    return t->entries + (size_t)(j * t->grid.across + i) * (size_t)t->bins;
}

/* The nearest tile that has pixels, the first of several; false: none has. */
static bool nearest(const struct tables *t, int i, int j, int *to_i, int *to_j)
{
    int64_t least = INT64_MAX;

    for (int k = 0; k < t->grid.across * t->grid.down; k++) {
        const int64_t dx = k % t->grid.across - i, dy = k / t->grid.across - j;
        if (t->known[k] && dx * dx + dy * dy < least) {
            least = dx * dx + dy * dy;
            *to_i = k % t->grid.across;
            *to_j = k / t->grid.across;
        }
    }
    return least < INT64_MAX;
}

static void fill_table(const struct tables *t, int i, int j)
{
    uint16_t *table = table_of(t, i, j);
    int from_i, from_j;

    if (t->known[j * t->grid.across + i])
        return;
    if (nearest(t, i, j, &from_i, &from_j))
        memcpy(table, table_of(t, from_i, from_j), (size_t)t->bins * sizeof *table);
    else
        for (int v = 0; v < t->bins; v++)
            table[v] = (uint16_t)v;
}

/* Of one band. */
static void make_tables(const struct tables *t, const int64_t *counts, double clip_limit)
{
    const size_t bins = (size_t)t->bins;

    for (int k = 0; k < t->grid.across * t->grid.down; k++) {
        memcpy(t->counts, counts + (size_t)k * bins, bins * sizeof *counts);
        t->known[k] = make_table(t->counts, t->bins, clip_limit, t->entries + (size_t)k * bins);
    }
    for (int j = 0; j < t->grid.down; j++)
        for (int i = 0; i < t->grid.across; i++)
            fill_table(t, i, j);
}

/* --- pixels ----------------------------------------------------------------------------------- */

/* What a row kernel knows. Uint8: for each four tiles that meet, those beyond the grid's edges
 * being the ones inside, a table of their entries side by side, upper left, upper right, lower left
 * and lower right in a uint32: one look-up a pixel. Uint16: the tables as they are. */
struct clahe {
    struct tile_grid grid;
    enum pixel_type type;
    float per_width, per_height; /* tiles a pixel */
    const void *tables;
};

/* What a place on an axis lies between: the centres of tiles first and first + 1. */
static int tile_before(int64_t at, float per_pixel)
{
    return (int)floorf((float)(int)at * per_pixel - 0.5f);
}

static int inside(int tile, int n)
{
    return tile < 0 ? 0 : tile < n ? tile : n - 1;
}

/* Pixels of a row between the same four tiles. */
struct span {
    int x, n;
    float per_width, first; /* of the tiles to the left */
    float above, below;     /* weights of the upper and the lower tiles */
};

/* Pixel k of the span between the entries of the four, in OpenCV's order. */
static inline float between(const struct span *s, int k, float a, float b, float c, float d)
{
    const float right = ((float)(s->x + k) * s->per_width - 0.5f) - s->first;
    const float left = 1.0f - right;

    return (a * left + b * right) * s->above + (c * left + d * right) * s->below;
}

SIMD static void map_uint8(const uint32_t *restrict table, struct span s, const uint8 *restrict in,
                           uint8 *restrict out)
{
    for (int k = 0; k < s.n; k++) {
        const uint32_t q = table[in[k]];
        out[k] = saturate_uint8(between(&s, k, (float)(int)(q & 255), (float)(int)(q >> 8 & 255),
                                        (float)(int)(q >> 16 & 255), (float)(int)(q >> 24)));
    }
}

SIMD static void map_uint16(const uint16_t *const table[4], struct span s,
                            const uint16 *restrict in, uint16 *restrict out)
{
    const uint16_t *a = table[0], *b = table[1], *c = table[2], *d = table[3];

    for (int k = 0; k < s.n; k++) {
        const uint16 v = in[k];
        out[k] = saturate_uint16(between(&s, k, a[v], b[v], c[v], d[v]));
    }
}

/* The span that begins at place x of a row, and the tile before it. */
static struct span span_at(const struct clahe *c, int64_t x, int64_t end, int *before)
{
    const int tile = *before = tile_before(x, c->per_width);
    const int64_t near = x + (int64_t)((float)c->grid.tile_width / 2);
    int64_t to = near < end ? near : end; /* the tables change where they do: found by trying */

    while (to < end && tile_before(to, c->per_width) == tile)
        to++;
    while (to > x + 1 && tile_before(to - 1, c->per_width) != tile)
        to--;
    return (struct span){
        .x = (int)x,
        .n = (int)(to - x),
        .per_width = c->per_width,
        .first = (float)tile,
    };
}

static void map_span(const struct clahe *c, const struct window *w, int i, int j, struct span s)
{
    const int64_t at = s.x - w->x;
    const size_t bins = 1 << 16;

    if (c->type == PX_UINT8) {
        const size_t quads = (size_t)(c->grid.across + 1) * (size_t)(c->grid.down + 1);
        const size_t quad = (size_t)w->band * quads +
                            (size_t)(j + 1) * (size_t)(c->grid.across + 1) + (size_t)(i + 1);
        map_uint8((const uint32_t *)c->tables + quad * 256, s, (const uint8 *)w->rows[0] + at,
                  (uint8 *)w->outs[0] + at);
        return;
    }
    const uint16_t *tables[4];
    for (int k = 0; k < 4; k++) {
        const size_t row =
            (size_t)w->band * (size_t)c->grid.down + (size_t)inside(j + k / 2, c->grid.down);
        tables[k] =
            (const uint16_t *)c->tables +
            (row * (size_t)c->grid.across + (size_t)inside(i + k % 2, c->grid.across)) * bins;
    }
    map_uint16(tables, s, (const uint16 *)w->rows[0] + at, (uint16 *)w->outs[0] + at);
}

static void clahe_row(const void *state, const struct window *w)
{
    const struct clahe *c = state;
    const int j = tile_before(w->y, c->per_height);
    const float below = ((float)(int)w->y * c->per_height - 0.5f) - (float)j;

    for (int64_t x = w->x; x < w->x + w->width;) {
        int i;
        struct span s = span_at(c, x, w->x + w->width, &i);
        s.above = 1.0f - below;
        s.below = below;
        map_span(c, w, i, j, s);
        x += s.n;
    }
}

/* --- the op ----------------------------------------------------------------------------------- */

static bool check(const struct args *a, struct format in, struct err *e)
{
    enum { COUNTS_MOST = 1 << 26 };
    const int64_t tiles = (int64_t)a->grid.width * a->grid.height;

    if (histogram_bins(in.type) == 0)
        return err_usage(e,
                         "clahe: takes uint8 and uint16 pixels, not %s (put `convert-to "
                         "--type=uint8` before it)",
                         pixel_name(in.type));
    if (in.bands > COUNTS_MOST / (tiles * histogram_bins(in.type)))
        return err_usage(e,
                         "clahe: --tile-grid-size=%dx%d makes tables of more than %d entries of %d "
                         "%s band%s; give fewer tiles, or read fewer bands at a time",
                         a->grid.width, a->grid.height, COUNTS_MOST, in.bands, pixel_name(in.type),
                         in.bands == 1 ? "" : "s");
    return true;
}

/* The tables of four tiles side by side, for each four that meet. */
static void pair_up(const struct tile_grid g, int bands, const uint8 *tables, uint32_t *quads)
{
    for (int b = 0; b < bands; b++)
        for (int j = -1; j < g.down; j++)
            for (int i = -1; i < g.across; i++, quads += 256)
                for (int k = 0; k < 4; k++) {
                    const int row = b * g.down + inside(j + k / 2, g.down);
                    const uint8 *from =
                        tables + (size_t)(row * g.across + inside(i + k % 2, g.across)) * 256;
                    for (int v = 0; v < 256; v++)
                        quads[v] |= (uint32_t)from[v] << (8 * k);
                }
}

static bool add_tables(struct clahe *c, const struct args *a, struct format in, struct stages *out,
                       struct err *e)
{
    const size_t quads = (size_t)(c->grid.across + 1) * (size_t)(c->grid.down + 1);
    void *tables = stages_state(
        out, in.type == PX_UINT8 ? (size_t)in.bands * quads * 256 * 4 : a->tables.n, e);

    if (!tables)
        return false;
    if (in.type == PX_UINT8)
        pair_up(c->grid, in.bands, a->tables.data, tables);
    else
        memcpy(tables, a->tables.data, a->tables.n);
    c->tables = tables;
    return true;
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    struct clahe *c;

    if (!check(a, in, e))
        return false;
    const struct tile_grid grid = tile_grid(a->grid, in);
    if (a->tables.n != tile_histograms_counts(grid, in) * pixel_size(in.type))
        return err_usage(e, "clahe: --tables has %zu bytes, not the %zu of such a scene",
                         a->tables.n, tile_histograms_counts(grid, in) * pixel_size(in.type));
    c = stages_state(out, sizeof *c, e);
    if (!c)
        return false;
    *c = (struct clahe){
        .grid = grid,
        .type = in.type,
        .per_width = 1.0f / (float)grid.tile_width,
        .per_height = 1.0f / (float)grid.tile_height,
    };
    if (!add_tables(c, a, in, out, e) || !stages_add_row(out, clahe_row, c, in, (struct reach){0},
                                                         (struct border){BORDER_REPLICATE, 0}, e))
        return false;
    out->list[out->current].by_place = true;
    return true;
}

static bool needs(const void *args, struct buffer *words, struct err *e)
{
    const struct args *a = args;

    return a->tables.data || (words_add(words, e, "tile-histograms") &&
                              words_add(words, e, "--grid=%dx%d", a->grid.width, a->grid.height));
}

static bool write_words(const struct args *a, const struct tables *t, size_t n, size_t entry_bytes,
                        struct buffer *words, struct err *e)
{
    if (entry_bytes == 1) {
        uint8 *narrow = (uint8 *)t->entries;
        for (size_t i = 0; i < n; i++)
            narrow[i] = (uint8)t->entries[i];
    }
    return words_add(words, e, "clahe") &&
           words_add(words, e, "--clip-limit=%.17g", a->clip_limit) &&
           words_add(words, e, "--tile-grid-size=%dx%d", a->grid.width, a->grid.height) &&
           words_base64(words, "tables", t->entries, n * entry_bytes, e);
}

static bool settle(const void *args, struct format in, const void *gathered, struct buffer *words,
                   struct err *e)
{
    const struct args *a = args;

    if (!check(a, in, e))
        return false;
    if (!gathered)
        return true;
    const struct tile_grid grid = tile_grid(a->grid, in);
    const size_t n = tile_histograms_counts(grid, in), each = n / (size_t)in.bands;
    struct tables t = {.grid = grid, .bins = histogram_bins(in.type)};
    uint16_t *all = memory_new(n, sizeof *all, e);
    t.known = memory_new((size_t)grid.across * (size_t)grid.down, sizeof *t.known, e);
    t.counts = memory_new((size_t)t.bins, sizeof *t.counts, e);
    bool ok = all && t.known && t.counts;
    for (int b = 0; ok && b < in.bands; b++) {
        t.entries = all + (size_t)b * each;
        make_tables(&t, (const int64_t *)gathered + (size_t)b * each, a->clip_limit);
    }
    t.entries = all;
    ok = ok && write_words(a, &t, n, pixel_size(in.type), words, e);
    tables_free(&t);
    return ok;
}

const struct op op_clahe = {
    .name = "clahe",
    .summary = "equalize histograms of tiles, with limited contrast",
    .source = "OpenCV imgproc, CLAHE; Zuiderveld 1994",
    .example = "",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
    .needs = needs,
    .settle = settle,
};
