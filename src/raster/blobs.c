/* blobs.c - the blobs of a GeoTIFF scene, found and read on rank 0 without opening them.
 * SPDX-License-Identifier: MIT */
#include "raster/blobs.h"

#include "base/pack.h"
#include "raster/decode.h"

#include "gdal_support.h"
#include "scene_private.h"
#include "tiff_support.h"
#include "whole_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Headers of real files take some kB. Larger ones are hostile, or carry megabytes of metadata that
 * no worker should hold. */
enum { LARGEST_HEADER = 16 << 20 };

struct file {
    struct tiff_client client; /* first: libtiff hands out its address */
    int fd;
    bool recording;
    struct buffer ranges; /* offset and bytes of every read, packed */
    uint32_t n_ranges;
    struct err failure; /* of recording */
};

struct blobs {
    struct file file;
    TIFF *tif;
    struct scene *scene;
    struct layout layout;
    uint16_t codec;
    bool index_failed; /* a part of the file's index could not be read */
};

static tmsize_t read_file(thandle_t handle, void *out, tmsize_t n)
{
    struct file *f = handle;
    ssize_t got = read_whole(f->fd, out, (size_t)n, f->client.position);

    if (got < 0) { /* libtiff has only words about what it was after */
        snprintf(f->client.words, sizeof f->client.words, "%s", strerror(errno));
        return -1;
    }
    if (f->recording) {
        if (f->ranges.size + (size_t)got > LARGEST_HEADER)
            return -1;
        if (!pack_i64(&f->ranges, (int64_t)f->client.position, &f->failure) ||
            !pack_bytes(&f->ranges, out, (size_t)got, &f->failure))
            return -1;
        f->n_ranges++;
    }
    f->client.position += (uint64_t)got;
    return got;
}

static bool open_file(struct blobs *b, char *why, size_t size)
{
    const struct scene_info *info = scene_info(b->scene);
    struct stat st;

    if (strcmp(info->driver, "GTiff") != 0)
        return why_not(why, size, "its format is %s", info->driver);
    if (strncmp(info->path, "/vsi", 4) == 0 || stat(info->path, &st) != 0 || !S_ISREG(st.st_mode))
        return why_not(why, size, "it is not a plain file");
    b->file.fd = open(info->path, O_RDONLY | O_CLOEXEC);
    if (b->file.fd < 0 || fstat(b->file.fd, &st) != 0)
        return why_not(why, size, "%s", strerror(errno));
    b->file.client.size = (uint64_t)st.st_size;
    return true;
}

static bool open_tiff(struct blobs *b, char *why, size_t size)
{
    struct layout *l = &b->layout;

    b->file.recording = true;
    b->tif = tiff_open(&b->file.client, TIFF_BLOB_MODE, read_file, NULL);
    if (!b->tif)
        return why_not(why, size, "libtiff does not open it: %s", tiff_words(&b->file.client));
    bool fits = tiff_layout(b->tif, l, why, size);
    b->file.recording = false;
    TIFFGetFieldDefaulted(b->tif, TIFFTAG_COMPRESSION, &b->codec);
    return fits;
}

/* GDAL may show something else than the first directory as it is stored: an overview, RGBA made
 * of another colour space, a scaled copy. */
static bool gdal_agrees(const struct blobs *b, char *why, size_t size)
{
    const struct layout *l = &b->layout;
    const struct scene *s = b->scene;

    if (l->width != GDALGetRasterXSize(s->dataset) || l->height != GDALGetRasterYSize(s->dataset) ||
        l->bands != GDALGetRasterCount(s->dataset) || l->type != s->info.type)
        return why_not(why, size, "GDAL shows another raster than its first directory");
    bool wide = pixel_size(l->type) == 8 && !pixel_is_float(l->type);
    if (wide && s->info.has_nodata && fabs(s->info.nodata) > 0x1p53)
        return why_not(why, size, "its nodata value has more digits than a double");
    for (int i = 1; i < s->info.bands; i++) {
        double v = 0;
        bool has = gdal_nodata(scene_band(s, i), l->type, &v);
        if (has != s->info.has_nodata || (has && v != s->info.nodata && !isnan(v)))
            return why_not(why, size,
                           "its bands differ in nodata"); /* one value fills sparse tiles */
    }
    return true;
}

