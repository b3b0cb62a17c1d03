/* raster_support.h - what the tests of src/raster share: files to read, pixels to compare.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_SUPPORT_H
#define RASTER_SUPPORT_H

#include "base/memory.h"
#include "raster/blobs.h"
#include "raster/decode.h"
#include "raster/layout.h"
#include "raster/scene.h"

#include <check.h>
#include <cpl_string.h>
#include <gdal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/tilery-raster-XXXXXX";

static inline void make_directory(void)
{
    if (!mkdtemp(directory))
        abort();
}

static inline void remove_directory(void)
{
    char command[2 * sizeof directory + 30];

    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", directory, directory);
    if (system(command) != 0)
        abort();
}

/* Runs the suite with a directory to work in; the value for main to return. */
static inline int run_in_directory(Suite *suite)
{
    make_directory();
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    remove_directory();
    return failed ? 1 : 0;
}

static inline void begin(void)
{
    struct err e;

    ck_assert(raster_begin(16 << 20, &(struct raster_options){0}, &e));
}

/* A path in the directory, in one of a few buffers used in turn. */
static inline const char *in_directory(const char *name)
{
    static char paths[8][300];
    static int next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static inline bool exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static const GDALDataType gdal_types[PX_N_TYPES] = {
    [PX_UINT8] = GDT_Byte,      [PX_UINT16] = GDT_UInt16, [PX_INT16] = GDT_Int16,
    [PX_UINT32] = GDT_UInt32,   [PX_INT32] = GDT_Int32,   [PX_FLOAT32] = GDT_Float32,
    [PX_FLOAT64] = GDT_Float64, [PX_UINT64] = GDT_UInt64, [PX_INT64] = GDT_Int64,
};

/* A slope with noise and jumps, that fills the range of small types. */
static inline double value_at(int band, int64_t x, int64_t y)
{
    uint32_t noise =
        (uint32_t)(x * 73856093) ^ (uint32_t)(y * 19349663) ^ (uint32_t)band * 83492791u;

    return (double)((x * 3 + y * 2 + band * 50 + noise % 7) % 251);
}

/* Writes the pattern to the rows first <= y < last of a dataset; the rest stays sparse. */
static inline void paint(GDALDatasetH ds, int first, int last)
{
    int width = GDALGetRasterXSize(ds);
    double *row = malloc((size_t)width * sizeof *row);

    for (int b = 0; b < GDALGetRasterCount(ds); b++)
        for (int y = first; y < last; y++) {
            for (int x = 0; x < width; x++)
                row[x] = value_at(b, x, y);
            ck_assert_int_eq(GDALRasterIO(GDALGetRasterBand(ds, b + 1), GF_Write, 0, y, width, 1,
                                          row, width, 1, GDT_Float64, 0, 0),
                             CE_None);
        }
    free(row);
}

/* A dataset of GDAL's making; options are "K=V K=V". To be painted and closed. */
static inline GDALDatasetH create(const char *path, enum pixel_type type, int bands, int width,
                                  int height, const char *options)
{
    char **list = CSLTokenizeString2(options, " ", 0);
    GDALDatasetH ds = GDALCreate(GDALGetDriverByName("GTiff"), path, width, height, bands,
                                 gdal_types[type], list);

    CSLDestroy(list);
    ck_assert_ptr_nonnull(ds);
    return ds;
}

static inline void make(const char *path, enum pixel_type type, int bands, int width, int height,
                        const char *options)
{
    GDALDatasetH ds = create(path, type, bands, width, height, options);

    paint(ds, 0, height);
    GDALClose(ds);
}

static inline struct scene *open_scene(const char *path)
{
    struct scene *s = NULL;
    struct err e;

    ck_assert_msg(scene_open(&s, &(struct scene_options){.path = path}, &e), "%s", e.text);
    return s;
}

/* All pixels of a scene, through GDAL. */
static inline struct planes read_all(struct scene *s, void **memory)
{
    const struct scene_info *info = scene_info(s);
    struct planes p;
    struct err e;

    ck_assert(planes_new(&p, memory, info->type, info->bands,
                         (struct region){0, 0, info->width, info->height}, 0, &e));
    ck_assert_msg(scene_read(s, &p, &e), "%s", e.text);
    return p;
}

#endif
