/* test_point_ops.c - the ops on single pixels, where OpenCV cannot be asked: types it does not
 * have, values at the ends of a type.
 * SPDX-License-Identifier: MIT */
#include "one_op.h"
#include "unit.h"

/* Runs an op on a row of n pixels and compares the row that comes out, bit for bit. */
static void check_row(const char *const words[MAX_ARGS], enum pixel_type type, const void *in,
                      int n, enum pixel_type out_type, const void *expected)
{
    const struct format format = {type, 1, n, 1};
    struct plan *plan = plan_for(words, format);
    struct image image = image_new(format);

    memcpy(planes_at(&image.planes, 0, 0, 0), in, (size_t)n * pixel_size(type));
    struct image out = tiles_run(plan, &image, n, 1);
    ck_assert_int_eq(out.format.type, out_type);
    const unsigned char *row = planes_at(&out.planes, 0, 0, 0);
    const size_t size = pixel_size(out_type);
    for (int i = 0; i < n; i++)
        ck_assert_msg(
            memcmp(row + (size_t)i * size, (const char *)expected + (size_t)i * size, size) == 0,
            "%s %s of %s: pixel %d is wrong", words[0], words[1] ? words[1] : "", pixel_name(type),
            i);
    image_free(&out);
    image_free(&image);
    plan_free(plan);
}

START_TEST(threshold_works_on_32_bit_integers)
{
    check_row(WORDS("threshold", "--thresh=2147483648.5", "--maxval=5e9"), PX_UINT32,
              ROW(uint32, 0, 2147483648U, 2147483649U, UINT32_MAX), 4, PX_UINT32,
              ROW(uint32, 0, 0, UINT32_MAX, UINT32_MAX));
    check_row(WORDS("threshold", "--thresh=-7.5", "--type=trunc"), PX_INT32,
              ROW(int32, INT32_MIN, -9, -8, -7, INT32_MAX), 5, PX_INT32,
              ROW(int32, INT32_MIN, -9, -8, -8, -8));
}
END_TEST

START_TEST(threshold_takes_levels_outside_the_type)
{
    const uint8 all[] = {0, 1, 255};

    check_row(WORDS("threshold", "--thresh=-0.5"), PX_UINT8, all, 3, PX_UINT8,
              ROW(uint8, 255, 255, 255));
    check_row(WORDS("threshold", "--thresh=-1", "--type=binary-inv"), PX_UINT8, all, 3, PX_UINT8,
              ROW(uint8, 0, 0, 0));
    check_row(WORDS("threshold", "--thresh=-1", "--type=trunc"), PX_UINT8, all, 3, PX_UINT8,
              ROW(uint8, 0, 0, 0));
    check_row(WORDS("threshold", "--thresh=-1", "--type=tozero"), PX_UINT8, all, 3, PX_UINT8, all);
    check_row(WORDS("threshold", "--thresh=-1", "--type=tozero-inv"), PX_UINT8, all, 3, PX_UINT8,
              ROW(uint8, 0, 0, 0));
    check_row(WORDS("threshold", "--thresh=300", "--type=trunc"), PX_UINT8, all, 3, PX_UINT8, all);
    check_row(WORDS("threshold", "--thresh=-40000", "--type=trunc"), PX_INT16,
              ROW(int16, INT16_MIN, 0, 9), 3, PX_INT16, ROW(int16, 0, 0, 0));
}
END_TEST

START_TEST(threshold_of_nan_is_what_opencv_makes_of_it)
{
    const float32 nan[] = {NAN};

    check_row(WORDS("threshold", "--thresh=5"), PX_FLOAT32, nan, 1, PX_FLOAT32, ROW(float32, 0));
    check_row(WORDS("threshold", "--thresh=5", "--type=binary-inv"), PX_FLOAT32, nan, 1, PX_FLOAT32,
              ROW(float32, 0));
    check_row(WORDS("threshold", "--thresh=5", "--type=trunc"), PX_FLOAT32, nan, 1, PX_FLOAT32,
              ROW(float32, 5));
    check_row(WORDS("threshold", "--thresh=5", "--type=tozero"), PX_FLOAT32, nan, 1, PX_FLOAT32,
              ROW(float32, 0));
}
END_TEST

