/* scene.h - a scene opened with GDAL: what it is, and its pixels for formats without blobs.
 *
 * Positions are in the scene's own grid, which is the file's unless the
 * user asked for a window of it; bands are the chosen ones, counted from 0.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_SCENE_H
#define RASTER_SCENE_H

#include "base/affine.h"
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
    int64_t width, height;           /* of the window */
    int64_t file_width, file_height; /* of all that is in the file */
    int bands;
    enum pixel_type type;
    bool has_nodata;
    double nodata; /* of the first band */
    int block_width, block_height;
    char compression[32]; /* as GDAL names it; "NONE" when there is none */
};

struct scene; /* opaque */

/* What the user decides about GDAL. */
struct raster_options {
    struct text_list config; /* "K=V" */
    bool network;            /* scenes may be, or name, what is on the network */
};

/* Sets GDAL up for this process: drivers, a block cache of cache_bytes, its options. Python in
 * VRTs runs only if the options say so. */
bool raster_begin(size_t cache_bytes, const struct raster_options *options,
                  struct err *e) MUST_CHECK;

/* Opens the scene. Fails, naming the path and the remedy, if it is missing, unreadable, empty, no
 * raster, has no bands or no pixels, has bands of different or unsupported types (complex …), or if
 * bands or window do not fit it (these two with err_usage). */
bool scene_open(struct scene **out, const struct scene_options *options, struct err *e) MUST_CHECK;
void scene_close(struct scene *s);

/* The scene's own mask (neither alpha nor nodata) as a scene of one band of uint8, 0 where there is
 * no data; *out is NULL when there is none. To be closed before the scene it is of. Fails if memory
 * is short. */
bool scene_open_mask(struct scene **out, struct scene *of, struct err *e) MUST_CHECK;

/* Whether the other scene lies on the scene's grid, of which to_scene (NULL: one on one) gives the
 * place of each of its pixels. Fails with err_usage naming what differs. Scenes without
 * georeferencing lie anywhere. */
bool scene_on_grid(const struct scene *other, const struct scene *s, const struct affine *to_scene,
                   struct err *e) MUST_CHECK;

/* The number (as GDAL's open option OVERVIEW_LEVEL has it) of the smallest overview that is no smaller
 * than width x height; -1: there is none. */
int scene_overview(const struct scene *s, int64_t width, int64_t height);

const struct scene_info *scene_info(const struct scene *s);

/* Calls `each` for every file the scene is made of, as GDAL lists them, until one returns false.
 * Fails if that did, or, naming the path, if GDAL knows of none. */
bool scene_files(struct scene *s, bool (*each)(void *ctx, const char *path, struct err *e),
                 void *ctx, struct err *e) MUST_CHECK;

/* Fills the region of planes (which lies inside the scene; type as scene_info) through
 * GDALRasterIO. Fails naming path and region. */
bool scene_read(struct scene *s, const struct planes *out, struct err *e) MUST_CHECK;

/* The same with the bands of each pixel side by side, and nothing between rows: what decoders of
 * photographs make at once. */
bool scene_read_by_pixel(struct scene *s, struct region r, void *out, struct err *e) MUST_CHECK;

/* Whether reading a part of it means decoding all that comes before it, or all of it. */
bool scene_is_sequential(const struct scene *s);

/* Lets scene_open find a file in memory, under *name (to be freed): the path behind
 * SCENE_IN_MEMORY. bytes are borrowed until scene_file_forget. Fails if memory is short. */
#define SCENE_IN_MEMORY "/vsimem/tilery/"
bool scene_file_in_memory(const char *path, void *bytes, size_t n, char **name,
                          struct err *e) MUST_CHECK;
void scene_file_forget(char *name); /* NULL is allowed */

#endif
