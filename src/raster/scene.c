/* scene.c - a scene opened with GDAL.
 * SPDX-License-Identifier: MIT */
#include "raster/scene.h"

#include "base/memory.h"
#include "base/text.h"

#include "frame.h"
#include "gdal_support.h"
#include "network.h"
#include "scene_private.h"

#include <cpl_conv.h>
#include <cpl_string.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static bool set_config(const char *item, struct err *e)
{
    const char *equals = strchr(item, '=');

    if (!equals || equals == item)
        return err_usage(e, "--config='%s' is not of the form NAME=VALUE", item);
    char *name = strndup(item, (size_t)(equals - item));
    if (!name)
        return err_set(e, "out of memory: a copy of '%s' was wanted", item);
    CPLSetConfigOption(name, equals + 1);
    free(name);
    return true;
}

bool raster_begin(size_t cache_bytes, const struct raster_options *options, struct err *e)
{
    CPLSetErrorHandler(CPLQuietErrorHandler);
    CPLSetConfigOption("GDAL_VRT_ENABLE_PYTHON", "NO"); /* whatever the environment says */
    for (int i = 0; i < options->config.n; i++) /* first: some tell which drivers to register */
        if (!set_config(options->config.item[i], e))
            return false;
    if (!CPLGetConfigOption("GDAL_NUM_THREADS", NULL)) /* the ranks are the threads */
        CPLSetConfigOption("GDAL_NUM_THREADS", "1");
    if (!CPLGetConfigOption("GDAL_ERROR_ON_LIBJPEG_WARNING", NULL)) /* half of a file is no image */
        CPLSetConfigOption("GDAL_ERROR_ON_LIBJPEG_WARNING", "YES");
    if (!CPLGetConfigOption("GTIFF_DIRECT_IO", NULL)) /* parts of strips that need no decoding */
        CPLSetConfigOption("GTIFF_DIRECT_IO", "YES");
    GDALAllRegister();
    if (!options->network)
        network_turn_off();
    if (!CPLGetConfigOption("GDAL_CACHEMAX", NULL))
        GDALSetCacheMax64((GIntBig)cache_bytes);
    return true;
}

/* GDAL's words without the path in front, which is said already. */
static const char *words_after(struct quiet *q, const char *path)
{
    const char *words = quiet_words(q);
    size_t n = strlen(path);

    return strncmp(words, path, n) == 0 && strncmp(words + n, ": ", 2) == 0 ? words + n + 2 : words;
}

/* Why GDAL could not open path: what the file system knows first, GDAL's words else. */
static bool open_error(const char *path, struct quiet *q, struct err *e)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        bool plain = !strchr(path, ':') && strncmp(path, "/vsi", 4) != 0;
        if (plain || errno != ENOENT)
            return err_errno(e, "%s", path);
        return err_set(e, "%s: cannot be opened: %s", path, words_after(q, path));
    }
    if (S_ISDIR(st.st_mode))
        return err_set(e, "%s: is a directory, and of no raster format that GDAL knows", path);
    if (access(path, R_OK) != 0)
        return err_errno(e, "%s", path);
    if (S_ISREG(st.st_mode) && st.st_size == 0)
        return err_set(e, "%s: is empty (0 bytes)", path);
    return err_set(e, "%s: is no raster that GDAL can read: %s", path, words_after(q, path));
}

static bool open_dataset(struct scene *s, const struct text_list *open_options, struct err *e)
{
    struct quiet q;
    char **options = NULL;

    if (network_is_missed(s->path))
        return err_usage(e, "%s: is on the network, and --allow-network is not given", s->path);
    for (int i = 0; i < open_options->n; i++) {
        if (!strchr(open_options->item[i], '=')) {
            CSLDestroy(options);
            return err_usage(e, "--oo='%s' is not of the form NAME=VALUE", open_options->item[i]);
        }
        options = CSLAddString(options, open_options->item[i]);
    }
    quiet_begin(&q);
    s->dataset = GDALOpenEx(s->path, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                            NULL, (const char *const *)options, NULL);
    quiet_end(&q);
    CSLDestroy(options);
    return s->dataset || open_error(s->path, &q, e);
}

