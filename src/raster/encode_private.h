/* encode_private.h - the inside of an encoder, for the other files of this folder.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_ENCODE_PRIVATE_H
#define RASTER_ENCODE_PRIVATE_H

#include "raster/encode.h"

#include <tiffio.h>

/* libtiff's handle of the template. */
TIFF *encoder_tiff(const struct encoder *c);

/* Whether the user said how hard to compress: then that is to be done. */
bool encoder_is_levelled(const struct encoder *c);

#endif
