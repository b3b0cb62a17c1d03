/* scene.h - a scene opened with GDAL: what it is, and its pixels for formats without blobs.
 *
 * Only rank 0 opens scenes. Positions are in the scene's own grid, which is the file's unless the
 * user asked for a window of it; bands are the chosen ones, counted from 0.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_SCENE_H
#define RASTER_SCENE_H

#include "base/planes.h"
#include "ops/param.h"

#include <stdio.h>

struct scene_options {
    const char *path;              /* as the user wrote it; anything GDAL opens */
    const char *bands;             /* "1,3,2" as GDAL counts; NULL: all */
    const char *window;            /* "x,y,width,height"; NULL: all */
    struct text_list open_options; /* K=V for GDAL */
};

struct scene_info {
    const char *path; /* borrowed from the scene */
    char driver[32];
    int64_t width, height; /* of the window */
    int bands;
    enum pixel_type type;
    bool has_nodata;
    double nodata; /* of the first band */
    int block_width, block_height;
    char compression[32]; /* as GDAL names it; "NONE" when there is none */
};

struct scene; /* opaque */

/* Sets GDAL up for this process: drivers, a block cache of cache_bytes, config options "K=V". */
bool raster_begin(size_t cache_bytes, const struct text_list *config, struct err *e) MUST_CHECK;

/* Opens the scene. Fails, naming the path and the remedy, if it is missing, unreadable, empty, no
 * raster, has no bands or no pixels, has bands of different or unsupported types (complex …), or if
 * bands or window do not fit it (these two with err_usage). */
bool scene_open(struct scene **out, const struct scene_options *options, struct err *e) MUST_CHECK;
void scene_close(struct scene *s);

const struct scene_info *scene_info(const struct scene *s);

/* Fills the region of planes (which lies inside the scene; type as scene_info) through
 * GDALRasterIO. Fails naming path and region. */
bool scene_read(struct scene *s, const struct planes *out, struct err *e) MUST_CHECK;

#endif
