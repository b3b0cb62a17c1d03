/* skeleton.h - the files GDAL makes for an output: itself without tiles, and one tile of it.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_SKELETON_H
#define RASTER_SKELETON_H

#include "raster/output.h"

#include "creation.h"

/* Writes the whole output but its tiles to the empty file `fd`: header, metadata, directories of
 * all levels. The failure does not name the file. */
bool skeleton_write(int fd, const struct output_options *options, const struct creation *c,
                    const struct scene *s, const struct output_grid *grid,
                    const struct overviews *levels, struct err *e) MUST_CHECK;

/* Appends what encoder_new takes. absent: the value of pixels that are not stored. */
bool skeleton_template(const struct creation *c, const struct layout *layout, double absent,
                       struct buffer *template_bytes, struct err *e) MUST_CHECK;

/* The same for tiles of the mask. */
bool skeleton_mask_template(const struct creation *c, const struct layout *layout,
                            struct buffer *template_bytes, struct err *e) MUST_CHECK;

#endif
