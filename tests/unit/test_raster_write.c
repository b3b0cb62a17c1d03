/* test_raster_write.c - writing: encoder, output and the metadata that survives.
 * SPDX-License-Identifier: MIT */
#include "raster_support.h"

#include "raster/encode.h"
#include "raster/output.h"

#include <cpl_conv.h>
#include <ogr_srs_api.h>

#include <signal.h>
#include <sys/resource.h>

/* The samples of a blob as the file stores them; 0 past the edges. */
static size_t gather(const struct layout *l, int64_t index, const struct planes *p,
                     unsigned char *out)
{
    struct region r = layout_region(l, index), inside = region_intersect(r, p->region);
    size_t size = pixel_size(l->type), n = (size_t)layout_samples(l);

    memset(out, 0, layout_row_bytes(l) * (size_t)r.height);
    for (size_t s = 0; s < n; s++)
        for (int64_t y = 0; y < inside.height; y++)
            for (int64_t x = 0; x < inside.width; x++)
                memcpy(out + (size_t)y * layout_row_bytes(l) + ((size_t)x * n + s) * size,
                       planes_at(p, l->separate ? layout_plane(l, index) : (int)s, r.x + x, r.y + y),
                       size);
    return layout_row_bytes(l) * (size_t)r.height;
}

/* Appends all tiles, in order, a few at a time. */
static bool append_all(struct output *o, struct encoder *c, const struct planes *p, struct err *e)
{
    const struct layout *l = output_layout(o);
    unsigned char *pixels = malloc(layout_tile_bytes(l));
    struct buffer blobs = {0};
    int64_t index[3], n = layout_blobs(l);
    size_t sizes[3];
    int count = 0;
    bool ok = true;

    for (int64_t i = 0; ok && i < n; i++) {
        size_t before = blobs.size;
        ok = encoder_encode(c, pixels, gather(l, i, p, pixels), &blobs, e);
        index[count] = i;
        sizes[count++] = blobs.size - before;
        if (ok && (count == 3 || i == n - 1)) {
            ok = output_append(o, count, index, sizes, blobs.data, e);
            blobs.size = 0;
            count = 0;
        }
    }
    buffer_free(&blobs);
    free(pixels);
    return ok;
}

struct wanted {
    const char *path, *options;
    enum pixel_type type; /* the scene's own if PX_SAME */
    int bands;            /* the scene's own if 0 */
    bool overwrite, has_nodata;
    double nodata;
};

static bool begin_write(struct output **o, struct scene *s, const struct wanted *w, struct err *e)
{
    char **list = CSLTokenizeString2(w->options ? w->options : "", " ", 0);
    const struct scene_info *info = scene_info(s);
    struct output_options options = {
        .path = w->path, .overwrite = w->overwrite, .provenance = "read x ! blur ! write <y>",
        .creation_options = {(const char **)list, CSLCount(list)},
        .has_nodata = w->has_nodata, .nodata = w->nodata};
    struct layout l;
    bool ok = output_check(&options, w->type == PX_SAME ? info->type : w->type,
                           w->bands ? w->bands : info->bands, info->width, info->height, &l, e) &&
              output_create(o, &options, s, &l, e);

    CSLDestroy(list);
    return ok;
}

/* Writes the scene's pixels (or zeros, when type or bands are others) as wanted. */
static bool write_scene(struct scene *s, const struct wanted *w, struct err *e)
{
    struct output *o;
    struct encoder *c = NULL;
    struct buffer template = {0};
    struct planes p;
    void *memory = NULL;

    if (!begin_write(&o, s, w, e))
        return false;
    const struct layout *l = output_layout(o);
    bool ok = output_template(o, &template, e) && encoder_new(&c, template.data, template.size, e) &&
              planes_new(&p, &memory, l->type, l->bands,
                         (struct region){0, 0, l->width, l->height}, 0, e);
    if (ok && l->type == scene_info(s)->type && l->bands == scene_info(s)->bands)
        ok = scene_read(s, &p, e);
    else if (ok)
        memset(p.data, 0, p.band_bytes * (size_t)p.bands);
    ok = ok && append_all(o, c, &p, e);
    encoder_free(c);
    buffer_free(&template);
    free(memory);
    if (!ok)
        output_abandon(o);
    return ok && output_finish(o, e);
}

