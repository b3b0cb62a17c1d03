/* codec.h - the codecs an output can have: what they take, how libtiff is told of their options.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_CODEC_H
#define RASTER_CODEC_H

#include "creation_options.h"

#include "base/memory.h"
#include "raster/layout.h"

/* All names there are, the values of COMPRESS. */
#define CODEC_NAMES                                                                                \
    " NONE LZW DEFLATE ZIP ADOBE_DEFLATE ZSTD PACKBITS LZMA LERC LERC_DEFLATE LERC_ZSTD JPEG "     \
    "WEBP "

/* An option that libtiff takes as a pseudo-tag: one that sets the codec and is not in the file. */
struct codec_setting {
    enum creation_option option;
    uint32_t tag;
    double standard; /* GDAL's default */
};

enum { CODEC_MOST_SETTINGS = 2 };

struct codec {
    const char *name, *alias, *alias_2; /* the first one is handed on to GDAL */
    int number;                         /* libtiff's */
    int inner;                          /* what packs its bytes once more; 0: nothing does */
    bool predicts;                      /* knows predictors */
    bool photographic; /* 8 bits in tiles of few bands, and what lies past the raster shows in it */
    int longest_side;  /* of its tiles; 0: any */
    double worst;      /* bytes it makes of a byte that does not compress */
    struct codec_setting settings[CODEC_MOST_SETTINGS]; /* tag 0: no more */
};

/* The codec of COMPRESS; that of no compression if it is not given. */
const struct codec *codec_of(const struct given *g);

/* Whether tiles of that layout (of which only type, bands, tile_width, tile_height, strips and
 * separate are looked at) can be written with the options of the codec. Fails with err_usage naming
 * the option. */
bool codec_check(const struct codec *c, const struct given *g, const struct layout *l,
                 struct err *e) MUST_CHECK;

/* Appends their number and each one's tag and value, for encode.c. */
bool codec_pack(const struct codec *c, const struct given *g, struct buffer *out,
                struct err *e) MUST_CHECK;

/* Whether a tag is one that is set to a number, and whether to a double (else an int). */
bool codec_knows_tag(uint32_t tag, bool *real);

#endif
