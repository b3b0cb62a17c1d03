/* test_pipeline.c - parsing, borders, plans and divisions.
 * SPDX-License-Identifier: MIT */
#include "tiles.h"
#include "unit.h"

#include "ops/border.h"
#include "pipeline/divide.h"
#include "pipeline/plan.h"

#include <string.h>

START_TEST(parse_cuts_words_into_steps)
{
    const char *words[] = {"read", "a.tif", "!", "blur", "--ksize", "3", "!", "write", "b.tif"};
    struct pipeline p;
    struct err e;

    ck_assert(pipeline_parse(&p, 9, words, &e));
    ck_assert_int_eq(p.n_steps, 3);
    ck_assert_str_eq(p.steps[1].name, "blur");
    ck_assert_int_eq(p.steps[1].n_args, 2);
    ck_assert_str_eq(p.steps[1].args[1], "3");
    ck_assert_int_eq(p.steps[2].n_args, 1);
    pipeline_free(&p);
}
END_TEST

START_TEST(parse_refuses_empty_steps_and_missing_sinks)
{
    const char *empty[] = {"read", "a.tif", "!", "!", "write", "b.tif"};
    const char *ends[] = {"read", "a.tif", "!"};
    const char *alone[] = {"read", "a.tif"};
    struct pipeline p;
    struct err e;

    ck_assert(!pipeline_parse(&p, 6, empty, &e) && e.status == EXIT_USAGE);
    ck_assert(!pipeline_parse(&p, 3, ends, &e) && e.status == EXIT_USAGE);
    ck_assert(!pipeline_parse(&p, 2, alone, &e) && e.status == EXIT_USAGE);
    ck_assert(!pipeline_parse(&p, 0, NULL, &e) && e.status == EXIT_USAGE);
}
END_TEST

/* The borders of an axis abcd, written out by hand from OpenCV's documentation. */
START_TEST(borders_are_opencvs)
{
    static const struct {
        enum border_type type;
        int first; /* position of the first letter */
        const char *shown;
    } cases[] = {
        {BORDER_REPLICATE, -5, "aaaaaabcddddd"},   {BORDER_REFLECT, -5, "ddcbaabcddcba"},
        {BORDER_REFLECT_101, -5, "bcdcbabcdcbab"}, {BORDER_WRAP, -5, "dabcdabcdabcd"},
        {BORDER_CONSTANT, -5, ".....abcd...."},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int k = 0; cases[i].shown[k]; k++) {
            int64_t at = border_map(cases[i].type, cases[i].first + k, 4);
            char c = at < 0 ? '.' : (char)('a' + at);
            ck_assert_msg(c == cases[i].shown[k], "border %s at %d: %c",
                          border_names[cases[i].type], cases[i].first + k, c);
        }
    ck_assert_int_eq(border_map(BORDER_REFLECT_101, -3, 1), 0);
}
END_TEST

START_TEST(border_span_holds_every_pixel_that_shows)
{
    for (int type = BORDER_CONSTANT; type <= BORDER_REFLECT_101; type++)
        for (int64_t len = 1; len < 9; len++)
            for (int reach = 0; reach < 12; reach++)
                for (int64_t a = 0; a < len; a++)
                    for (int64_t b = a + 1; b <= len; b++) {
                        int64_t from = a, to = b;
                        border_span((enum border_type)type, len, reach, reach / 2, &from, &to);
                        ck_assert(from >= 0 && to <= len);
                        for (int64_t p = a - reach; p < b + reach / 2; p++) {
                            int64_t q = border_map((enum border_type)type, p, len);
                            ck_assert(q < 0 || (q >= from && q < to));
                        }
                    }
}
END_TEST

static bool plan_of(struct plan **p, const char *name, const char *const *args, int n_args,
                    struct err *e)
{
    const struct step step = {name, n_args, args};

    return tiles_plan(p, &step, 1, (struct format){PX_UINT8, 1, 100, 80}, e);
}

START_TEST(plan_without_ops_copies)
{
    struct plan *p;
    struct err e;

    ck_assert(tiles_plan(&p, NULL, 0, (struct format){PX_INT64, 3, 10, 20}, &e));
    ck_assert_int_eq(plan_output(p).type, PX_INT64);
    struct region need = plan_need(p, STAGE_SOURCE, (struct region){2, 3, 4, 5});
    ck_assert(need.x == 2 && need.y == 3 && need.width == 4 && need.height == 5);
    plan_free(p);
}
END_TEST

START_TEST(plan_needs_the_halo_inside_the_scene)
{
    const char *args[] = {"--ksize=5x3"};
    struct plan *p;
    struct err e;

    ck_assert(plan_of(&p, "blur", args, 1, &e));
    struct region need = plan_need(p, STAGE_SOURCE, (struct region){0, 10, 100, 10});
    ck_assert(need.x == 0 && need.width == 100 && need.y == 9 && need.height == 12);
    need = plan_need(p, STAGE_SOURCE, (struct region){40, 0, 10, 1});
    ck_assert(need.x == 38 && need.width == 14 && need.y == 0 && need.height == 2);
    plan_free(p);
}
END_TEST

