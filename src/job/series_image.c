/* series_image.c - what was made of a series, as a GeoTIFF.
 * SPDX-License-Identifier: MIT */
#include "series_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct series_image {
    const struct series *series;
    struct output *output;
    struct overviews levels;
    unsigned char *tile;
};

/* Values are those of scenes, and so is what is outside the data among them. */
static bool is_of_scenes(const struct temporal *t)
{
    return strcmp(t->op->name, "temporal-min") == 0 || strcmp(t->op->name, "temporal-max") == 0;
}

/* What the bands were in the scene. Only what is one of the values of a pixel, or between them,
 * still means what they do. */
static struct output_band *find_bands(const struct series *s, const struct sources *first,
                                      const struct plan *plan, struct err *e)
{
    const char *op = s->temporal.op->name;
    const bool keeps = is_of_scenes(&s->temporal) || strcmp(op, "temporal-mean") == 0 ||
                       strcmp(op, "temporal-median") == 0;
    const int n = s->facts.out.bands;
    struct output_band *bands = memory_new((size_t)n, sizeof *bands, e);

    for (int b = 0; bands && b < n; b++) {
        const struct plan_band from = plan_band(plan, b);
        bands[b] = (struct output_band){
            .scene = from.source < 0 ? NULL : first->list[from.source].scene,
            .band = from.band,
            .colour = from.colour,
            .keeps_values = from.keeps_values && keeps,
        };
    }
    return bands;
}

static bool create(struct series_image *m, const char *path, const struct sources *first, int unit,
                   const char *provenance, struct err *e)
{
    const struct series *s = m->series;
    const struct format *f = &s->facts.out;
    const struct temporal *t = &s->temporal;
    const struct plan_sources sources = sources_for_plan(first);
    char height[32];
    const char *options[] = {"TILED=YES", "BLOCKXSIZE=512", height, "INTERLEAVE=BAND",
                             "BIGTIFF=IF_SAFER"};
    const struct output_options sink = {
        .path = path,
        .creation_options = {options, sizeof options / sizeof options[0]},
        .has_nodata = t->says_nodata || !is_of_scenes(t),
        .nodata = t->says_nodata           ? t->nodata
                  : pixel_is_float(t->out) ? (double)NAN
                                           : pixel_highest(t->out),
        .overwrite = true,
        .resampling = -1,
        .direct = DIRECT_IO_OFF, /* it is read at once */
        .provenance = provenance,
    };
    struct output_grid grid;
    struct layout full;
    struct plan *plan = NULL;

    snprintf(height, sizeof height, "BLOCKYSIZE=%d", unit);
    bool ok = plan_new(&plan, s->steps, s->n_steps, &sources, e);
    struct output_band *bands = ok ? find_bands(s, first, plan, e) : NULL;
    ok = bands && output_check(&sink, t->out, f->bands, f->width, f->height, &full, e);
    if (ok) {
        plan_to_source(plan, plan->last, &grid.to_scene);
        grid.bands = bands;
        overviews_lay_out(&m->levels, &full, 0, false);
        m->tile = memory_new(1, layout_tile_bytes(&full), e);
        ok =
            m->tile && output_create(&m->output, &sink, first->list[0].scene, &grid, &m->levels, e);
    }
    free(bands);
    plan_free(plan);
    return ok;
}

/* All places are given at once, so that the file does not depend on who is done first. */
static bool place_tiles(struct series_image *m, struct err *e)
{
    const struct layout *l = &m->levels.level[0];
    const uint32_t bytes = (uint32_t)layout_tile_bytes(l);

    for (int64_t i = 0; i < layout_blobs(l); i++) {
        uint64_t at;
        if (!output_place(m->output, i, bytes, 1, &at, e))
            return false;
    }
    return true;
}

bool series_image_create(struct series_image **out, const char *path, const struct series *s,
                         const struct sources *first, int unit, const char *provenance,
                         struct err *e)
{
    struct series_image *m = memory_new(1, sizeof *m, e);

    if (!m)
        return false;
    m->series = s;
    if (!create(m, path, first, unit, provenance, e) || !place_tiles(m, e)) {
        series_image_abandon(m);
        return false;
    }
    *out = m;
    return true;
}

/* The part of the rows that lies in a tile; the rest of that is 0. */
static void cut_tile(struct series_image *m, struct region tile, int band, struct region region,
                     const unsigned char *rows)
{
    const struct layout *l = &m->levels.level[0];
    const struct region part = region_intersect(tile, region);
    const size_t size = pixel_size(l->type), row = layout_row_bytes(l);
    const size_t bands = (size_t)l->bands, width = (size_t)region.width;
    const bool by_pixel = m->series->facts.by_pixel;

    memset(m->tile, 0, layout_tile_bytes(l));
    for (int64_t y = part.y; y < part.y + part.height; y++) {
        const unsigned char *from = rows + (size_t)(y - region.y) * width * bands * size;
        const size_t x = (size_t)(part.x - region.x);
        unsigned char *to = m->tile + (size_t)(y - tile.y) * row;
        if (!by_pixel) {
            memcpy(to, from + ((size_t)band * width + x) * size, (size_t)part.width * size);
            continue;
        }
        from += (x * bands + (size_t)band) * size;
        for (int64_t i = 0; i < part.width; i++, from += bands * size, to += size)
            memcpy(to, from, size);
    }
}

bool series_image_write(struct series_image *m, struct region region, const void *rows,
                        struct err *e)
{
    const struct layout *l = &m->levels.level[0];

    for (int64_t ty = region.y / l->tile_height; ty * l->tile_height < region.y + region.height;
         ty++)
        for (int64_t tx = region.x / l->tile_width; tx * l->tile_width < region.x + region.width;
             tx++)
            for (int b = 0; b < l->bands; b++) {
                const struct region tile = {tx * l->tile_width, ty * l->tile_height, l->tile_width,
                                            l->tile_height};
                const int64_t index = layout_index(l, l->separate ? b : 0, ty, tx);
                cut_tile(m, tile, b, region, rows);
                if (!output_put(m->output, index, m->tile, e))
                    return false;
            }
    return true;
}

/* An image made again of the same scenes is the same file for --resume, which looks at times. */
static bool set_time(const struct series_image *m, struct err *e)
{
    const struct timespec time = {.tv_sec = m->series->facts.newest_s};

    return !m->series->facts.identified ||
           futimens(output_fd(m->output), (const struct timespec[]){time, time}) == 0 ||
           err_errno(e, "%s: its time cannot be set", output_part(m->output));
}

bool series_image_publish(struct series_image *m, struct err *e)
{
    const bool ok = output_complete(m->output, e) && set_time(m, e) && output_publish(m->output, e);

    if (ok) {
        output_leave(m->output);
        m->output = NULL;
    }
    series_image_abandon(m);
    return ok;
}

void series_image_abandon(struct series_image *m)
{
    if (!m)
        return;
    output_abandon(m->output);
    free(m->tile);
    free(m);
}
