/* test_raster.c - layouts, blobs and their decoder.
 * SPDX-License-Identifier: MIT */
#include "raster_support.h"

static const enum pixel_type all_types[] = {PX_UINT8,   PX_UINT16,  PX_INT16,  PX_UINT32, PX_INT32,
                                            PX_FLOAT32, PX_FLOAT64, PX_UINT64, PX_INT64};

/* Layouts */

START_TEST(layout_tiles_cover_raster_once)
{
    struct layout l = {.width = 100,
                       .height = 70,
                       .type = PX_INT16,
                       .bands = 3,
                       .tile_width = 32,
                       .tile_height = 16,
                       .across = 4,
                       .down = 5,
                       .separate = true};
    int64_t covered = 0;

    ck_assert_int_eq(layout_blobs(&l), 60);
    for (int64_t i = 0; i < layout_blobs(&l); i++) {
        struct region r = layout_region(&l, i);
        int64_t row = r.y / 16, column = r.x / 32;
        ck_assert_int_eq(layout_index(&l, layout_plane(&l, i), row, column), i);
        r = region_intersect(r, (struct region){0, 0, 100, 70});
        covered += r.width * r.height;
    }
    ck_assert_int_eq(covered, 3 * 100 * 70);
    ck_assert_uint_eq(layout_tile_bytes(&l), 32 * 16 * 2);
    l.separate = false;
    ck_assert_int_eq(layout_blobs(&l), 20);
    ck_assert_uint_eq(layout_row_bytes(&l), 32 * 2 * 3);
}
END_TEST

START_TEST(layout_last_strip_is_short)
{
    struct layout l = {.width = 10,
                       .height = 25,
                       .type = PX_UINT8,
                       .bands = 1,
                       .tile_width = 10,
                       .tile_height = 8,
                       .across = 1,
                       .down = 4,
                       .strips = true};

    ck_assert_int_eq(layout_region(&l, 2).height, 8);
    ck_assert_int_eq(layout_region(&l, 3).height, 1);
}
END_TEST

/* Blobs against GDAL */

static unsigned char *blob_of(struct blobs *b, int64_t index, size_t *n)
{
    struct err e;

    ck_assert_msg(blobs_size(b, index, n, &e), "%s", e.text);
    unsigned char *blob = malloc(*n + 1);
    ck_assert_msg(*n == 0 || blobs_read(b, index, blob, &e), "%s", e.text);
    return blob;
}

/* Compares decoded rows with the pixels that GDAL read. */
static void compare(const struct layout *l, int64_t index, const unsigned char *decoded, int rows,
                    const struct planes *truth, const char *what)
{
    struct region r = layout_region(l, index);
    size_t size = pixel_size(l->type);

    r.height = rows;
    r = region_intersect(r, truth->region);
    for (int s = 0; s < layout_samples(l); s++)
        for (int64_t y = 0; y < r.height; y++)
            for (int64_t x = 0; x < r.width; x++) {
                const unsigned char *pixel =
                    decoded + (size_t)y * layout_row_bytes(l) +
                    ((size_t)x * (size_t)layout_samples(l) + (size_t)s) * size;
                int band = l->separate ? layout_plane(l, index) : s;
                if (memcmp(pixel, planes_at(truth, band, r.x + x, r.y + y), size) != 0)
                    ck_abort_msg("%s: blob %lld, band %d, x %lld, y %lld of %d rows differ", what,
                                 (long long)index, band, (long long)x, (long long)y, rows);
            }
}

static void decode_and_compare(struct blobs *b, struct decoder *d, const struct planes *truth,
                               const char *what, int *n_sparse)
{
    const struct layout *l = blobs_layout(b);
    unsigned char *out = malloc(layout_tile_bytes(l));
    struct err e;
    size_t n;

    for (int64_t i = 0; i < layout_blobs(l); i++) {
        int all = (int)layout_region(l, i).height;
        const int rows[] = {all, 1, (all + 2) / 3, all - all / 4};
        unsigned char *blob = blob_of(b, i, &n);
        for (int k = 0; k < 4; k++) {
            if (n == 0)
                pixel_fill(l->type, blobs_sparse_value(b), out,
                           layout_tile_bytes(l) / pixel_size(l->type));
            else
                ck_assert_msg(decoder_decode(d, i, blob, n, rows[k], out, &e), "%s: %s", what,
                              e.text);
            compare(l, i, out, rows[k], truth, what);
        }
        *n_sparse += n == 0;
        free(blob);
    }
    free(out);
}

/* Returns the number of sparse blobs. */
static int check_blobs(const char *path, const char *what)
{
    struct scene *s = open_scene(path);
    struct blobs *b;
    struct decoder *d;
    struct buffer header = {0};
    char why[200] = "";
    struct err e;
    void *memory;
    int n_sparse = 0;

    struct planes truth = read_all(s, &memory);
    ck_assert(blobs_open(&b, s, 1 << 26, why, sizeof why, &e));
    ck_assert_msg(b, "%s: %s", what, why);
    ck_assert(blobs_header(b, &header, &e));
    ck_assert_msg(decoder_new(&d, header.data, header.size, &e), "%s: %s", what, e.text);
    ck_assert(!memcmp(decoder_layout(d), blobs_layout(b), sizeof(struct layout)));
    decode_and_compare(b, d, &truth, what, &n_sparse);
    decoder_free(d);
    buffer_free(&header);
    blobs_close(b);
    scene_close(s);
    free(memory);
    return n_sparse;
}

