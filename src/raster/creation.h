/* creation.h - the creation options of an output, checked, and what they make of its layout.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_CREATION_H
#define RASTER_CREATION_H

#include "base/memory.h"
#include "ops/param.h"
#include "raster/layout.h"

struct creation {
    char **file;            /* for GDALCreate of the output */
    char **tile;            /* for GDALCreate of a file of one of its tiles */
    struct buffer settings; /* of the codec, by codec_pack */
    bool sparse;            /* tiles of nothing but nodata (0 if there is none) are not stored */
    bool raw;               /* tiles are stored as they are */
    bool levelled;          /* the user says how hard to compress */
    bool fixed_colours;     /* user or codec say what the bands are; the scene's say is not asked */
};

/* Reads the options for a file whose size, type, bands and preferred tile are set in *layout, and
 * completes it.
 * Fails with err_usage, naming the option. To be freed with creation_free. */
bool creation_read(struct creation *c, const struct text_list *options, struct layout *layout,
                   struct err *e) MUST_CHECK;
void creation_free(struct creation *c);

#endif
