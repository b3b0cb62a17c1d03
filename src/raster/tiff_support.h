/* tiff_support.h - libtiff over bytes that are not a plain file, and the layouts it finds.
 *
 * Every handle reports to its own client: nothing is printed, no handler of the process is touched.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_TIFF_SUPPORT_H
#define RASTER_TIFF_SUPPORT_H

#include "base/err.h"
#include "raster/layout.h"

#include <tiffio.h>

/* First member of whatever libtiff reads or writes; procedures get its address. */
struct tiff_client {
    uint64_t position, size;
    char words[300]; /* libtiff's first complaint since the caller set words[0] = 0 */
};

/* write may be NULL for modes that only read. NULL when libtiff refuses: client->words says why. */
TIFF *tiff_open(struct tiff_client *client, const char *mode, TIFFReadWriteProc read_proc,
                TIFFReadWriteProc write_proc);

/* client->words, or something to say when libtiff gave none. */
const char *tiff_words(const struct tiff_client *client);

/* Formats the reason into why; returns false. */
bool why_not(char *why, size_t why_size, const char *format, ...) PRINTF_LIKE(3, 4);

/* The mode blobs are found and decoded in: read, no mapping, the tile index left in the file. */
#define TIFF_BLOB_MODE "rmO"

/* The layout of the current directory, which is made to decode to the pixels GDAL gives (YCbCr to
 * RGB). False, with the reason in why, for all that blobs are not supported for. */
bool tiff_layout(TIFF *tif, struct layout *l, char *why, size_t why_size);

/* How the blobs of the current directory are encoded, but for what their bytes tell themselves. */
struct tiff_encoding {
    uint16_t codec, predictor;
    bool swapped; /* the file has the other byte order */
};
struct tiff_encoding tiff_encoding(TIFF *tif);

#endif
