/* raster_writing.h - a scene written through encoder and output, for the tests of both.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_WRITING_H
#define RASTER_WRITING_H

#include "raster_support.h"

#include "raster/encode.h"
#include "raster/output.h"

/* The samples of a blob as the file stores them; 0 past the edges. */
static inline size_t gather(const struct layout *l, int64_t index, const struct planes *p,
                            unsigned char *out)
{
    struct region r = layout_region(l, index), inside = region_intersect(r, p->region);
    size_t size = pixel_size(l->type), n = (size_t)layout_samples(l);

    memset(out, 0, layout_row_bytes(l) * (size_t)r.height);
    for (size_t s = 0; s < n; s++)
        for (int64_t y = 0; y < inside.height; y++)
            for (int64_t x = 0; x < inside.width; x++)
                memcpy(
                    out + (size_t)y * layout_row_bytes(l) + ((size_t)x * n + s) * size,
                    planes_at(p, l->separate ? layout_plane(l, index) : (int)s, r.x + x, r.y + y),
                    size);
    return layout_row_bytes(l) * (size_t)r.height;
}

/* Appends all tiles, in order, a few at a time. */
static inline bool append_all(struct output *o, struct encoder *c, const struct planes *p,
                              struct err *e)
{
    const struct layout *l = output_layout(o);
    unsigned char *pixels = malloc(layout_tile_bytes(l));
    struct buffer blobs = {0};
    int64_t index[3], n = layout_blobs(l);
    size_t sizes[3];
    int count = 0;
    bool ok = true;

    for (int64_t i = 0; ok && i < n; i++) {
        size_t before = blobs.size;
        ok = encoder_encode(c, pixels, gather(l, i, p, pixels), &blobs, e);
        index[count] = i;
        sizes[count++] = blobs.size - before;
        if (ok && (count == 3 || i == n - 1)) {
            ok = output_append(o, count, index, sizes, blobs.data, e);
            blobs.size = 0;
            count = 0;
        }
    }
    buffer_free(&blobs);
    free(pixels);
    return ok;
}

enum { BANDS_MOST = 16 };

struct wanted {
    const char *path, *options;
    enum pixel_type type; /* the scene's own if PX_SAME */
    int bands;            /* the scene's own if 0 */
    bool overwrite, has_nodata;
    double nodata;
};

/* Writes the tiles of the scene's mask behind those of its pixels. */
static inline bool write_mask(struct output *o, struct scene *s, struct err *e)
{
    const struct overviews *levels = output_overviews(o);
    const int level = overviews_mask(levels, 0);
    const struct layout *l = &levels->level[level];
    struct scene *mask;
    struct planes p;
    void *memory;
    struct buffer template = {0}, blob = {0};
    struct encoder *c = NULL;
    struct scratch *scratch = NULL;
    unsigned char *pixels = malloc(layout_tile_bytes(l));

    ck_assert(scene_open_mask(&mask, s, e));
    ck_assert(
        planes_new(&p, &memory, PX_UINT8, 1, (struct region){0, 0, l->width, l->height}, 0, e));
    bool ok = scene_read(mask, &p, e) && output_mask_template(o, &template, e) &&
              encoder_new(&c, template.data, template.size, e) &&
              scratch_new(&scratch, output_part(o), 0, false, e);
    for (int64_t i = 0; ok && i < layout_blobs(l); i++) {
        const int64_t number = levels->first[level] + i;
        blob.size = 0;
        ok = encoder_encode(c, pixels, gather(l, i, &p, pixels), &blob, e) &&
             scratch_add(scratch, number, blob.data, blob.size, e) &&
             output_note(o, number, (uint32_t)blob.size, e);
    }
    ok = ok && output_lay_out(o, e) && output_copy(o, scratch, e);
    scratch_remove(scratch);
    scratch_free(scratch);
    encoder_free(c);
    buffer_free(&blob);
    buffer_free(&template);
    free(pixels);
    free(memory);
    scene_close(mask);
    return ok;
}

static inline bool begin_write(struct output **o, struct scene *s, const struct wanted *w,
                               struct err *e)
{
    char **list = CSLTokenizeString2(w->options ? w->options : "", " ", 0);
    const struct scene_info *info = scene_info(s);
    struct output_options options = {.path = w->path,
                                     .overwrite = w->overwrite,
                                     .provenance = "read x ! blur ! write <y>",
                                     .creation_options = {(const char **)list, CSLCount(list)},
                                     .has_nodata = w->has_nodata,
                                     .nodata = w->nodata};
    struct output_band bands[BANDS_MOST] = {0};
    struct output_grid grid = {.to_scene = affine_identity(), .bands = bands};
    struct scene *mask;
    struct overviews levels = {0};
    struct layout l;

    ck_assert(scene_open_mask(&mask, s, e));
    bool ok = output_check(&options, w->type == PX_SAME ? info->type : w->type,
                           w->bands ? w->bands : info->bands, info->width, info->height, &l, e);
    ck_assert_int_le(info->bands, BANDS_MOST);
    for (int b = 0; !w->bands && b < info->bands; b++)
        bands[b] = (struct output_band){.scene = s, .band = b, .keeps_values = true};
    if (ok)
        overviews_lay_out(&levels, &l, 0, mask != NULL);
    ok = ok && output_create(o, &options, s, &grid, &levels, e);

    scene_close(mask);
    CSLDestroy(list);
    return ok;
}

/* Writes the scene's pixels (or zeros, when type or bands are others) as wanted. */
static inline bool write_scene(struct scene *s, const struct wanted *w, struct err *e)
{
    struct output *o;
    struct encoder *c = NULL;
    struct buffer template = {0};
    struct planes p;
    void *memory = NULL;

    if (!begin_write(&o, s, w, e))
        return false;
    const struct layout *l = output_layout(o);
    bool ok = output_template(o, &template, e) &&
              encoder_new(&c, template.data, template.size, e) &&
              planes_new(&p, &memory, l->type, l->bands, (struct region){0, 0, l->width, l->height},
                         0, e);
    if (ok && l->type == scene_info(s)->type && l->bands == scene_info(s)->bands)
        ok = scene_read(s, &p, e);
    else if (ok)
        memset(p.data, 0, p.band_bytes * (size_t)p.bands);
    ok = ok && append_all(o, c, &p, e) && (!output_overviews(o)->mask || write_mask(o, s, e));
    encoder_free(c);
    buffer_free(&template);
    free(memory);
    ok = ok && output_complete(o, e) && output_publish(o, e);
    if (ok)
        output_leave(o);
    else
        output_abandon(o);
    return ok;
}

static inline void must_write(struct scene *s, const struct wanted *w)
{
    char part[400];
    struct err e;

    ck_assert_msg(write_scene(s, w, &e), "%s: %s", w->options ? w->options : "", e.text);
    snprintf(part, sizeof part, "%s.part", w->path);
    ck_assert(exists(w->path) && !exists(part));
    snprintf(part, sizeof part, "%s.aux.xml", w->path);
    ck_assert_msg(!exists(part), "%s", part);
    snprintf(part, sizeof part, "%s.part.aux.xml", w->path);
    ck_assert_msg(!exists(part), "%s", part);
}

#endif
