/* gdal_support.h - what all users of GDAL here share: its words on failures, its pixel types.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_GDAL_SUPPORT_H
#define RASTER_GDAL_SUPPORT_H

#include "base/pixel.h"

#include <gdal.h>

/* Between begin and end GDAL prints nothing and its failures are kept. They nest. */
struct quiet {
    char first[300], last[300];
    char words[620];
};
void quiet_begin(struct quiet *q);
void quiet_end(struct quiet *q);

/* What GDAL said, on one line: its last failure, then the first one if that is another. */
const char *quiet_words(struct quiet *q);

GDALDataType gdal_type(enum pixel_type type);

/* The nodata value of a band of the given type; false if it has none. */
bool gdal_nodata(GDALRasterBandH band, enum pixel_type type, double *v);

#endif
