/* test_job.c - the pure parts of floor 4: schedule, needs, tile cache, sizing.
 * SPDX-License-Identifier: MIT */
#include "tiles.h"
#include "unit.h"

#include "base/memory.h"
#include "base/planes.h"
#include "job/needs.h"
#include "job/schedule.h"
#include "job/sizing.h"
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

static struct layout layout_of(int64_t width, int64_t height, int tile_w, int tile_h, int bands,
                               bool separate)
{
    return (struct layout){
        .width = width,
        .height = height,
        .type = PX_UINT16,
        .bands = bands,
        .tile_width = tile_w,
        .tile_height = tile_h,
        .across = ceil_div(width, tile_w),
        .down = ceil_div(height, tile_h),
        .separate = separate,
    };
}

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

static struct plan *gaussian(int64_t width, int64_t height)
{
    const char *args[] = {"--sigma-x=2"};
    const struct step step = {"gaussian-blur", 1, args};
    struct plan *p;
    struct err e;

    ck_assert(tiles_plan(&p, &step, 1, (struct format){PX_UINT16, 1, width, height}, &e));
    return p;
}

START_TEST(sizing_fits_the_memory_or_says_what_would)
{
    const struct layout l = layout_of(16384, 65536, 512, 512, 1, false);
    struct plan *p = gaussian(16384, 65536);
    struct sizing s;
    struct err e;

    for (int ranks = 1; ranks <= 64; ranks *= 2) {
        struct sizing_wish wish = {.unit = 1,
                                   .memory_bytes = (size_t)400 << 20,
                                   .used_bytes = (size_t)60 << 20,
                                   .message_most = 1 << 30,
                                   .n_ranks = ranks,
                                   .inputs[0] = &l,
                                   .output = &l};
        ck_assert(sizing_choose(&s, &wish, p, &e));
        ck_assert_uint_le(s.worker_bytes, wish.memory_bytes);
        ck_assert_uint_le(s.lead_bytes, wish.memory_bytes);
        ck_assert_int_ge(division_chunks(&s.division), 4 * ranks);
    }
    struct sizing_wish tiny = {.unit = 1,
                               .memory_bytes = (size_t)61 << 20,
                               .used_bytes = (size_t)60 << 20,
                               .message_most = 1 << 30,
                               .n_ranks = 2,
                               .inputs[0] = &l,
                               .output = &l};
    ck_assert(!sizing_choose(&s, &tiny, p, &e) && e.status == EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(e.text, "--memory"));
    plan_free(p);
}
END_TEST

START_TEST(sizing_keeps_the_division_asked_for)
{
    const struct layout l = layout_of(3000, 2000, 256, 256, 1, false);
    struct plan *p = gaussian(3000, 2000);
    struct sizing_wish wish = {.unit = 1,
                               .memory_bytes = (size_t)1 << 30,
                               .used_bytes = (size_t)60 << 20,
                               .message_most = 1 << 30,
                               .n_ranks = 3,
                               .inputs[0] = &l,
                               .output = &l};
    struct sizing s;
    struct err e;

    wish.division = DIVISION_ROWS;
    ck_assert(sizing_choose(&s, &wish, p, &e));
    ck_assert_int_eq(s.division.across, 1);
    wish.division = DIVISION_COLUMNS;
    ck_assert(sizing_choose(&s, &wish, p, &e));
    ck_assert_int_eq(s.division.down, 1);
    wish.division = DIVISION_TILES;
    wish.chunk_width = 700;
    wish.chunk_height = 300;
    ck_assert(sizing_choose(&s, &wish, p, &e));
    ck_assert_int_eq(s.division.chunk_width, 768);
    ck_assert_int_eq(s.division.chunk_height, 512);
    plan_free(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        schedule_deals_every_chunk_once_within_the_window,
        schedule_continues_a_rank_in_its_lane,
        schedule_deals_again_first_and_elsewhere,
        schedule_leaves_the_last_chunks_to_idle_ranks,
        needs_put_every_pixel_in_its_place,
        tile_caches_agree_and_stay_small,
        tile_cache_that_forgot_holds_nothing,
        sizing_fits_the_memory_or_says_what_would,
        sizing_keeps_the_division_asked_for,
    };

    return UNIT_RUN("job", tests);
}
