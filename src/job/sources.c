/* sources.c - the scenes a pipeline reads.
 * SPDX-License-Identifier: MIT */
#include "sources.h"

#include <stdio.h>
#include <string.h>

enum {
    CACHE_LEAST = 16 << 20, /* of GDAL: a row of blocks of most scenes … */
    CACHE_MOST = 64 << 20,  /* … and more only makes reading slower */
};

size_t sources_cache_bytes(size_t memory_bytes)
{
    const size_t share = memory_bytes / 8;

    return share < CACHE_LEAST ? CACHE_LEAST : share > CACHE_MOST ? CACHE_MOST : share;
}

size_t sources_blob_most(size_t memory_bytes)
{
    return memory_bytes / 16;
}

static bool add(struct sources *s, struct scene *scene, const char *name, struct err *e)
{
    const struct scene_info *info = scene_info(scene);

    if (s->n == PLAN_MAX_SOURCES) {
        scene_close(scene);
        return err_usage(e, "the pipeline reads more than %d scenes and masks", PLAN_MAX_SOURCES);
    }
    s->list[s->n].scene = scene;
    s->format[s->n] = (struct format){info->type, info->bands, info->width, info->height};
    s->name[s->n] = name;
    s->outside[s->n] = (struct outside){info->has_nodata, info->nodata, 0};
    s->n++;
    return true;
}

static bool open_first(struct sources *s, const struct scene_options *options, struct err *e)
{
    struct scene *scene;

    return scene_open(&scene, options, e) && add(s, scene, NULL, e);
}

/* Of the first scene's file size, so that a window of that is one of this too. */
static bool shares_window(const struct scene *scene, const struct scene *first)
{
    const struct scene_info *info = scene_info(scene), *whole = scene_info(first);

    return info->width == whole->file_width && info->height == whole->file_height &&
           (whole->width != whole->file_width || whole->height != whole->file_height);
}

static bool open_other(struct sources *s, const char *path, const char *window, struct err *e)
{
    struct scene_options options = {.path = path};
    struct scene *scene;

    if (!scene_open(&scene, &options, e))
        return false;
    if (window && shares_window(scene, s->list[0].scene)) {
        scene_close(scene);
        options.window = window;
        if (!scene_open(&scene, &options, e))
            return false;
    }
    return add(s, scene, path, e);
}

static bool open_masks(struct sources *s, struct err *e)
{
    const int n_scenes = s->n;

    for (int i = 0; i < n_scenes; i++) {
        struct scene *mask;
        if (!scene_open_mask(&mask, s->list[i].scene, e))
            return false;
        if (!mask)
            continue;
        if (!add(s, mask, NULL, e))
            return false;
        snprintf(s->list[s->n - 1].why, sizeof s->list[0].why, "it is a mask");
        s->outside[i].mask = s->n - 1;
    }
    return true;
}

bool sources_open(struct sources *s, const struct scene_options *first, const struct step *steps,
                  int n_steps, size_t max_blob_bytes, struct err *e)
{
    const char *names[PLAN_MAX_SOURCES];
    int n = 1;

    *s = (struct sources){0};
    if (!open_first(s, first, e) || !plan_scenes(steps, n_steps, names, &n, PLAN_MAX_SOURCES, e))
        return false;
    for (int i = 1; i < n; i++)
        if (!open_other(s, names[i], first->window, e))
            return false;
    for (int i = 0; i < n; i++) {
        struct source *one = &s->list[i];
        if (!blobs_open(&one->blobs, one->scene, max_blob_bytes, one->why, sizeof one->why, e))
            return false;
    }
    return open_masks(s, e);
}

/* Masks come last and are closed before the scenes they are of. */
void sources_close(struct sources *s)
{
    while (s->n > 0) {
        struct source *one = &s->list[--s->n];
        blobs_close(one->blobs);
        scene_close(one->scene);
    }
}

struct plan_sources sources_for_plan(const struct sources *s)
{
    return (struct plan_sources){s->format, s->name, s->n, s->outside};
}

bool sources_check_grids(const struct sources *s, const struct plan *plan, struct err *e)
{
    for (int i = 1; i < s->n; i++) {
        const int stage = s->name[i] ? plan_meets(plan, i) : -1;
        struct affine to_first;
        if (stage < 0)
            continue;
        const bool regrids = plan_to_source(plan, stage, &to_first);
        if (!scene_on_grid(s->list[i].scene, s->list[0].scene, regrids ? &to_first : NULL, e))
            return false;
    }
    return true;
}

bool sources_have_outside(const struct sources *s)
{
    for (int i = 0; i < s->n; i++)
        if (s->outside[i].has_value || s->outside[i].mask > 0 || pixel_is_float(s->format[i].type))
            return true;
    return false;
}

bool sources_have_mask(const struct sources *s)
{
    bool any = false;

    for (int i = 0; i < s->n; i++)
        any |= s->outside[i].mask > 0;
    return any;
}

const struct scene_info *sources_nodata(const struct sources *s)
{
    for (int i = 0; i < s->n; i++)
        if (s->outside[i].has_value)
            return scene_info(s->list[i].scene);
    return NULL;
}

void sources_give_up_blobs(struct source *one, const char *why)
{
    blobs_close(one->blobs);
    one->blobs = NULL;
    snprintf(one->why, sizeof one->why, "%s", why);
}

/* Uncompressed strips are read in parts (raster_begin). */
static bool reads_whole_blocks(const struct scene_info *in)
{
    return strcmp(in->driver, "GTiff") != 0 || strcmp(in->compression, "NONE") != 0 ||
           in->block_width < in->file_width;
}

bool sources_use_gdal(const struct sources *s, size_t *block_bytes)
{
    bool uses = false;

    *block_bytes = 0;
    for (int i = 0; i < s->n; i++) {
        const struct scene_info *in = scene_info(s->list[i].scene);
        if (s->list[i].blobs)
            continue;
        uses = true;
        if (!reads_whole_blocks(in))
            continue;
        const double bytes = (double)in->block_width * in->block_height *
                             (double)pixel_size(in->type) * (in->bands + 1.0);
        *block_bytes += bytes < 0x1p48 ? (size_t)bytes : (size_t)1 << 48; /* no host has more */
    }
    return uses;
}