START_TEST(plan_names_the_nearest_op)
{
    struct plan *p;
    struct err e;

    ck_assert(!plan_of(&p, "gausian-blur", NULL, 0, &e));
    ck_assert_int_eq(e.status, EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(e.text, "'gaussian-blur'"));
}
END_TEST

START_TEST(plan_refuses_a_wrap_over_another_border)
{
    const char *wrap[] = {"--sigma-x=1", "--border-type=wrap"};
    const char *median[] = {"--ksize=3"};
    const struct step steps[] = {{"median-blur", 1, median}, {"gaussian-blur", 2, wrap}};
    const struct step turned[] = {{"gaussian-blur", 2, wrap}, {"median-blur", 1, median}};
    const struct format in = {PX_UINT8, 1, 100, 80};
    struct plan *p;
    struct err e;

    ck_assert(!tiles_plan(&p, steps, 2, in, &e) && e.status == EXIT_USAGE);
    ck_assert(tiles_plan(&p, turned, 2, in, &e));
    struct region need = plan_need(p, STAGE_SOURCE, (struct region){0, 0, 5, 5});
    ck_assert_int_lt(need.x, 0);
    plan_free(p);
}
END_TEST

START_TEST(chunks_cover_the_grid_once_in_whole_tiles)
{
    srand(7);
    for (int i = 0; i < 2000; i++) {
        const int64_t w = 1 + rand() % 300, h = 1 + rand() % 300;
        const int64_t tw = 1 + rand() % 64, th = 1 + rand() % 64;
        const enum division_kind kind = (enum division_kind)(rand() % 3);
        const struct division d = divide(kind, w, h, tw, th, rand() % 200, rand() % 200);
        int64_t area = 0, order = -1;

        for (int64_t c = 0; c < division_chunks(&d); c++) {
            struct region r = division_chunk(&d, c);
            area += r.width * r.height;
            ck_assert(r.width > 0 && r.height > 0 && r.x % tw == 0 && r.y % th == 0);
            ck_assert(r.x + r.width == w || r.width % tw == 0);
            ck_assert(r.y + r.height == h || r.height % th == 0);
            const int64_t place = kind == DIVISION_COLUMNS ? r.x * h + r.y : r.y * w + r.x;
            ck_assert_int_gt(place, order); /* along the rows, or down the columns */
            order = place;
        }
        ck_assert_int_eq(area, w * h);
    }
}
END_TEST

/* Ops for chains: those that make another grid, between others that reach around a pixel. */
static const struct step links[] = {
    {"flip", 1, (const char *[]){"--flip-code=0"}},
    {"flip", 1, (const char *[]){"--flip-code=1"}},
    {"rotate", 1, (const char *[]){"--rotate-code=90"}},
    {"rotate", 1, (const char *[]){"--rotate-code=180"}},
    {"rotate", 1, (const char *[]){"--rotate-code=270"}},
    {"transpose", 0, NULL},
    {"copy-make-border", 5,
     (const char *[]){"--top=5", "--bottom=0", "--left=33", "--right=40", "--border-value=7"}},
    {"copy-make-border", 5,
     (const char *[]){"--top=0", "--bottom=70", "--left=0", "--right=3", "--border-type=reflect"}},
    {"resize", 2, (const char *[]){"--fx=0.7", "--interpolation=area"}},
    {"resize", 2, (const char *[]){"--fx=1.3", "--fy=0.6"}},
    {"resize", 2, (const char *[]){"--max-size=60", "--interpolation=nearest"}},
    {"pyr-down", 0, NULL},
    {"warp-affine", 1, (const char *[]){"--m=0.9,0.3,-9,-0.3,0.9,12"}},
    {"blur", 1, (const char *[]){"--ksize=5x3"}},
    {"median-blur", 1, (const char *[]){"--ksize=3"}},
    {"threshold", 2, (const char *[]){"--thresh=50", "--type=tozero"}},
};
static const struct step across = {"cvt-color", 1, (const char *[]){"--code=rgb2gray"}};
enum { N_LINKS = sizeof links / sizeof links[0], CHAIN_MOST = 5 };

static struct image noise_image(struct format format)
{
    struct image image = image_new(format);

    for (int b = 0; b < format.bands; b++)
        for (int64_t y = 0; y < format.height; y++)
            for (int64_t x = 0; x < format.width; x++)
                *planes_at(&image.planes, b, x, y) = (unsigned char)rand();
    return image;
}

static int64_t length(int most)
{
    return 1 + rand() % most;
}

/* The ops one after another on whole images. */
static struct image run_apart(const struct step *steps, int n, const struct image *in)
{
    struct image image = *in;

    for (int i = 0; i < n; i++) {
        struct plan *plan;
        struct err e;
        ck_assert(tiles_plan(&plan, &steps[i], 1, image.format, &e));
        const struct format f = plan_output(plan);
        struct image next = tiles_run(plan, &image, (int)f.width, (int)f.height);
        plan_free(plan);
        if (i > 0)
            image_free(&image);
        image = next;
    }
    return image;
}

