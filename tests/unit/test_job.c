/* test_job.c - the pure parts of floor 4: schedule, needs, blob order, tile cache.
 * SPDX-License-Identifier: MIT */
#include "job_support.h"
#include "unit.h"

#include "job/blob_order.h"

#include "base/memory.h"
#include "base/planes.h"
#include "job/needs.h"
#include "job/schedule.h"
#include "job/tile_cache.h"

#include <string.h>

/* Deals to many ranks in random order of finishing: every chunk once, never past the window. */
START_TEST(schedule_deals_every_chunk_once_within_the_window)
{
    enum { RANKS = 1000, CHUNKS = 5000, STRIDE = 50 };
    static int64_t holding[RANKS];
    static int dealt[CHUNKS];
    static bool done[CHUNKS];
    const int64_t window = 2500;
    struct schedule *s;
    struct err e;
    int64_t first_open = 0;
    int n_done = 0;

    srand(3);
    ck_assert(schedule_new(&s, CHUNKS, STRIDE, window, RANKS, &e));
    for (int r = 0; r < RANKS; r++)
        holding[r] = -1;
    while (!schedule_finished(s)) {
        int rank = rand() % RANKS;
        if (holding[rank] < 0) {
            holding[rank] = schedule_pick(s, rank, 0);
            if (holding[rank] < 0)
                continue;
            ck_assert_int_lt(holding[rank], first_open + window);
            dealt[holding[rank]]++;
        } else {
            schedule_done(s, holding[rank]);
            done[holding[rank]] = true;
            holding[rank] = -1;
            n_done++;
            while (first_open < CHUNKS && done[first_open])
                first_open++;
        }
    }
    ck_assert_int_eq(n_done, CHUNKS);
    for (int i = 0; i < CHUNKS; i++)
        ck_assert_int_eq(dealt[i], 1);
    schedule_free(s);
}
END_TEST

START_TEST(schedule_continues_a_rank_in_its_lane)
{
    enum { STRIDE = 4, RANKS = 2 };
    struct schedule *s;
    struct err e;

    ck_assert(schedule_new(&s, 40, STRIDE, 40, RANKS, &e));
    for (int round = 0; round < 8; round++)
        for (int k = 0; k < 2; k++)
            for (int rank = 0; rank < RANKS; rank++) {
                int64_t chunk = schedule_pick(s, rank, 0);
                ck_assert_int_eq(chunk % STRIDE / 2, rank); /* its half of the lanes */
                schedule_done(s, chunk);
            }
    schedule_free(s);
}
END_TEST

START_TEST(schedule_deals_again_first_and_elsewhere)
{
    struct schedule *s;
    struct err e;

    ck_assert(schedule_new(&s, 4, 1, 4, 2, &e));
    ck_assert_int_eq(schedule_pick(s, 0, 0), 0);
    ck_assert_int_eq(schedule_pick(s, 1, 0), 1);
    ck_assert(schedule_again(s, 1, 1, &e) && schedule_again(s, 0, -1, &e));
    ck_assert_int_eq(schedule_pick(s, 1, 0), 0);
    ck_assert_int_eq(schedule_pick(s, 1, 0), 2);
    ck_assert_int_eq(schedule_pick(s, 0, 0), 1);
    ck_assert_int_eq(schedule_pick(s, 0, 0), 3);
    ck_assert_int_eq(schedule_pick(s, 0, 0), -1);
    ck_assert(schedule_again(s, 3, 0, &e));
    ck_assert_int_eq(schedule_pick(s, 0, 0), -1);
    ck_assert_int_eq(schedule_pick(s, 1, 0), 3);
    for (int64_t i = 0; i < 4; i++)
        schedule_done(s, i);
    ck_assert(schedule_finished(s));
    schedule_free(s);

    ck_assert(schedule_new(&s, 1, 1, 4, 1, &e)); /* there is no other rank */
    ck_assert_int_eq(schedule_pick(s, 0, 0), 0);
    ck_assert(schedule_again(s, 0, 0, &e));
    ck_assert_int_eq(schedule_pick(s, 0, 0), 0);
    schedule_free(s);
}
END_TEST

