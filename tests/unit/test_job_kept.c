/* test_job_kept.c - pixels that a rank keeps from pass to pass.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "job/kept.h"

#include <string.h>

enum { WIDTH = 70, HEIGHT = 50, BANDS = 2 };

static uint16_t samples[BANDS][HEIGHT][WIDTH];

static const struct planes scene = {
    .data = (unsigned char *)samples,
    .type = PX_UINT16,
    .bands = BANDS,
    .region = {0, 0, WIDTH, HEIGHT},
    .row_bytes = sizeof samples[0][0],
    .band_bytes = sizeof samples[0],
};

static struct kept *new_kept(size_t most)
{
    const struct kept_of of = {
        .n_steps = 3,
        .format = {PX_UINT16, BANDS, WIDTH, HEIGHT},
        .division = divide(DIVISION_TILES, WIDTH, HEIGHT, 16, 16, 32, 16),
        .most_bytes = most,
    };
    struct kept *k = NULL;
    struct err e;

    for (int b = 0; b < BANDS; b++)
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                samples[b][y][x] = (uint16_t)(b * 10000 + y * 100 + x);
    ck_assert_msg(kept_new(&k, &of, &e), "%s", e.text);
    ck_assert_int_eq(kept_of(k)->n_steps, 3);
    return k;
}

START_TEST(kept_pixels_are_those_of_the_chunk)
{
    struct kept *k = new_kept(sizeof samples);
    const int64_t n = division_chunks(&kept_of(k)->division);
    struct planes p;

    for (int64_t i = 0; i < n; i++)
        ck_assert(!kept_find(k, i, &p) && kept_add(k, i, &scene) && kept_add(k, i, &scene));
    memset(samples, 0, sizeof samples); /* they are a copy */
    for (int64_t i = 0; i < n; i++) {
        const struct region r = division_chunk(&kept_of(k)->division, i);
        ck_assert(kept_find(k, i, &p));
        ck_assert(memcmp(&p.region, &r, sizeof r) == 0 && p.bands == BANDS);
        for (int b = 0; b < BANDS; b++)
            for (int64_t y = r.y; y < r.y + r.height; y++)
                for (int64_t x = r.x; x < r.x + r.width; x++)
                    ck_assert_int_eq(*(uint16_t *)planes_at(&p, b, x, y), b * 10000 + y * 100 + x);
    }
    kept_free(k);
}
END_TEST

START_TEST(kept_pixels_take_no_more_than_they_may)
{
    const size_t chunk = sizeof(uint16_t) * BANDS * 32 * 16;
    struct kept *k = new_kept(2 * chunk + chunk / 2);
    struct planes p;

    ck_assert(kept_add(k, 0, &scene) && kept_add(k, 4, &scene));
    ck_assert(!kept_add(k, 1, &scene) && !kept_find(k, 1, &p));
    ck_assert(kept_add(k, 2, &scene)); /* at the edge: 6 columns */
    ck_assert(kept_find(k, 4, &p) && p.region.x == 32 && p.region.y == 16);
    kept_free(k);
}
END_TEST

START_TEST(kept_chunks_have_holders)
{
    struct kept *k = new_kept(0);

    for (int64_t i = 0; i < division_chunks(&kept_of(k)->division); i++)
        ck_assert_int_eq(kept_holders(k)[i], -1);
    kept_note(k, 5, 2);
    ck_assert_int_eq(kept_holders(k)[5], 2);
    kept_note(k, 5, -1);
    ck_assert_int_eq(kept_holders(k)[5], -1);
    kept_free(k);
    kept_free(NULL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        kept_pixels_are_those_of_the_chunk,
        kept_pixels_take_no_more_than_they_may,
        kept_chunks_have_holders,
    };

    return UNIT_RUN("job_kept", tests);
}
