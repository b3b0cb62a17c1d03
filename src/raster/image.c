/* image.c - an output of a format that GDAL writes in one go from an image in memory.
 * SPDX-License-Identifier: MIT */
#include "raster/image.h"

#include "base/text.h"

#include "gdal_support.h"
#include "interleave.h"
#include "jpeg_writer.h"
#include "metadata.h"
#include "output_files.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct image {
    const char *driver, *path; /* the latter borrowed */
    char **options;
    bool overwrite, georeferenced, has_exif;
    struct planes pixels, mask;
    void *memory, *mask_memory;
    GDALDatasetH dataset; /* of that memory */
    uint8 *samples;       /* the memory where GDAL is not needed: samples of a pixel side by side */
};

const char *image_driver(const char *path)
{
    static const char *const endings[][2] = {{".png", "PNG"}, {".jpg", "JPEG"}, {".jpeg", "JPEG"}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof endings / sizeof endings[0]; i++)
        if (strcasecmp(dot, endings[i][0]) == 0)
            return endings[i][1];
    return NULL;
}

size_t image_bytes(const struct layout *layout, bool with_mask)
{
    const double n = (double)layout->width * (double)layout->height *
                     ((double)pixel_size(layout->type) * layout->bands + with_mask);

    return n < 0x1p48 ? (size_t)n : (size_t)1 << 48; /* no host has more */
}

/* A dataset over planes in memory. */
static GDALDatasetH wrap(const struct planes *p)
{
    GDALDriverH driver = GDALGetDriverByName("MEM");
    GDALDatasetH to = driver ? GDALCreate(driver, "", (int)p->region.width, (int)p->region.height,
                                          0, gdal_type(p->type), NULL)
                             : NULL;

    for (int b = 0; to && b < p->bands; b++) {
        char pointer[40], **where = NULL;
        char line[32];
        snprintf(pointer, sizeof pointer, "%p", (void *)planes_at(p, b, 0, 0));
        snprintf(line, sizeof line, "%zu", p->row_bytes);
        where = CSLSetNameValue(where, "DATAPOINTER", pointer);
        where = CSLSetNameValue(where, "LINEOFFSET", line);
        const CPLErr status = GDALAddBand(to, gdal_type(p->type), where);
        CSLDestroy(where);
        if (status != CE_None) {
            GDALClose(to);
            return NULL;
        }
    }
    return to;
}

static bool copy(const struct image *im, GDALDatasetH from, const char *path, struct err *e)
{
    GDALDriverH driver = GDALGetDriverByName(im->driver);
    struct quiet q;

    /* What has no place in the file goes to PATH.aux.xml; of a photo, nobody wants one. */
    CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", im->georeferenced ? NULL : "NO");
    quiet_begin(&q);
    GDALDatasetH to = GDALCreateCopy(driver, path, from, FALSE, im->options, NULL, NULL);
    bool ok = to != NULL;
    if (to) {
        CPLErrorReset();
        GDALClose(to); /* some write only then */
        ok = CPLGetLastErrorType() < CE_Failure;
    }
    quiet_end(&q);
    return ok ||
           err_set(e, "%s: cannot be written as %s: %s", im->path, im->driver, quiet_words(&q));
}

/* Left alone, some drivers cut wider pixels down. */
static bool takes_type(GDALDriverH driver, enum pixel_type type)
{
    if (type != PX_UINT8 && strcmp(GDALGetDescription(driver), "JPEG") == 0)
        return false; /* it takes 16 bits for 12, and cuts them down */
    char **types = CSLTokenizeString(GDALGetMetadataItem(driver, GDAL_DMD_CREATIONDATATYPES, NULL));
    const bool takes = CSLFindString(types, GDALGetDataTypeName(gdal_type(type))) >= 0;

    CSLDestroy(types);
    return takes;
}

bool image_check_type(const char *driver, const char *path, enum pixel_type type, struct err *e)
{
    if (!GDALGetDriverByName(driver))
        return err_set(e, "%s: GDAL here has no %s driver", path, driver);
    return takes_type(GDALGetDriverByName(driver), type) ||
           err_usage(e,
                     "%s: %s has no %s pixels; put `convert-to --type=uint8` before it, or "
                     "write a GeoTIFF",
                     path, driver, pixel_name(type));
}