/* A blob to try near the middle of the file; -1 if all looked at are sparse or cannot be read. */
static int64_t some_blob(struct blobs *b, size_t *bytes)
{
    enum { TRIES = 4096 };
    int64_t n = layout_blobs(&b->layout);
    struct err ignored;

    for (int64_t i = 0; i < n && i < TRIES; i++) {
        int64_t index = (n / 2 + i) % n;
        if (blobs_size(b, index, bytes, &ignored) && *bytes > 0)
            return index;
    }
    return -1;
}

/* Whether band `sample` of the decoded blob holds what GDAL reads into `band`. */
static bool same_pixels(const struct layout *l, struct region r, const unsigned char *decoded,
                        const unsigned char *band, int sample)
{
    size_t size = pixel_size(l->type), step = size * (size_t)layout_samples(l);

    for (int64_t y = 0; y < r.height; y++) {
        const unsigned char *a = decoded + (size_t)y * layout_row_bytes(l) + (size_t)sample * size;
        const unsigned char *g = band + (size_t)y * (size_t)r.width * size;
        for (int64_t x = 0; x < r.width; x++, a += step, g += size)
            if (memcmp(a, g, size) != 0)
                return false;
    }
    return true;
}

static bool gdal_reads_same(struct blobs *b, int64_t index, const unsigned char *decoded,
                            unsigned char *band, char *why, size_t size)
{
    const struct layout *l = &b->layout;
    struct region r =
        region_intersect(layout_region(l, index), (struct region){0, 0, l->width, l->height});
    int first = l->separate ? layout_plane(l, index) : 0;

    for (int i = 0; i < layout_samples(l); i++) {
        struct quiet q;
        quiet_begin(&q);
        CPLErr status = GDALRasterIO(GDALGetRasterBand(b->scene->dataset, first + i + 1), GF_Read,
                                     (int)r.x, (int)r.y, (int)r.width, (int)r.height, band,
                                     (int)r.width, (int)r.height, gdal_type(l->type), 0, 0);
        quiet_end(&q);
        if (status != CE_None || !same_pixels(l, r, decoded, band, i))
            return why_not(why, size, "libtiff and GDAL read different pixels at %lld,%lld",
                           (long long)r.x, (long long)r.y);
    }
    return true;
}

/* Decodes one blob the way workers will. *fits tells the outcome; fails for lack of memory. */
static bool try_one(struct blobs *b, bool *fits, char *why, size_t size, struct err *e)
{
    struct buffer header = {0};
    struct decoder *d = NULL;
    unsigned char *blob = NULL, *decoded = NULL, *band = NULL;
    struct err mine = {0};
    size_t n;
    int64_t index = some_blob(b, &n);

    *fits = true;
    if (index < 0)
        return true;
    size_t bytes = layout_tile_bytes(&b->layout);
    bool ok = (blob = memory_raw(1, n, e)) && (decoded = memory_raw(1, bytes, e)) &&
              (band = memory_raw(1, bytes, e)) && blobs_header(b, &header, e);
    if (ok &&
        (!decoder_new(&d, header.data, header.size, &mine) || !blobs_read(b, index, blob, &mine) ||
         !decoder_decode(d, index, blob, n, (int)layout_region(&b->layout, index).height, decoded,
                         &mine)))
        *fits = why_not(why, size, "%.400s", mine.text);
    else if (ok)
        *fits = gdal_reads_same(b, index, decoded, band, why, size);
    decoder_free(d);
    buffer_free(&header);
    free(band);
    free(decoded);
    free(blob);
    return ok;
}

bool blobs_open(struct blobs **out, struct scene *s, size_t max_blob_bytes, char *why,
                size_t why_size, struct err *e)
{
    struct blobs *b = memory_new(1, sizeof *b, e);

    *out = NULL;
    if (!b)
        return false;
    b->scene = s;
    b->file.fd = -1;
    bool ok = true;
    bool fits =
        open_file(b, why, why_size) && open_tiff(b, why, why_size) && gdal_agrees(b, why, why_size);
    if (fits && layout_tile_bytes(&b->layout) > max_blob_bytes)
        fits = why_not(why, why_size, "its tiles of %zu bytes are too large to ship (limit %zu)",
                       layout_tile_bytes(&b->layout), max_blob_bytes);
    if (b->file.failure.status != 0) {
        *e = b->file.failure;
        ok = false;
    }
    if (ok && fits)
        ok = try_one(b, &fits, why, why_size, e);
    if (ok && fits)
        *out = b;
    else
        blobs_close(b);
    return ok;
}

