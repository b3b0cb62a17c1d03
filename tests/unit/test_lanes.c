/* test_lanes.c - arithmetic by AVX2 equals the plain expressions, pixel by pixel, at all extremes,
 * and stops before the row's end.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "ops/lanes.h"
#include "ops/saturate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS = 1000, GUARD = 0x5a };

/* A third of the pixels are the type's bounds or 0; floats may be no numbers or too large. */
static void fill(enum pixel_type type, void *row)
{
    static const double odd[] = {0, -1e30, 1e30, 3e9, -3e9, 0.5, 1.5, 254.5, 65534.5, -0.0};
    const size_t size = pixel_size(type);

    for (int i = 0; i < PIXELS; i++) {
        const double any = rand() % 200000 / 2.0 - 40000, pick = odd[rand() % 10];
        const double v = pixel_is_float(type) && rand() % 9 == 0 ? NAN : rand() % 3 ? any : pick;
        pixel_store(type, v, (char *)row + (size_t)i * size);
    }
}

/* n pixels in blocks of 32 or more, none of the rest written. */
static void check_end(int done, int n, const void *rest, size_t size)
{
    const unsigned char *bytes = rest;

    ck_assert_int_ge(done, 0);
    ck_assert_int_le(done, n);
    for (size_t i = 0; i < size; i++)
        ck_assert_int_eq(bytes[i], GUARD);
}

static const float factors[][3] = {{1, 0, 0},        {0.3F, 2, 1},     {-1.5F, 20, -7},
                                   {1e9F, -1e9F, 3}, {INFINITY, 1, 0}, {0.5F, 0.5F, 0}};
enum { N_FACTORS = sizeof factors / sizeof factors[0] };

#define SCALE_CASE(FROM, TO)                                                                       \
    {                                                                                              \
        FROM in[PIXELS];                                                                           \
        TO out[PIXELS];                                                                            \
        const float a = factors[f][0], b = factors[f][1];                                          \
        const int n = rand() % (PIXELS + 1);                                                       \
        fill(PX_##FROM, in);                                                                       \
        memset(out, GUARD, sizeof out);                                                            \
        const int done = lanes_scale_##FROM##_to_##TO(in, out, n, a, b);                           \
        check_end(done, n, out + done, (size_t)(PIXELS - done) * sizeof(TO));                      \
        for (int i = 0; i < done; i++)                                                             \
            ck_assert_int_eq(out[i], saturate_##TO(fmaf((float)in[i], a, b)));                     \
    }
#define PX_uint8 PX_UINT8
#define PX_uint16 PX_UINT16
#define PX_int16 PX_INT16
#define PX_float32 PX_FLOAT32
#define SCALE_CASES(TO)                                                                            \
    SCALE_CASE(uint8, TO) SCALE_CASE(uint16, TO) SCALE_CASE(int16, TO) SCALE_CASE(float32, TO)

START_TEST(scaled_pixels_are_those_of_the_plain_loop)
{
    srand(1);
    for (int round = 0; round < 120; round++) {
        const int f = round % N_FACTORS;
        SCALE_CASES(uint8)
        SCALE_CASES(uint16)
        SCALE_CASES(int16)
    }
}
END_TEST

#define ABS_CASE(FROM)                                                                             \
    {                                                                                              \
        FROM in[PIXELS];                                                                           \
        uint8 out[PIXELS];                                                                         \
        const float a = factors[f][0], b = factors[f][1];                                          \
        fill(PX_##FROM, in);                                                                       \
        const int done = lanes_scale_abs_##FROM(in, out, PIXELS, a, b);                            \
        for (int i = 0; i < done; i++)                                                             \
            ck_assert_int_eq(out[i], saturate_uint8(fabsf(fmaf((float)in[i], a, b))));             \
    }

START_TEST(magnitudes_are_those_of_the_plain_loop)
{
    srand(2);
    for (int f = 0; f < N_FACTORS; f++) {
        ABS_CASE(uint8)
        ABS_CASE(uint16)
        ABS_CASE(int16)
        ABS_CASE(float32)
    }
}
END_TEST

#define CASE_OF_TWO(T)                                                                             \
    {                                                                                              \
        T a[PIXELS], b[PIXELS], out[PIXELS];                                                       \
        const float *by = factors[f], scale = by[0];                                               \
        fill(PX_##T, a);                                                                           \
        fill(PX_##T, b);                                                                           \
        int done = lanes_weigh_##T(a, b, out, PIXELS, by[0], by[1], by[2]);                        \
        for (int i = 0; i < done; i++)                                                             \
            ck_assert_int_eq(                                                                      \
                out[i], saturate_##T(fmaf((float)a[i], by[0], fmaf((float)b[i], by[1], by[2]))));  \
        done = lanes_multiply_##T(a, b, out, PIXELS, scale);                                       \
        for (int i = 0; i < done; i++)                                                             \
            ck_assert_int_eq(out[i], saturate_##T(scale *(float)a[i] * (float)b[i]));              \
        done = lanes_divide_##T(a, b, out, PIXELS, scale);                                         \
        for (int i = 0; i < done; i++) {                                                           \
            const float quotient = (float)a[i] * scale / (float)b[i];                              \
            ck_assert_int_eq(out[i], b[i] ? saturate_##T(quotient) : 0);                           \
        }                                                                                          \
    }

START_TEST(results_of_two_operands_are_those_of_the_plain_loop)
{
    srand(3);
    for (int f = 0; f < N_FACTORS; f++) {
        CASE_OF_TWO(uint8)
        CASE_OF_TWO(uint16)
        CASE_OF_TWO(int16)
    }
}
END_TEST

START_TEST(lookups_find_every_entry)
{
    uint8 table[256], in[PIXELS], out[PIXELS];

    srand(4);
    for (int round = 0; round < 100; round++) {
        const int n = rand() % (PIXELS + 1);
        for (int i = 0; i < 256; i++)
            table[i] = (uint8)rand();
        for (int i = 0; i < PIXELS; i++)
            in[i] = (uint8)(i < 256 ? i : rand());
        memset(out, GUARD, sizeof out);
        const int done = (round % 2 ? lanes_lookup : lanes_lookup_by_parts)(table, in, out, n);
        check_end(done, n, out + done, (size_t)(PIXELS - done));
        for (int i = 0; i < done; i++)
            ck_assert_int_eq(out[i], table[in[i]]);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        scaled_pixels_are_those_of_the_plain_loop, magnitudes_are_those_of_the_plain_loop,
        results_of_two_operands_are_those_of_the_plain_loop, lookups_find_every_entry};

    return UNIT_RUN("lanes", tests);
}
