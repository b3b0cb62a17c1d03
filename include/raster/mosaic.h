/* mosaic.h - scenes laid side by side as one, in memory: a VRT of theirs, which GDAL opens by a name.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_MOSAIC_H
#define RASTER_MOSAIC_H

#include "base/affine.h"
#include "base/memory.h"
#include "base/region.h"
#include "raster/scene.h"

struct mosaic_part {
    const char *path; /* borrowed */
    int64_t width, height;
    int block_width, block_height;
    bool has_map, has_mask;
    struct affine to_map; /* the place of its pixels on the map */
    char *place;  /* what its metadata say of its place (OUTPUT_PLACE_ITEM); NULL: nothing */
    int64_t x, y; /* where it goes in the mosaic */
};

/* Opens the part at part->path and looks at it; first: a part that it must go with. To be freed with
 * mosaic_forget. Fails as scene_open does, and, naming both, if the two have other bands, another
 * pixel type, nodata value, colour table, scale, unit or coordinate reference system. */
bool mosaic_look(struct mosaic_part *part, const struct scene *first, struct err *e) MUST_CHECK;
void mosaic_forget(struct mosaic_part *part);

/* Appends the text of a VRT of width x height pixels, with the parts where they go, and all that the
 * part `like`, the upper left one, says of itself. Fails if memory is short. */
bool mosaic_write(struct buffer *out, const struct scene *like, const struct mosaic_part *parts,
                  int n, int64_t width, int64_t height, struct err *e) MUST_CHECK;

/* In this process the text is now a file of that name (/vsimem/…), which other scenes must not have;
 * it is borrowed until mosaic_unmount. Fails if memory is short. */
bool mosaic_mount(const char *name, const void *text, size_t n, struct err *e) MUST_CHECK;
void mosaic_unmount(const char *name);

#endif