static const char *const codecs[] = {"NONE", "LZW", "DEFLATE", "ZSTD", "PACKBITS"};
static const char *const tilings[] = {"TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=48",
                                      "TILED=NO BLOCKYSIZE=13", "TILED=NO BLOCKYSIZE=1000"};

START_TEST(blobs_equal_gdal)
{
    const char *path = in_directory("matrix.tif");
    enum pixel_type type = all_types[_i];
    char options[300];

    for (int codec = 0; codec < 5; codec++)
        for (int predictor = 1; predictor <= 3; predictor++)
            for (int variant = 0; variant < 12; variant++) {
                bool predicts = codec >= 1 && codec <= 3;
                bool big_endian = variant % 4 / 2 == 1;
                if (predictor > 1 && !predicts)
                    continue;
                if (predictor == 3 && (!pixel_is_float(type) || big_endian))
                    continue; /* libtiff 4.5 writes the latter wrongly */
                snprintf(options, sizeof options,
                         "COMPRESS=%s PREDICTOR=%d INTERLEAVE=%s ENDIANNESS=%s BIGTIFF=%s %s",
                         codecs[codec], predictor, variant % 2 ? "BAND" : "PIXEL",
                         big_endian ? "BIG" : "LITTLE", variant % 3 ? "NO" : "YES",
                         tilings[variant / 4]);
                make(path, type, 1 + variant % 3, 101, 67, options);
                check_blobs(path, options);
                unlink(path);
            }
}
END_TEST

START_TEST(blobs_of_odd_sizes_equal_gdal)
{
    static const int sizes[][2] = {{1, 1}, {1, 97}, {97, 1}, {16, 16}, {17, 33}};
    const char *path = in_directory("odd.tif");

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int t = 0; t < 2; t++) {
            make(path, PX_UINT16, 2, sizes[i][0], sizes[i][1],
                 t ? "COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16" : "COMPRESS=LZW");
            check_blobs(path, "odd size");
            unlink(path);
        }
}
END_TEST

START_TEST(blobs_of_jpeg_equal_gdal)
{
    const char *path = in_directory("jpeg.tif");

    make(path, PX_UINT8, 3, 100, 70,
         "COMPRESS=JPEG PHOTOMETRIC=YCBCR TILED=YES BLOCKXSIZE=32 "
         "BLOCKYSIZE=32");
    check_blobs(path, "YCbCr tiles");
    unlink(path);
    make(path, PX_UINT8, 3, 100, 70, "COMPRESS=JPEG PHOTOMETRIC=YCBCR BLOCKYSIZE=16");
    check_blobs(path, "YCbCr strips");
    unlink(path);
    make(path, PX_UINT8, 1, 100, 70, "COMPRESS=JPEG BLOCKYSIZE=24");
    check_blobs(path, "grey");
    unlink(path);
    make(path, PX_UINT8, 3, 100, 70, "COMPRESS=JPEG INTERLEAVE=BAND TILED=YES");
    check_blobs(path, "separate");
}
END_TEST

START_TEST(blobs_of_sparse_tiles_are_nodata)
{
    const char *path = in_directory("sparse.tif");

    for (int nodata = 0; nodata < 2; nodata++) {
        GDALDatasetH ds = create(path, PX_INT16, 2, 100, 200,
                                 "SPARSE_OK=YES COMPRESS=ZSTD TILED=YES BLOCKXSIZE=32 "
                                 "BLOCKYSIZE=32");
        if (nodata)
            GDALSetRasterNoDataValue(GDALGetRasterBand(ds, 1), -7);
        paint(ds, 64, 100);
        GDALClose(ds);
        ck_assert_int_eq(check_blobs(path, "sparse"), 5 * 4);
        unlink(path);
    }
}
END_TEST

START_TEST(blobs_leave_the_rest_to_gdal)
{
    static const char *const options[] = {"NBITS=1", "NBITS=12",
                                          "COMPRESS=DEFLATE BLOCKYSIZE=2000"};
    const char *path = in_directory("rest.tif");
    struct err e;

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char why[200] = "";
        struct blobs *b;
        make(path, i == 1 ? PX_UINT16 : PX_UINT8, 1, 200, 2000, options[i]);
        struct scene *s = open_scene(path);
        ck_assert(blobs_open(&b, s, 100000, why, sizeof why, &e));
        ck_assert_msg(!b && *why, "%s: blobs though they should not be", options[i]);
        scene_close(s);
        unlink(path);
    }
}
END_TEST

/* Damage */