START_TEST(schedule_deals_to_whom_a_chunk_is_for)
{
    static const int ranks[] = {1, 1, -1, 0, 0, 1};
    struct schedule *s;
    struct err e;

    ck_assert(schedule_new(&s, 6, 1, 6, 2, &e));
    schedule_prefer(s, ranks);
    ck_assert_int_eq(schedule_pick(s, 0, 0), 3);
    ck_assert_int_eq(schedule_pick(s, 1, 0), 0);
    ck_assert_int_eq(schedule_pick(s, 1, 0), 1);
    ck_assert_int_eq(schedule_pick(s, 0, 0), 4);
    ck_assert_int_eq(schedule_pick(s, 1, 0), 2); /* it continues one of its own */
    ck_assert_int_eq(schedule_pick(s, 0, 0), 5); /* better than nothing */
    ck_assert_int_eq(schedule_pick(s, 0, 0), -1);
    schedule_free(s);
}
END_TEST

START_TEST(schedule_leaves_the_last_chunks_to_idle_ranks)
{
    struct schedule *s;
    struct err e;

    ck_assert(schedule_new(&s, 3, 1, 10, 4, &e));
    ck_assert_int_eq(schedule_pick(s, 1, 0), 0);
    ck_assert_int_eq(schedule_pick(s, 1, 1), -1);
    ck_assert_int_eq(schedule_pick(s, 2, 0), 1);
    schedule_free(s);
}
END_TEST

START_TEST(blob_order_and_its_inverse_agree)
{
    srand(17);
    for (int i = 0; i < 600; i++) {
        const enum division_kind kind = (enum division_kind)(i % 3);
        struct layout l = layout_of(1 + rand() % 60, 1 + rand() % 60, 1 + rand() % 20,
                                    1 + rand() % 20, 1 + rand() % 4, rand() % 2);
        int64_t n = 0;

        l.strips = rand() % 2;
        if (l.strips) {
            l.tile_width = (int)l.width;
            l.across = 1;
        }
        const int64_t outer = kind == DIVISION_COLUMNS ? l.across : l.down;
        const int64_t inner = kind == DIVISION_COLUMNS ? l.down : l.across;
        for (int64_t a = 0; a < outer; a++)
            for (int64_t b = 0; b < inner; b++)
                for (int plane = 0; plane < (l.separate ? l.bands : 1); plane++, n++) {
                    const int64_t index = kind == DIVISION_COLUMNS ? layout_index(&l, plane, b, a)
                                                                   : layout_index(&l, plane, a, b);
                    ck_assert_int_eq(blob_order(&l, kind, index), n);
                    ck_assert_int_eq(blob_at_order(&l, kind, n), index);
                }
        ck_assert_int_eq(n, layout_blobs(&l));
    }
}
END_TEST

/* Else results would wait for those of later chunks. */
START_TEST(first_blobs_of_chunks_come_in_order)
{
    srand(19);
    for (int i = 0; i < 600; i++) {
        const enum division_kind kind = (enum division_kind)(i % 3);
        const struct layout l = layout_of(1 + rand() % 300, 1 + rand() % 300, 1 + rand() % 64,
                                          1 + rand() % 64, 1, false);
        const struct division d = divide(kind, l.width, l.height, l.tile_width, l.tile_height,
                                         rand() % 200, rand() % 200);
        int64_t last = -1;

        for (int64_t c = 0; c < division_chunks(&d); c++) {
            const struct region r = division_chunk(&d, c);
            const int64_t first = layout_index(&l, 0, r.y / l.tile_height, r.x / l.tile_width);
            ck_assert_int_gt(blob_order(&l, kind, first), last);
            last = blob_order(&l, kind, first);
        }
    }
}
END_TEST

static uint16 pixel_at(int64_t x, int64_t y, int band)
{
    return (uint16)(x * 31 + y * 7 + band * 1000);
}