static bool has_pixels(const struct scene *s, struct err *e)
{
    if (GDALGetRasterCount(s->dataset) == 0) {
        char **parts = GDALGetMetadata(s->dataset, "SUBDATASETS");
        const char *part = CSLFetchNameValue(parts, "SUBDATASET_1_NAME");
        if (part)
            return err_set(e, "%s: holds %d datasets and no raster of its own; name one, e.g. %s",
                           s->path, CSLCount(parts) / 2, part);
        return err_set(e, "%s: has no bands", s->path);
    }
    if (GDALGetRasterXSize(s->dataset) < 1 || GDALGetRasterYSize(s->dataset) < 1)
        return err_set(e, "%s: has no pixels (%d x %d)", s->path, GDALGetRasterXSize(s->dataset),
                       GDALGetRasterYSize(s->dataset));
    return true;
}

static int count_numbers(const char *text)
{
    int n = 1;

    for (; *text; text++)
        n += *text == ',';
    return n;
}

static bool choose_bands(struct scene *s, const char *text, struct err *e)
{
    int all = GDALGetRasterCount(s->dataset);
    int n = text ? count_numbers(text) : all;
    int64_t *numbers = memory_raw((size_t)n, sizeof *numbers, e);
    bool ok = numbers && (s->bands = memory_raw((size_t)n, sizeof *s->bands, e));

    if (ok && text && !text_to_i64s(text, ',', n, numbers))
        ok = err_usage(e, "%s: --bands='%s' is not of the form 1,2,3", s->path, text);
    for (int i = 0; ok && i < n; i++) {
        int64_t number = text ? numbers[i] : i + 1;
        if (number < 1 || number > all)
            ok = err_usage(e, "%s: there is no band %lld; bands are counted from 1 to %d", s->path,
                           (long long)number, all);
        else
            s->bands[i] = (int)number;
    }
    free(numbers);
    s->info.bands = n;
    return ok;
}

static bool choose_window(struct scene *s, const char *text, struct err *e)
{
    struct region all = {.width = GDALGetRasterXSize(s->dataset),
                         .height = GDALGetRasterYSize(s->dataset)};
    int64_t v[4];

    s->window = all;
    if (!text)
        return true;
    if (!text_to_i64s(text, ',', 4, v))
        return err_usage(e, "%s: --window='%s' is not of the form x,y,width,height", s->path, text);
    /* Bounded one by one, so that no sum overflows. */
    if (v[0] < 0 || v[1] < 0 || v[2] < 1 || v[3] < 1 || v[2] > all.width || v[3] > all.height ||
        v[0] > all.width - v[2] || v[1] > all.height - v[3])
        return err_usage(e,
                         "%s: --window=%s does not lie in the scene, which has %lld x %lld pixels",
                         s->path, text, (long long)all.width, (long long)all.height);
    s->window = (struct region){v[0], v[1], v[2], v[3]};
    return true;
}

/* The type of a band (GDAL's number), if it is one of ours. */
static bool band_type(const struct scene *s, int band, enum pixel_type *type, struct err *e)
{
    GDALRasterBandH b = GDALGetRasterBand(s->dataset, band);
    GDALDataType t = GDALGetRasterDataType(b);
    const char *name = GDALGetDataTypeName(t);
    const char *sign = GDALGetMetadataItem(b, "PIXELTYPE", "IMAGE_STRUCTURE");

    if (GDALDataTypeIsComplex(t))
        return err_set(
            e,
            "%s: band %d has complex pixels (%s), which are not supported; take their "
            "amplitude or parts first, e.g. with GDAL's VRT pixel functions mod, real, imag",
            s->path, band, name);
    if (strcasecmp(name, "Int8") == 0 || (sign && strcasecmp(sign, "SIGNEDBYTE") == 0))
        return err_set(e,
                       "%s: band %d has signed 8-bit pixels (int8), which are not supported; "
                       "convert the scene first: gdal_translate -ot Int16",
                       s->path, band);
    if (!pixel_from_name(name, type))
        return err_set(e, "%s: band %d has pixels of type %s, which is not supported", s->path,
                       band, name);
    return true;
}

