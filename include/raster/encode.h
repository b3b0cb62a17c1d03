/* encode.h - a worker's encoder: tiles of one output file, encoded in memory.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_ENCODE_H
#define RASTER_ENCODE_H

#include "base/memory.h"
#include "raster/layout.h"

struct encoder; /* opaque */

/* An encoder from the bytes of output_template. Fails if libtiff does not understand them or lacks
 * the codec, naming it. */
bool encoder_new(struct encoder **out, const void *template_bytes, size_t n,
                 struct err *e) MUST_CHECK;
void encoder_free(struct encoder *c);

/* Encodes one tile: n bytes at pixels (layout_tile_bytes; a short last strip has fewer), samples
 * interleaved as the file stores them, and appends the blob to *out. Of a mask the pixels are bytes
 * too, 0 where there is no data. pixels may be altered. The same pixels give the same blob on every
 * rank. */
bool encoder_encode(struct encoder *c, void *pixels, size_t n, struct buffer *out,
                    struct err *e) MUST_CHECK;

/* Whether tiles of nothing but *value are left out of the file. */
bool encoder_leaves_out(const struct encoder *c, double *value);

/* Whether what lies past the raster in tiles at its edge shows in the pixels inside: then it should
 * be like them. */
bool encoder_shows_edges(const struct encoder *c);

#endif
