/* beside.h - the scene's border beside the rows of a ring.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_BESIDE_H
#define PIPELINE_BESIDE_H

#include "rings.h"

/* Finds for each ring how far its readers look past the scene's sides in the strip at hand. */
void beside_find(struct rings *r, const struct stages *s);

/* Writes the scene's border beside `height` rows from ring->next on, of n_bands bands. */
void beside_write(const struct ring *ring, const struct format *format, int height, int n_bands);

#endif
