/* test_job_sizing.c - chunks, windows and credits within the memory there is.
 * SPDX-License-Identifier: MIT */
#include "job_support.h"
#include "tiles.h"
#include "unit.h"

#include "job/sizing.h"

#include <string.h>

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

enum { MIB = 1 << 20, SIDE = 8192, TILE_SIDE = 512 };

/* A wish for a square scene on three ranks. */
static struct sizing_wish wish_for(const struct layout *l, size_t memory_mib)
{
    return (struct sizing_wish){.unit = 1,
                                .memory_bytes = memory_mib * MIB,
                                .used_bytes = (size_t)60 * MIB,
                                .message_most = 1 << 30,
                                .n_ranks = 3,
                                .inputs[0] = l,
                                .output = l};
}

static int64_t chunk_pixels(const struct sizing *s)
{
    return s->division.chunk_width * s->division.chunk_height;
}

START_TEST(less_memory_makes_smaller_chunks_then_fewer_credits)
{
    const struct layout l = layout_of(SIDE, SIDE, TILE_SIDE, TILE_SIDE, 1, false);
    struct plan *p = gaussian(SIDE, SIDE);
    struct sizing s;
    bool seen[4] = {false}, one_tile = false;
    int most_credits = 3;
    size_t mib = 400;
    struct err e;

    for (;; mib--) {
        const struct sizing_wish wish = wish_for(&l, mib);
        if (!sizing_choose(&s, &wish, p, &e))
            break;
        ck_assert(s.worker_bytes <= wish.memory_bytes && s.lead_bytes <= wish.memory_bytes);
        ck_assert_int_ge(s.window, 1);
        ck_assert_int_le(s.credits, most_credits);
        one_tile |= s.credits == 3 && chunk_pixels(&s) == TILE_SIDE * TILE_SIDE;
        ck_assert(s.credits == 3 || one_tile); /* the last resort */
        most_credits = s.credits;
        seen[s.credits] = true;
    }
    ck_assert(seen[3] && seen[2] && seen[1]);
    ck_assert_int_eq(e.status, EXIT_USAGE);
    for (; mib > 0; mib--) {
        const struct sizing_wish wish = wish_for(&l, mib);
        ck_assert(!sizing_choose(&s, &wish, p, &e));
    }
    plan_free(p);
}
END_TEST

START_TEST(messages_are_no_larger_than_can_be_sent)
{
    const struct layout l = layout_of(SIDE, SIDE, TILE_SIDE, TILE_SIDE, 1, false);
    struct plan *p = gaussian(SIDE, SIDE);
    struct sizing_wish wish = wish_for(&l, 1000);
    struct sizing free_choice, s;
    struct err e;

    ck_assert(sizing_choose(&free_choice, &wish, p, &e));
    wish.message_most = free_choice.message_bytes - 1;
    ck_assert(sizing_choose(&s, &wish, p, &e));
    ck_assert_uint_le(s.message_bytes, wish.message_most);
    ck_assert_int_lt(chunk_pixels(&s), chunk_pixels(&free_choice));
    wish.message_most = TILE_SIDE * TILE_SIDE;
    ck_assert(!sizing_choose(&s, &wish, p, &e) && e.status == EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(e.text, "in one message"));
    plan_free(p);
}
END_TEST

START_TEST(chunks_are_whole_squares_of_units)
{
    const struct layout l = layout_of(SIDE + 100, SIDE - 700, TILE_SIDE, TILE_SIDE, 1, false);
    struct plan *p = gaussian(l.width, l.height);
    struct sizing s;
    struct err e;

    for (int kind = 0; kind < 3; kind++)
        for (int unit = 1; unit <= 8; unit *= 2)
            for (int given = 0; given < 2; given++) {
                struct sizing_wish wish = wish_for(&l, 4000);
                const int64_t side = (int64_t)TILE_SIDE * unit;
                wish.division = (enum division_kind)kind;
                wish.unit = unit;
                wish.chunk_width = given ? 700 : 0;
                wish.chunk_height = given ? 1300 : 0;
                ck_assert_msg(sizing_choose(&s, &wish, p, &e), "%s", e.text);
                ck_assert(s.worker_bytes <= wish.memory_bytes && s.lead_bytes <= wish.memory_bytes);
                for (int64_t i = 0; i < division_chunks(&s.division); i++) {
                    const struct region r = division_chunk(&s.division, i);
                    ck_assert(r.x % side == 0 && r.y % side == 0);
                    ck_assert(r.width % side == 0 || r.x + r.width == l.width);
                    ck_assert(r.height % side == 0 || r.y + r.height == l.height);
                }
                if (given)
                    ck_assert_int_eq(s.division.chunk_width, ceil_div(700, side) * side);
            }
    plan_free(p);
}
END_TEST

START_TEST(overviews_of_a_chunk_are_counted)
{
    const struct layout l = layout_of(SIDE, SIDE, TILE_SIDE, TILE_SIDE, 1, false);
    struct plan *p = gaussian(SIDE, SIDE);
    struct sizing_wish wish = wish_for(&l, 1000);
    struct sizing without, with;
    struct err e;

    wish.chunk_width = wish.chunk_height = 2048;
    ck_assert(sizing_choose(&without, &wish, p, &e));
    wish.unit = 4;
    ck_assert(sizing_choose(&with, &wish, p, &e));
    ck_assert(chunk_pixels(&with) == chunk_pixels(&without) && with.credits == without.credits);
    const size_t third = (size_t)chunk_pixels(&with) * sizeof(uint16) / 3;
    ck_assert_uint_ge(with.worker_bytes, without.worker_bytes + third);
    ck_assert_uint_ge(with.message_bytes, without.message_bytes);
    plan_free(p);
}
END_TEST

/* Of results that need not wait, rank 0 holds one instead of a window full. */
START_TEST(results_written_at_once_do_not_fill_a_window)
{
    const struct layout l = layout_of(SIDE, SIDE, TILE_SIDE, TILE_SIDE, 1, false);
    struct plan *p = gaussian(SIDE, SIDE);
    struct sizing_wish wish = wish_for(&l, 1000);
    struct sizing in_turn, at_once;
    struct err e;

    wish.chunk_width = wish.chunk_height = 1024;
    ck_assert(sizing_choose(&in_turn, &wish, p, &e));
    wish.at_once = true;
    ck_assert(sizing_choose(&at_once, &wish, p, &e));
    ck_assert_int_gt(in_turn.window, 1);
    const size_t chunk = (size_t)chunk_pixels(&in_turn) * sizeof(uint16);
    ck_assert_uint_ge(in_turn.lead_bytes,
                      at_once.lead_bytes + (size_t)(in_turn.window - 1) * chunk);
    ck_assert_uint_eq(in_turn.worker_bytes, at_once.worker_bytes);

    wish = wish_for(&l, 100); /* so it fits where it did not */
    ck_assert(!sizing_choose(&in_turn, &wish, p, &e));
    wish.at_once = true;
    ck_assert(sizing_choose(&at_once, &wish, p, &e));
    plan_free(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        sizing_fits_the_memory_or_says_what_would,
        sizing_keeps_the_division_asked_for,
        less_memory_makes_smaller_chunks_then_fewer_credits,
        messages_are_no_larger_than_can_be_sent,
        chunks_are_whole_squares_of_units,
        overviews_of_a_chunk_are_counted,
        results_written_at_once_do_not_fill_a_window,
    };

    return UNIT_RUN("sizing", tests);
}
