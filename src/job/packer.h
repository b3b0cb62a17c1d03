/* packer.h - the pixels of a chunk as encoded tiles: the result of a chunk (parcel.h).
 * SPDX-License-Identifier: MIT */
#ifndef JOB_PACKER_H
#define JOB_PACKER_H

#include "base/planes.h"
#include "base/tick.h"
#include "pipeline/divide.h"
#include "raster/encode.h"

struct packer; /* opaque */

/* Layout and encoder are borrowed. Fails if memory is short. */
bool packer_new(struct packer **out, const struct layout *layout, struct encoder *encoder,
                struct err *e) MUST_CHECK;
void packer_free(struct packer *p);

/* Appends the tiles of a chunk's pixels, in the order of writing. Where the encoder leaves tiles
 * out, those have size 0. */
bool packer_pack(struct packer *p, const struct planes *pixels, const struct division *division,
                 struct buffer *result, struct tick tick, struct err *e) MUST_CHECK;

/* Seconds spent encoding so far. */
double packer_seconds(const struct packer *p);

#endif
