/* creation_options.h - the creation options of an output as they are written: names and values.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_CREATION_OPTIONS_H
#define RASTER_CREATION_OPTIONS_H

#include "base/err.h"
#include "ops/param.h"

enum creation_option {
    COMPRESS,
    PREDICTOR,
    ZLEVEL,
    ZSTD_LEVEL,
    LZMA_PRESET,
    MAX_Z_ERROR,
    JPEG_QUALITY,
    JPEGTABLESMODE,
    WEBP_LEVEL,
    WEBP_LOSSLESS,
    INTERLEAVE,
    TILED,
    BLOCKXSIZE,
    BLOCKYSIZE,
    SPARSE_OK,
    BIGTIFF,
    ENDIANNESS,
    PHOTOMETRIC,
    ALPHA,
    PROFILE,
    GEOTIFF_KEYS_FLAVOR,
    GEOTIFF_VERSION,
    N_OPTIONS
};

/* What the user wrote, by option; NULL where nothing. number holds those without words. */
struct given {
    const char *text[N_OPTIONS]; /* borrowed from the list */
    double number[N_OPTIONS];
};

/* Reads a list of NAME=VALUE. Fails with err_usage naming the option. */
bool creation_options_read(struct given *g, const struct text_list *options,
                           struct err *e) MUST_CHECK;

const char *creation_option_name(enum creation_option option);

/* Whether the option was given as that word, in any case. */
bool given_is(const struct given *g, enum creation_option option, const char *word);

/* Whether it was given as YES, TRUE or ON. */
bool given_yes(const struct given *g, enum creation_option option);

#endif
