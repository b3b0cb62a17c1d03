/* tiff_support.c - libtiff over bytes that are not a plain file, and the layouts it finds.
 * SPDX-License-Identifier: MIT */
#include "tiff_support.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A hostile file may ask for any amount; the tile index of 2^27 tiles still fits. */
enum { LARGEST_ALLOCATION = 1 << 30 };

static int on_error(TIFF *tif, void *user, const char *module, const char *format, va_list ap)
{
    struct tiff_client *client = user;

    if (!client->words[0]) {
        vsnprintf(client->words, sizeof client->words, format, ap);
        for (char *c = client->words; *c; c++)
            if (iscntrl((unsigned char)*c))
                *c = ' ';
    }
    return 1; /* dealt with: libtiff prints nothing */
}

static int on_warning(TIFF *tif, void *user, const char *module, const char *format, va_list ap)
{
    return 1;
}

static toff_t seek_to(thandle_t handle, toff_t offset, int whence)
{
    struct tiff_client *client = handle;

    if (whence == SEEK_CUR)
        offset += client->position;
    else if (whence == SEEK_END)
        offset += client->size;
    return client->position = offset;
}

static int keep_open(thandle_t handle)
{
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    return ((struct tiff_client *)handle)->size;
}

static tmsize_t write_nothing(thandle_t handle, void *bytes, tmsize_t n)
{
    return 0;
}

TIFF *tiff_open(struct tiff_client *client, const char *mode, TIFFReadWriteProc read_proc,
                TIFFReadWriteProc write_proc)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();

    client->words[0] = '\0';
    if (!options)
        return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, client);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, client);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, LARGEST_ALLOCATION);
    TIFF *tif =
        TIFFClientOpenExt("blobs", mode, client, read_proc, write_proc ? write_proc : write_nothing,
                          seek_to, keep_open, size_of, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tif;
}

const char *tiff_words(const struct tiff_client *client)
{
    return client->words[0] ? client->words : "libtiff gives no reason";
}

bool why_not(char *why, size_t size, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(why, size, format, ap);
    va_end(ap);
    return false;
}

static bool pixel_type_of(TIFF *tif, enum pixel_type *type, char *why, size_t size)
{
    static const struct {
        uint16_t bits, format;
        enum pixel_type type;
    } known[] = {
        {8, SAMPLEFORMAT_UINT, PX_UINT8},      {16, SAMPLEFORMAT_UINT, PX_UINT16},
        {16, SAMPLEFORMAT_INT, PX_INT16},      {32, SAMPLEFORMAT_UINT, PX_UINT32},
        {32, SAMPLEFORMAT_INT, PX_INT32},      {32, SAMPLEFORMAT_IEEEFP, PX_FLOAT32},
        {64, SAMPLEFORMAT_IEEEFP, PX_FLOAT64}, {64, SAMPLEFORMAT_UINT, PX_UINT64},
        {64, SAMPLEFORMAT_INT, PX_INT64},
    };
    uint16_t bits = 0, format = 0;

    TIFFGetFieldDefaulted(tif, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLEFORMAT, &format);
    if (format == SAMPLEFORMAT_VOID)
        format = SAMPLEFORMAT_UINT;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].bits == bits && known[i].format == format) {
            *type = known[i].type;
            return true;
        }
    return why_not(why, size, "its samples have %d bits of TIFF's sample format %d", bits, format);
}

/* Codec, predictor and colour space: those whose pixels come out of libtiff as GDAL gives them. */
static bool codec_fits(TIFF *tif, char *why, size_t size)
{
    uint16_t codec = 0, photometric = PHOTOMETRIC_MINISBLACK, order = 0, predictor = 1;
    uint16_t bits = 0, samples = 0, planar = 0;

    TIFFGetFieldDefaulted(tif, TIFFTAG_COMPRESSION, &codec);
    TIFFGetFieldDefaulted(tif, TIFFTAG_FILLORDER, &order);
    TIFFGetFieldDefaulted(tif, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tif, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &photometric);
    bool predicted = codec == COMPRESSION_LZW || codec == COMPRESSION_ADOBE_DEFLATE ||
                     codec == COMPRESSION_DEFLATE || codec == COMPRESSION_ZSTD ||
                     codec == COMPRESSION_LZMA;
    bool jpeg = codec == COMPRESSION_JPEG && bits == 8;
    bool plain = codec == COMPRESSION_NONE || codec == COMPRESSION_PACKBITS ||
                 codec == COMPRESSION_LERC || codec == COMPRESSION_WEBP;
    if (!predicted && !jpeg && !plain)
        return why_not(why, size, "its codec (TIFF's number %d, %d bits)", codec, bits);
    if (!TIFFIsCODECConfigured(codec))
        return why_not(why, size, "libtiff here is built without its codec (TIFF's number %d)",
                       codec);
    if (predicted)
        TIFFGetFieldDefaulted(tif, TIFFTAG_PREDICTOR, &predictor);
    if (predictor < 1 || predictor > 3)
        return why_not(why, size, "its predictor %d", predictor);
    if (order != FILLORDER_MSB2LSB)
        return why_not(why, size, "its bits are stored in reverse");
    if (photometric == PHOTOMETRIC_YCBCR && jpeg && samples == 3 && planar == PLANARCONFIG_CONTIG)
        return TIFFSetField(tif, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB) == 1 ||
               why_not(why, size, "libtiff does not turn its YCbCr into RGB");
    if (photometric > PHOTOMETRIC_PALETTE)
        return why_not(why, size, "its colour space (TIFF's photometric %d)", photometric);
    return true;
}

