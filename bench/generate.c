/* generate.c - a large synthetic scene, the same on every machine: fractal terrain seen by a radar,
 * with the multiplicative speckle of a 4-look amplitude image.
 *
 *     generate OUT.tif WIDTH HEIGHT [TYPE] [K=V …]
 *
 * Terrain: value noise (a hash of lattice points, interpolated), octaves of halving cell and
 * amplitude. Speckle: amplitude = terrain * sqrt(gamma(4) / 4), drawn per pixel from a hash.
 * SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "base/pixel.h"
#include "base/text.h"

#include <cpl_string.h>
#include <gdal.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OCTAVES = 7, LARGEST_CELL = 1024, QUANTILES = 4096, LOOKS = 4, ROWS_AT_ONCE = 256 };

static uint32_t hash(uint32_t x, uint32_t y, uint32_t seed)
{
    uint32_t h = x * 0x9e3779b1u ^ y * 0x85ebca6bu ^ seed * 0xc2b2ae35u;

    h ^= h >> 15;
    h *= 0x2c1b3c6du;
    h ^= h >> 12;
    h *= 0x297a2d39u;
    return h ^ h >> 15;
}

/* Quantiles of sqrt(gamma(LOOKS) / LOOKS), by summing the distribution function
 * 1 - exp(-x) (1 + x + x^2/2 + x^3/6) of gamma(4) over small steps. */
static void make_speckle(float *quantile)
{
    double x = 0;

    for (int i = 0; i < QUANTILES; i++) {
        const double wanted = (i + 0.5) / QUANTILES;
        while (1 - exp(-x) * (1 + x + x * x / 2 + x * x * x / 6) < wanted)
            x += 1e-3;
        quantile[i] = (float)sqrt(x / LOOKS);
    }
}

static float lattice(int64_t x, int64_t y, int octave)
{
    return (float)(hash((uint32_t)x, (uint32_t)y, (uint32_t)octave) >> 8) / (float)(1 << 24);
}

/* Adds one octave of terrain to a row. */
static void add_octave(float *row, int width, int64_t y, int octave)
{
    const int cell = LARGEST_CELL >> octave;
    const float amplitude = 1.0f / (float)(1 << octave);
    const int64_t cell_y = y / cell;
    const float fy = (float)(y % cell) / (float)cell;

    for (int x0 = 0; x0 < width; x0 += cell) {
        const int64_t cx = x0 / cell;
        const float left =
            lattice(cx, cell_y, octave) * (1 - fy) + lattice(cx, cell_y + 1, octave) * fy;
        const float right =
            lattice(cx + 1, cell_y, octave) * (1 - fy) + lattice(cx + 1, cell_y + 1, octave) * fy;
        const float step = (right - left) / (float)cell;
        for (int x = 0; x < cell && x0 + x < width; x++)
            row[x0 + x] += amplitude * (left + step * (float)x);
    }
}

static void make_row(float *row, int width, int64_t y, int band, const float *speckle)
{
    memset(row, 0, (size_t)width * sizeof *row);
    for (int octave = 0; octave < OCTAVES; octave++)
        add_octave(row, width, y, octave);
    for (int x = 0; x < width; x++) {
        const uint32_t h = hash((uint32_t)x, (uint32_t)y, 1000 + (uint32_t)band);
        const float t = row[x] * row[x]; /* its square spreads 0.1 … 4: dark water to bright town */
        row[x] = 120.0f * t * t * speckle[h % QUANTILES];
    }
}

static GDALDatasetH create(const char *path, int width, int height, GDALDataType type,
                           char **options)
{
    GDALDatasetH ds =
        GDALCreate(GDALGetDriverByName("GTiff"), path, width, height, 1, type, options);
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);

    if (ds) {
        double transform[6] = {500000, 10, 0, 5500000, 0, -10};
        OSRImportFromEPSG(srs, 32632);
        if (GDALSetSpatialRef(ds, srs) != CE_None ||
            GDALSetGeoTransform(ds, transform) != CE_None) {
            GDALClose(ds);
            ds = NULL;
        }
    }
    OSRDestroySpatialReference(srs);
    return ds;
}

static bool write_rows(GDALDatasetH ds, int width, int height)
{
    float speckle[QUANTILES];
    struct err e;
    float *rows = memory_new((size_t)width * ROWS_AT_ONCE, sizeof *rows, &e);
    bool ok = rows != NULL;

    make_speckle(speckle);
    for (int y = 0; ok && y < height; y += ROWS_AT_ONCE) {
        const int n = height - y < ROWS_AT_ONCE ? height - y : ROWS_AT_ONCE;
        for (int i = 0; i < n; i++)
            make_row(rows + (size_t)i * (size_t)width, width, y + i, 0, speckle);
        ok = GDALRasterIO(GDALGetRasterBand(ds, 1), GF_Write, 0, y, width, n, rows, width, n,
                          GDT_Float32, 0, 0) == CE_None;
    }
    free(rows);
    return ok;
}

int main(int argc, char **argv)
{
    int64_t width, height;
    enum pixel_type type = PX_UINT16;
    int first_option = 4;

    if (argc < 4 || !text_to_i64(argv[2], &width) || !text_to_i64(argv[3], &height) || width < 1 ||
        height < 1 || width > INT32_MAX || height > INT32_MAX) {
        fputs("Usage: generate OUT.tif WIDTH HEIGHT [TYPE] [K=V ...]\n", stderr);
        return 2;
    }
    if (argc > 4 && pixel_from_name(argv[4], &type))
        first_option = 5;
    GDALAllRegister();
    char **options = NULL;
    for (int i = first_option; i < argc; i++)
        options = CSLAddString(options, argv[i]);
    if (!CSLFetchNameValue(options, "TILED"))
        options = CSLSetNameValue(options, "TILED", "YES");
    if (!CSLFetchNameValue(options, "BLOCKXSIZE")) {
        options = CSLSetNameValue(options, "BLOCKXSIZE", "512");
        options = CSLSetNameValue(options, "BLOCKYSIZE", "512");
    }
    GDALDatasetH ds = create(argv[1], (int)width, (int)height,
                             GDALGetDataTypeByName(type == PX_UINT8     ? "Byte"
                                                   : type == PX_INT16   ? "Int16"
                                                   : type == PX_FLOAT32 ? "Float32"
                                                                        : "UInt16"),
                             options);
    bool ok = ds && write_rows(ds, (int)width, (int)height);
    if (ds)
        GDALClose(ds);
    CSLDestroy(options);
    if (!ok)
        fprintf(stderr, "generate: %s could not be written\n", argv[1]);
    return ok ? 0 : 1;
}
