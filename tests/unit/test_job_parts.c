/* test_job_parts.c - dividing into parts, their names, and where parts go.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "job/arrange.h"
#include "job/parts.h"
#include "job/placeholders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int random_up_to(int most)
{
    return 1 + rand() % most;
}

static struct parts random_parts(void)
{
    struct parts p = {.width = random_up_to(500), .height = random_up_to(500)};
    struct err e;

    if (rand() % 2) {
        p.tile_width = random_up_to(600);
        p.tile_height = random_up_to(600);
    } else {
        p.rows = random_up_to((int)p.height) * (rand() % 2);
        p.columns = random_up_to((int)p.width) * (rand() % 2);
    }
    ck_assert_msg(parts_divide(&p, &e), "%s", e.text);
    return p;
}

START_TEST(parts_cover_the_scene_once)
{
    srand(5);
    for (int i = 0; i < 300; i++) {
        const struct parts p = random_parts();
        for (int64_t y = 0, row = 0; row < p.rows; row++) {
            struct region r = {0};
            int64_t x = 0;
            for (int column = 0; column < p.columns; column++) {
                r = parts_region(&p, (int)row, column);
                ck_assert(!region_is_empty(r));
                ck_assert_int_eq(r.x, x);
                ck_assert_int_eq(r.y, y);
                x += r.width;
            }
            ck_assert_int_eq(x, p.width);
            y += r.height;
            ck_assert(row < p.rows - 1 || y == p.height);
        }
    }
}
END_TEST

START_TEST(rows_and_columns_differ_by_a_pixel_at_most)
{
    struct parts p = {.width = 1000, .height = 7, .rows = 3, .columns = 300};
    struct err e;

    ck_assert(parts_divide(&p, &e));
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 300; column++) {
            const struct region r = parts_region(&p, row, column);
            ck_assert(r.width == 3 || r.width == 4);
            ck_assert(r.height == 2 || r.height == 3);
        }
}
END_TEST

START_TEST(empty_parts_and_millions_are_refused)
{
    struct err e = {0};

    ck_assert(!parts_divide(&(struct parts){.width = 9, .height = 9, .rows = 10}, &e));
    ck_assert_int_eq(e.status, EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(e.text, "more than the 9x9 pixels"));
    ck_assert(!parts_divide(&(struct parts){.width = 9, .height = 9, .columns = 10}, &e));
    ck_assert(!parts_divide(
        &(struct parts){.width = INT32_MAX, .height = INT32_MAX, .tile_width = 1, .tile_height = 1},
        &e));
    ck_assert_ptr_nonnull(strstr(e.text, "make them larger"));
}
END_TEST

START_TEST(a_place_is_read_as_it_was_written)
{
    char text[PART_PLACE_TEXT];

    srand(6);
    for (int i = 0; i < 200; i++) {
        const struct parts p = random_parts();
        const int row = rand() % p.rows, column = rand() % p.columns;
        const struct region r = parts_region(&p, row, column);
        struct part_place place;
        part_place_write(text, &p, row, column, "a, b_{row}.tif");
        ck_assert_msg(part_place_read(&place, text), "%s", text);
        ck_assert(place.row == row && place.column == column);
        ck_assert(place.of.rows == p.rows && place.of.columns == p.columns);
        ck_assert(place.of.width == p.width && place.of.height == p.height);
        ck_assert(place.region.x == r.x && place.region.y == r.y);
        ck_assert(place.region.width == r.width && place.region.height == r.height);
        ck_assert_str_eq(place.name, "a, b_{row}.tif");
    }
}
END_TEST

START_TEST(strange_places_are_none)
{
    static const char *const texts[] = {
        "",
        "row",
        "row 0 column 0 of 1x1, 5x5 pixels at 0,0 of 5x5",
        "row 1 column 0 of 1x1, 5x5 pixels at 0,0 of 5x5, a",
        "row 0 column -1 of 1x1, 5x5 pixels at 0,0 of 5x5, a",
        "row 0 column 0 of 1x1, 5x5 pixels at 1,0 of 5x5, a",
        "row 0 column 0 of 1x1, 0x5 pixels at 0,0 of 5x5, a",
        "row 0 column 0 of 1x1, 5x5 pixels at -1,0 of 5x5, a",
        "row 0 column 0 of 999999999x999999999, 5x5 pixels at 0,0 of 5x5, a",
        "row 0 column 0 of 1x1, 9999999999x5 pixels at 0,0 of 9999999999x5, a",
        "row 99999999999999999999 column 0 of 1x1, 5x5 pixels at 0,0 of 5x5, a",
    };
    struct part_place place;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_assert_msg(!part_place_read(&place, texts[i]), "%s", texts[i]);
}
END_TEST

static void expect_filled(const char *pattern, const char *wanted)
{
    static const struct placeholder list[] = {
        {"row", "7"}, {"column", "1234"}, {"stem", "scene"}, {NULL, NULL}};
    struct err e;
    char *filled = placeholders_fill(pattern, list, &e);

    ck_assert_ptr_nonnull(filled);
    ck_assert_str_eq(filled, wanted);
    free(filled);
}

START_TEST(placeholders_take_zeros_before_numbers)
{
    expect_filled("{row}", "7");
    expect_filled("a/{row:03}_{column:02}.tif", "a/007_1234.tif");
    expect_filled("{row:09}", "000000007");
    expect_filled("{stem:09}", "scene");
    expect_filled("{row:3} {row:0} {row:00} {row:03 {rows} {{row}} {", "{row:3} {row:0} {row:00} "
                                                                       "{row:03 {rows} {7} {");
    ck_assert(placeholders_has("x{row:03}", "row"));
    ck_assert(!placeholders_has("x{row:3}", "row"));
}
END_TEST

/* --- where parts go --- */

