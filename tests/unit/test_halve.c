/* test_halve.c - the next overview of a grid and of its mask.
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

START_TEST(halve_mask_follows_the_pixels)
{
    static const unsigned char wanted[HALVE_N][6] = {
        [HALVE_NEAREST] = {255, 0, 0, 0, 0, 255},
        [HALVE_AVERAGE] = {255, 1, 0, 255, 1, 255},
        [HALVE_MODE] = {255, 0, 0, 255, 0, 0},
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
        halve_mask_follows_the_pixels,
    };

    return UNIT_RUN("halve", tests);
}
