/* sources.h - the scenes that a rank reads: the pipeline's own, those of --with, and their masks.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SOURCES_H
#define JOB_SOURCES_H

#include "pipeline/plan.h"
#include "raster/blobs.h"
#include "raster/scene.h"

struct source {
    struct scene *scene;
    struct blobs *blobs; /* NULL: pixels go through GDAL … */
    char why[200];       /* … for this reason */
};

/* Sources, and what the planner must know of them, in the same order. */
struct sources {
    struct source list[PLAN_MAX_SOURCES];
    struct format format[PLAN_MAX_SOURCES];
    const char *name[PLAN_MAX_SOURCES];
    struct outside outside[PLAN_MAX_SOURCES];
    int n;
};

/* Opens the scene and those that the ops name; a scene of the size of the first one's whole file
 * is read through the same window. max_blob_bytes: see blobs_open. To be freed with sources_close,
 * also after a failure. */
bool sources_open(struct sources *s, const struct scene_options *first, const struct step *steps,
                  int n_steps, size_t max_blob_bytes, struct err *e) MUST_CHECK;
void sources_close(struct sources *s);

/* Of a rank's memory: GDAL's cache, and the largest blob that is sent unopened. */
size_t sources_cache_bytes(size_t memory_bytes);
size_t sources_blob_most(size_t memory_bytes);

/* As the planner takes them; borrowed from s. */
struct plan_sources sources_for_plan(const struct sources *s);

/* Fails with err_usage unless the scenes lie on the grid of the pixels that the plan joins them
 * with. */
bool sources_check_grids(const struct sources *s, const struct plan *plan,
                         struct err *e) MUST_CHECK;

/* Whether a pixel of any scene can be outside the data: there is a nodata value, a mask, or NaN. */
bool sources_have_outside(const struct sources *s);

bool sources_have_mask(const struct sources *s);

/* The scene whose nodata value is the output's when none is given; NULL: none has one. */
const struct scene_info *sources_nodata(const struct sources *s);

/* From now on the source's pixels go through GDAL, for this reason. */
void sources_give_up_blobs(struct source *one, const char *why);

/* Whether GDAL's cache is used at all, and bytes of the blocks it decodes whole for
 * that. */
bool sources_use_gdal(const struct sources *s, size_t *block_bytes);

#endif
