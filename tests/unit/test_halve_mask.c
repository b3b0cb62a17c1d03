/* test_halve_mask.c - overviews of what a mask shows, of the mask itself, and of parts of a grid.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "pipeline/halve.h"

#include <string.h>

enum { WIDTH = 6, HEIGHT = 4, BYTES = WIDTH * HEIGHT };

static struct planes bytes(unsigned char *data, int64_t width, int64_t height)
{
    return (struct planes){
        data, PX_UINT8, 1, {0, 0, width, height}, (size_t)width, (size_t)(width * height)};
}

/* Halves a grid of bytes, with a mask if there is one, and compares. */
static void must_halve(enum halving how, const unsigned char in[BYTES],
                       const unsigned char mask[BYTES], int nodata, const unsigned char wanted[6])
{
    unsigned char from[BYTES], shows[BYTES], out[6];

    memcpy(from, in, sizeof from);
    if (mask)
        memcpy(shows, mask, sizeof shows);
    const struct planes whole = bytes(from, WIDTH, HEIGHT), half = bytes(out, 3, 2);
    const struct planes valid = bytes(shows, WIDTH, HEIGHT);
    const struct halving_nodata outside = {nodata >= 0, nodata, mask ? &valid : NULL};
    halve(how, &whole, &outside, &half);
    for (int i = 0; i < 6; i++)
        ck_assert_msg(out[i] == wanted[i], "pixel %d is %d, not %d", i, out[i], wanted[i]);
}

static const unsigned char pixels[BYTES] = {
    0,  10, 20, 30, 7, 7, /**/
    20, 30, 40, 50, 9, 9, /**/
    1,  2,  3,  3,  0, 0, /**/
    2,  1,  4,  4,  0, 4,
};
/* All, one; none and two across; one and one zero. */
static const unsigned char mask[BYTES] = {
    255, 255, 0, 0, 0,   0, /**/
    255, 255, 0, 1, 0,   0, /**/
    0,   255, 0, 0, 255, 0, /**/
    255, 0,   1, 1, 0,   255,
};

START_TEST(halve_averages_all_without_a_mask)
{
    must_halve(HALVE_AVERAGE, pixels, NULL, -1, (unsigned char[]){15, 35, 8, 2, 4, 1});
}
END_TEST

/* Zeros are pixels like others where the mask shows them. */
START_TEST(halve_averages_what_the_mask_shows)
{
    must_halve(HALVE_AVERAGE, pixels, mask, -1, (unsigned char[]){15, 50, 0, 2, 4, 2});
}
END_TEST

START_TEST(halve_minds_mask_and_nodata_together)
{
    must_halve(HALVE_AVERAGE, pixels, mask, 0, (unsigned char[]){20, 50, 0, 2, 4, 4});
    must_halve(HALVE_AVERAGE, pixels, mask, 50, (unsigned char[]){15, 50, 50, 2, 4, 2});
}
END_TEST

/* Of equally frequent values the one whose number is complete first, as GDAL has it. */
START_TEST(halve_mode_takes_the_value_complete_first)
{
    must_halve(HALVE_MODE, pixels, NULL, -1, (unsigned char[]){0, 20, 7, 2, 3, 0});
    must_halve(HALVE_MODE, pixels, mask, -1, (unsigned char[]){0, 50, 0, 2, 4, 0});
}
END_TEST

START_TEST(halve_gauss_weighs_nine)
{
    must_halve(HALVE_GAUSS, pixels, NULL, -1, (unsigned char[]){18, 25, 6, 2, 3, 2});
    must_halve(HALVE_GAUSS, pixels, mask, -1, (unsigned char[]){17, 40, 0, 3, 3, 3});
}
END_TEST

/* By plain loops, and where there is a nodata value pixel by pixel. */
START_TEST(halve_rounds_halves_away_from_zero)
{
    int16_t in[9] = {-1, -2, -2, -2, -1, -2, -2, -2, 0}, out;
    const struct planes whole = {(unsigned char *)in, PX_INT16, 1, {0, 0, 3, 3}, 6, 18};
    const struct planes half = {(unsigned char *)&out, PX_INT16, 1, {0, 0, 1, 1}, 2, 2};
    const struct halving_nodata outside[2] = {{false, 0, NULL}, {true, 1000, NULL}};

    for (int i = 0; i < 2; i++) {
        halve(HALVE_AVERAGE, &whole, &outside[i], &half);
        ck_assert_int_eq(out, -2); /* -6 / 4 */
        halve(HALVE_GAUSS, &whole, &outside[i], &half);
        ck_assert_int_eq(out, -2); /* -24 / 16 */
    }
}
END_TEST

/* Any part of a grid is made like the whole, if it is given what it looks at. */
START_TEST(halve_gauss_of_parts)
{
    enum { N = 16 };
    unsigned char in[N * N], out[N * N / 4], part[N * N / 4];
    const struct halving_nodata none = {0};
    const struct planes whole = bytes(in, N, N), half = bytes(out, N / 2, N / 2);

    for (int i = 0; i < N * N; i++)
        in[i] = (unsigned char)(i * 37 % 251);
    halve(HALVE_GAUSS, &whole, &none, &half);
    for (int x = 0; x < N / 2; x += 2)
        for (int width = 1; width <= N / 2 - x; width++) {
            struct planes from = whole, to = bytes(part, width, 3);
            from.region = (struct region){2 * x, 4, 2 * width + (x + width < N / 2), 7};
            from.data = planes_at(&whole, 0, 2 * x, 4);
            to.region = (struct region){x, 2, width, 3};
            halve(HALVE_GAUSS, &from, &none, &to);
            for (int y = 2; y < 5; y++)
                ck_assert_int_eq(
                    memcmp(planes_at(&to, 0, x, y), planes_at(&half, 0, x, y), (size_t)width), 0);
        }
}
END_TEST

START_TEST(halve_mask_follows_the_pixels)
{
    static const unsigned char wanted[HALVE_N][6] = {
        [HALVE_NEAREST] = {255, 0, 0, 0, 0, 255},
        [HALVE_AVERAGE] = {255, 1, 0, 255, 1, 255},
        [HALVE_MODE] = {255, 0, 0, 255, 0, 0},
        [HALVE_GAUSS] = {255, 1, 255, 255, 1, 255},
    };

    for (int how = 0; how < HALVE_N; how++) {
        unsigned char from[BYTES], out[6];
        memcpy(from, mask, sizeof from);
        const struct planes whole = bytes(from, WIDTH, HEIGHT), half = bytes(out, 3, 2);
        halve_mask((enum halving)how, &whole, &half);
        for (int i = 0; i < 6; i++)
            ck_assert_msg((out[i] != 0) == (wanted[how][i] != 0), "%s: pixel %d is %d",
                          halving_names[how], i, out[i]);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        halve_averages_all_without_a_mask,    halve_averages_what_the_mask_shows,
        halve_minds_mask_and_nodata_together, halve_mode_takes_the_value_complete_first,
        halve_mask_follows_the_pixels,        halve_gauss_weighs_nine,
        halve_rounds_halves_away_from_zero,   halve_gauss_of_parts,
    };

    return UNIT_RUN("halve_mask", tests);
}