static bool choose_type(struct scene *s, struct err *e)
{
    for (int i = 0; i < s->info.bands; i++) {
        enum pixel_type type;
        if (!band_type(s, s->bands[i], &type, e))
            return false;
        if (i == 0)
            s->info.type = type;
        else if (type != s->info.type)
            return err_set(e,
                           "%s: band %d is of type %s, band %d of type %s; choose bands of one "
                           "type with --bands",
                           s->path, s->bands[0], pixel_name(s->info.type), s->bands[i],
                           pixel_name(type));
    }
    return true;
}

static void describe(struct scene *s)
{
    GDALDriverH driver = GDALGetDatasetDriver(s->dataset);
    const char *codec = GDALGetMetadataItem(s->dataset, "COMPRESSION", "IMAGE_STRUCTURE");
    double transform[6];

    s->info.path = s->path;
    snprintf(s->info.driver, sizeof s->info.driver, "%s",
             driver ? GDALGetDriverShortName(driver) : "none");
    s->info.width = s->window.width;
    s->info.height = s->window.height;
    s->info.file_width = GDALGetRasterXSize(s->dataset);
    s->info.file_height = GDALGetRasterYSize(s->dataset);
    snprintf(s->info.compression, sizeof s->info.compression, "%s", codec ? codec : "NONE");
    s->info.has_nodata = gdal_nodata(scene_band(s, 0), s->info.type, &s->info.nodata);
    GDALGetBlockSize(scene_band(s, 0), &s->info.block_width, &s->info.block_height);
    /* GDAL reads side files (.aux.xml, .tfw) when first asked for what they may hold. It is asked
     * now: while an output is made it may not use .aux.xml files (metadata.h). */
    GDALGetMetadata(s->dataset, NULL);
    GDALGetGeoTransform(s->dataset, transform);
}

bool scene_open(struct scene **out, const struct scene_options *options, struct err *e)
{
    struct quiet q;
    struct scene *s = memory_new(1, sizeof *s, e);

    if (!s)
        return false;
    s->path = strdup(options->path);
    bool ok = s->path || err_set(e, "out of memory: a copy of a path was wanted");
    ok = ok && open_dataset(s, &options->open_options, e);
    quiet_begin(&q);
    ok = ok && has_pixels(s, e) && choose_bands(s, options->bands, e) &&
         choose_window(s, options->window, e) && choose_type(s, e);
    if (ok)
        describe(s);
    quiet_end(&q);
    if (!ok) {
        scene_close(s);
        return false;
    }
    *out = s;
    return true;
}

void scene_close(struct scene *s)
{
    struct quiet q;

    if (!s)
        return;
    quiet_begin(&q);
    if (s->dataset)
        GDALClose(s->dataset);
    quiet_end(&q);
    free(s->frame);
    free(s->bands);
    free(s->path);
    free(s);
}

int scene_overview(const struct scene *s, int64_t width, int64_t height)
{
    GDALRasterBandH band = scene_band(s, 0);
    int best = -1;
    int64_t best_width = s->info.width;

    for (int i = 0; i < GDALGetOverviewCount(band); i++) {
        GDALRasterBandH o = GDALGetOverview(band, i);
        const int64_t w = o ? GDALGetRasterBandXSize(o) : 0, h = o ? GDALGetRasterBandYSize(o) : 0;
        if (w >= width && h >= height && w < best_width) {
            best = i;
            best_width = w;
        }
    }
    return best;
}

const struct scene_info *scene_info(const struct scene *s)
{
    return &s->info;
}

