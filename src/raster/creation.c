/* creation.c - the creation options of an output, checked, and what they make of its layout.
 *
 * Names and values are those of GDAL's GTiff driver. What cannot be honoured is refused by name.
 * SPDX-License-Identifier: MIT */
#include "creation.h"

#include "base/text.h"

#include <cpl_string.h>
#include <tiff.h>
#include <tiffio.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    COMPRESS,
    PREDICTOR,
    ZLEVEL,
    ZSTD_LEVEL,
    INTERLEAVE,
    TILED,
    BLOCKXSIZE,
    BLOCKYSIZE,
    BIGTIFF,
    ENDIANNESS,
    PHOTOMETRIC,
    ALPHA,
    PROFILE,
    GEOTIFF_KEYS_FLAVOR,
    GEOTIFF_VERSION,
    N_OPTIONS
};

static const struct {
    const char *name;
    const char *words; /* the values it takes, between spaces; NULL: a number */
    int64_t least, most;
} known[N_OPTIONS] = {
    [COMPRESS] = {"COMPRESS", " NONE LZW DEFLATE ZIP ADOBE_DEFLATE ZSTD PACKBITS ", 0, 0},
    [PREDICTOR] = {"PREDICTOR", NULL, 1, 3},
    [ZLEVEL] = {"ZLEVEL", NULL, 1, 12},
    [ZSTD_LEVEL] = {"ZSTD_LEVEL", NULL, 1, 22},
    [INTERLEAVE] = {"INTERLEAVE", " PIXEL BAND ", 0, 0},
    [TILED] = {"TILED", " YES NO TRUE FALSE ON OFF ", 0, 0},
    [BLOCKXSIZE] = {"BLOCKXSIZE", NULL, 1, INT32_MAX},
    [BLOCKYSIZE] = {"BLOCKYSIZE", NULL, 1, INT32_MAX},
    [BIGTIFF] = {"BIGTIFF", " YES NO IF_NEEDED IF_SAFER ", 0, 0},
    [ENDIANNESS] = {"ENDIANNESS", " LITTLE ", 0, 0}, /* others come out wrong from libtiff 4.5 */
    [PHOTOMETRIC] = {"PHOTOMETRIC", " MINISBLACK MINISWHITE RGB ", 0, 0},
    [ALPHA] = {"ALPHA", " YES NO NON-PREMULTIPLIED PREMULTIPLIED UNSPECIFIED ", 0, 0},
    [PROFILE] = {"PROFILE", " GDALGeoTIFF GeoTIFF BASELINE ", 0, 0},
    [GEOTIFF_KEYS_FLAVOR] = {"GEOTIFF_KEYS_FLAVOR", " STANDARD ESRI_PE ", 0, 0},
    [GEOTIFF_VERSION] = {"GEOTIFF_VERSION", " AUTO 1.0 1.1 ", 0, 0},
};

/* The first name of a codec is the one handed on to GDAL. */
static const struct {
    const char *name;
    int codec;
} codecs[] = {
    {"NONE", COMPRESSION_NONE},
    {"LZW", COMPRESSION_LZW},
    {"DEFLATE", COMPRESSION_ADOBE_DEFLATE},
    {"ZIP", COMPRESSION_ADOBE_DEFLATE},
    {"ADOBE_DEFLATE", COMPRESSION_ADOBE_DEFLATE},
    {"ZSTD", COMPRESSION_ZSTD},
    {"PACKBITS", COMPRESSION_PACKBITS},
};

static const struct {
    const char *name, *why;
} refused[] = {
    {"NUM_THREADS", "tiles are encoded by all ranks"},
    {"SPARSE_OK", "every tile is written"},
    {"NBITS", "samples have 8, 16, 32 or 64 bits"},
    {"PIXELTYPE", "signed bytes are not supported"},
    {"DISCARD_LSB", "pixels are written as they are"},
    {"COPY_SRC_OVERVIEWS", "overviews are not written"},
    {"STREAMABLE_OUTPUT", "the tile index is completed at the end"},
    {"TFW", "georeferencing goes into the file itself"},
    {"RPB", "georeferencing goes into the file itself"},
    {"RPCTXT", "georeferencing goes into the file itself"},
    {"JPEG_QUALITY", "JPEG is not written"},
    {"JPEGTABLESMODE", "JPEG is not written"},
    {"LZMA_PRESET", "LZMA is not written"},
    {"MAX_Z_ERROR", "LERC is not written"},
    {"WEBP_LOSSLESS", "WEBP is not written"},
    {"WEBP_LEVEL", "WEBP is not written"},
    {"SOURCE_ICC_PROFILE", "colour profiles are not written"},
};
enum { N_REFUSED = sizeof refused / sizeof refused[0] };

