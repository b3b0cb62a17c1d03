/* frame.h - the decoded whole of a scene whose format has no parts: JPEG, PNG.
 *
 * Such a file is decoded from its top. It is done once, all bands at once, and kept, as long as it
 * takes no more than GDAL may for its own cache, which then stays empty.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_FRAME_H
#define RASTER_FRAME_H

#include "scene_private.h"

/* Whether the scene is to be read like that. */
bool frame_suits(const struct scene *s);

/* Reads as GDAL would. */
CPLErr frame_read(struct scene *s, const struct planes *out);

#endif
