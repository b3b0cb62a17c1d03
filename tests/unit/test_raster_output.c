/* test_raster_output.c - outputs: what is refused, and that they appear whole or not at all.
 * SPDX-License-Identifier: MIT */
#include "raster_writing.h"

#include <signal.h>
#include <sys/resource.h>

static struct scene *empty_scene(int width, int height)
{
    const char *path = in_directory("huge.vrt");
    FILE *f = fopen(path, "w");

    fprintf(f,
            "<VRTDataset rasterXSize=\"%d\" rasterYSize=\"%d\"><VRTRasterBand "
            "dataType=\"Byte\" band=\"1\"/></VRTDataset>",
            width, height);
    fclose(f);
    return open_scene(path);
}

START_TEST(output_is_bigtiff_when_it_may_pass_4_gib)
{
    static const struct {
        int width;
        const char *options;
        int magic;
    } cases[] = {{50000, "", 42},
                 {70000, "", 43},
                 {50000, "COMPRESS=LZW", 43},
                 {70000, "COMPRESS=DEFLATE BIGTIFF=NO", 42},
                 {100, "BIGTIFF=YES", 43},
                 {50000, "BIGTIFF=IF_SAFER", 42}};
    const char *out = in_directory("huge.tif"), *part = in_directory("huge.tif.part");

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *s = empty_scene(cases[i].width, 65000);
        struct wanted w = {.path = out, .options = cases[i].options, .type = PX_SAME};
        struct output *o;
        struct err e;
        ck_assert_msg(begin_write(&o, s, &w, &e), "%s", e.text);
        FILE *f = fopen(part, "r");
        ck_assert(fgetc(f) == 'I' && fgetc(f) == 'I');
        ck_assert_int_eq(fgetc(f), cases[i].magic);
        fclose(f);
        output_abandon(o);
        scene_close(s);
    }
}
END_TEST

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
        {"COMPRES=LZW", "COMPRESS"},
        {"COMPRESS=JXL", "DEFLATE"},
        {"COMPRESS=JPEG TILED=NO", "TILED=YES"},
        {"COMPRESS=JPEG JPEG_QUALITY=101", "100"},
        {"COMPRESS=JPEG PHOTOMETRIC=YCBCR", "three bands"},
        {"COMPRESS=JPEG BLOCKXSIZE=65536 BLOCKYSIZE=16", "65500"},
        {"COMPRESS=WEBP", "three or four bands"},
        {"COMPRESS=LERC ZLEVEL=1", "DEFLATE, LERC_DEFLATE"},
        {"COMPRESS=LERC MAX_Z_ERROR=-1", "MAX_Z_ERROR=-1"},
        {"MAX_Z_ERROR=1", "LERC, LERC_DEFLATE, LERC_ZSTD"},
        {"COMPRESS=DEFLATE WEBP_LOSSLESS=NO", "WEBP"},
        {"COMPRESS=LERC PREDICTOR=2", "LZW, DEFLATE, ZSTD"},
        {"SPARSE_OK=YES PROFILE=BASELINE", "GDALGeoTIFF"},
        {"SPARSE_OK=PERHAPS", "SPARSE_OK"},
        {"ZLEVEL=99", "ZLEVEL"},
        {"COMPRESS=DEFLATE ZLEVEL=99", "12"},
        {"NBITS=4", "NBITS"},
        {"COPY_SRC_OVERVIEWS=YES", "overviews"},
        {"BLOCKXSIZE=100", "16"},
        {"BLOCKYSIZE=-16", "BLOCKYSIZE"},
        {"TILED=MAYBE", "TILED"},
        {"LZW", "NAME=VALUE"},
        {"COMPRESS=LZW COMPRESS=ZSTD", "twice"},
        {"COMPRESS=LZW PREDICTOR=3", "floating"},
        {"PREDICTOR=2", "COMPRESS"},
        {"ENDIANNESS=BIG", "LITTLE"},
        {"COMPRESS=", "COMPRESS"},
        {"BLOCKXSIZE=65536 BLOCKYSIZE=65536", "BLOCKXSIZE"},
        {"TILED=NO BLOCKXSIZE=64", "TILED=YES"},
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
    struct wanted w = {
        .path = out, .options = "BIGTIFF=NO BLOCKXSIZE=16 BLOCKYSIZE=16", .type = PX_SAME};
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
    ck_assert(!output_complete(o, &e) && strstr(e.text, "never written"));
    output_abandon(o);
    ck_assert(!exists(in_directory("nothing.tif.part")) && !exists(out));
    fclose(fopen(in_directory("nothing.tif.part"), "w")); /* of a dead run */
    must_write(s, &w);
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
    Suite *suite = suite_create("raster_output");
    TCase *output = tcase_create("output");

    tcase_add_unchecked_fixture(output, begin, NULL);
    tcase_set_timeout(output, 60);
    tcase_add_test(output, output_is_bigtiff_when_it_may_pass_4_gib);
    tcase_add_test(output, output_refuses_creation_options);
    tcase_add_test(output, output_refuses_paths);
    tcase_add_test(output, output_is_all_or_nothing);
    tcase_add_test(output, output_tells_when_the_disk_is_full);
    suite_add_tcase(suite, output);
    return run_in_directory(suite);
}
