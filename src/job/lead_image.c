/* lead_image.c - rank 0's part of a job whose output is an image in memory.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/timeline.h"

#include <stdlib.h>
#include <unistd.h>

static bool check_memory(const struct lead *l, const struct layout *full, struct err *e)
{
    const size_t bytes = image_bytes(full, sources_have_mask(&l->sources));
    char text[2][32];

    return bytes <= l->memory_bytes / 2 ||
           err_usage(e,
                     "%s: the image takes %s, which rank 0 must hold as a whole: more than half of "
                     "its memory (--memory=%s); write a GeoTIFF, which needs no more for any size",
                     l->ends.sink.path, text_bytes(bytes, text[0], sizeof text[0]),
                     text_bytes(l->memory_bytes, text[1], sizeof text[1]));
}

bool lead_check_image(const struct lead *l, struct err *e)
{
    const char *path = l->ends.sink.path;

    return (l->ends.sink.overwrite || access(path, F_OK) != 0 ||
            err_set(e, "%s: exists already; --overwrite replaces it", path)) &&
           image_check_type(l->ends.driver, path, plan_output(l->plan).type, e);
}

static bool create(struct lead *l, const struct layout *full, struct err *e)
{
    struct output_grid grid;
    struct output_band *bands = lead_bands(l, e);

    plan_to_source(l->plan, l->plan->last, &grid.to_scene);
    grid.bands = bands;
    const bool ok = bands && image_new(&l->image, l->ends.driver, &l->ends.sink,
                                       l->sources.list[0].scene, &grid, full, l->overviews.mask, e);
    free(bands);
    return ok;
}

bool lead_open_image(struct lead *l, const struct lead_means *means, struct buffer *ticket,
                     struct err *e)
{
    lead_take_means(l, means);
    if (!lead_open_sources(l, l->ends.sink_type, e) || !lead_make_plans(l, e))
        return false;
    const int side = lead_choose_tile(l->plan);
    lead_lay_out_tiles(l, side, side); /* chunks are cut as those of a GeoTIFF would be */
    const struct layout full = l->overviews.level[0];
    if (!check_memory(l, &full, e) || !create(l, &full, e))
        return false;
    l->used_bytes += image_bytes(&full, l->overviews.mask);
    if (!lead_size(l, l->options->chunk, NULL, e))
        return false;
    lead_tell_plan(l);
    return lead_pack(l, &l->overviews, &l->sizing, ticket, e);
}

/* The planes of a region that lie at *bytes; what is behind them. */
static unsigned char *planes_over(struct planes *p, enum pixel_type type, int bands,
                                  struct region r, unsigned char *bytes)
{
    const size_t row = (size_t)r.width * pixel_size(type), band = row * (size_t)r.height;

    *p = (struct planes){bytes, type, bands, r, row, band};
    return bytes + band * (size_t)bands;
}

bool lead_put(struct lead *l, int64_t chunk, const struct buffer *result, struct err *e)
{
    const struct format f = plan_output(l->plan);
    const struct region r = division_chunk(&l->sizing.division, chunk);
    const size_t mask_bytes = l->overviews.mask ? 1 : 0;
    struct planes pixels, mask;

    if (result->size !=
        (size_t)r.width * (size_t)r.height * (pixel_size(f.type) * (size_t)f.bands + mask_bytes))
        return err_set(e, "the pixels of a chunk take %zu bytes (a defect)", result->size);
    unsigned char *behind = planes_over(&pixels, f.type, f.bands, r, result->data);
    planes_over(&mask, PX_UINT8, 1, r, behind);
    image_put(l->image, &pixels, l->overviews.mask ? &mask : NULL);
    return true;
}

bool lead_finish_image(struct lead *l, struct err *e)
{
    const double start = clock_s();

    progress_end(&l->progress);
    if (!image_write(l->image, e))
        return false;
    l->published = true;
    l->finish_s = timeline_since("finishing", start);
    lead_tell_nodes(l);
    return true;
}