/* What the user wrote, by option; NULL where nothing. number holds those without words. */
struct given {
    const char *text[N_OPTIONS];
    int64_t number[N_OPTIONS];
};

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
    if (!text_to_i64(value, &g->number[i]) || g->number[i] < known[i].least ||
        g->number[i] > known[i].most)
        return err_usage(e, "creation option %s=%s is not a whole number from %lld to %lld",
                         known[i].name, value, (long long)known[i].least, (long long)known[i].most);
    return true;
}

static int codec_of(const struct given *g)
{
    for (size_t i = 0; g->text[COMPRESS] && i < sizeof codecs / sizeof codecs[0]; i++)
        if (strcasecmp(g->text[COMPRESS], codecs[i].name) == 0)
            return codecs[i].codec;
    return COMPRESSION_NONE;
}

static const char *codec_name(int codec)
{
    size_t i = 0;

    while (codecs[i].codec != codec)
        i++;
    return codecs[i].name;
}

/* Options that only have a meaning together with another. */
static bool check_together(const struct given *g, int codec, enum pixel_type type, int bands,
                           bool tiled, struct err *e)
{
    if (!TIFFIsCODECConfigured((uint16_t)codec))
        return err_usage(e, "creation option COMPRESS=%s: libtiff here is built without it",
                         codec_name(codec));
    if (g->text[ZLEVEL] && codec != COMPRESSION_ADOBE_DEFLATE)
        return err_usage(e, "creation option ZLEVEL needs COMPRESS=DEFLATE");
    if (g->text[ZSTD_LEVEL] && codec != COMPRESSION_ZSTD)
        return err_usage(e, "creation option ZSTD_LEVEL needs COMPRESS=ZSTD");
    if (g->number[PREDICTOR] > 1 && (codec == COMPRESSION_NONE || codec == COMPRESSION_PACKBITS))
        return err_usage(e, "creation option PREDICTOR needs COMPRESS=LZW, DEFLATE or ZSTD");
    if (g->number[PREDICTOR] == 3 && !pixel_is_float(type))
        return err_usage(e, "creation option PREDICTOR=3 is for floating point, not for %s",
                         pixel_name(type));
    if (g->text[BLOCKXSIZE] && !tiled)
        return err_usage(e, "creation option BLOCKXSIZE needs TILED=YES: strips are as wide as "
                            "the image");
    if (tiled && (g->number[BLOCKXSIZE] % 16 != 0 || g->number[BLOCKYSIZE] % 16 != 0))
        return err_usage(e, "creation options BLOCKXSIZE and BLOCKYSIZE of tiles must be multiples "
                            "of 16");
    if (g->text[PHOTOMETRIC] && strcasecmp(g->text[PHOTOMETRIC], "RGB") == 0 && bands < 3)
        return err_usage(e, "creation option PHOTOMETRIC=RGB needs three bands; the output has %d",
                         bands);
    return true;
}

/* GDAL's own strips have 8 KiB: too little work for one message. */
static bool set_layout(struct layout *l, const struct given *g, bool tiled, struct err *e)
{
    enum { STRIP_BYTES = 256 << 10, LARGEST_TILE = 1 << 30 };

    l->separate =
        g->text[INTERLEAVE] && strcasecmp(g->text[INTERLEAVE], "BAND") == 0 && l->bands > 1;
    l->strips = !tiled;
    if (g->text[BLOCKXSIZE])
        l->tile_width = (int)g->number[BLOCKXSIZE];
    if (g->text[BLOCKYSIZE])
        l->tile_height = (int)g->number[BLOCKYSIZE];
    if (l->strips) {
        l->tile_width = (int)l->width;
        if (!g->text[BLOCKYSIZE]) {
            size_t rows = STRIP_BYTES / layout_row_bytes(l);
            l->tile_height = rows < 1 ? 1 : (int)rows;
        }
        if (l->tile_height > l->height)
            l->tile_height = (int)l->height;
    }
    l->across = ceil_div(l->width, l->tile_width);
    l->down = ceil_div(l->height, l->tile_height);
    double bytes =
        (double)l->tile_width * l->tile_height * layout_samples(l) * (double)pixel_size(l->type);
    if (bytes > LARGEST_TILE)
        return err_usage(e,
                         "the output's %s would take %.4g bytes each; choose a smaller "
                         "BLOCKXSIZE or BLOCKYSIZE, or INTERLEAVE=BAND",
                         tiled ? "tiles" : "strips", bytes);
    double blobs = (double)l->across * (double)l->down * (l->separate ? l->bands : 1);
    if (blobs > UINT32_MAX)
        return err_usage(e,
                         "the output would have %.4g tiles, more than a TIFF can; choose a larger "
                         "BLOCKXSIZE or BLOCKYSIZE",
                         blobs);
    return true;
}

