/* ghost.h - the words by which a Cloud Optimized GeoTIFF says how its data lie, between header and
 * first directory.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_GHOST_H
#define RASTER_GHOST_H

#include "base/err.h"

/* Puts them into a little-endian TIFF without tiles, whose directories move down for them. mask:
 * each tile of a mask will follow that of its pixels. */
bool ghost_insert(int fd, bool mask, struct err *e) MUST_CHECK;

#endif