static void must_write(struct scene *s, const struct wanted *w)
{
    char part[400];
    struct err e;

    ck_assert_msg(write_scene(s, w, &e), "%s: %s", w->options ? w->options : "", e.text);
    snprintf(part, sizeof part, "%s.part", w->path);
    ck_assert(exists(w->path) && !exists(part));
    snprintf(part, sizeof part, "%s.aux.xml", w->path);
    ck_assert_msg(!exists(part), "%s", part);
    snprintf(part, sizeof part, "%s.part.aux.xml", w->path);
    ck_assert_msg(!exists(part), "%s", part);
}

/* Pixels and blobs against GDAL's */

static void same_planes(const struct planes *a, const struct planes *b, const char *what)
{
    size_t row = (size_t)a->region.width * pixel_size(a->type);

    for (int band = 0; band < a->bands; band++)
        for (int64_t y = 0; y < a->region.height; y++)
            if (memcmp(planes_at(a, band, 0, y), planes_at(b, band, 0, y), row) != 0)
                ck_abort_msg("%s: band %d, row %lld differs", what, band, (long long)y);
}

static bool is_whole(const struct layout *l, int64_t index)
{
    return region_contains((struct region){0, 0, l->width, l->height}, layout_region(l, index));
}

/* Blobs of tiles that lie inside; those at the edge are padded in other ways. */
static void same_blobs(struct scene *mine, struct scene *gdals, const char *what)
{
    struct blobs *a, *b;
    char why[200] = "";
    struct err e;
    size_t n, m;

    ck_assert(blobs_open(&a, mine, 1 << 26, why, sizeof why, &e) && a);
    ck_assert(blobs_open(&b, gdals, 1 << 26, why, sizeof why, &e) && b);
    const struct layout *l = blobs_layout(a);
    ck_assert(!memcmp(l, blobs_layout(b), sizeof *l));
    for (int64_t i = 0; i < layout_blobs(l); i++) {
        if (!is_whole(l, i) || (l->strips && layout_region(l, i).height != l->tile_height))
            continue;
        ck_assert(blobs_size(a, i, &n, &e) && blobs_size(b, i, &m, &e));
        unsigned char *x = malloc(n), *y = malloc(m);
        ck_assert(blobs_read(a, i, x, &e) && blobs_read(b, i, y, &e));
        if (n != m || memcmp(x, y, n) != 0)
            ck_abort_msg("%s: blob %lld differs: %zu and %zu bytes", what, (long long)i, n, m);
        free(x);
        free(y);
    }
    blobs_close(a);
    blobs_close(b);
}

static void check_written(struct scene *source, const struct planes *truth, const char *options)
{
    const struct scene_info *info = scene_info(source);
    const char *mine = in_directory("mine.tif"), *gdals = in_directory("gdals.tif");
    void *memory;

    must_write(source, &(struct wanted){.path = mine, .options = options, .type = PX_SAME});
    make(gdals, info->type, info->bands, (int)info->width, (int)info->height, options);
    struct scene *a = open_scene(mine), *b = open_scene(gdals);
    struct planes got = read_all(a, &memory);
    same_planes(truth, &got, options);
    same_blobs(a, b, options);
    free(memory);
    scene_close(a);
    scene_close(b);
    unlink(mine);
    unlink(gdals);
}

