/* blobs.h - the blobs of a GeoTIFF scene, found and read on rank 0 without opening them.
 *
 * The file is walked once with libtiff while the byte ranges it reads are recorded; workers build
 * their decoders on a replay of those ranges (decode.h), so no tag is listed by hand.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_BLOBS_H
#define RASTER_BLOBS_H

#include "raster/layout.h"
#include "raster/scene.h"

#include "base/memory.h"

struct blobs; /* opaque */

/* Opens the scene's file for its blobs. When the scene must be read through GDAL instead, *out is
 * NULL and *why says so in words for -v; that is no failure. max_blob_bytes: decoded blobs larger
 * than this are left to GDAL too. One blob is decoded and compared with what GDAL reads there; if
 * they differ, GDAL is right. The scene must outlive the blobs. Fails only for lack of memory. */
bool blobs_open(struct blobs **out, struct scene *s, size_t max_blob_bytes, char *why,
                size_t why_size, struct err *e) MUST_CHECK;
void blobs_close(struct blobs *b);

const struct layout *blobs_layout(const struct blobs *b);

/* Where the scene's grid lies in the file's, and which of the file's bands (from 0) band b is. */
struct region blobs_window(const struct blobs *b);
int blobs_band(const struct blobs *b, int band);

/* What decoders need, appended to *header. */
bool blobs_header(const struct blobs *b, struct buffer *header, struct err *e) MUST_CHECK;

/* The bytes blob `index` takes in the file; 0: sparse, nothing is stored. Fails naming the file and
 * tile when offset and size do not lie inside the file or are absurd. */
bool blobs_size(struct blobs *b, int64_t index, size_t *size, struct err *e) MUST_CHECK;

/* Reads the blob into out (blobs_size bytes). */
bool blobs_read(struct blobs *b, int64_t index, void *out, struct err *e) MUST_CHECK;

/* Tells the system that the blob will be read soon; one that is not in the file is passed over. */
void blobs_announce(struct blobs *b, int64_t index);

/* The value of pixels in sparse blobs: nodata if set, else 0, as GDAL has it. */
double blobs_sparse_value(const struct blobs *b);

#endif
