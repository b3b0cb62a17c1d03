/* creation.c - the creation options of an output, checked, and what they make of its layout.
 *
 * Names and values are those of GDAL's GTiff driver. What cannot be honoured is refused by name.
 * SPDX-License-Identifier: MIT */
#include "creation.h"

#include "codec.h"

#include <cpl_string.h>
#include <tiff.h>

#include <stdio.h>

/* Options that only have a meaning together with another. */
static bool check_together(const struct given *g, bool tiled, struct err *e)
{
    if (g->text[BLOCKXSIZE] && !tiled)
        return err_usage(e, "creation option BLOCKXSIZE needs TILED=YES: strips are as wide as "
                            "the image");
    if (tiled && ((int)g->number[BLOCKXSIZE] % 16 != 0 || (int)g->number[BLOCKYSIZE] % 16 != 0))
        return err_usage(e, "creation options BLOCKXSIZE and BLOCKYSIZE of tiles must be multiples "
                            "of 16");
    if (given_yes(g, SPARSE_OK) && g->text[PROFILE] && !given_is(g, PROFILE, "GDALGeoTIFF"))
        return err_usage(e, "creation option SPARSE_OK needs PROFILE=GDALGeoTIFF: others do not "
                            "say what the pixels of absent tiles are");
    return true;
}

/* GDAL's own strips have 8 KiB: too little work for one message. */
static bool set_layout(struct layout *l, const struct given *g, bool tiled, struct err *e)
{
    enum { STRIP_BYTES = 256 << 10, LARGEST_TILE = 1 << 30 };

    l->separate = given_is(g, INTERLEAVE, "BAND") && l->bands > 1;
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
 * pixels that do not compress, with room for metadata and mask. */
static bool needs_bigtiff(const struct layout *l, const struct codec *codec)
{
    double raw = (double)layout_blobs(l) * (double)layout_tile_bytes(l);
    double rest = 64e6 + (double)l->width * (double)l->height / 8 + 16.0 * (double)layout_blobs(l);

    return raw * codec->worst + rest > UINT32_MAX;
}

static void set_number(char ***list, const char *name, int64_t v)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)v);
    *list = CSLSetNameValue(*list, name, text);
}

static void pass_on(char ***list, const struct given *g, enum creation_option option)
{
    if (g->text[option])
        *list = CSLSetNameValue(*list, creation_option_name(option), g->text[option]);
}

static void set_lists(struct creation *c, const struct given *g, const struct layout *l,
                      const struct codec *codec)
{
    static const enum creation_option passed_on[] = {PHOTOMETRIC, ALPHA, PROFILE,
                                                     GEOTIFF_KEYS_FLAVOR, GEOTIFF_VERSION};
    bool big = given_is(g, BIGTIFF, "YES");

    c->tile = CSLSetNameValue(c->tile, "COMPRESS", codec->name);
    if (g->number[PREDICTOR] > 1)
        pass_on(&c->tile, g, PREDICTOR);
    for (int i = 0; i < CODEC_MOST_SETTINGS && codec->settings[i].tag; i++)
        pass_on(&c->tile, g, codec->settings[i].option);
    c->tile = CSLSetNameValue(c->tile, "TILED", l->strips ? "NO" : "YES");
    if (!l->strips)
        set_number(&c->tile, "BLOCKXSIZE", l->tile_width);
    set_number(&c->tile, "BLOCKYSIZE", l->tile_height);
    c->tile = CSLSetNameValue(c->tile, "SPARSE_OK", "TRUE");
    c->tile = CSLSetNameValue(c->tile, "ENDIANNESS", "LITTLE");
    c->file = CSLDuplicate(c->tile);
    c->file = CSLSetNameValue(c->file, "INTERLEAVE", l->separate ? "BAND" : "PIXEL");
    if (!big && !given_is(g, BIGTIFF, "NO"))
        big = needs_bigtiff(l, codec);
    c->file = CSLSetNameValue(c->file, "BIGTIFF", big ? "YES" : "NO");
    for (size_t i = 0; i < sizeof passed_on / sizeof passed_on[0]; i++)
        pass_on(&c->file, g, passed_on[i]);
    if (given_is(g, PHOTOMETRIC, "YCBCR"))
        pass_on(&c->tile, g, PHOTOMETRIC);      /* it changes what is encoded */
    else if (codec->number == COMPRESSION_LERC) /* would drop the colours of transparent pixels */
        c->tile = CSLSetNameValue(c->tile, "ALPHA", "UNSPECIFIED");
}

bool creation_read(struct creation *c, const struct text_list *options, struct layout *layout,
                   struct err *e)
{
    struct given g;

    *c = (struct creation){0};
    if (!creation_options_read(&g, options, e))
        return false;
    const bool tiled = !g.text[TILED] || given_yes(&g, TILED);
    const struct codec *codec = codec_of(&g);
    if (!check_together(&g, tiled, e) || !set_layout(layout, &g, tiled, e) ||
        !codec_check(codec, &g, layout, e) || !codec_pack(codec, &g, &c->settings, e))
        return false;
    set_lists(c, &g, layout, codec);
    c->sparse = given_yes(&g, SPARSE_OK);
    c->levelled = g.text[ZLEVEL] || g.text[ZSTD_LEVEL];
    c->raw = codec->number == COMPRESSION_NONE;
    c->fixed_colours = g.text[PHOTOMETRIC] || g.text[ALPHA] || codec->photographic;
    return true;
}

void creation_free(struct creation *c)
{
    CSLDestroy(c->file);
    CSLDestroy(c->tile);
    buffer_free(&c->settings);
    *c = (struct creation){0};
}
