/* series_image.h - what was made of a series, as a GeoTIFF that the rest of the pipeline reads.
 *
 * It is written by rank 0 alone, uncompressed, with the metadata of the first scene.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SERIES_IMAGE_H
#define JOB_SERIES_IMAGE_H

#include "series.h"

#include "raster/output.h"

struct series_image; /* opaque */

/* Creates PATH.part. first: the first scene, and what the ops name. unit: rows of a tile. */
bool series_image_create(struct series_image **out, const char *path, const struct series *s,
                         const struct sources *first, int unit, const char *provenance,
                         struct err *e) MUST_CHECK;

/* Writes a region of whole tiles: rows of elements in the series' order, without gaps. Each place is
 * written once. */
bool series_image_write(struct series_image *m, struct region region, const void *rows,
                        struct err *e) MUST_CHECK;

/* The image is whole: its name appears. Frees m. */
bool series_image_publish(struct series_image *m, struct err *e) MUST_CHECK;

/* Removes what there is. NULL is allowed. */
void series_image_abandon(struct series_image *m);

/* Columns of a tile. */
enum { SERIES_TILE = 512 };

#endif
