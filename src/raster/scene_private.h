/* scene_private.h - the inside of a scene, for the other files of this folder.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_SCENE_PRIVATE_H
#define RASTER_SCENE_PRIVATE_H

#include "raster/scene.h"

#include <gdal.h>

struct scene {
    GDALDatasetH dataset; /* of a mask: NULL, and mask is its band, of the dataset it is of */
    GDALRasterBandH mask;
    char *path;
    int *bands;           /* the chosen ones, as GDAL counts them: from 1 */
    struct region window; /* the scene's grid in the file's */
    struct scene_info info;
    unsigned char *frame; /* all of the file, bands side by side (frame.h); NULL: not read */
};

/* GDAL's handle of the scene's band b, counted from 0. */
GDALRasterBandH scene_band(const struct scene *s, int b);

/* Whether it has a mask of its own: neither alpha nor nodata. */
bool scene_has_mask(const struct scene *s);

/* The scene's geotransform, its window considered; false if it has none. */
bool scene_transform(const struct scene *s, struct affine *to_map);

#endif