enum { ROWS = 2, COLUMNS = 3, N = ROWS * COLUMNS };

struct example {
    struct mosaic_part part[N];
    char path[N][20], place[N][PART_PLACE_TEXT];
    struct arrangement a;
};

/* A scene of 100x50 pixels in 2x3 parts, on a turned map, in disorder. */
static void make_example(struct example *x, bool says, bool on_map)
{
    static const int order[N] = {3, 0, 5, 1, 4, 2};
    struct parts p = {.width = 100, .height = 50, .rows = ROWS, .columns = COLUMNS};
    const struct affine map = {{5e5, 10, 0.5, 4e6, 0.25, -10}};
    struct err e;

    *x = (struct example){0};
    ck_assert(parts_divide(&p, &e));
    for (int i = 0; i < N; i++) {
        const int cell = order[i];
        const struct region r = parts_region(&p, cell / COLUMNS, cell % COLUMNS);
        const struct affine moved = {{(double)r.x, 1, 0, (double)r.y, 0, 1}};
        snprintf(x->path[i], sizeof x->path[i], "part%d", cell);
        part_place_write(x->place[i], &p, cell / COLUMNS, cell % COLUMNS, "part{index}");
        x->part[i] = (struct mosaic_part){
            .path = x->path[i],
            .width = r.width,
            .height = r.height,
            .has_map = on_map,
            .to_map = affine_compose(&map, &moved),
            .place = says ? x->place[i] : NULL,
        };
    }
    x->a = (struct arrangement){.parts = x->part, .n = N};
}

static void expect_arranged(struct example *x)
{
    static const int xs[] = {0, 33, 66}, ys[] = {0, 25};
    struct err e = {0};

    ck_assert_msg(arrange(&x->a, &e), "%s", e.text);
    ck_assert(x->a.rows == ROWS && x->a.columns == COLUMNS);
    ck_assert(x->a.width == 100 && x->a.height == 50);
    for (int i = 0; i < N; i++) {
        char path[20];
        snprintf(path, sizeof path, "part%d", i);
        ck_assert_str_eq(x->part[i].path, path);
        ck_assert_int_eq(x->part[i].x, xs[i % COLUMNS]);
        ck_assert_int_eq(x->part[i].y, ys[i / COLUMNS]);
    }
}

static void expect_refused(struct example *x, const char *text)
{
    struct err e = {0};

    ck_assert(!arrange(&x->a, &e));
    ck_assert_int_eq(e.status, EXIT_USAGE);
    ck_assert_msg(strstr(e.text, text), "'%s' does not say '%s'", e.text, text);
}

START_TEST(parts_go_where_they_say_or_lie)
{
    struct example x;

    make_example(&x, true, false);
    expect_arranged(&x);
    make_example(&x, false, true);
    expect_arranged(&x);
    make_example(&x, true, true);
    expect_arranged(&x);
}
END_TEST

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct mosaic_part *)a)->path, ((const struct mosaic_part *)b)->path);
}

START_TEST(parts_go_in_their_order_by_a_layout)
{
    struct example x;

    make_example(&x, false, false);
    qsort(x.part, N, sizeof x.part[0], by_path);
    x.a.rows = ROWS;
    x.a.columns = COLUMNS;
    expect_arranged(&x);
    make_example(&x, false, true);
    x.a.rows = ROWS;
    x.a.columns = COLUMNS;
    expect_refused(&x, "in another order");
    make_example(&x, false, false);
    expect_refused(&x, "say --layout=ROWSxCOLUMNS");
    x.a.rows = 5;
    x.a.columns = 7;
    expect_refused(&x, "wants 35 parts, and there are 6");
}
END_TEST

START_TEST(what_does_not_fit_is_named)
{
    struct example x;

    make_example(&x, true, true);
    x.a.n = 4; /* without 4 and 2 */
    expect_refused(&x, "part2 (row 0, column 2), part4 (row 1, column 1)");
    make_example(&x, false, true);
    x.a.n = 5;
    expect_refused(&x, "row 0, column 2 is missing");
    make_example(&x, true, true);
    x.part[2].width++;
    expect_refused(&x, "part5: has 35x25 pixels, and had 34x25");
    make_example(&x, false, true);
    x.part[2].height++;
    expect_refused(&x, "part5: has 34x26 pixels; in row 1, column 2");
    make_example(&x, true, true);
    x.part[4].to_map.m[0] += 1;
    expect_refused(&x, "part4: by its geotransform its corner 0,0");
    make_example(&x, false, true);
    x.part[4].to_map.m[0] += 1;
    expect_refused(&x, "part4: lies at");
    make_example(&x, true, true);
    x.part[4].has_map = false;
    expect_refused(&x, "part4: has no geotransform");
    make_example(&x, true, true);
    x.part[4].place = x.part[3].place;
    x.part[4].width = x.part[3].width;
    expect_refused(&x, "part4: says that it is row 0, column 1, as part1 does");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        parts_cover_the_scene_once,
        rows_and_columns_differ_by_a_pixel_at_most,
        empty_parts_and_millions_are_refused,
        a_place_is_read_as_it_was_written,
        strange_places_are_none,
        placeholders_take_zeros_before_numbers,
        parts_go_where_they_say_or_lie,
        parts_go_in_their_order_by_a_layout,
        what_does_not_fit_is_named,
    };

    return UNIT_RUN("job_parts", tests);
}