START_TEST(written_equals_gdals_own)
{
    static const char *const codecs[] = {"NONE",
                                         "LZW",
                                         "LZW PREDICTOR=2",
                                         "DEFLATE",
                                         "DEFLATE PREDICTOR=2 ZLEVEL=1",
                                         "DEFLATE ZLEVEL=12",
                                         "ZSTD",
                                         "ZSTD PREDICTOR=2 ZSTD_LEVEL=1",
                                         "PACKBITS",
                                         "DEFLATE PREDICTOR=3",
                                         "ZSTD PREDICTOR=3",
                                         "LZW PREDICTOR=3"};
    static const char *const tilings[] = {"TILED=YES BLOCKXSIZE=48 BLOCKYSIZE=32",
                                          "TILED=NO BLOCKYSIZE=10",
                                          "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16 BIGTIFF=YES"};
    const char *path = in_directory("source.tif");
    enum pixel_type type = (enum pixel_type)_i;
    int n_codecs = pixel_is_float(type) ? 12 : 9;
    char options[300];
    void *memory;

    make(path, type, 3, 130, 75, "");
    struct scene *s = open_scene(path);
    struct planes truth = read_all(s, &memory);
    for (int codec = 0; codec < n_codecs; codec++)
        for (int variant = 0; variant < 6; variant++) {
            snprintf(options, sizeof options, "COMPRESS=%s INTERLEAVE=%s %s", codecs[codec],
                     variant % 2 ? "BAND" : "PIXEL", tilings[variant / 2]);
            check_written(s, &truth, options);
        }
    free(memory);
    scene_close(s);
}
END_TEST

START_TEST(written_by_default_in_tiles_of_512)
{
    const char *in = in_directory("small.tif"), *out = in_directory("default.tif");

    make(in, PX_UINT8, 1, 1, 3, "");
    struct scene *s = open_scene(in);
    must_write(s, &(struct wanted){.path = out, .type = PX_SAME});
    struct scene *again = open_scene(out);
    ck_assert_int_eq(scene_info(again)->block_width, 512);
    ck_assert_str_eq(scene_info(again)->compression, "NONE");
    scene_close(again);
    scene_close(s);
}
END_TEST

static void encode_pattern(struct encoder *c, int kind, struct buffer *blob)
{
    static uint16_t tile[64 * 64];
    struct err e;

    srand((unsigned)kind);
    for (int i = 0; i < 64 * 64; i++)
        tile[i] = (uint16_t)(kind % 3 == 0 ? rand() : kind % 3 == 1 ? i / 64 : 5);
    blob->size = 0;
    ck_assert_msg(encoder_encode(c, tile, sizeof tile, blob, &e), "%s", e.text);
}

START_TEST(encoder_does_not_remember)
{
    const char *in = in_directory("encode.tif"), *out = in_directory("encoded.tif");
    const char *codec = (const char *[]){"NONE", "LZW", "DEFLATE", "ZSTD", "PACKBITS"}[_i];
    struct buffer template = {0}, used = {0}, fresh = {0};
    struct encoder *veteran, *novice;
    struct output *o;
    char options[200];
    struct err e;

    snprintf(options, sizeof options, "COMPRESS=%s BLOCKXSIZE=64 BLOCKYSIZE=64", codec);
    make(in, PX_UINT16, 1, 200, 200, "");
    struct scene *s = open_scene(in);
    ck_assert(begin_write(&o, s, &(struct wanted){.path = out, .options = options, .type = PX_SAME}, &e));
    ck_assert(output_template(o, &template, &e));
    ck_assert(encoder_new(&veteran, template.data, template.size, &e));
    for (int i = 0; i < 60; i++) {
        int kind = (i * 7) % 11;
        encode_pattern(veteran, kind, &used);
        ck_assert(encoder_new(&novice, template.data, template.size, &e));
        encode_pattern(novice, kind, &fresh);
        ck_assert(used.size == fresh.size && !memcmp(used.data, fresh.data, used.size));
        encoder_free(novice);
    }
    for (int i = 0; i < 2000; i++) { /* damaged templates */
        size_t at = (size_t)rand() % template.size;
        unsigned char old = template.data[at];
        template.data[at] = (unsigned char)rand();
        if (encoder_new(&novice, template.data, template.size - (size_t)(i % 5), &e))
            encoder_free(novice);
        template.data[at] = old;
    }
    encoder_free(veteran);
    output_abandon(o);
    scene_close(s);
    buffer_free(&template);
    buffer_free(&used);
    buffer_free(&fresh);
}
END_TEST

