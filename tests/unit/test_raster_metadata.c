/* test_raster_metadata.c - what a scene says about itself, found again in the output.
 * SPDX-License-Identifier: MIT */
#include "raster_writing.h"

#include <cpl_conv.h>
#include <ogr_srs_api.h>

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
        "LINE_OFF=100",  "SAMP_OFF=50.5", "LAT_OFF=1",   "LONG_OFF=2",   "HEIGHT_OFF=3",
        "LINE_SCALE=10", "SAMP_SCALE=10", "LAT_SCALE=1", "LONG_SCALE=1", "HEIGHT_SCALE=1",
        "ERR_BIAS=0",    "ERR_RAND=0",    NULL};
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
        ck_assert_int_eq(GDALRasterIO(GDALGetMaskBand(GDALGetRasterBand(ds, 1)), GF_Write, 0, y,
                                      640, 1, row, 640, 1, GDT_Byte, 0, 0),
                         CE_None);
    }
    paint(ds, 0, 600);
    GDALClose(ds);
    ck_assert(scene_open(&s, &window, &e));
    must_write(s, &(struct wanted){
                      .path = out, .options = "BLOCKXSIZE=64 BLOCKYSIZE=64", .type = PX_SAME});
    ds = GDALOpen(out, GA_ReadOnly);
    GDALRasterBandH band = GDALGetRasterBand(ds, 1);
    ck_assert_int_eq(GDALGetColorEntry(GDALGetRasterColorTable(band), 9)->c2, 20);
    ck_assert_int_eq(GDALGetMaskFlags(band), GMF_PER_DATASET);
    for (int y = 0; y < 600; y++) {
        ck_assert_int_eq(
            GDALRasterIO(GDALGetMaskBand(band), GF_Read, 0, y, 500, 1, row, 500, 1, GDT_Byte, 0, 0),
            CE_None);
        for (int x = 0; x < 500; x++)
            if (row[x] != (x + 100 > y ? 255 : 0))
                ck_abort_msg("mask at %d,%d is %d", x, y, row[x]);
    }
    GDALClose(ds);
    scene_close(s);
}
END_TEST

START_TEST(metadata_beside_the_scene_survives)
{
    const char *in = in_directory("aux.tif"), *out = in_directory("aux-out.tif");

    make(in, PX_UINT8, 1, 20, 20, "");
    FILE *f = fopen(in_directory("aux.tif.aux.xml"), "w");
    fputs("<PAMDataset><Metadata><MDI key=\"FROM\">side</MDI></Metadata><PAMRasterBand band=\"1\">"
          "<Description>height</Description><NoDataValue>3</NoDataValue><CategoryNames>"
          "<Category>water</Category></CategoryNames></PAMRasterBand></PAMDataset>",
          f);
    fclose(f);
    struct scene *s = open_scene(in);
    ck_assert(scene_info(s)->has_nodata && scene_info(s)->nodata == 3);
    must_write(s, &(struct wanted){.path = out, .type = PX_SAME});
    scene_close(s);
    GDALDatasetH ds = GDALOpen(out, GA_ReadOnly);
    item_is(ds, "FROM", NULL, "side");
    ck_assert_str_eq(GDALGetDescription(GDALGetRasterBand(ds, 1)), "height");
    GDALClose(ds);
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

int main(void)
{
    Suite *suite = suite_create("raster_metadata");
    TCase *writing = tcase_create("writing");

    tcase_add_unchecked_fixture(writing, begin, NULL);
    tcase_set_timeout(writing, 60);
    tcase_add_test(writing, metadata_survives);
    tcase_add_test(writing, metadata_of_other_bands_and_types);
    tcase_add_test(writing, metadata_gcps_and_rpcs_move_with_the_window);
    tcase_add_test(writing, metadata_colour_table_and_mask);
    tcase_add_test(writing, metadata_beside_the_scene_survives);
    tcase_add_test(writing, output_bytes_depend_on_the_input_alone);
    suite_add_tcase(suite, writing);
    return run_in_directory(suite);
}