START_TEST(convert_to_keeps_every_64_bit_integer)
{
    const int64 big[] = {INT64_MIN, INT64_MAX, -1, 9007199254740993};

    check_row(WORDS("convert-to", "--type=int64"), PX_INT64, big, 4, PX_INT64, big);
    check_row(WORDS("convert-to", "--type=uint64"), PX_INT64, big, 4, PX_UINT64,
              ROW(uint64, 0, INT64_MAX, 0, 9007199254740993));
    check_row(WORDS("convert-to", "--type=int64"), PX_UINT64,
              ROW(uint64, 0, UINT64_MAX, 9007199254740993), 3, PX_INT64,
              ROW(int64, 0, INT64_MAX, 9007199254740993));
    check_row(WORDS("convert-to", "--type=float32"), PX_INT64, ROW(int64, 16777217, 16777219), 2,
              PX_FLOAT32, ROW(float32, 16777216, 16777220));
    check_row(WORDS("convert-to", "--type=uint8"), PX_UINT64, ROW(uint64, 7, 255, 256, UINT64_MAX),
              4, PX_UINT8, ROW(uint8, 7, 255, 255, 255));
    check_row(WORDS("convert-to", "--type=int64", "--alpha=2", "--beta=-1"), PX_INT64,
              ROW(int64, INT64_MIN, 4503599627370497, INT64_MAX), 3, PX_INT64,
              ROW(int64, INT64_MIN, 9007199254740993, INT64_MAX));
}
END_TEST

START_TEST(convert_to_clamps_rounds_and_keeps_what_fits)
{
    check_row(WORDS("convert-to", "--type=uint32"), PX_FLOAT64,
              ROW(float64, -1, 0.5, 1.5, 4294967294.5, 1e300, NAN), 6, PX_UINT32,
              ROW(uint32, 0, 0, 2, 4294967294U, UINT32_MAX, 0));
    check_row(WORDS("convert-to", "--type=int32"), PX_FLOAT32, ROW(float32, -3e9f, 3e9f, 2.5f), 3,
              PX_INT32, ROW(int32, INT32_MIN, INT32_MAX, 2));
    check_row(WORDS("convert-to", "--type=uint8"), PX_FLOAT32, ROW(float32, -3e9f, 3e9f, 3.5f), 3,
              PX_UINT8, ROW(uint8, 0, 255, 4));
    check_row(WORDS("convert-to", "--type=int32"), PX_UINT32, ROW(uint32, 16777217, UINT32_MAX), 2,
              PX_INT32, ROW(int32, 16777217, INT32_MAX));
    check_row(WORDS("convert-to", "--type=float64"), PX_FLOAT32, ROW(float32, -0.0F, 0.1F), 2,
              PX_FLOAT64, ROW(float64, -0.0, (double)0.1F));
    check_row(WORDS("convert-to", "--type=same"), PX_UINT16, ROW(uint16, 3, 65535), 2, PX_UINT16,
              ROW(uint16, 3, 65535));
}
END_TEST

START_TEST(absdiff_takes_constants_outside_the_type)
{
    check_row(WORDS("absdiff", "--value=-5"), PX_UINT32, ROW(uint32, 0, 10, UINT32_MAX), 3,
              PX_UINT32, ROW(uint32, 5, 15, UINT32_MAX));
    check_row(WORDS("absdiff", "--value=1e300"), PX_UINT32, ROW(uint32, 0, UINT32_MAX), 2,
              PX_UINT32, ROW(uint32, UINT32_MAX, UINT32_MAX));
    check_row(WORDS("absdiff", "--value=-1e300"), PX_INT16, ROW(int16, INT16_MIN, INT16_MAX), 2,
              PX_INT16, ROW(int16, INT16_MAX, INT16_MAX));
    check_row(WORDS("absdiff", "--value=2.5"), PX_UINT8, ROW(uint8, 0, 2, 255), 3, PX_UINT8,
              ROW(uint8, 2, 0, 253));
}
END_TEST