static bool tiles_fit(TIFF *tif, struct layout *l, char *why, size_t size)
{
    uint32_t width = 0, height = 0;

    l->strips = !TIFFIsTiled(tif);
    if (l->strips) {
        width = (uint32_t)l->width;
        TIFFGetFieldDefaulted(tif, TIFFTAG_ROWSPERSTRIP, &height);
        if (height > l->height)
            height = (uint32_t)l->height;
    } else {
        TIFFGetField(tif, TIFFTAG_TILEWIDTH, &width);
        TIFFGetField(tif, TIFFTAG_TILELENGTH, &height);
    }
    if (width < 1 || width > INT32_MAX || height < 1 || height > INT32_MAX)
        return why_not(why, size, "its tiles of %u x %u pixels", width, height);
    l->tile_width = (int)width;
    l->tile_height = (int)height;
    l->across = ceil_div(l->width, width);
    l->down = ceil_div(l->height, height);
    return true;
}

/* What libtiff computes of the same tags must agree: then no size below can overflow either. */
static bool libtiff_agrees(TIFF *tif, const struct layout *l, char *why, size_t size)
{
    if (!layout_is_sound(l))
        return why_not(why, size, "its size: %lld x %lld pixels of %d bands in tiles of %d x %d",
                       (long long)l->width, (long long)l->height, l->bands, l->tile_width,
                       l->tile_height);
    uint64_t their_bytes = l->strips ? TIFFStripSize64(tif) : TIFFTileSize64(tif);
    uint32_t their_blobs = l->strips ? TIFFNumberOfStrips(tif) : TIFFNumberOfTiles(tif);
    if (their_bytes != layout_tile_bytes(l) || (int64_t)their_blobs != layout_blobs(l))
        return why_not(why, size, "its tags do not agree on the size of tiles");
    return true;
}

bool tiff_layout(TIFF *tif, struct layout *l, char *why, size_t why_size)
{
    uint32_t width = 0, height = 0, depth = 1;
    uint16_t samples = 0, planar = 0;

    *l = (struct layout){0};
    TIFFGetField(tif, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &height);
    TIFFGetFieldDefaulted(tif, TIFFTAG_IMAGEDEPTH, &depth);
    TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tif, TIFFTAG_PLANARCONFIG, &planar);
    if (width < 1 || width > INT32_MAX || height < 1 || height > INT32_MAX || depth != 1 ||
        samples < 1)
        return why_not(why, why_size, "its size of %u x %u x %u pixels with %d samples", width,
                       height, depth, samples);
    l->width = width;
    l->height = height;
    l->bands = samples;
    l->separate = planar == PLANARCONFIG_SEPARATE && samples > 1;
    return pixel_type_of(tif, &l->type, why, why_size) && codec_fits(tif, why, why_size) &&
           tiles_fit(tif, l, why, why_size) && libtiff_agrees(tif, l, why, why_size);
}

struct tiff_encoding tiff_encoding(TIFF *tif)
{
    struct tiff_encoding t = {COMPRESSION_NONE, PREDICTOR_NONE, TIFFIsByteSwapped(tif) != 0};

    TIFFGetFieldDefaulted(tif, TIFFTAG_COMPRESSION, &t.codec);
    if (t.codec == COMPRESSION_LZW || t.codec == COMPRESSION_ADOBE_DEFLATE ||
        t.codec == COMPRESSION_DEFLATE || t.codec == COMPRESSION_ZSTD)
        TIFFGetFieldDefaulted(tif, TIFFTAG_PREDICTOR, &t.predictor);
    return t;
}
