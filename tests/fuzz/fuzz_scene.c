/* fuzz_scene.c - any file opened as a GeoTIFF: its blobs found, read, and decoded on a replay of
 * its header; where pixels go through GDAL, some of them are read.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/planes.h"
#include "raster/blobs.h"
#include "raster/decode.h"
#include "raster/scene.h"

#include <gdal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TILE_MOST = 1 << 20, BLOBS_MOST = 8, SIDE_MOST = 64, BANDS_MOST = 8 };

bool fuzz_accepted;

/* Other people's drivers are not ours to fuzz. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin_raster();
    for (int i = GDALGetDriverCount() - 1; i >= 0; i--) {
        GDALDriverH driver = GDALGetDriver(i);
        if (strcmp(GDALGetDriverShortName(driver), "GTiff") == 0)
            continue;
        GDALDeregisterDriver(driver);
        GDALDestroyDriver(driver);
    }
    return 0;
}

static bool decode_blob(struct blobs *b, struct decoder *d, int64_t index, void *pixels)
{
    const struct layout *l = decoder_layout(d);
    const int rows = (int)layout_region(l, index).height;
    struct err e;
    size_t n;

    if (!blobs_size(b, index, &n, &e))
        return false;
    if (n == 0) /* not stored */
        return true;
    unsigned char *blob = malloc(n);
    bool ok = blob && blobs_read(b, index, blob, &e);
    if (ok) /* any outcome is right, so long as nothing breaks */
        ok = decoder_decode(d, index, blob, n, rows, pixels, &e);
    if (ok && rows > 1)
        ok = decoder_decode(d, index, blob, n, rows / 2, pixels, &e);
    free(blob);
    return ok;
}

static void decode_some(struct blobs *b)
{
    const struct layout *l = blobs_layout(b);
    const int64_t n = layout_blobs(l);
    struct buffer header = {0};
    struct decoder *d = NULL;
    struct err e;
    void *pixels = malloc(layout_tile_bytes(l));

    if (pixels && blobs_header(b, &header, &e) && decoder_new(&d, header.data, header.size, &e))
        for (int64_t i = 0; i < n && i < BLOBS_MOST; i++) {
            blobs_announce(b, i);
            fuzz_accepted |= decode_blob(b, d, i, pixels);
        }
    decoder_free(d);
    buffer_free(&header);
    free(pixels);
}

static void read_some(struct scene *s)
{
    const struct scene_info *in = scene_info(s);
    const struct region r = {0, 0, in->width < SIDE_MOST ? in->width : SIDE_MOST,
                             in->height < SIDE_MOST ? in->height : SIDE_MOST};
    struct planes planes;
    void *memory;
    struct err e;

    if (in->bands > BANDS_MOST || (double)in->block_width * in->block_height > TILE_MOST ||
        !planes_new(&planes, &memory, in->type, in->bands, r, 0, &e))
        return;
    fuzz_accepted |= scene_read(s, &planes, &e);
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("scene", MFD_CLOEXEC);
    char path[40], why[200];
    struct scene *s = NULL;
    struct blobs *b = NULL;
    struct err e;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (scene_open(&s, &(struct scene_options){.path = path}, &e) &&
        blobs_open(&b, s, TILE_MOST, why, sizeof why, &e)) {
        if (b)
            decode_some(b);
        else
            read_some(s);
    }
    blobs_close(b);
    if (s)
        scene_close(s);
    close(fd);
    return 0;
}