START_TEST(sums_clamp_but_for_int32)
{
    check_row(WORDS("add", "--value=1e9"), PX_UINT8, ROW(uint8, 0, 255), 2, PX_UINT8,
              ROW(uint8, 255, 255));
    check_row(WORDS("add", "--value=-1e300"), PX_UINT32, ROW(uint32, 0, UINT32_MAX), 2, PX_UINT32,
              ROW(uint32, 0, 0));
    check_row(WORDS("add", "--value=4e9"), PX_UINT32, ROW(uint32, 5, UINT32_MAX), 2, PX_UINT32,
              ROW(uint32, 4000000005U, UINT32_MAX));
    check_row(WORDS("subtract", "--value=-300.5"), PX_INT16, ROW(int16, INT16_MIN, INT16_MAX), 2,
              PX_INT16, ROW(int16, INT16_MIN + 300, INT16_MAX));
    check_row(WORDS("add", "--value=1"), PX_INT32, ROW(int32, INT32_MAX, -1), 2, PX_INT32,
              ROW(int32, INT32_MIN, 0));
    check_row(WORDS("add", "--value=1e300", "--dtype=int32"), PX_UINT8, ROW(uint8, 0), 1, PX_INT32,
              ROW(int32, INT32_MAX));
    check_row(WORDS("add", "--value=0.5", "--dtype=int16"), PX_UINT8, ROW(uint8, 1), 1, PX_INT16,
              ROW(int16, 1));
    check_row(WORDS("add", "--value=0.5", "--dtype=float32"), PX_UINT8, ROW(uint8, 1), 1,
              PX_FLOAT32, ROW(float32, 1.5));
}
END_TEST

START_TEST(extremes_of_nan_are_the_constant)
{
    check_row(WORDS("min", "--value=300"), PX_UINT8, ROW(uint8, 0, 255), 2, PX_UINT8,
              ROW(uint8, 0, 255));
    check_row(WORDS("max", "--value=-7"), PX_UINT16, ROW(uint16, 0, 9), 2, PX_UINT16,
              ROW(uint16, 0, 9));
    check_row(WORDS("max", "--value=2"), PX_FLOAT32, ROW(float32, NAN, 3), 2, PX_FLOAT32,
              ROW(float32, 2, 3));
    check_row(WORDS("min", "--value=2"), PX_FLOAT64, ROW(float64, NAN, 3), 2, PX_FLOAT64,
              ROW(float64, 2, 2));
}
END_TEST

START_TEST(integers_divided_by_zero_are_zero)
{
    check_row(WORDS("divide", "--value=0"), PX_INT16, ROW(int16, -5, 0, 5), 3, PX_INT16,
              ROW(int16, 0, 0, 0));
    check_row(WORDS("divide", "--value=2", "--scale=3"), PX_UINT8, ROW(uint8, 1, 3, 255), 3,
              PX_UINT8, ROW(uint8, 2, 4, 255));
    check_row(WORDS("divide", "--value=0"), PX_FLOAT32, ROW(float32, -5, 5), 2, PX_FLOAT32,
              ROW(float32, -INFINITY, INFINITY));
    check_row(WORDS("divide", "--value=0", "--dtype=float64"), PX_UINT8, ROW(uint8, 5), 1,
              PX_FLOAT64, ROW(float64, INFINITY));
}
END_TEST

START_TEST(products_and_powers_clamp)
{
    check_row(WORDS("multiply", "--value=1e300"), PX_UINT32, ROW(uint32, 0, 1), 2, PX_UINT32,
              ROW(uint32, 0, UINT32_MAX));
    check_row(WORDS("pow", "--power=2"), PX_UINT32, ROW(uint32, 65535, 65536), 2, PX_UINT32,
              ROW(uint32, 4294836225U, UINT32_MAX));
    check_row(WORDS("pow", "--power=8"), PX_UINT8, ROW(uint8, 0, 1, 2, 16), 4, PX_UINT8,
              ROW(uint8, 0, 1, 255, 255));
    check_row(WORDS("pow", "--power=3"), PX_INT16, ROW(int16, -33, -32, 0, 31, 32), 5, PX_INT16,
              ROW(int16, INT16_MIN, INT16_MIN, 0, 29791, INT16_MAX));
    check_row(WORDS("pow", "--power=999999999"), PX_INT32, ROW(int32, -1, 0, 1, 7), 4, PX_INT32,
              ROW(int32, -1, 0, 1, INT32_MAX));
    check_row(WORDS("pow", "--power=0"), PX_FLOAT32, ROW(float32, 0, NAN), 2, PX_FLOAT32,
              ROW(float32, 1, 1));
    check_row(WORDS("pow", "--power=-2"), PX_FLOAT64, ROW(float64, 0, -2), 2, PX_FLOAT64,
              ROW(float64, INFINITY, 0.25));
}
END_TEST