/* Assembles rectangles from tiles, windows, bands and wrapped pieces, and checks every pixel. */
START_TEST(needs_put_every_pixel_in_its_place)
{
    srand(11);
    for (int i = 0; i < 400; i++) {
        const bool separate = rand() % 2;
        const struct layout l = layout_of(1 + rand() % 60, 1 + rand() % 60, 1 + rand() % 20,
                                          1 + rand() % 20, 1 + rand() % 4, separate);
        int band[2] = {rand() % l.bands, rand() % l.bands};
        struct source_grid grid = {.layout = l, .bands = 1 + rand() % 2, .band = band};
        grid.window.x = rand() % l.width;
        grid.window.y = rand() % l.height;
        grid.window.width = 1 + rand() % (l.width - grid.window.x);
        grid.window.height = 1 + rand() % (l.height - grid.window.y);
        const struct region need = {rand() % 80 - 40, rand() % 80 - 40, 1 + rand() % 50,
                                    1 + rand() % 50};
        struct planes out;
        struct needs needs;
        struct err e;
        void *memory;

        ck_assert(planes_new(&out, &memory, PX_UINT16, grid.bands, need, 0, &e));
        ck_assert(needs_blobs(&needs, &grid, need, &e));
        uint16 *tile = malloc(layout_tile_bytes(&l));
        for (int k = 0; k < needs.n; k++) {
            const struct region r = layout_region(&l, needs.blob[k].index);
            const int samples = layout_samples(&l), plane = layout_plane(&l, needs.blob[k].index);
            memset(tile, 0xEE, layout_tile_bytes(&l));
            for (int y = 0; y < needs.blob[k].rows; y++) /* the others must not matter */
                for (int x = 0; x < l.tile_width; x++)
                    for (int s = 0; s < samples; s++)
                        tile[(y * l.tile_width + x) * samples + s] =
                            pixel_at(r.x + x, r.y + y, separate ? plane : s);
            needs_copy(&grid, &needs.blob[k], (unsigned char *)tile, 0, &out);
        }
        for (int b = 0; b < grid.bands; b++)
            for (int64_t y = need.y; y < need.y + need.height; y++)
                for (int64_t x = need.x; x < need.x + need.width; x++) {
                    int64_t sx = x - floor_div(x, grid.window.width) * grid.window.width;
                    int64_t sy = y - floor_div(y, grid.window.height) * grid.window.height;
                    ck_assert_uint_eq(*(uint16 *)(void *)planes_at(&out, b, x, y),
                                      pixel_at(sx + grid.window.x, sy + grid.window.y, band[b]));
                }
        free(tile);
        free(memory);
        needs_free(&needs);
    }
}
END_TEST

START_TEST(tile_caches_agree_and_stay_small)
{
    enum { ROW = 100, ROWS = 10 };
    struct tile_cache a, b;
    struct err e;

    srand(5);
    ck_assert(tile_cache_new(&a, 7500, ROW, ROWS, &e) && tile_cache_new(&b, 7500, ROW, ROWS, &e));
    for (int i = 0; i < 5000; i++) {
        bool held_a, held_b;
        int before_a, before_b;
        const int64_t index = rand() % 20;
        const int rows = 1 + rand() % ROWS;
        struct held_tile *t = tile_cache_use(&a, index, rows, 300, &held_a, &before_a);
        tile_cache_use(&b, index, rows, 300, &held_b, &before_b);
        ck_assert(held_a == held_b && before_a == before_b);
        ck_assert(t->index == index && t->rows >= rows && t->rows >= before_a);
        ck_assert(held_a || before_a == 0);
        ck_assert_uint_le(a.bytes, 7500);
        if (!t->pixels) /* freed by the cache: the leak checker watches */
            t->pixels = malloc(10);
    }
    tile_cache_free(&a);
    tile_cache_free(&b);
}
END_TEST

START_TEST(tile_cache_that_forgot_holds_nothing)
{
    struct tile_cache c;
    struct err e;
    bool held;
    int before;

    ck_assert(tile_cache_new(&c, 7500, 100, 10, &e));
    tile_cache_use(&c, 3, 10, 300, &held, &before);
    tile_cache_use(&c, 3, 10, 300, &held, &before);
    ck_assert(held && before == 10);
    tile_cache_forget(&c);
    ck_assert(c.n == 0 && c.bytes == 0);
    tile_cache_use(&c, 3, 10, 300, &held, &before);
    ck_assert(!held && before == 0);
    tile_cache_free(&c);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        schedule_deals_every_chunk_once_within_the_window,
        schedule_continues_a_rank_in_its_lane,
        schedule_deals_again_first_and_elsewhere,
        schedule_deals_to_whom_a_chunk_is_for,
        schedule_leaves_the_last_chunks_to_idle_ranks,
        needs_put_every_pixel_in_its_place,
        blob_order_and_its_inverse_agree,
        first_blobs_of_chunks_come_in_order,
        tile_caches_agree_and_stay_small,
        tile_cache_that_forgot_holds_nothing,
    };

    return UNIT_RUN("job", tests);
}