START_TEST(damaged_blobs_do_no_harm)
{
    const char *path = in_directory("damaged.tif");
    struct blobs *b;
    struct decoder *d;
    struct buffer header = {0};
    char why[200], options[100];
    struct err e;
    size_t n;
    int refused = 0;

    snprintf(options, sizeof options, "COMPRESS=%s TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64",
             (const char *[]){"NONE", "LZW", "DEFLATE", "ZSTD", "PACKBITS", "JPEG", "LZMA", "LERC",
                              "LERC_ZSTD"}[_i]);
    make(path, PX_UINT8, 1, 128, 128, options);
    struct scene *s = open_scene(path);
    ck_assert(blobs_open(&b, s, 1 << 26, why, sizeof why, &e) && b);
    ck_assert(blobs_header(b, &header, &e) && decoder_new(&d, header.data, header.size, &e));
    unsigned char *good = blob_of(b, 1, &n), *bad = malloc(n), out[64 * 64], truth[64 * 64];
    ck_assert(decoder_decode(d, 1, good, n, 64, truth, &e));
    srand(7);
    for (int i = 0; i < 400; i++) {
        size_t cut = n - (i % 4 == 0 ? (size_t)rand() % n : 0);
        memcpy(bad, good, n);
        bad[(size_t)rand() % n] ^= (unsigned char)(1 << rand() % 8);
        refused += !decoder_decode(d, 1, bad, cut, 1 + rand() % 64, out, &e);
    }
    ck_assert_int_gt(refused, 20);
    if (_i != 5) { /* libjpeg fills up what is missing */
        ck_assert(!decoder_decode(d, 1, good, n / 3, 64, out, &e));
        ck_assert_msg(strstr(e.text, "row 0, column 1"), "%s", e.text);
    }
    ck_assert(!decoder_decode(d, 1, good, 0, 64, out, &e));
    ck_assert(decoder_decode(d, 1, good, n, 64, out, &e)); /* still usable */
    ck_assert(!memcmp(out, truth, sizeof out));
    free(good);
    free(bad);
    decoder_free(d);
    buffer_free(&header);
    blobs_close(b);
    scene_close(s);
}
END_TEST

START_TEST(damaged_headers_are_refused)
{
    const char *path = in_directory("header.tif");
    struct blobs *b;
    struct buffer header = {0};
    char why[200];
    struct err e;

    make(path, PX_UINT16, 2, 128, 128, "COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64");
    struct scene *s = open_scene(path);
    ck_assert(blobs_open(&b, s, 1 << 26, why, sizeof why, &e) && b);
    ck_assert(blobs_header(b, &header, &e));
    srand(9);
    for (int i = 0; i < 3000; i++) {
        struct decoder *d = NULL;
        size_t at = (size_t)rand() % header.size;
        unsigned char old = header.data[at];
        header.data[at] = (unsigned char)rand();
        size_t n = i % 5 ? header.size : (size_t)rand() % header.size;
        if (decoder_new(&d, header.data, n, &e))
            decoder_free(d);
        header.data[at] = old;
    }
    buffer_free(&header);
    blobs_close(b);
    scene_close(s);
}
END_TEST

START_TEST(truncated_file_names_the_tile)
{
    const char *path = in_directory("truncated.tif");
    struct blobs *b;
    char why[200];
    struct err e;
    struct stat st;
    size_t n;
    int failed = 0;

    make(path, PX_UINT8, 1, 256, 256, "TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64");
    ck_assert(stat(path, &st) == 0 && truncate(path, st.st_size - 10000) == 0);
    struct scene *s = open_scene(path);
    ck_assert(blobs_open(&b, s, 1 << 26, why, sizeof why, &e) && b);
    for (int64_t i = 0; i < 16; i++)
        if (!blobs_size(b, i, &n, &e)) {
            failed++;
            ck_assert_msg(strstr(e.text, "row 3") && strstr(e.text, "truncated"), "%s", e.text);
        }
    ck_assert_int_eq(failed, 3);
    blobs_close(b);
    scene_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("raster");
    TCase *layouts = tcase_create("layouts"), *reading = tcase_create("reading");

    tcase_add_test(layouts, layout_tiles_cover_raster_once);
    tcase_add_test(layouts, layout_last_strip_is_short);
    tcase_add_unchecked_fixture(reading, begin, NULL);
    tcase_set_timeout(reading, 60);
    tcase_add_loop_test(reading, blobs_equal_gdal, 0, 9);
    tcase_add_test(reading, blobs_of_odd_sizes_equal_gdal);
    tcase_add_test(reading, blobs_of_jpeg_equal_gdal);
    tcase_add_test(reading, blobs_of_sparse_tiles_are_nodata);
    tcase_add_test(reading, blobs_leave_the_rest_to_gdal);
    tcase_add_loop_test(reading, damaged_blobs_do_no_harm, 0, 9);
    tcase_add_test(reading, damaged_headers_are_refused);
    tcase_add_test(reading, truncated_file_names_the_tile);
    suite_add_tcase(suite, layouts);
    suite_add_tcase(suite, reading);
    return run_in_directory(suite);
}
