/* cog_options.h - creation options as GDAL's COG driver names them.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_COG_OPTIONS_H
#define RASTER_COG_OPTIONS_H

#include "raster/output.h"

/* Keeps the texts of translated options. */
struct cog_options {
    char **list;
};

/* Reads sink->creation_options as the COG driver's; what remains there are the GTiff driver's, and
 * resampling and number of overviews are set. Fails with err_usage, naming the option. Free after
 * the sink's last use, also after a failure. */
bool cog_options(struct output_options *sink, enum pixel_type type, struct cog_options *keep,
                 struct err *e) MUST_CHECK;
void cog_options_free(struct cog_options *c);

#endif
