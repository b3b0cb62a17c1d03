/* test_raster_write.c - what is written, beside what GDAL writes; the encoder.
 * SPDX-License-Identifier: MIT */
#include "raster_writing.h"

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

/* libLerc leaves the last bytes of Huffman's code of 8-bit pixels unset. */
static bool is_defined(const char *options, enum pixel_type type)
{
    return type != PX_UINT8 || !strstr(options, "COMPRESS=LERC");
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
    if (is_defined(options, info->type))
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
                                         "LZMA LZMA_PRESET=1",
                                         "LERC",
                                         "LERC_DEFLATE ZLEVEL=2",
                                         "LERC_ZSTD ZSTD_LEVEL=1",
                                         "DEFLATE PREDICTOR=3",
                                         "ZSTD PREDICTOR=3",
                                         "LZW PREDICTOR=3"};
    static const char *const tilings[] = {"TILED=YES BLOCKXSIZE=48 BLOCKYSIZE=32",
                                          "TILED=NO BLOCKYSIZE=10",
                                          "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16 BIGTIFF=YES"};
    const char *path = in_directory("source.tif");
    enum pixel_type type = (enum pixel_type)_i;
    int n_codecs = pixel_is_float(type) ? 16 : 13;
    char options[300];
    void *memory;

    make(path, type, 3, 130, 75, "");
    struct scene *s = open_scene(path);
    struct planes truth = read_all(s, &memory);
    for (int codec = 0; codec < n_codecs; codec++)
        for (int variant = 0; variant < 6; variant++) {
            if (strncmp(codecs[codec], "LERC", 4) == 0 &&
                (type == PX_UINT64 || type == PX_INT64 || variant / 2 == 1 ||
                 (pixel_is_float(type) && variant % 2 == 0)))
                continue; /* refused */
            snprintf(options, sizeof options, "COMPRESS=%s INTERLEAVE=%s %s", codecs[codec],
                     variant % 2 ? "BAND" : "PIXEL", tilings[variant / 2]);
            check_written(s, &truth, options);
        }
    free(memory);
    scene_close(s);
}
END_TEST

/* Tiles of pictures have the same blobs as GDAL's; band by band, JPEG's differ in the name of the
 * component. */
START_TEST(written_pictures_equal_gdals_own)
{
    static const struct {
        const char *options;
        int bands;
        bool lossless;
    } cases[] = {
        {"COMPRESS=JPEG", 1, false},
        {"COMPRESS=JPEG JPEG_QUALITY=95", 3, false},
        {"COMPRESS=JPEG PHOTOMETRIC=YCBCR", 3, false},
        {"COMPRESS=JPEG PHOTOMETRIC=YCBCR JPEGTABLESMODE=0 JPEG_QUALITY=40", 3, false},
        {"COMPRESS=JPEG PHOTOMETRIC=YCBCR JPEGTABLESMODE=3", 3, false},
        {"COMPRESS=WEBP", 3, false},
        {"COMPRESS=WEBP WEBP_LEVEL=30", 4, false},
        {"COMPRESS=WEBP WEBP_LOSSLESS=YES", 3, true},
        {"COMPRESS=WEBP WEBP_LOSSLESS=YES", 4, true},
    };
    const char *in = in_directory("picture.tif"), *mine = in_directory("mine.tif");
    const char *gdals = in_directory("gdals.tif");
    char options[200];
    void *memory, *memory_2;

    snprintf(options, sizeof options, "%s TILED=YES BLOCKXSIZE=48 BLOCKYSIZE=32",
             cases[_i].options);
    make(in, PX_UINT8, cases[_i].bands, 130, 75, "");
    make(gdals, PX_UINT8, cases[_i].bands, 130, 75, options);
    struct scene *s = open_scene(in);
    must_write(
        s, &(struct wanted){.path = mine, .options = options, .type = PX_SAME, .overwrite = true});
    struct scene *a = open_scene(mine), *b = open_scene(gdals);
    struct planes got = read_all(a, &memory), truth = read_all(b, &memory_2);
    same_blobs(a, b, options);
    if (cases[_i].lossless)
        same_planes(&truth, &got, options);
    free(memory);
    free(memory_2);
    scene_close(a);
    scene_close(b);
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
    const char *codec = (const char *[]){
        "NONE", "LZW", "DEFLATE", "ZSTD", "PACKBITS", "LZMA", "LERC_ZSTD MAX_Z_ERROR=3", "JPEG",
    }[_i];
    const bool jpeg = strcmp(codec, "JPEG") == 0;
    struct buffer template = {0}, used = {0}, fresh = {0};
    struct encoder *veteran, *novice;
    struct output *o;
    char options[200];
    struct err e;

    snprintf(options, sizeof options, "COMPRESS=%s BLOCKXSIZE=64 BLOCKYSIZE=%d", codec,
             jpeg ? 128 : 64);
    make(in, jpeg ? PX_UINT8 : PX_UINT16, 1, 200, 200, "");
    struct scene *s = open_scene(in);
    ck_assert(
        begin_write(&o, s, &(struct wanted){.path = out, .options = options, .type = PX_SAME}, &e));
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

int main(void)
{
    Suite *suite = suite_create("raster_write");
    TCase *writing = tcase_create("writing");

    tcase_add_unchecked_fixture(writing, begin, NULL);
    tcase_set_timeout(writing, 60);
    tcase_add_loop_test(writing, written_equals_gdals_own, 0, PX_N_TYPES);
    tcase_add_loop_test(writing, written_pictures_equal_gdals_own, 0, 9);
    tcase_add_test(writing, written_by_default_in_tiles_of_512);
    tcase_add_loop_test(writing, encoder_does_not_remember, 0, 8);
    suite_add_tcase(suite, writing);
    return run_in_directory(suite);
}
