/* codec.c - the codecs an output can have: what they take, how libtiff is told of their options.
 * SPDX-License-Identifier: MIT */
#include "codec.h"

#include "base/pack.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <tiffio.h>

#define LOSSLESS_WORST (1 + 1.0 / 64)

static const struct codec codecs[] = {
    {.name = "NONE", .number = COMPRESSION_NONE, .worst = LOSSLESS_WORST},
    {.name = "LZW", .number = COMPRESSION_LZW, .predicts = true, .worst = 1.5},
    {.name = "DEFLATE",
     .alias = "ZIP",
     .alias_2 = "ADOBE_DEFLATE",
     .number = COMPRESSION_ADOBE_DEFLATE,
     .predicts = true,
     .worst = LOSSLESS_WORST,
     .settings = {{ZLEVEL, TIFFTAG_ZIPQUALITY, 6}}},
    {.name = "ZSTD",
     .number = COMPRESSION_ZSTD,
     .predicts = true,
     .worst = LOSSLESS_WORST,
     .settings = {{ZSTD_LEVEL, TIFFTAG_ZSTD_LEVEL, 9}}},
    {.name = "PACKBITS", .number = COMPRESSION_PACKBITS, .worst = LOSSLESS_WORST},
    {.name = "LZMA",
     .number = COMPRESSION_LZMA,
     .worst = LOSSLESS_WORST,
     .settings = {{LZMA_PRESET, TIFFTAG_LZMAPRESET, 6}}},
    {.name = "LERC",
     .number = COMPRESSION_LERC,
     .worst = LOSSLESS_WORST,
     .settings = {{MAX_Z_ERROR, TIFFTAG_LERC_MAXZERROR, 0}}},
    {.name = "LERC_DEFLATE",
     .number = COMPRESSION_LERC,
     .inner = COMPRESSION_ADOBE_DEFLATE,
     .worst = LOSSLESS_WORST,
     .settings = {{MAX_Z_ERROR, TIFFTAG_LERC_MAXZERROR, 0}, {ZLEVEL, TIFFTAG_ZIPQUALITY, 6}}},
    {.name = "LERC_ZSTD",
     .number = COMPRESSION_LERC,
     .inner = COMPRESSION_ZSTD,
     .worst = LOSSLESS_WORST,
     .settings = {{MAX_Z_ERROR, TIFFTAG_LERC_MAXZERROR, 0}, {ZSTD_LEVEL, TIFFTAG_ZSTD_LEVEL, 9}}},
    {.name = "JPEG",
     .number = COMPRESSION_JPEG,
     .photographic = true,
     .longest_side = 65500, /* libjpeg's JPEG_MAX_DIMENSION */
     .worst = 1.5,
     .settings = {{JPEG_QUALITY, TIFFTAG_JPEGQUALITY, 75},
                  {JPEGTABLESMODE, TIFFTAG_JPEGTABLESMODE, JPEGTABLESMODE_QUANT}}},
    {.name = "WEBP",
     .number = COMPRESSION_WEBP,
     .photographic = true,
     .longest_side = 16383, /* libwebp's WEBP_MAX_DIMENSION */
     .worst = 1.5,
     /* In this order: the level of lossless tiles is libtiff's. */
     .settings = {{WEBP_LEVEL, TIFFTAG_WEBP_LEVEL, 75}, {WEBP_LOSSLESS, TIFFTAG_WEBP_LOSSLESS, 0}}},
};
enum { N_CODECS = sizeof codecs / sizeof codecs[0] };

const struct codec *codec_of(const struct given *g)
{
    for (int i = 0; i < N_CODECS; i++) {
        const struct codec *c = &codecs[i];
        if (given_is(g, COMPRESS, c->name) || (c->alias && given_is(g, COMPRESS, c->alias)) ||
            (c->alias_2 && given_is(g, COMPRESS, c->alias_2)))
            return c;
    }
    return &codecs[0];
}

static bool takes(const struct codec *c, enum creation_option option)
{
    for (int i = 0; i < CODEC_MOST_SETTINGS && c->settings[i].tag; i++)
        if (c->settings[i].option == option)
            return true;
    return option == PREDICTOR && c->predicts;
}

/* Options that only some codecs have are not given to others. */
static bool check_option(const struct codec *c, const struct given *g, enum creation_option option,
                         struct err *e)
{
    char names[100] = "";
    size_t n = 0;

    if (!g->text[option] || takes(c, option))
        return true;
    for (int i = 0; i < N_CODECS; i++)
        if (takes(&codecs[i], option) && n < sizeof names)
            n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "",
                                  codecs[i].name);
    if (n == 0 || (option == PREDICTOR && g->number[PREDICTOR] == 1))
        return true; /* of no codec, or asks for nothing */
    return err_usage(e, "creation option %s needs COMPRESS=%s", creation_option_name(option),
                     names);
}