/* Metadata */

static void decorate(GDALDatasetH ds)
{
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    double t[6] = {440720, 60, 0, 3751320, 0, -60};

    OSRImportFromEPSG(crs, 26711);
    GDALSetSpatialRef(ds, crs);
    OSRDestroySpatialReference(crs);
    GDALSetGeoTransform(ds, t);
    GDALSetMetadataItem(ds, "AREA_OR_POINT", "Point", NULL);
    GDALSetMetadataItem(ds, "TIFFTAG_IMAGEDESCRIPTION", "a scene", NULL);
    GDALSetMetadataItem(ds, "TIFFTAG_SOFTWARE", "another", NULL);
    GDALSetMetadataItem(ds, "COLOUR", "of <magic> & \"quotes\"", NULL);
    GDALSetMetadataItem(ds, "SENSOR", "OLI", "ACQUISITION");
    GDALSetMetadata(ds, (char *[]){(char *)"<x:xmpmeta/>", NULL}, "xml:XMP");
    GDALSetMetadataItem(ds, "LINE_OFF", "100", "RPC");
    for (int b = 1; b <= GDALGetRasterCount(ds); b++) {
        GDALRasterBandH band = GDALGetRasterBand(ds, b);
        GDALSetRasterNoDataValue(band, -9);
        GDALSetDescription(band, b == 1 ? "red" : "near infrared");
        GDALSetMetadataItem(band, "WAVELENGTH", b == 1 ? "0.65" : "0.85", NULL);
        GDALSetMetadataItem(band, "STATISTICS_MEAN", "12", NULL);
        GDALSetRasterScale(band, 0.5);
        GDALSetRasterOffset(band, 10.0 * b);
        GDALSetRasterUnitType(band, "K");
        GDALSetRasterColorInterpretation(band, b == 1 ? GCI_RedBand : GCI_AlphaBand);
    }
}

static void item_is(GDALMajorObjectH of, const char *name, const char *domain, const char *value)
{
    const char *got = GDALGetMetadataItem(of, name, domain);

    ck_assert_msg(value ? got && !strcmp(got, value) : !got, "%s is %s", name, got ? got : "unset");
}

static void check_band(GDALDatasetH ds, int b)
{
    GDALRasterBandH band = GDALGetRasterBand(ds, b);

    ck_assert_str_eq(GDALGetDescription(band), b == 1 ? "red" : "near infrared");
    item_is(band, "WAVELENGTH", NULL, b == 1 ? "0.65" : "0.85");
    item_is(band, "STATISTICS_MEAN", NULL, NULL);
    ck_assert_double_eq(GDALGetRasterNoDataValue(band, NULL), -9);
    ck_assert_double_eq(GDALGetRasterScale(band, NULL), 0.5);
    ck_assert_double_eq(GDALGetRasterOffset(band, NULL), 10.0 * b);
    ck_assert_str_eq(GDALGetRasterUnitType(band), "K");
    ck_assert_int_eq(GDALGetRasterColorInterpretation(band), b == 1 ? GCI_RedBand : GCI_AlphaBand);
}

static GDALDatasetH decorated(const char *path)
{
    GDALDatasetH ds = create(path, PX_INT16, 2, 60, 40, "");

    decorate(ds);
    paint(ds, 0, 40);
    return ds;
}