GDALRasterBandH scene_band(const struct scene *s, int b)
{
    return GDALGetRasterBand(s->dataset, s->bands[b]);
}

static CPLErr read_pixels(struct scene *s, const struct planes *out)
{
    const int x = (int)(s->window.x + out->region.x), y = (int)(s->window.y + out->region.y);
    const int width = (int)out->region.width, height = (int)out->region.height;
    const int size = (int)pixel_size(out->type);
    const GDALDataType type = gdal_type(out->type);

    if (frame_suits(s))
        return frame_read(s, out);
    if (s->mask)
        return GDALRasterIOEx(s->mask, GF_Read, x, y, width, height, out->data, width, height, type,
                              size, (GSpacing)out->row_bytes, NULL);
    return GDALDatasetRasterIOEx(s->dataset, GF_Read, x, y, width, height, out->data, width, height,
                                 type, out->bands, s->bands, size, (GSpacing)out->row_bytes,
                                 (GSpacing)out->band_bytes, NULL);
}

static bool check_read(const struct scene *s, struct region r, CPLErr status, struct quiet *q,
                       struct err *e)
{
    const char *words = quiet_words(q);

    return status == CE_None ||
           err_set(e, "%s: cannot read the %lld x %lld pixels at %lld,%lld: %s%s", s->path,
                   (long long)r.width, (long long)r.height, (long long)(s->window.x + r.x),
                   (long long)(s->window.y + r.y), words,
                   network_is_missed(words) ? " (--allow-network is not given)" : "");
}

static bool is_inside(const struct scene *s, struct region r)
{
    return region_contains((struct region){0, 0, s->info.width, s->info.height}, r);
}

bool scene_read(struct scene *s, const struct planes *out, struct err *e)
{
    struct quiet q;

    assert(out->type == s->info.type && out->bands == s->info.bands && is_inside(s, out->region));
    quiet_begin(&q);
    const CPLErr status = read_pixels(s, out);
    quiet_end(&q);
    return check_read(s, out->region, status, &q, e);
}

bool scene_read_by_pixel(struct scene *s, struct region r, void *out, struct err *e)
{
    const int size = (int)pixel_size(s->info.type), width = (int)r.width, height = (int)r.height;
    const GSpacing pixel = (GSpacing)size * s->info.bands;
    struct quiet q;

    assert(is_inside(s, r) && !s->mask);
    quiet_begin(&q);
    const CPLErr status = GDALDatasetRasterIOEx(s->dataset, GF_Read, (int)(s->window.x + r.x),
                                                (int)(s->window.y + r.y), width, height, out, width,
                                                height, gdal_type(s->info.type), s->info.bands,
                                                s->bands, pixel, pixel * width, size, NULL);
    quiet_end(&q);
    return check_read(s, r, status, &q, e);
}

bool scene_is_sequential(const struct scene *s)
{
    static const char *const drivers[] = {"JPEG", "PNG", "GIF", "WEBP", "JPEGXL"};
    const struct scene_info *i = &s->info;

    for (size_t k = 0; k < sizeof drivers / sizeof drivers[0]; k++)
        if (strcmp(i->driver, drivers[k]) == 0)
            return true;
    return i->block_width >= i->file_width && i->block_height >= i->file_height &&
           strcmp(i->compression, "NONE") != 0;
}

bool scene_files(struct scene *s, bool (*each)(void *ctx, const char *path, struct err *e),
                 void *ctx, struct err *e)
{
    if (!s->dataset) /* of a mask: it is in the scene's own files */
        return true;
    char **files = GDALGetFileList(s->dataset);
    bool ok = files && files[0];

    if (!ok)
        err_set(e, "%s: GDAL does not say which files it is made of", s->path);
    for (int i = 0; ok && files[i]; i++)
        ok = strncmp(files[i], "/vsimem/", 8) == 0 || /* of this process (mosaic.h) */
             each(ctx, files[i], e);
    CSLDestroy(files);
    return ok;
}