START_TEST(bits_of_constants_are_those_of_pixels)
{
    check_row(WORDS("bitwise-and", "--value=300"), PX_UINT8, ROW(uint8, 3, 255), 2, PX_UINT8,
              ROW(uint8, 3, 255));
    check_row(WORDS("bitwise-xor", "--value=-1"), PX_INT32, ROW(int32, 0, INT32_MAX), 2, PX_INT32,
              ROW(int32, -1, INT32_MIN));
    check_row(WORDS("bitwise-or", "--value=2147483648"), PX_UINT32, ROW(uint32, 1), 1, PX_UINT32,
              ROW(uint32, 2147483649U));
    check_row(WORDS("bitwise-not"), PX_UINT32, ROW(uint32, 1), 1, PX_UINT32,
              ROW(uint32, UINT32_MAX - 1));
}
END_TEST

START_TEST(in_range_takes_bounds_outside_the_type)
{
    check_row(WORDS("in-range", "--lower=-5", "--upper=1e9"), PX_UINT8, ROW(uint8, 0, 255), 2,
              PX_UINT8, ROW(uint8, 255, 255));
    check_row(WORDS("in-range", "--lower=256", "--upper=300"), PX_UINT8, ROW(uint8, 0, 255), 2,
              PX_UINT8, ROW(uint8, 0, 0));
    check_row(WORDS("in-range", "--lower=-1e300", "--upper=-1"), PX_UINT32,
              ROW(uint32, 0, UINT32_MAX), 2, PX_UINT8, ROW(uint8, 0, 0));
    check_row(WORDS("in-range", "--lower=-1", "--upper=1"), PX_FLOAT32, ROW(float32, NAN, 1, -1.5),
              3, PX_UINT8, ROW(uint8, 0, 255, 0));
}
END_TEST

START_TEST(exp_and_log_of_odd_numbers_are_what_opencv_makes_of_them)
{
    check_row(WORDS("exp"), PX_FLOAT32,
              ROW(float32, -INFINITY, NAN, 0, 1, 88.8f, INFINITY, -88, -100), 8, PX_FLOAT32,
              ROW(float32, 0, 0, 1, 2.7182817f, INFINITY, INFINITY, 0, 0));
    check_row(WORDS("log"), PX_FLOAT32, ROW(float32, 0, 1, -1, INFINITY, NAN), 5, PX_FLOAT32,
              ROW(float32, -88.02969f, 0, 0, 88.72284f, 89.1283f));
    check_row(WORDS("pow", "--power=-1.5"), PX_FLOAT32, ROW(float32, 0, -1), 1, PX_FLOAT32,
              ROW(float32, INFINITY));
}
END_TEST

START_TEST(add_weighted_saturates_uint32)
{
    check_row(WORDS("add-weighted", "--alpha=2", "--value=10", "--beta=-0.5", "--gamma=0"),
              PX_UINT32, ROW(uint32, 0, 3, 2147483650U), 3, PX_UINT32,
              ROW(uint32, 0, 1, UINT32_MAX));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        threshold_works_on_32_bit_integers,
        threshold_takes_levels_outside_the_type,
        threshold_of_nan_is_what_opencv_makes_of_it,
        convert_to_keeps_every_64_bit_integer,
        convert_to_clamps_rounds_and_keeps_what_fits,
        absdiff_takes_constants_outside_the_type,
        sums_clamp_but_for_int32,
        extremes_of_nan_are_the_constant,
        integers_divided_by_zero_are_zero,
        products_and_powers_clamp,
        bits_of_constants_are_those_of_pixels,
        in_range_takes_bounds_outside_the_type,
        exp_and_log_of_odd_numbers_are_what_opencv_makes_of_them,
        add_weighted_saturates_uint32,
    };

    return UNIT_RUN("point ops", tests);
}