START_TEST(metadata_survives)
{
    const char *in = in_directory("meta.tif"), *out = in_directory("meta-out.tif");
    struct scene_options window = {.path = in, .window = "10,20,30,20"};
    struct scene *s;
    struct err e;
    double t[6];

    GDALClose(decorated(in));
    ck_assert(scene_open(&s, &window, &e));
    must_write(s, &(struct wanted){.path = out, .options = "COMPRESS=LZW", .type = PX_SAME});
    GDALDatasetH ds = GDALOpen(out, GA_ReadOnly);
    ck_assert_str_eq(OSRGetAuthorityCode(GDALGetSpatialRef(ds), NULL), "26711");
    ck_assert(GDALGetGeoTransform(ds, t) == CE_None);
    ck_assert(t[0] == 440720 + 600 && t[3] == 3751320 - 1200 && t[1] == 60 && t[5] == -60);
    item_is(ds, "AREA_OR_POINT", NULL, "Point");
    item_is(ds, "TIFFTAG_IMAGEDESCRIPTION", NULL, "a scene");
    item_is(ds, "TIFFTAG_SOFTWARE", NULL, "tilery 0.1.0");
    item_is(ds, "TILERY_PIPELINE", NULL, "read x ! blur ! write <y>");
    item_is(ds, "TILERY_SOURCE", NULL, "meta.tif");
    item_is(ds, "COLOUR", NULL, "of <magic> & \"quotes\"");
    item_is(ds, "SENSOR", "ACQUISITION", "OLI");
    ck_assert_str_eq(GDALGetMetadata(ds, "xml:XMP")[0], "<x:xmpmeta/>");
    check_band(ds, 1);
    check_band(ds, 2);
    GDALClose(ds);
    scene_close(s);
}
END_TEST

START_TEST(metadata_of_other_bands_and_types)
{
    const char *in = in_directory("meta2.tif"), *out = in_directory("meta2-out.tif");
    int has;

    GDALClose(decorated(in));
    struct scene *s = open_scene(in);
    must_write(s, &(struct wanted){.path = out, .type = PX_UINT8, .bands = 1});
    GDALDatasetH ds = GDALOpen(out, GA_ReadOnly);
    GDALGetRasterNoDataValue(GDALGetRasterBand(ds, 1), &has);
    ck_assert_msg(!has, "-9 is no byte");
    ck_assert_str_eq(GDALGetDescription(GDALGetRasterBand(ds, 1)), "");
    item_is(ds, "SENSOR", "ACQUISITION", "OLI");
    GDALClose(ds);
    scene_close(s);
}
END_TEST

START_TEST(metadata_gcps_and_rpcs_move_with_the_window)
{
    const char *in = in_directory("gcp.tif"), *out = in_directory("gcp-out.tif");
    struct scene_options window = {.path = in, .window = "3,5,20,20"};
    static const char *const rpc[] = {
        "LINE_OFF=100",    "SAMP_OFF=50.5",  "LAT_OFF=1",    "LONG_OFF=2",   "HEIGHT_OFF=3",
        "LINE_SCALE=10",   "SAMP_SCALE=10",  "LAT_SCALE=1",  "LONG_SCALE=1", "HEIGHT_SCALE=1",
        "ERR_BIAS=0",      "ERR_RAND=0",     NULL};
    static const char ones[] = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20";
    GDAL_GCP gcps[4];
    struct scene *s;
    struct err e;

    GDALDatasetH ds = create(in, PX_UINT8, 1, 40, 40, "");
    GDALInitGCPs(4, gcps);
    for (int i = 0; i < 4; i++) {
        gcps[i].dfGCPPixel = i % 2 * 40;
        gcps[i].dfGCPLine = i / 2 * 40;
        gcps[i].dfGCPX = 5 + i % 2;
        gcps[i].dfGCPY = 45 - i / 2;
    }
    GDALSetGCPs(ds, 4, gcps, SRS_WKT_WGS84_LAT_LONG);
    GDALDeinitGCPs(4, gcps);
    char **items = CSLDuplicate((char **)rpc);
    for (int i = 0; i < 4; i++)
        items = CSLSetNameValue(items,
                                (const char *[]){"LINE_NUM_COEFF", "LINE_DEN_COEFF",
                                                 "SAMP_NUM_COEFF", "SAMP_DEN_COEFF"}[i],
                                ones);
    GDALSetMetadata(ds, items, "RPC");
    CSLDestroy(items);
    GDALClose(ds);
    ck_assert(scene_open(&s, &window, &e));
    must_write(s, &(struct wanted){.path = out, .type = PX_SAME});
    ds = GDALOpen(out, GA_ReadOnly);
    ck_assert_int_eq(GDALGetGCPCount(ds), 4);
    ck_assert_double_eq(GDALGetGCPs(ds)[3].dfGCPPixel, 37);
    ck_assert_double_eq(GDALGetGCPs(ds)[3].dfGCPLine, 35);
    ck_assert_double_eq(GDALGetGCPs(ds)[3].dfGCPX, 6);
    item_is(ds, "LINE_OFF", "RPC", "95");
    item_is(ds, "SAMP_OFF", "RPC", "47.5");
    GDALClose(ds);
    scene_close(s);
}
END_TEST

