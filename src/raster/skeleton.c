/* skeleton.c - the files GDAL makes for an output: itself without tiles, and one tile of it.
 * SPDX-License-Identifier: MIT */
#include "skeleton.h"

#include "base/pack.h"

#include "gdal_support.h"
#include "metadata.h"
#include "scene_private.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include <stdio.h>
#include <string.h>

static const char mask_codec[] = "DEFLATE"; /* GDAL's, whatever that of the pixels */

/* A directory only, for one bit a pixel. */
static bool make_mask(GDALDatasetH to, const struct layout *l, struct err *e)
{
    int width = 0, height = 0;

    if (GDALCreateDatasetMaskBand(to, GMF_PER_DATASET) != CE_None)
        return err_set(e, "the mask cannot be created");
    GDALRasterBandH mask = GDALGetMaskBand(GDALGetRasterBand(to, 1));
    GDALDatasetH dataset = GDALGetBandDataset(mask);
    const char *codec =
        dataset ? GDALGetMetadataItem(dataset, "COMPRESSION", "IMAGE_STRUCTURE") : NULL;
    GDALGetBlockSize(mask, &width, &height);
    return (codec && strcmp(codec, mask_codec) == 0 && width == l->tile_width &&
            height == l->tile_height) ||
           err_set(e, "GDAL makes a mask of %s in tiles of %d x %d pixels, not of %s in %d x %d",
                   codec ? codec : "no codec", width, height, mask_codec, l->tile_width,
                   l->tile_height);
}

/* That GDAL did what was asked for: a layout it changed in silence would garble the file. */
static bool check_layout(GDALDatasetH to, const struct layout *l, struct err *e)
{
    int width = 0, height = 0;

    GDALGetBlockSize(GDALGetRasterBand(to, 1), &width, &height);
    return (width == l->tile_width && height == l->tile_height) ||
           err_set(e, "GDAL makes tiles of %d x %d pixels, not of %d x %d", width, height,
                   l->tile_width, l->tile_height);
}

/* Directories only. GDAL takes their tile size from its configuration. */
static bool make_overviews(GDALDatasetH to, const struct overviews *levels, struct err *e)
{
    int factors[LEVELS_MOST];
    char side[32];
    struct quiet q;

    if (levels->n == 0)
        return true;
    for (int k = 1; k <= levels->n; k++)
        factors[k - 1] = 1 << k;
    snprintf(side, sizeof side, "%d", levels->level[0].tile_width);
    CPLSetThreadLocalConfigOption("GDAL_TIFF_OVR_BLOCKSIZE", side);
    quiet_begin(&q);
    const bool ok =
        GDALBuildOverviews(to, "NONE", levels->n, factors, 0, NULL, NULL, NULL) == CE_None;
    quiet_end(&q);
    CPLSetThreadLocalConfigOption("GDAL_TIFF_OVR_BLOCKSIZE", NULL);
    return ok || err_set(e, "GDAL cannot make directories for overviews: %s", quiet_words(&q));
}

static bool fill(GDALDatasetH to, const struct output_options *options, const struct creation *c,
                 const struct scene *s, const struct output_grid *grid,
                 const struct overviews *levels, struct err *e)
{
    const struct layout *l = &levels->level[0];

    return check_layout(to, l, e) && metadata_copy(to, s, options, grid, l, c->fixed_colours, e) &&
           (!levels->mask || make_mask(to, l, e)) && make_overviews(to, levels, e);
}

