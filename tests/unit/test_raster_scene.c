/* test_raster_scene.c - scenes: what is opened, what is refused and how.
 * SPDX-License-Identifier: MIT */
#include "raster_support.h"

static void refuse(const char *path, struct scene_options o, int status, const char *words)
{
    struct scene *s = NULL;
    struct err e = {0};

    o.path = path;
    ck_assert_msg(!scene_open(&s, &o, &e), "%s is opened", path);
    ck_assert_msg(strstr(e.text, words) && strstr(e.text, path) && e.status == status, "%s",
                  e.text);
    ck_assert_ptr_null(strchr(e.text, '\n'));
}

START_TEST(scene_refuses_what_is_no_scene)
{
    const char *text = in_directory("text.tif"), *empty = in_directory("empty.tif");
    struct scene_options none = {0};

    FILE *f = fopen(text, "w");
    fputs("hello, this is no raster\n", f);
    fclose(f);
    fclose(fopen(empty, "w"));
    refuse(in_directory("missing.tif"), none, EXIT_FAILED, "No such file or directory");
    refuse(text, none, EXIT_FAILED, "no raster");
    refuse(empty, none, EXIT_FAILED, "is empty");
    refuse(directory, none, EXIT_FAILED, "is a directory");
    f = fopen(text, "w");
    fputs("<VRTDataset rasterXSize=\"0\" rasterYSize=\"5\"></VRTDataset>", f);
    fclose(f);
    refuse(text, none, EXIT_FAILED, "no raster");
}
END_TEST

START_TEST(scene_refuses_unsuitable_pixels)
{
    GDALDriverH gtiff = GDALGetDriverByName("GTiff"), vrt = GDALGetDriverByName("VRT");
    const char *path = in_directory("unsuitable.tif"), *mixed = in_directory("mixed.vrt");
    char *options[] = {(char *)"PIXELTYPE=SIGNEDBYTE", NULL};

    GDALClose(GDALCreate(gtiff, path, 8, 8, 1, GDT_CInt16, NULL));
    refuse(path, (struct scene_options){0}, EXIT_FAILED, "complex");
    GDALClose(GDALCreate(gtiff, path, 8, 8, 1, GDT_Byte, options));
    refuse(path, (struct scene_options){0}, EXIT_FAILED, "int8");
    GDALDatasetH ds = GDALCreate(vrt, mixed, 8, 8, 1, GDT_Byte, NULL);
    GDALAddBand(ds, GDT_Float32, NULL);
    GDALClose(ds);
    refuse(mixed, (struct scene_options){0}, EXIT_FAILED, "--bands");
}
END_TEST

START_TEST(scene_checks_bands_and_window)
{
    const char *path = in_directory("choice.tif");
    static const char *const bands[] = {"4", "0", "1,", "x", "1,2,9"};
    static const char *const windows[] = {
        "0,0,41,1", "-1,0,4,4", "0,0,0,4",
        "1,2,3",    "a,b,c,d",  "9223372036854775807,0,9223372036854775807,1"};

    make(path, PX_UINT8, 3, 40, 30, "");
    for (size_t i = 0; i < 5; i++)
        refuse(path, (struct scene_options){.bands = bands[i]}, EXIT_USAGE, "band");
    for (size_t i = 0; i < 6; i++)
        refuse(path, (struct scene_options){.window = windows[i]}, EXIT_USAGE, "--window");
}
END_TEST

START_TEST(scene_reads_bands_and_window)
{
    const char *path = in_directory("window.tif");
    struct scene_options o = {.path = path, .bands = "3,1", .window = "5,7,20,10"};
    struct scene *s;
    struct blobs *b;
    char why[200];
    struct err e;
    void *memory;

    make(path, PX_INT32, 3, 40, 30, "");
    ck_assert_msg(scene_open(&s, &o, &e), "%s", e.text);
    struct planes p = read_all(s, &memory);
    for (int64_t y = 0; y < 10; y++)
        for (int64_t x = 0; x < 20; x++) {
            ck_assert_int_eq(*(int32_t *)planes_at(&p, 0, x, y), (int)value_at(2, x + 5, y + 7));
            ck_assert_int_eq(*(int32_t *)planes_at(&p, 1, x, y), (int)value_at(0, x + 5, y + 7));
        }
    ck_assert(blobs_open(&b, s, 1 << 20, why, sizeof why, &e) && b);
    ck_assert(blobs_band(b, 0) == 2 && blobs_band(b, 1) == 0 && blobs_window(b).y == 7);
    blobs_close(b);
    scene_close(s);
    free(memory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("raster_scene");
    TCase *opening = tcase_create("opening");

    tcase_add_unchecked_fixture(opening, begin, NULL);
    tcase_add_test(opening, scene_refuses_what_is_no_scene);
    tcase_add_test(opening, scene_refuses_unsuitable_pixels);
    tcase_add_test(opening, scene_checks_bands_and_window);
    tcase_add_test(opening, scene_reads_bands_and_window);
    suite_add_tcase(suite, opening);
    return run_in_directory(suite);
}
