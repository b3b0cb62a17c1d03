/* image.h - an output of a format that GDAL writes in one go from an image in memory: PNG, JPEG.
 *
 * The file is made in a folder of its own beside its place; the name PATH appears when it is
 * whole and synced, with those of what belongs to it (PATH.aux.xml).
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_IMAGE_H
#define RASTER_IMAGE_H

#include "raster/output.h"

#include "base/planes.h"

/* The driver (as GDAL names it) of images with the path's ending; NULL: there is none. */
const char *image_driver(const char *path);

/* Fails with err_usage if images of that driver have no such pixels. */
bool image_check_type(const char *driver, const char *path, enum pixel_type type,
                      struct err *e) MUST_CHECK;

struct image; /* opaque */

/* Makes room for the image; options are as for output_create, creation_options those of the driver.
 * with_mask: the image has a mask. Fails with err_usage if the driver knows no such options or
 * cannot write pixels like that, or if something is in the way of PATH; fails if memory is short. To
 * be freed with image_free. */
bool image_new(struct image **out, const char *driver, const struct output_options *options,
               struct scene *scene, const struct output_grid *grid, const struct layout *layout,
               bool with_mask, struct err *e) MUST_CHECK;
void image_free(struct image *im);

/* Bytes it takes in memory. */
size_t image_bytes(const struct layout *layout, bool with_mask);

/* Puts a part of the image in its place; mask is of one band, and NULL if the image has none. */
void image_put(struct image *im, const struct planes *pixels, const struct planes *mask);

/* Encodes and writes it. Fails naming the path. */
bool image_write(struct image *im, struct err *e) MUST_CHECK;

#endif