/* Left alone, GDAL takes any three or four bands of bytes for colours. */
static GDALDatasetH create(GDALDriverH driver, int fd, const struct creation *c,
                           const struct output_grid *grid, const struct layout *l)
{
    char **options = CSLDuplicate(c->file);
    char path[40];

    /* By this name it is the open file, whatever has become of its own name meanwhile. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);

    if (!c->fixed_colours) {
        const char *meaning = metadata_is_rgb(grid, l) ? "RGB" : "MINISBLACK";
        options = CSLSetNameValue(options, "PHOTOMETRIC", meaning);
        options = CSLSetNameValue(options, "ALPHA", "NO");
    }
    GDALDatasetH to = GDALCreate(driver, path, (int)l->width, (int)l->height, l->bands,
                                 gdal_type(l->type), options);
    CSLDestroy(options);
    return to;
}

bool skeleton_write(int fd, const struct output_options *options, const struct creation *c,
                    const struct scene *s, const struct output_grid *grid,
                    const struct overviews *levels, struct err *e)
{
    const struct layout *layout = &levels->level[0];
    GDALDriverH driver = GDALGetDriverByName("GTiff");
    struct quiet q;
    bool ok = false;

    if (!driver)
        return err_set(e, "GDAL here has no GTiff driver");
    /* For this thread and this file only; the scene's .aux.xml has been read by now. */
    CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", "NO");
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES");
    quiet_begin(&q);
    GDALDatasetH to = create(driver, fd, c, grid, layout);
    if (!to)
        err_set(e, "cannot be created: %s", quiet_words(&q));
    else
        ok = fill(to, options, c, s, grid, levels, e);
    quiet_end(&q);
    quiet_begin(&q); /* GDALClose writes, but tells of failures in words only */
    if (to)
        GDALClose(to);
    if (ok && q.last[0])
        ok = err_set(e, "cannot be written: %s", quiet_words(&q));
    quiet_end(&q);
    CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", NULL);
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", NULL);
    return ok;
}

/* The bytes of a file of one tile; *n of them, to be freed with CPLFree. */
static GByte *one_tile(const struct layout *l, int bands, GDALDataType type, char **options,
                       vsi_l_offset *n, struct err *e)
{
    static const char name[] = "/vsimem/tilery-template.tif";
    struct quiet q;

    quiet_begin(&q);
    GDALDatasetH tile = GDALCreate(GDALGetDriverByName("GTiff"), name, l->tile_width,
                                   l->tile_height, bands, type, options);
    if (tile)
        GDALClose(tile);
    quiet_end(&q);
    GByte *bytes = VSIGetMemFileBuffer(name, n, TRUE); /* ours from here */
    if (tile && bytes)
        return bytes;
    CPLFree(bytes);
    err_set(e, "GDAL cannot make a file of one tile of the output: %s", quiet_words(&q));
    return NULL;
}

bool skeleton_template(const struct creation *c, const struct layout *layout, double absent,
                       struct buffer *template_bytes, struct err *e)
{
    vsi_l_offset n = 0;
    GByte *bytes =
        one_tile(layout, layout_samples(layout), gdal_type(layout->type), c->tile, &n, e);
    const bool ok = bytes && pack_u32(template_bytes, c->sparse, e) &&
                    pack_f64(template_bytes, absent, e) &&
                    pack_u32(template_bytes, c->levelled, e) &&
                    buffer_append(template_bytes, c->settings.data, c->settings.size, e) &&
                    pack_bytes(template_bytes, bytes, (size_t)n, e);

    CPLFree(bytes);
    return ok;
}

bool skeleton_mask_template(const struct creation *c, const struct layout *layout,
                            struct buffer *template_bytes, struct err *e)
{
    static const char *const kept[] = {"TILED", "BLOCKXSIZE", "BLOCKYSIZE", "SPARSE_OK",
                                       "ENDIANNESS"};
    vsi_l_offset n = 0;
    char **options = CSLSetNameValue(NULL, "COMPRESS", mask_codec);

    options = CSLSetNameValue(options, "NBITS", "1");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        options = CSLSetNameValue(options, kept[i], CSLFetchNameValue(c->tile, kept[i]));
    GByte *bytes = one_tile(layout, 1, GDT_Byte, options, &n, e);
    const bool ok = bytes && pack_u32(template_bytes, c->sparse, e) &&
                    pack_f64(template_bytes, 0, e) && pack_u32(template_bytes, 0, e) &&
                    pack_u32(template_bytes, 0, e) &&
                    pack_bytes(template_bytes, bytes, (size_t)n, e);

    CSLDestroy(options);
    CPLFree(bytes);
    return ok;
}
