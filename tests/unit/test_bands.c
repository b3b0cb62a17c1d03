/* test_bands.c - ops across bands, and those that have a parameter for each.
 * SPDX-License-Identifier: MIT */
#include "one_op.h"
#include "unit.h"

/* The pixels of all bands of a one-row scene after an op, band after band. */
static void check_bands(const char *const words[MAX_ARGS], int bands, const uint8 *in, int n,
                        int bands_out, const uint8 *expected)
{
    const struct format format = {PX_UINT8, bands, n, 1};
    struct plan *plan = plan_for(words, format);
    struct image image = image_new(format);

    for (int b = 0; b < bands; b++)
        memcpy(planes_at(&image.planes, b, 0, 0), in + (ptrdiff_t)b * n, (size_t)n);
    struct image out = tiles_run(plan, &image, n, 1);
    ck_assert_int_eq(out.format.bands, bands_out);
    for (int b = 0; b < bands_out; b++)
        ck_assert_msg(
            memcmp(planes_at(&out.planes, b, 0, 0), expected + (ptrdiff_t)b * n, (size_t)n) == 0,
            "%s: band %d is wrong", words[0], b);
    image_free(&out);
    image_free(&image);
    plan_free(plan);
}

START_TEST(each_band_may_have_its_own_constant)
{
    check_bands(WORDS("add", "--value=1,2"), 2, ROW(uint8, 10, 255, 10, 20), 2, 2,
                ROW(uint8, 11, 255, 12, 22));
    check_bands(WORDS("lut", "--table=255..0;0..255"), 2, ROW(uint8, 10, 255, 10, 20), 2, 2,
                ROW(uint8, 245, 0, 10, 20));
    check_bands(WORDS("in-range", "--lower=5,15", "--upper=15,25"), 2,
                ROW(uint8, 10, 10, 20, 10, 20, 20), 3, 1, ROW(uint8, 0, 255, 0));
    check_bands(WORDS("extract-channel", "--coi=1"), 2, ROW(uint8, 1, 2), 1, 1, ROW(uint8, 2));
    check_bands(WORDS("cvt-color", "--code=rgb2bgra"), 3, ROW(uint8, 1, 2, 3), 1, 4,
                ROW(uint8, 3, 2, 1, 255));
}
END_TEST

/* OpenCV's tables hold these factors, to the nearest integer, with 12 binary places. */
static int factor(int number, int divisor)
{
    return divisor == 0 ? 0 : (int)rint((number << 12) / (double)divisor);
}

START_TEST(hsv_of_bytes_divides_as_tables_do)
{
    enum { N = 256 * 256 };
    uint8 *rgb = calloc(3, N), *hsv = calloc(3, N);

    ck_assert(rgb && hsv);
    for (int i = 0; i < N; i++) { /* red is the most, blue the least */
        const int most = i / 256, least = i % 256 * most / 255, green = (most + 2 * least) / 3;
        const int range = most - least;
        rgb[i] = (uint8)most;
        rgb[N + i] = (uint8)green;
        rgb[2 * N + i] = (uint8)least;
        hsv[i] = (uint8)(((green - least) * factor(180, 6 * range) + 2048) >> 12);
        hsv[N + i] = (uint8)((range * factor(255, most) + 2048) >> 12);
        hsv[2 * N + i] = (uint8)most;
    }
    check_bands(WORDS("cvt-color", "--code=rgb2hsv"), 3, rgb, N, 3, hsv);
    free(rgb);
    free(hsv);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        each_band_may_have_its_own_constant,
        hsv_of_bytes_divides_as_tables_do,
    };

    return UNIT_RUN("bands", tests);
}
