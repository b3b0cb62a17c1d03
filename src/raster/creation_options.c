/* creation_options.c - the creation options of an output as they are written: names and values.
 * SPDX-License-Identifier: MIT */
#include "creation_options.h"

#include "base/text.h"

#include "codec.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define YES_OR_NO " YES NO TRUE FALSE ON OFF "

static const struct {
    const char *name;
    const char *words; /* the values it takes, between spaces; NULL: a number */
    double least, most;
    bool real; /* else a whole number */
} known[N_OPTIONS] = {
    [COMPRESS] = {.name = "COMPRESS", .words = CODEC_NAMES},
    [PREDICTOR] = {.name = "PREDICTOR", .least = 1, .most = 3},
    [ZLEVEL] = {.name = "ZLEVEL", .least = 1, .most = 12},
    [ZSTD_LEVEL] = {.name = "ZSTD_LEVEL", .least = 1, .most = 22},
    [LZMA_PRESET] = {.name = "LZMA_PRESET", .least = 0, .most = 9},
    [MAX_Z_ERROR] = {.name = "MAX_Z_ERROR", .least = 0, .most = DBL_MAX, .real = true},
    [JPEG_QUALITY] = {.name = "JPEG_QUALITY", .least = 1, .most = 100},
    [JPEGTABLESMODE] = {.name = "JPEGTABLESMODE", .least = 0, .most = 3},
    [WEBP_LEVEL] = {.name = "WEBP_LEVEL", .least = 1, .most = 100},
    [WEBP_LOSSLESS] = {.name = "WEBP_LOSSLESS", .words = YES_OR_NO},
    [INTERLEAVE] = {.name = "INTERLEAVE", .words = " PIXEL BAND "},
    [TILED] = {.name = "TILED", .words = YES_OR_NO},
    [BLOCKXSIZE] = {.name = "BLOCKXSIZE", .least = 1, .most = INT32_MAX},
    [BLOCKYSIZE] = {.name = "BLOCKYSIZE", .least = 1, .most = INT32_MAX},
    [SPARSE_OK] = {.name = "SPARSE_OK", .words = YES_OR_NO},
    [BIGTIFF] = {.name = "BIGTIFF", .words = " YES NO IF_NEEDED IF_SAFER "},
    [ENDIANNESS] = {.name = "ENDIANNESS",
                    .words = " LITTLE "}, /* others come out wrong from libtiff 4.5 */
    [PHOTOMETRIC] = {.name = "PHOTOMETRIC", .words = " MINISBLACK MINISWHITE RGB YCBCR "},
    [ALPHA] = {.name = "ALPHA", .words = " YES NO NON-PREMULTIPLIED PREMULTIPLIED UNSPECIFIED "},
    [PROFILE] = {.name = "PROFILE", .words = " GDALGeoTIFF GeoTIFF BASELINE "},
    [GEOTIFF_KEYS_FLAVOR] = {.name = "GEOTIFF_KEYS_FLAVOR", .words = " STANDARD ESRI_PE "},
    [GEOTIFF_VERSION] = {.name = "GEOTIFF_VERSION", .words = " AUTO 1.0 1.1 "},
};

static const struct {
    const char *name, *why;
} refused[] = {
    {"NUM_THREADS", "tiles are encoded by all ranks"},
    {"NBITS", "samples have 8, 16, 32 or 64 bits"},
    {"PIXELTYPE", "signed bytes are not supported"},
    {"DISCARD_LSB", "pixels are written as they are"},
    {"COPY_SRC_OVERVIEWS", "overviews are not written"},
    {"STREAMABLE_OUTPUT", "the tile index is completed at the end"},
    {"TFW", "georeferencing goes into the file itself"},
    {"RPB", "georeferencing goes into the file itself"},
    {"RPCTXT", "georeferencing goes into the file itself"},
    {"SOURCE_ICC_PROFILE", "colour profiles are not written"},
};
enum { N_REFUSED = sizeof refused / sizeof refused[0] };

static bool among(const char *words, const char *value)
{
    size_t n = strlen(value);

    for (const char *at = words; n > 0 && strchr(value, ' ') == NULL && *at; at++)
        if (at[0] == ' ' && strncasecmp(at + 1, value, n) == 0 && at[1 + n] == ' ')
            return true;
    return false;
}

static bool unknown(const char *item, size_t length, struct err *e)
{
    const char *names[N_OPTIONS + N_REFUSED];
    char name[64];

    snprintf(name, sizeof name, "%.*s", (int)length, item);
    for (int i = 0; i < N_REFUSED; i++)
        if (strcasecmp(name, refused[i].name) == 0)
            return err_usage(e, "creation option %s is not supported: %s", refused[i].name,
                             refused[i].why);
    for (int i = 0; i < N_OPTIONS; i++)
        names[i] = known[i].name;
    for (char *c = name; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    const char *nearest = text_nearest(name, names, N_OPTIONS);
    if (nearest)
        return err_usage(e, "there is no creation option %s; did you mean %s?", name, nearest);
    return err_usage(e, "there is no creation option %s, or it is not supported", name);
}

static bool read_one(struct given *g, const char *item, struct err *e)
{
    const char *equals = strchr(item, '=');
    int i = 0;

    if (!equals || equals == item)
        return err_usage(e, "creation option '%s' is not of the form NAME=VALUE", item);
    size_t length = (size_t)(equals - item);
    const char *value = equals + 1;
    while (i < N_OPTIONS &&
           (strlen(known[i].name) != length || strncasecmp(known[i].name, item, length) != 0))
        i++;
    if (i == N_OPTIONS)
        return unknown(item, length, e);
    if (g->text[i])
        return err_usage(e, "creation option %s is given twice", known[i].name);
    g->text[i] = value;
    if (known[i].words)
        return among(known[i].words, value) ||
               err_usage(e, "creation option %s=%s is not supported; there is%s", known[i].name,
                         value, known[i].words);
    if (known[i].real)
        return (text_to_real(value, &g->number[i]) && g->number[i] >= known[i].least &&
                g->number[i] <= known[i].most) ||
               err_usage(e, "creation option %s=%s is not a number from %g on", known[i].name,
                         value, known[i].least);
    int64_t whole;
    if (!text_to_i64(value, &whole) || (double)whole < known[i].least ||
        (double)whole > known[i].most)
        return err_usage(e, "creation option %s=%s is not a whole number from %.0f to %.0f",
                         known[i].name, value, known[i].least, known[i].most);
    g->number[i] = (double)whole;
    return true;
}

bool creation_options_read(struct given *g, const struct text_list *options, struct err *e)
{
    *g = (struct given){0};
    for (int i = 0; i < options->n; i++)
        if (!read_one(g, options->item[i], e))
            return false;
    return true;
}

const char *creation_option_name(enum creation_option option)
{
    return known[option].name;
}

bool given_is(const struct given *g, enum creation_option option, const char *word)
{
    return g->text[option] && strcasecmp(g->text[option], word) == 0;
}

bool given_yes(const struct given *g, enum creation_option option)
{
    return given_is(g, option, "YES") || given_is(g, option, "TRUE") || given_is(g, option, "ON");
}