START_TEST(metadata_colour_table_and_mask)
{
    const char *in = in_directory("mask.tif"), *out = in_directory("mask-out.tif");
    struct scene_options window = {.path = in, .window = "100,0,500,600"};
    GDALColorTableH table = GDALCreateColorTable(GPI_RGB);
    unsigned char row[640];
    struct scene *s;
    struct err e;

    GDALDatasetH ds = create(in, PX_UINT8, 1, 640, 600, "");
    GDALSetColorEntry(table, 9, &(GDALColorEntry){10, 20, 30, 255});
    GDALSetRasterColorTable(GDALGetRasterBand(ds, 1), table);
    GDALDestroyColorTable(table);
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES");
    ck_assert_int_eq(GDALCreateDatasetMaskBand(ds, GMF_PER_DATASET), CE_None);
    for (int y = 0; y < 600; y++) {
        for (int x = 0; x < 640; x++)
            row[x] = x > y ? 255 : 0;
        ck_assert_int_eq(GDALRasterIO(GDALGetMaskBand(GDALGetRasterBand(ds, 1)), GF_Write, 0, y, 640,
                                      1, row, 640, 1, GDT_Byte, 0, 0),
                         CE_None);
    }
    paint(ds, 0, 600);
    GDALClose(ds);
    ck_assert(scene_open(&s, &window, &e));
    must_write(s, &(struct wanted){.path = out, .options = "BLOCKXSIZE=64 BLOCKYSIZE=64",
                                   .type = PX_SAME});
    ds = GDALOpen(out, GA_ReadOnly);
    GDALRasterBandH band = GDALGetRasterBand(ds, 1);
    ck_assert_int_eq(GDALGetColorEntry(GDALGetRasterColorTable(band), 9)->c2, 20);
    ck_assert_int_eq(GDALGetMaskFlags(band), GMF_PER_DATASET);
    for (int y = 0; y < 600; y++) {
        ck_assert_int_eq(GDALRasterIO(GDALGetMaskBand(band), GF_Read, 0, y, 500, 1, row, 500, 1,
                                      GDT_Byte, 0, 0),
                         CE_None);
        for (int x = 0; x < 500; x++)
            if (row[x] != (x + 100 > y ? 255 : 0))
                ck_abort_msg("mask at %d,%d is %d", x, y, row[x]);
    }
    GDALClose(ds);
    scene_close(s);
}
END_TEST

/* Failures */

static void refuse(struct scene *s, const struct wanted *w, int status, const char *words)
{
    char part[400];
    struct err e = {0};

    snprintf(part, sizeof part, "%s.part", w->path);
    ck_assert_msg(!write_scene(s, w, &e), "%s is written", w->path);
    ck_assert_msg(strstr(e.text, words) && e.status == status, "%s", e.text);
    ck_assert_msg(!exists(part), "%s", part);
}