/* Whether the driver takes such pixels and options: it is given a few. */
static bool try_out(const struct image *im, const struct layout *l, struct err *e)
{
    enum { SIDE = 16 };
    static const char at[] = "/vsimem/tilery-try-out";
    struct planes p;
    void *memory;
    struct quiet q;

    if (!image_check_type(im->driver, im->path, l->type, e))
        return false;
    quiet_begin(&q);
    bool ok = GDALValidateCreationOptions(GDALGetDriverByName(im->driver), im->options) != 0;
    quiet_end(&q);
    if (!ok)
        return err_usage(e,
                         "%s: a creation option is none of GDAL's %s driver, or has no such "
                         "value: %s",
                         im->path, im->driver, quiet_words(&q));
    if (!planes_new(&p, &memory, l->type, l->bands, (struct region){0, 0, SIDE, SIDE}, 0, e))
        return false;
    GDALDatasetH from = wrap(&p);
    ok = from ? copy(im, from, at, e) : err_set(e, "%s: GDAL has no MEM driver", im->path);
    if (!ok && e->status == EXIT_FAILED)
        e->status = EXIT_USAGE;
    if (from)
        GDALClose(from);
    free(memory);
    VSIUnlink(at);
    return ok;
}

static bool check_size(const struct image *im, const struct layout *l, struct err *e)
{
    enum { JPEG_MOST = 65500 };
    const int64_t most = strcmp(im->driver, "JPEG") == 0 ? JPEG_MOST : INT_MAX;

    return (l->width <= most && l->height <= most) ||
           err_usage(e, "%s: %s has no images of %lldx%lld pixels; write a GeoTIFF", im->path,
                     im->driver, (long long)l->width, (long long)l->height);
}

static bool is_georeferenced(GDALDatasetH d)
{
    double transform[6];

    return GDALGetGeoTransform(d, transform) == CE_None || GDALGetGCPCount(d) > 0 ||
           GDALGetSpatialRef(d) != NULL || GDALGetMetadata(d, "RPC") != NULL;
}

static bool has_exif(GDALDatasetH d)
{
    char **items = GDALGetMetadata(d, NULL);

    for (; items && *items; items++)
        if (strncmp(*items, "EXIF_", 5) == 0)
            return true;
    return false;
}

static bool make_mask(struct image *im, struct err *e)
{
    return GDALCreateDatasetMaskBand(im->dataset, GMF_PER_DATASET) == CE_None ||
           err_set(e, "%s: the mask cannot be created", im->path);
}

/* Whether nothing but pixels would come to be in the file, and GDAL's driver need not make it. */
static bool is_plain(const struct image *im)
{
    const struct planes *p = &im->pixels;
    const int n = CSLCount(im->options);

    return strcmp(im->driver, "JPEG") == 0 && (p->bands == 1 || p->bands == 3) &&
           p->type == PX_UINT8 && !im->mask.data && !im->georeferenced &&
           (n == 0 || (n == 1 && CSLFetchNameValue(im->options, "QUALITY"))) &&
           !GDALGetMetadata(im->dataset, "COLOR_PROFILE") && !im->has_exif;
}

static bool make(struct image *im, const struct output_options *options, struct scene *scene,
                 const struct output_grid *grid, const struct layout *l, bool with_mask,
                 struct err *e)
{
    const struct region all = {0, 0, l->width, l->height};

    if (!output_files_check(im->path, im->overwrite, e) || !check_size(im, l, e) ||
        !try_out(im, l, e) || !planes_new(&im->pixels, &im->memory, l->type, l->bands, all, 0, e) ||
        (with_mask && !planes_new(&im->mask, &im->mask_memory, PX_UINT8, 1, all, 0, e)))
        return false;
    im->dataset = wrap(&im->pixels);
    if (!im->dataset)
        return err_set(e, "%s: GDAL's MEM driver fails", im->path);
    if (!metadata_copy(im->dataset, scene, options, grid, l, false, e))
        return false;
    im->has_exif = has_exif(im->dataset);
    im->georeferenced = is_georeferenced(im->dataset);
    if (is_plain(im))
        im->samples = im->pixels.data;
    return !with_mask || make_mask(im, e);
}

bool image_new(struct image **out, const char *driver, const struct output_options *options,
               struct scene *scene, const struct output_grid *grid, const struct layout *layout,
               bool with_mask, struct err *e)
{
    struct image *im = memory_new(1, sizeof *im, e);

    if (!im)
        return false;
    *im = (struct image){.driver = driver, .path = options->path, .overwrite = options->overwrite};
    for (int i = 0; i < options->creation_options.n; i++)
        im->options = CSLAddString(im->options, options->creation_options.item[i]);
    if (!make(im, options, scene, grid, layout, with_mask, e)) {
        image_free(im);
        return false;
    }
    *out = im;
    return true;
}

void image_free(struct image *im)
{
    if (!im)
        return;
    if (im->dataset)
        GDALClose(im->dataset);
    CSLDestroy(im->options);
    free(im->memory);
    free(im->mask_memory);
    free(im);
}