void blobs_close(struct blobs *b)
{
    if (!b)
        return;
    if (b->tif)
        TIFFClose(b->tif);
    if (b->file.fd >= 0)
        close(b->file.fd);
    buffer_free(&b->file.ranges);
    free(b);
}

const struct layout *blobs_layout(const struct blobs *b)
{
    return &b->layout;
}

struct region blobs_window(const struct blobs *b)
{
    return b->scene->window;
}

int blobs_band(const struct blobs *b, int band)
{
    return b->scene->bands[band] - 1;
}

bool blobs_header(const struct blobs *b, struct buffer *header, struct err *e)
{
    const struct file *f = &b->file;

    return pack_i64(header, (int64_t)f->client.size, e) && pack_u32(header, f->n_ranges, e) &&
           buffer_append(header, f->ranges.data, f->ranges.size, e);
}

static bool bad_blob(const struct blobs *b, int64_t index, const char *what, struct err *e)
{
    const struct layout *l = &b->layout;
    int64_t in_plane = index % (l->across * l->down);

    return err_set(e, "%s: the %s in row %lld, column %lld, plane %d %s",
                   scene_info(b->scene)->path, l->strips ? "strip" : "tile",
                   (long long)(in_plane / l->across), (long long)(in_plane % l->across),
                   layout_plane(l, index), what);
}

/* No blob decodes from more than this; libtiff and GDAL read no more of one either. */
static uint64_t most_bytes(const struct blobs *b)
{
    uint64_t decoded = layout_tile_bytes(&b->layout);

    return b->codec == COMPRESSION_NONE ? decoded : 10 * decoded + (1 << 20);
}

static bool find(struct blobs *b, int64_t index, uint64_t *offset, uint64_t *size, struct err *e)
{
    char what[160];
    int bad_size = 0, bad_offset = 0;

    b->file.client.words[0] = '\0';
    *size = TIFFGetStrileByteCountWithErr(b->tif, (uint32_t)index, &bad_size);
    *offset = TIFFGetStrileOffsetWithErr(b->tif, (uint32_t)index, &bad_offset);
    b->index_failed |= bad_size || bad_offset;
    /* Asked again for what it could not read, libtiff says 0, as of blobs that are sparse. */
    if (*size == 0 && b->index_failed)
        return bad_blob(b, index, "is not in the file's index, which is corrupt", e);
    if (*size == 0) /* sparse */
        return true;
    if (*offset == 0 || *offset > b->file.client.size || *size > b->file.client.size - *offset) {
        snprintf(what, sizeof what,
                 "(%llu bytes at offset %llu) does not lie in the file, which has %llu bytes: it "
                 "is truncated or corrupt",
                 (unsigned long long)*size, (unsigned long long)*offset,
                 (unsigned long long)b->file.client.size);
        return bad_blob(b, index, what, e);
    }
    if (*size > most_bytes(b))
        *size = most_bytes(b);
    return true;
}

bool blobs_size(struct blobs *b, int64_t index, size_t *size, struct err *e)
{
    uint64_t offset, bytes;

    if (!find(b, index, &offset, &bytes, e))
        return false;
    *size = (size_t)bytes;
    return true;
}

bool blobs_read(struct blobs *b, int64_t index, void *out, struct err *e)
{
    uint64_t offset, bytes;

    if (!find(b, index, &offset, &bytes, e))
        return false;
    ssize_t got = read_whole(b->file.fd, out, (size_t)bytes, offset);
    if (got < 0)
        return bad_blob(b, index, strerror(errno), e);
    return (uint64_t)got == bytes || bad_blob(b, index, "was cut off while it was read", e);
}

void blobs_announce(struct blobs *b, int64_t index)
{
    uint64_t offset, bytes;
    struct err ignored;

    if (find(b, index, &offset, &bytes, &ignored) && bytes > 0)
        (void)posix_fadvise(b->file.fd, (off_t)offset, (off_t)bytes, POSIX_FADV_WILLNEED);
}

double blobs_sparse_value(const struct blobs *b)
{
    const struct scene_info *info = scene_info(b->scene);

    return info->has_nodata ? info->nodata : 0;
}
