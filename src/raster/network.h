/* network.h - GDAL kept off the network.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_NETWORK_H
#define RASTER_NETWORK_H

#include <stdbool.h>

/* From here on nothing that GDAL opens, itself or through a library, makes a connection; nor
 * does what a file names in turn. After GDALAllRegister, and for good. */
void network_turn_off(void);

/* Whether words (a path, a failure) name something on the network while it is off. */
bool network_is_missed(const char *words);

#endif
