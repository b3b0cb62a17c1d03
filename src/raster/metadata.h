/* metadata.h - what a scene says about itself besides pixels, given on to an output.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_METADATA_H
#define RASTER_METADATA_H

#include "raster/output.h"

#include <gdal.h>

/* Where a mosaic keeps the texts of domains that are XML, each as an item of the domain's name without
 * its "xml:". */
#define METADATA_XML_DOMAIN "TILERY_XML"

/* Sets on `to`, a GTiff dataset just created and still without pixels, what survives of the scene
 * and the provenance. GDAL must not use .aux.xml files meanwhile: what has no place in the file
 * (category names, attribute tables, histograms) is left out. Fails if GDAL refuses nodata or
 * georeferencing. */
bool metadata_copy(GDALDatasetH to, const struct scene *s, const struct output_options *options,
                   const struct output_grid *grid, const struct layout *layout, bool fixed_colours,
                   struct err *e) MUST_CHECK;

/* The nodata value an output of the scene gets. False: none. */
bool metadata_nodata(const struct scene *s, const struct output_options *options,
                     enum pixel_type type, double *v);

/* Whether the output's first bands are red, green and blue. */
bool metadata_is_rgb(const struct output_grid *grid, const struct layout *layout);

#endif