static void check_chain(const struct step *steps, int n, struct format format)
{
    struct image in = noise_image(format), apart = run_apart(steps, n, &in);
    struct plan *plan;
    struct err e;

    ck_assert_msg(tiles_plan(&plan, steps, n, format, &e), "%s", e.text);
    const struct format f = plan_output(plan);
    const int64_t w = f.width / 4 + length((int)f.width), h = f.height / 4 + length((int)f.height);
    struct image chained = tiles_run(plan, &in, (int)w, (int)h);
    ck_assert(image_equal(&apart, &chained));
    plan_free(plan);
    image_free(&in);
    image_free(&apart);
    image_free(&chained);
}

START_TEST(chains_over_other_grids_equal_their_ops_one_by_one)
{
    srand(11);
    for (int round = 0; round < 400; round++) {
        const int most = round % 20 == 0 ? 3000 : 80; /* at times several strips */
        const bool wide = rand() % 2;
        const struct format format = {PX_UINT8, 3, length(wide ? most : 80),
                                      length(wide ? 80 : most)};
        struct step steps[CHAIN_MOST];
        const int n = 2 + rand() % (CHAIN_MOST - 1);
        for (int i = 0; i < n; i++)
            steps[i] = links[rand() % N_LINKS];
        if (rand() % 3 == 0)
            steps[rand() % n] = across;
        check_chain(steps, n, format);
    }
}
END_TEST

/* Of each output row the input row as far from the other end; of some rows, nothing. */
static struct region need_upside_down(const void *state, struct region out)
{
    const int64_t height = *(const int64_t *)state, from = height / 3;
    const int64_t end = out.y + out.height, shown = end < from ? end : from;

    if (out.y >= shown)
        return (struct region){0};
    return (struct region){out.x, height - shown, out.width, shown - out.y};
}

static void turn_upside_down(const void *state, const struct window *w)
{
    for (int i = 0; i < w->height; i++) {
        memset(w->outs[i], 1, (size_t)w->width);
        if (i < w->in.height)
            memcpy(w->outs[i], w->rows[w->in.height - 1 - i], (size_t)w->width);
    }
}

/* Behind a filter, so that a ring must keep what is wanted late. */
START_TEST(needs_may_run_backwards_and_be_empty)
{
    static const int64_t height = 100;
    const char *args[] = {"--ksize=3"};
    const struct format format = {PX_UINT8, 1, 50, height};
    const struct step blur = {"blur", 1, args};
    struct image in = noise_image(format), blurred = run_apart(&blur, 1, &in);
    struct plan *plan;
    struct err e;

    for (int block = 0; block <= BLOCK_MAX; block += 8) {
        ck_assert(tiles_plan(&plan, &blur, 1, format, &e));
        const struct stage stage = {
            .in = {{.stage = plan->last, .need = need_upside_down, .need_state = &height}},
            .n_in = 1,
            .out = format,
            .block = block,
            .row = turn_upside_down,
        };
        ck_assert(stages_add(&plan->stages, &stage, &e));
        plan->last = plan->stages.current;
        ck_assert(region_is_empty(plan_need(plan, STAGE_SOURCE, (struct region){0, 40, 50, 60})));
        struct image out = tiles_run(plan, &in, 50, block == 0 ? 100 : 30 + block);
        for (int64_t y = 0; y < height; y++)
            for (int64_t x = 0; x < format.width; x++)
                ck_assert_int_eq(*planes_at(&out.planes, 0, x, y),
                                 y < height / 3 ? *planes_at(&blurred.planes, 0, x, height - 1 - y)
                                                : 1);
        image_free(&out);
        plan_free(plan);
    }
    image_free(&in);
    image_free(&blurred);
}
END_TEST

START_TEST(plan_refuses_a_wrap_over_another_grid)
{
    const char *wrap[] = {"--sigma-x=1", "--border-type=wrap"};
    const struct step steps[] = {{"transpose", 0, NULL}, {"gaussian-blur", 2, wrap}};
    const struct step turned[] = {{"gaussian-blur", 2, wrap}, {"transpose", 0, NULL}};
    const struct format in = {PX_UINT8, 1, 100, 80};
    struct plan *p;
    struct err e;

    ck_assert(!tiles_plan(&p, steps, 2, in, &e) && e.status == EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(e.text, "transpose, which makes another grid"));
    ck_assert(tiles_plan(&p, turned, 2, in, &e));
    plan_free(p);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        parse_cuts_words_into_steps,
        parse_refuses_empty_steps_and_missing_sinks,
        borders_are_opencvs,
        border_span_holds_every_pixel_that_shows,
        plan_without_ops_copies,
        plan_needs_the_halo_inside_the_scene,
        plan_names_the_nearest_op,
        plan_refuses_a_wrap_over_another_border,
        chunks_cover_the_grid_once_in_whole_tiles,
        chains_over_other_grids_equal_their_ops_one_by_one,
        needs_may_run_backwards_and_be_empty,
        plan_refuses_a_wrap_over_another_grid,
    };

    return UNIT_RUN("pipeline", tests);
}
