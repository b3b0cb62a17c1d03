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
#include <stdlib.h>

/* Through a buffer of whole output tiles, so that each is written once. */
static bool write_mask(GDALRasterBandH to, const struct output_grid *grid, const struct layout *l,
                       struct err *e)
{
    enum { BUFFER = 16 << 20 };
    int64_t rows = l->tile_height;
    int64_t columns = BUFFER / rows / l->tile_width * l->tile_width;
    CPLErr status = CE_None;
    bool ok = true;
    struct quiet q;

    if (columns < l->tile_width)
        columns = l->tile_width;
    if (columns > l->width)
        columns = l->width;
    unsigned char *pixels = memory_raw((size_t)columns, (size_t)rows, e);
    if (!pixels)
        return false;
    quiet_begin(&q);
    for (int64_t y = 0; y < l->height && ok && status == CE_None; y += rows)
        for (int64_t x = 0; x < l->width && ok && status == CE_None; x += columns) {
            const int w = (int)(columns < l->width - x ? columns : l->width - x);
            const int h = (int)(rows < l->height - y ? rows : l->height - y);
            const size_t row = (size_t)w;
            const struct planes part = {pixels, PX_UINT8, 1, {x, y, w, h}, row, row * (size_t)h};
            ok = grid->mask(grid->ctx, &part, e);
            if (ok)
                status =
                    GDALRasterIO(to, GF_Write, (int)x, (int)y, w, h, pixels, w, h, GDT_Byte, 0, 0);
        }
    quiet_end(&q);
    free(pixels);
    if (ok && status != CE_None)
        return err_set(e, "the mask cannot be written: %s", quiet_words(&q));
    return ok;
}

static bool make_mask(GDALDatasetH to, const struct output_grid *grid, const struct layout *l,
                      struct err *e)
{
    if (!grid->mask)
        return true;
    if (GDALCreateDatasetMaskBand(to, GMF_PER_DATASET) != CE_None)
        return err_set(e, "the mask cannot be created");
    return write_mask(GDALGetMaskBand(GDALGetRasterBand(to, 1)), grid, l, e);
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

static bool fill(GDALDatasetH to, const struct output_options *options, const struct creation *c,
                 const struct scene *s, const struct output_grid *grid, const struct layout *l,
                 struct err *e)
{
    return check_layout(to, l, e) && metadata_copy(to, s, options, grid, l, c->fixed_colours, e) &&
           make_mask(to, grid, l, e);
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
        ok = fill(to, options, c, s, grid, layout, e) && make_overviews(to, levels, e);
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

bool skeleton_template(const struct creation *c, const struct layout *layout, double absent,
                       struct buffer *template_bytes, struct err *e)
{
    static const char name[] = "/vsimem/tilery-template.tif";
    vsi_l_offset n = 0;
    struct quiet q;

    quiet_begin(&q);
    GDALDatasetH tile =
        GDALCreate(GDALGetDriverByName("GTiff"), name, layout->tile_width, layout->tile_height,
                   layout_samples(layout), gdal_type(layout->type), c->tile);
    if (tile)
        GDALClose(tile);
    quiet_end(&q);
    GByte *bytes = VSIGetMemFileBuffer(name, &n, TRUE); /* ours from here */
    bool ok = (tile && bytes) ||
              err_set(e, "GDAL cannot make a file of one tile of the output: %s", quiet_words(&q));
    ok = ok && pack_u32(template_bytes, c->sparse, e) && pack_f64(template_bytes, absent, e) &&
         pack_u32(template_bytes, c->levelled, e) &&
         buffer_append(template_bytes, c->settings.data, c->settings.size, e) &&
         pack_bytes(template_bytes, bytes, (size_t)n, e);
    CPLFree(bytes);
    return ok;
}
