/* decode.h - a worker's decoder: blobs of one TIFF, opened without the file.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_DECODE_H
#define RASTER_DECODE_H

#include "base/err.h"
#include "raster/layout.h"

#include <stddef.h>
#include <stdint.h>

struct decoder; /* opaque */

/* A decoder from the bytes of blobs_header. Fails if they are not what libtiff understands. */
bool decoder_new(struct decoder **out, const void *header, size_t n, struct err *e) MUST_CHECK;
void decoder_free(struct decoder *d);

const struct layout *decoder_layout(const struct decoder *d);

/* Whether another file's tiles, made by the encoder, could be these blobs as they are: the codec is
 * the same, keeps nothing about its blobs in the header, loses nothing, and nobody said how hard to
 * compress. */
struct encoder;
bool decoder_suits(const struct decoder *d, const struct encoder *c);

/* Decodes the first `rows` rows of blob `index` into out: rows * layout_row_bytes, in this
 * machine's byte order, samples interleaved as stored. Fewer rows than the blob has cost less with
 * codecs that can stop early. Fails, naming the tile, when the blob is corrupt or short. */
bool decoder_decode(struct decoder *d, int64_t index, const void *blob, size_t n, int rows,
                    void *out, struct err *e) MUST_CHECK;

#endif