/* Classic TIFF ends at 4 GiB. The size is not known before the pixels are: it is taken as that of
 * pixels that do not compress, which LZW makes longer by half, with room for metadata and mask. */
static bool needs_bigtiff(const struct layout *l, int codec)
{
    double raw = (double)layout_blobs(l) * (double)layout_tile_bytes(l);
    double grown = codec == COMPRESSION_LZW ? 1.5 * raw : raw + raw / 64;
    double rest = 64e6 + (double)l->width * (double)l->height / 8 + 16.0 * (double)layout_blobs(l);

    return grown + rest > UINT32_MAX;
}

static void set_number(char ***list, const char *name, int64_t v)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)v);
    *list = CSLSetNameValue(*list, name, text);
}

static void set_lists(struct creation *c, const struct given *g, const struct layout *l, int codec)
{
    static const int passed_on[] = {PHOTOMETRIC, ALPHA, PROFILE, GEOTIFF_KEYS_FLAVOR,
                                    GEOTIFF_VERSION};
    bool big = g->text[BIGTIFF] && strcasecmp(g->text[BIGTIFF], "YES") == 0;
    bool chosen = big || (g->text[BIGTIFF] && strcasecmp(g->text[BIGTIFF], "NO") == 0);

    c->tile = CSLSetNameValue(c->tile, "COMPRESS", codec_name(codec));
    if (g->number[PREDICTOR] > 1)
        set_number(&c->tile, "PREDICTOR", g->number[PREDICTOR]);
    c->tile = CSLSetNameValue(c->tile, "TILED", l->strips ? "NO" : "YES");
    if (!l->strips)
        set_number(&c->tile, "BLOCKXSIZE", l->tile_width);
    set_number(&c->tile, "BLOCKYSIZE", l->tile_height);
    c->tile = CSLSetNameValue(c->tile, "SPARSE_OK", "TRUE");
    c->tile = CSLSetNameValue(c->tile, "ENDIANNESS", "LITTLE");
    c->file = CSLDuplicate(c->tile);
    c->file = CSLSetNameValue(c->file, "INTERLEAVE", l->separate ? "BAND" : "PIXEL");
    if (!chosen)
        big = needs_bigtiff(l, codec);
    c->file = CSLSetNameValue(c->file, "BIGTIFF", big ? "YES" : "NO");
    for (size_t i = 0; i < sizeof passed_on / sizeof passed_on[0]; i++)
        if (g->text[passed_on[i]])
            c->file = CSLSetNameValue(c->file, known[passed_on[i]].name, g->text[passed_on[i]]);
}

static void set_level(struct creation *c, const struct given *g, int codec)
{
    if (codec == COMPRESSION_ADOBE_DEFLATE) {
        c->level_tag = TIFFTAG_ZIPQUALITY;
        c->level = g->text[ZLEVEL] ? (uint32_t)g->number[ZLEVEL] : 6; /* GDAL's defaults */
    } else if (codec == COMPRESSION_ZSTD) {
        c->level_tag = TIFFTAG_ZSTD_LEVEL;
        c->level = g->text[ZSTD_LEVEL] ? (uint32_t)g->number[ZSTD_LEVEL] : 9;
    }
}

bool creation_read(struct creation *c, const struct text_list *options, struct layout *layout,
                   struct err *e)
{
    struct given g = {0};
    bool tiled = true;

    *c = (struct creation){0};
    for (int i = 0; i < options->n; i++)
        if (!read_one(&g, options->item[i], e))
            return false;
    if (g.text[TILED] && !text_to_bool(g.text[TILED], &tiled))
        return err_usage(e, "creation option TILED=%s is neither YES nor NO", g.text[TILED]);
    int codec = codec_of(&g);
    if (!check_together(&g, codec, layout->type, layout->bands, tiled, e) ||
        !set_layout(layout, &g, tiled, e))
        return false;
    set_lists(c, &g, layout, codec);
    set_level(c, &g, codec);
    c->fixed_colours = g.text[PHOTOMETRIC] || g.text[ALPHA];
    return true;
}

void creation_free(struct creation *c)
{
    CSLDestroy(c->file);
    CSLDestroy(c->tile);
    *c = (struct creation){0};
}