static void put(const struct planes *to, const struct planes *part)
{
    const struct region r = part->region;

    for (int b = 0; b < part->bands; b++)
        for (int64_t y = r.y; y < r.y + r.height; y++)
            memcpy(planes_at(to, b, r.x, y), planes_at(part, b, r.x, y),
                   (size_t)r.width * pixel_size(to->type));
}

/* Side by side. */
static void put_samples(const struct image *im, const struct planes *part)
{
    const struct region r = part->region;
    const size_t bands = (size_t)part->bands, row = (size_t)im->pixels.region.width * bands;

    for (int64_t y = r.y; y < r.y + r.height; y++) {
        uint8 *to = im->samples + (size_t)y * row + (size_t)r.x * bands;
        const uint8 *rows[3] = {0};
        for (int b = 0; b < part->bands; b++)
            rows[b] = planes_at(part, b, r.x, y);
        if (bands == 3)
            interleave_3(rows, r.width, to);
        else
            memcpy(to, planes_at(part, 0, r.x, y), (size_t)r.width);
    }
}

void image_put(struct image *im, const struct planes *pixels, const struct planes *mask)
{
    if (im->samples)
        put_samples(im, pixels);
    else
        put(&im->pixels, pixels);
    if (mask)
        put(&im->mask, mask);
}

static bool set_mask(struct image *im, struct err *e)
{
    const struct planes *m = &im->mask;
    const int w = (int)m->region.width, h = (int)m->region.height;

    if (!m->data)
        return true;
    return GDALRasterIO(GDALGetMaskBand(GDALGetRasterBand(im->dataset, 1)), GF_Write, 0, 0, w, h,
                        m->data, w, h, GDT_Byte, 0, (int)m->row_bytes) == CE_None ||
           err_set(e, "%s: the mask cannot be set", im->path);
}

/* FOLDER/NAME, in out. */
static bool join(char out[PATH_MAX], const char *folder, const char *name, struct err *e)
{
    return snprintf(out, PATH_MAX, "%s/%s", folder, name) < PATH_MAX ||
           err_set(e, "%.200s...: the name is too long", folder);
}

static bool sync_file(const char *path, struct err *e)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool ok = fd >= 0 && fsync(fd) == 0;

    if (!ok)
        err_errno(e, "%s: cannot be synced", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Moves what lies beside the image in its folder to its side; *e of the first failure. */
static bool move_beside(const struct image *im, const char *folder, struct err *e)
{
    const char *slash = strrchr(im->path, '/');
    DIR *files = opendir(folder);
    struct dirent *one;
    char from[PATH_MAX], to[PATH_MAX];
    bool ok = files || err_errno(e, "%s: cannot be read", folder);

    while (ok && (one = readdir(files))) {
        if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
            continue;
        const int n = slash ? (int)(slash - im->path + 1) : 0;
        ok = join(from, folder, one->d_name, e) &&
             (snprintf(to, sizeof to, "%.*s%s", n, im->path, one->d_name) < PATH_MAX ||
              err_set(e, "%.200s...: the name is too long", im->path)) &&
             (rename(from, to) == 0 || err_errno(e, "%s: cannot be renamed to %s", from, to));
    }
    if (files)
        closedir(files);
    return ok;
}

/* Removes the folder and what is left in it. */
static void sweep(const char *folder)
{
    DIR *files = opendir(folder);
    struct dirent *one;
    char path[PATH_MAX];
    struct err ignored;

    while (files && (one = readdir(files)))
        if (one->d_name[0] != '.' && join(path, folder, one->d_name, &ignored))
            unlink(path);
    if (files)
        closedir(files);
    rmdir(folder);
}

static bool encode(const struct image *im, const char *path, struct err *e)
{
    const char *quality = CSLFetchNameValueDef(im->options, "QUALITY", "75");
    const struct planes *p = &im->pixels;
    const struct jpeg_raster raster = {im->samples, (int)p->region.width, (int)p->region.height,
                                       p->bands};

    return im->samples ? jpeg_write(path, &raster, atoi(quality), e)
                       : copy(im, im->dataset, path, e);
}

static bool write_into(const struct image *im, const char *folder, struct err *e)
{
    const char *slash = strrchr(im->path, '/');
    char path[PATH_MAX];

    return join(path, folder, slash ? slash + 1 : im->path, e) && encode(im, path, e) &&
           sync_file(path, e) && output_files_finish(path, im->path, im->overwrite, e) &&
           move_beside(im, folder, e);
}

bool image_write(struct image *im, struct err *e)
{
    char *folder = text_join(im->path, ".part-XXXXXX", e);

    if (!folder)
        return false;
    bool ok = set_mask(im, e);
    if (ok && !mkdtemp(folder))
        ok = err_errno(e, "%s: cannot be created", folder);
    else if (ok) {
        ok = write_into(im, folder, e);
        sweep(folder);
    }
    free(folder);
    return ok;
}