START_TEST(output_refuses_creation_options)
{
    static const char *const cases[][2] = {
        {"COMPRES=LZW", "COMPRESS"},      {"COMPRESS=JPEG", "DEFLATE"}, {"ZLEVEL=99", "ZLEVEL"},
        {"COMPRESS=DEFLATE ZLEVEL=99", "12"}, {"NBITS=4", "NBITS"},
        {"COPY_SRC_OVERVIEWS=YES", "overviews"}, {"BLOCKXSIZE=100", "16"},
        {"BLOCKYSIZE=-16", "BLOCKYSIZE"}, {"TILED=MAYBE", "TILED"},     {"LZW", "NAME=VALUE"},
        {"COMPRESS=LZW COMPRESS=ZSTD", "twice"}, {"COMPRESS=LZW PREDICTOR=3", "floating"},
        {"PREDICTOR=2", "COMPRESS"}, {"ENDIANNESS=BIG", "LITTLE"}, {"COMPRESS=", "COMPRESS"},
        {"BLOCKXSIZE=65536 BLOCKYSIZE=65536", "BLOCKXSIZE"}, {"TILED=NO BLOCKXSIZE=64", "TILED=YES"},
    };
    const char *in = in_directory("options.tif"), *out = in_directory("never.tif");

    make(in, PX_UINT8, 1, 50, 50, "");
    struct scene *s = open_scene(in);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refuse(s, &(struct wanted){.path = out, .options = cases[i][0], .type = PX_SAME},
               EXIT_USAGE, cases[i][1]);
    refuse(s, &(struct wanted){.path = out, .type = PX_SAME, .has_nodata = true, .nodata = 300},
           EXIT_USAGE, "nodata");
    ck_assert(!exists(out));
    scene_close(s);
}
END_TEST

START_TEST(output_refuses_paths)
{
    const char *in = in_directory("paths.tif"), *out = in_directory("there.tif");
    const char *closed = in_directory("closed");

    make(in, PX_UINT8, 1, 50, 50, "");
    struct scene *s = open_scene(in);
    must_write(s, &(struct wanted){.path = out, .type = PX_SAME});
    refuse(s, &(struct wanted){.path = out, .type = PX_SAME}, EXIT_FAILED, "--overwrite");
    must_write(s, &(struct wanted){.path = out, .type = PX_SAME, .overwrite = true});
    refuse(s, &(struct wanted){.path = in_directory("no/dir.tif"), .type = PX_SAME}, EXIT_FAILED,
           "No such file or directory");
    refuse(s, &(struct wanted){.path = "/dev/null", .type = PX_SAME, .overwrite = true},
           EXIT_FAILED, "not a regular file");
    refuse(s, &(struct wanted){.path = directory, .type = PX_SAME, .overwrite = true}, EXIT_FAILED,
           "not a regular file");
    ck_assert_int_eq(mkdir(closed, 0500), 0);
    if (geteuid() != 0) /* root may write anywhere */
        refuse(s, &(struct wanted){.path = in_directory("closed/x.tif"), .type = PX_SAME},
               EXIT_FAILED, "Permission denied");
    scene_close(s);
}
END_TEST

