/* locate.h - where the pixels of a grid lie on the map and on Earth.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_LOCATE_H
#define RASTER_LOCATE_H

#include "base/affine.h"
#include "raster/scene.h"

struct locator; /* opaque */

/* Of a grid of which to_scene gives the place of each pixel in the scene's, which is not needed any
 * more. Fails for memory alone: what is not known of the scene is said below. */
bool locator_new(struct locator **out, const struct scene *s, const struct affine *to_scene,
                 struct err *e) MUST_CHECK;
void locator_free(struct locator *l);

/* The geotransform of the grid; NULL: there is none. */
const struct affine *locator_transform(const struct locator *l);

/* "EPSG:32618", or else the name of the coordinate reference system; NULL: there is none. */
const char *locator_crs(const struct locator *l);

/* Degrees of WGS 84 of a place of the grid (in pixels from its corner); false if that cannot be
 * said. */
bool locator_geographic(const struct locator *l, double x, double y, double *lon, double *lat);

#endif