/* In libtiff these codecs fail on a last strip that is short. */
static bool wants_tiles(const struct codec *c)
{
    return c->photographic || c->number == COMPRESSION_LERC;
}

static bool check_samples(const struct codec *c, const struct layout *l, struct err *e)
{
    const int samples = layout_samples(l);
    const bool jpeg = c->number == COMPRESSION_JPEG;

    if (l->type != PX_UINT8)
        return err_usage(e, "creation option COMPRESS=%s is for uint8, not for %s", c->name,
                         pixel_name(l->type));
    if (jpeg && samples != 1 && samples != 3)
        return err_usage(e,
                         "creation option COMPRESS=JPEG needs one or three bands; the output has "
                         "%d (INTERLEAVE=BAND takes any number)",
                         samples);
    if (!jpeg && samples != 3 && samples != 4)
        return err_usage(e,
                         "creation option COMPRESS=%s needs three or four bands that are "
                         "interleaved by pixel; the output has %d%s",
                         c->name, l->bands, l->separate ? " interleaved by band" : "");
    return true;
}

static bool check_colours(const struct codec *c, const struct given *g, const struct layout *l,
                          struct err *e)
{
    if (given_is(g, PHOTOMETRIC, "RGB") && l->bands < 3)
        return err_usage(e, "creation option PHOTOMETRIC=RGB needs three bands; the output has %d",
                         l->bands);
    if (given_is(g, PHOTOMETRIC, "YCBCR") &&
        (c->number != COMPRESSION_JPEG || layout_samples(l) != 3))
        return err_usage(e, "creation option PHOTOMETRIC=YCBCR needs COMPRESS=JPEG and three bands "
                            "interleaved by pixel");
    return true;
}

bool codec_check(const struct codec *c, const struct given *g, const struct layout *l,
                 struct err *e)
{
    if (!TIFFIsCODECConfigured((uint16_t)c->number) ||
        (c->inner && !TIFFIsCODECConfigured((uint16_t)c->inner)))
        return err_usage(e, "creation option COMPRESS=%s: libtiff here is built without it",
                         c->name);
    for (enum creation_option i = 0; i < N_OPTIONS; i++)
        if (!check_option(c, g, i, e))
            return false;
    if (g->number[PREDICTOR] == 3 && !pixel_is_float(l->type))
        return err_usage(e, "creation option PREDICTOR=3 is for floating point, not for %s",
                         pixel_name(l->type));
    if (c->number == COMPRESSION_LERC && (l->type == PX_UINT64 || l->type == PX_INT64))
        return err_usage(e, "creation option COMPRESS=%s is not for %s", c->name,
                         pixel_name(l->type));
    if (c->number == COMPRESSION_LERC && pixel_is_float(l->type) && layout_samples(l) > 1)
        return err_usage(e,
                         "creation option COMPRESS=%s needs INTERLEAVE=BAND for %s: interleaved by "
                         "pixel, tiles with NaN could not be read",
                         c->name, pixel_name(l->type));
    if (c->photographic && !check_samples(c, l, e))
        return false;
    if (wants_tiles(c) && l->strips)
        return err_usage(e, "creation option COMPRESS=%s needs TILED=YES", c->name);
    if (c->longest_side && (l->tile_width > c->longest_side || l->tile_height > c->longest_side))
        return err_usage(e, "creation option COMPRESS=%s: its tiles have at most %d x %d pixels",
                         c->name, c->longest_side, c->longest_side);
    return check_colours(c, g, l, e);
}

static double value_of(const struct codec_setting *s, const struct given *g)
{
    if (!g->text[s->option])
        return s->standard;
    return s->option == WEBP_LOSSLESS ? given_yes(g, s->option) : g->number[s->option];
}

bool codec_pack(const struct codec *c, const struct given *g, struct buffer *out, struct err *e)
{
    uint32_t n = 0;

    while (n < CODEC_MOST_SETTINGS && c->settings[n].tag)
        n++;
    bool ok = pack_u32(out, n, e);
    for (uint32_t i = 0; ok && i < n; i++)
        ok = pack_u32(out, c->settings[i].tag, e) && pack_f64(out, value_of(&c->settings[i], g), e);
    return ok;
}

bool codec_knows_tag(uint32_t tag, bool *real)
{
    for (int i = 0; i < N_CODECS; i++)
        for (int k = 0; k < CODEC_MOST_SETTINGS; k++)
            if (tag != 0 && codecs[i].settings[k].tag == tag) {
                *real = tag == TIFFTAG_LERC_MAXZERROR;
                return true;
            }
    return false;
}