START_TEST(output_is_all_or_nothing)
{
    const char *in = in_directory("all.tif"), *out = in_directory("nothing.tif");
    struct output *o, *second;
    struct err e;

    make(in, PX_UINT8, 1, 50, 50, "");
    struct scene *s = open_scene(in);
    struct wanted w = {.path = out, .options = "BIGTIFF=NO BLOCKXSIZE=16 BLOCKYSIZE=16",
                       .type = PX_SAME};
    ck_assert(begin_write(&o, s, &w, &e));
    ck_assert(exists(in_directory("nothing.tif.part")) && !exists(out));
    ck_assert(!begin_write(&second, s, &w, &e) && strstr(e.text, "another run"));
    ck_assert(exists(in_directory("nothing.tif.part")));
    ck_assert_msg(!output_append(o, 1, &(int64_t){0}, &(size_t){UINT32_MAX}, NULL, &e) &&
                      strstr(e.text, "BIGTIFF=YES"),
                  "%s", e.text);
    output_abandon(o);
    ck_assert(!exists(in_directory("nothing.tif.part")) && !exists(out));
    ck_assert(begin_write(&o, s, &w, &e));
    ck_assert(!output_finish(o, &e) && strstr(e.text, "never written"));
    ck_assert(!exists(in_directory("nothing.tif.part")) && !exists(out));
    fclose(fopen(in_directory("nothing.tif.part"), "w")); /* of a dead run */
    must_write(s, &w);
    scene_close(s);
}
END_TEST

START_TEST(output_bytes_depend_on_the_input_alone)
{
    const char *in = in_directory("twice.tif"), *a = in_directory("a.tif"),
               *b = in_directory("b.tif");
    char command[700];

    GDALClose(decorated(in));
    struct scene *s = open_scene(in);
    must_write(s, &(struct wanted){.path = a, .options = "COMPRESS=DEFLATE", .type = PX_SAME});
    must_write(s, &(struct wanted){.path = b, .options = "COMPRESS=DEFLATE", .type = PX_SAME});
    snprintf(command, sizeof command, "cmp %s %s", a, b);
    ck_assert_int_eq(system(command), 0);
    scene_close(s);
}
END_TEST

/* A limit on file size stands for a full disk; from the header's first byte on. */
START_TEST(output_tells_when_the_disk_is_full)
{
    const char *in = in_directory("full.tif"), *out = in_directory("toofull.tif");
    static const rlim_t limits[] = {0, 10, 300, 2000, 20000};
    struct wanted w = {.path = out, .type = PX_SAME, .options = "BLOCKXSIZE=64 BLOCKYSIZE=64"};
    struct rlimit old, limit;

    signal(SIGXFSZ, SIG_IGN);
    GDALClose(decorated(in));
    make(in, PX_UINT16, 1, 200, 200, "");
    struct scene *s = open_scene(in);
    getrlimit(RLIMIT_FSIZE, &old);
    for (int i = 0; i < 5; i++) {
        struct err e = {0};
        limit = old;
        limit.rlim_cur = limits[i];
        setrlimit(RLIMIT_FSIZE, &limit);
        bool written = write_scene(s, &w, &e);
        setrlimit(RLIMIT_FSIZE, &old);
        ck_assert_msg(!written && strstr(e.text, "toofull.tif"), "%d: %s", (int)limits[i], e.text);
        ck_assert(!exists(out) && !exists(in_directory("toofull.tif.part")));
    }
    scene_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("raster_write");
    TCase *writing = tcase_create("writing");

    tcase_add_unchecked_fixture(writing, begin, NULL);
    tcase_set_timeout(writing, 60);
    tcase_add_loop_test(writing, written_equals_gdals_own, 0, PX_N_TYPES);
    tcase_add_test(writing, written_by_default_in_tiles_of_512);
    tcase_add_loop_test(writing, encoder_does_not_remember, 0, 5);
    tcase_add_test(writing, metadata_survives);
    tcase_add_test(writing, metadata_of_other_bands_and_types);
    tcase_add_test(writing, metadata_gcps_and_rpcs_move_with_the_window);
    tcase_add_test(writing, metadata_colour_table_and_mask);
    tcase_add_test(writing, output_refuses_creation_options);
    tcase_add_test(writing, output_refuses_paths);
    tcase_add_test(writing, output_is_all_or_nothing);
    tcase_add_test(writing, output_bytes_depend_on_the_input_alone);
    tcase_add_test(writing, output_tells_when_the_disk_is_full);
    suite_add_tcase(suite, writing);
    make_directory();
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    remove_directory();
    return failed ? 1 : 0;
}
