/* jpeg_writer.h - a plain JPEG file of one or three bands of bytes.
 *
 * GDAL's driver looks through an image twice, for the best Huffman codes, which takes more than
 * twice the time and makes files 3 % smaller. Where nothing but pixels is to be written, this does.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_JPEG_WRITER_H
#define RASTER_JPEG_WRITER_H

#include "base/err.h"
#include "base/pixel.h"

/* Rows of pixels, whose samples lie side by side; borrowed. */
struct jpeg_raster {
    uint8 *samples;
    int width, height, bands;
};

/* Writes the file, colours as GDAL's driver does (YCbCr, 4:2:0). Fails naming what libjpeg or the
 * system says. */
bool jpeg_write(const char *path, const struct jpeg_raster *raster, int quality,
                struct err *e) MUST_CHECK;

#endif
