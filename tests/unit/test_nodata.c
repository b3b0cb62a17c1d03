/* test_nodata.c - pixels outside the data: what holds for every op of the registry.
 * SPDX-License-Identifier: MIT */
#include "tiles.h"
#include "unit.h"

#include "pipeline/inside.h"

#include <stdio.h>

enum { SEED = 20260202, ARGS_MOST = 16, TEXT_MOST = 200, SIDE_MOST = 40, NODATA = 77 };

static int random_up_to(int most)
{
    return 1 + rand() % most;
}

/* Some pixels in `holes` of a hundred are NODATA, in clusters; the others are not. */
static struct image random_image(struct format format, int holes)
{
    struct image image = image_new(format);
    const double high = fmin(pixel_highest(format.type), 300);

    for (int b = 0; b < format.bands; b++)
        for (int64_t y = 0; y < format.height; y++)
            for (int64_t x = 0; x < format.width; x++) {
                const int v = rand() % (int)(high + 1);
                const bool hole = rand() % 100 < holes;
                pixel_store(format.type,
                            hole          ? NODATA
                            : v == NODATA ? v + 1
                                          : v,
                            planes_at(&image.planes, b, x, y));
            }
    return image;
}

struct careful_case {
    struct plan *plain, *careful;
    struct image images[2];
};

/* False when the op does not take the format. */
static bool begin(struct careful_case *c, const struct op *op, struct format format, int holes)
{
    const struct format formats[] = {format, format};
    const struct outside outside[] = {{true, NODATA, 0}, {true, NODATA, 0}};
    const char *names[2] = {NULL}, *args[ARGS_MOST];
    struct step step = {.name = op->name, .args = args};
    char text[TEXT_MOST];
    struct err e;
    int n = 1;

    ck_assert_int_lt(snprintf(text, sizeof text, "%s", op->example ? op->example : ""), TEXT_MOST);
    for (char *at = NULL, *word = strtok_r(text, " ", &at); word; word = strtok_r(NULL, " ", &at))
        args[step.n_args++] = word;
    ck_assert(plan_scenes(&step, 1, names, &n, 2, &e));
    const struct plan_sources sources = {formats, names, n, outside};
    if (!plan_new(&c->plain, &step, 1, &sources, &e))
        return false;
    ck_assert_msg(plan_new_careful(&c->careful, &step, 1, &sources, NODATA, &e), "%s: %s", op->name,
                  e.text);
    c->images[0] = random_image(format, holes);
    c->images[1] = random_image(format, holes);
    return true;
}

static void end(struct careful_case *c)
{
    plan_free(c->plain);
    plan_free(c->careful);
    image_free(&c->images[0]);
    image_free(&c->images[1]);
}

static void for_every_op(int holes, void (*check)(const struct op *op, struct careful_case *c))
{
    srand(SEED);
    for (int i = 0; ops[i]; i++) {
        int taken = 0;
        for (int type = 0; type < PX_N_TYPES; type++)
            for (int bands = 1; bands <= 4; bands++) {
                struct careful_case c;
                const struct format format = {(enum pixel_type)type, bands, random_up_to(SIDE_MOST),
                                              random_up_to(SIDE_MOST)};
                if (!begin(&c, ops[i], format, holes))
                    continue;
                if (strcmp(ops[i]->name, "put-text") != 0) /* it draws on each chunk */
                    check(ops[i], &c);
                end(&c);
                taken++;
            }
        ck_assert_msg(taken > 0, "%s takes nothing", ops[i]->name);
    }
}

static void check_same(const struct op *op, struct careful_case *c)
{
    const struct format f = plan_output(c->plain);

    if (plan_looks_beyond(c->careful, (struct region){0, 0, f.width, f.height}))
        return;
    struct image plain = tiles_run(c->plain, c->images, (int)f.width, (int)f.height);
    struct image careful = tiles_run(c->careful, c->images, (int)f.width, (int)f.height);

    ck_assert_msg(image_equal(&plain, &careful), "%s of %s, %d bands", op->name,
                  pixel_name(c->images[0].format.type), c->images[0].format.bands);
    image_free(&plain);
    image_free(&careful);
}

START_TEST(nothing_changes_where_no_pixel_is_outside)
{
    for_every_op(0, check_same);
}
END_TEST

static void check_tiles(const struct op *op, struct careful_case *c)
{
    const struct format f = plan_output(c->plain);
    const int w = (int)f.width, h = (int)f.height;
    struct image whole = tiles_run(c->careful, c->images, w, h);
    struct image tiled = tiles_run(c->careful, c->images, random_up_to(w), random_up_to(h));

    ck_assert_msg(image_equal(&whole, &tiled), "%s of %s, %d x %d x %d", op->name,
                  pixel_name(c->images[0].format.type), w, h, f.bands);
    image_free(&whole);
    image_free(&tiled);
}

START_TEST(chunks_do_not_show_where_pixels_are_outside)
{
    for_every_op(20, check_tiles);
    for_every_op(90, check_tiles);
}
END_TEST

/* On the scene's own grid, a pixel outside stays outside. */
static void check_holes(const struct op *op, struct careful_case *c)
{
    const struct format f = plan_output(c->plain), in = c->images[0].format;
    struct image out = tiles_run(c->careful, c->images, (int)f.width, (int)f.height);
    struct affine ignored;
    double nodata[1];

    pixel_store(f.type, plan_fill(c->careful, NODATA), nodata); /* an op that sweeps ends it */
    const bool in_place =
        op->nodata != NODATA_MOVED && !plan_to_source(c->plain, c->plain->last, &ignored);
    for (int b = 0; in_place && b < in.bands && f.bands == in.bands; b++)
        for (int64_t y = 0; y < in.height; y++)
            for (int64_t x = 0; x < in.width; x++)
                if (pixel_load(in.type, planes_at(&c->images[0].planes, b, x, y), 0) == NODATA)
                    ck_assert_msg(
                        memcmp(planes_at(&out.planes, b, x, y), nodata, pixel_size(f.type)) == 0,
                        "%s of %s at %d,%d", op->name, pixel_name(in.type), (int)x, (int)y);
    image_free(&out);
}

START_TEST(pixels_outside_stay_outside)
{
    for_every_op(30, check_holes);
}
END_TEST

/* A plan for the one op on a uint8 scene of one band and 5 x 5 pixels. */
static struct image run_careful(const char *name, const char *arg, struct image *image)
{
    const struct outside outside = {true, NODATA, 0};
    const char *none = NULL, *args[] = {arg};
    const struct step step = {name, 1, args};
    struct plan *plan;
    struct err e;

    ck_assert_msg(plan_new_careful(&plan, &step, 1,
                                   &(struct plan_sources){&image->format, &none, 1, &outside},
                                   NODATA, &e),
                  "%s", e.text);
    struct image out = tiles_run(plan, image, 5, 5);
    plan_free(plan);
    return out;
}

static double at(const struct image *i, int x, int y)
{
    return pixel_load(i->format.type, planes_at(&i->planes, 0, x, y), 0);
}

START_TEST(means_are_of_the_pixels_inside)
{
    struct image image = image_new((struct format){PX_UINT8, 1, 5, 5});

    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 5; x++)
            *planes_at(&image.planes, 0, x, y) = x < 2 ? NODATA : (unsigned char)(10 * x);
    struct image out = run_careful("blur", "--ksize=3", &image);
    ck_assert_double_eq(at(&out, 1, 2), NODATA);
    ck_assert_double_eq(at(&out, 2, 2), 25); /* 20 and 30 */
    ck_assert_double_eq(at(&out, 3, 2), 30);
    image_free(&out);
    out = run_careful("erode", "--ksize=3", &image);
    ck_assert_double_eq(at(&out, 2, 2), 20);
    image_free(&out);
    out = run_careful("median-blur", "--ksize=3", &image);
    ck_assert_double_eq(at(&out, 2, 2), 25); /* between the middle two */
    image_free(&out);
    image_free(&image);
}
END_TEST

START_TEST(derivatives_see_the_middle_where_one_side_is_outside)
{
    struct image image = image_new((struct format){PX_FLOAT32, 1, 5, 5});

    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 5; x++)
            pixel_store(PX_FLOAT32, x < 2 ? NODATA : 10 * x, planes_at(&image.planes, 0, x, y));
    struct image out = run_careful("sobel", "--dx=1", &image);
    ck_assert_double_eq(at(&out, 3, 2), 80);
    ck_assert_double_eq(at(&out, 2, 2), 40); /* 4 * (30 - 20) */
    image_free(&out);
    image_free(&image);
}
END_TEST

/* Every pixel inside is 50; what the filters make of that does not show the hole. */
START_TEST(filters_of_a_constant_do_not_see_the_hole)
{
    static const struct {
        const char *op, *arg;
        double makes;
    } filters[] = {
        {"gaussian-blur", "--ksize=5", 50},
        {"gaussian-blur", "--sigma-x=4", 50},
        {"filter-2d", "--kernel=1,2,3;4,5,6", 21 * 50},
        {"filter-2d", "--kernel=0,-1,0;-1,5,-1;0,-1,0", 50},
        {"sobel", "--magnitude", 0},
        {"sobel", "--ksize=11", 0},
        {"scharr", "--dx=1", 0},
        {"laplacian", "--ksize=1", 0},
        {"laplacian", "--ksize=5", 0},
        {"corner-harris", "--block-size=3", 0},
        {"corner-min-eigen-val", "--block-size=2", 0},
    };
    struct image image = image_new((struct format){PX_FLOAT32, 1, 5, 5});

    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 5; x++)
            pixel_store(PX_FLOAT32, y == 2 && x > 0 && x < 3 ? NODATA : 50,
                        planes_at(&image.planes, 0, x, y));
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct image out = run_careful(filters[i].op, filters[i].arg, &image);
        for (int y = 0; y < 5; y++)
            for (int x = 0; x < 5; x++)
                ck_assert_msg(fabs(at(&out, x, y) -
                                   (at(&image, x, y) == NODATA ? NODATA : filters[i].makes)) < 1e-3,
                              "%s %s makes %g at %d,%d", filters[i].op, filters[i].arg,
                              at(&out, x, y), x, y);
        image_free(&out);
    }
    image_free(&image);
}
END_TEST

/* Half a pixel from the edge, the pixels inside alone are blended. */
START_TEST(what_a_warp_shows_beyond_the_edge_is_outside)
{
    struct image image = image_new((struct format){PX_UINT8, 1, 5, 5});

    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 5; x++)
            *planes_at(&image.planes, 0, x, y) = (unsigned char)(100 + 10 * x);
    struct image out = run_careful("warp-affine", "--m=1,0,1.75,0,1,0", &image);
    ck_assert_double_eq(at(&out, 0, 2), NODATA);
    ck_assert_double_eq(at(&out, 1, 2), NODATA);
    ck_assert_double_eq(at(&out, 2, 2), 103); /* a quarter of the way from 100 to 110, rounded */
    image_free(&out);
    out = run_careful("warp-affine", "--m=1,0,2.25,0,1,0", &image);
    ck_assert_double_eq(at(&out, 1, 2), NODATA);
    ck_assert_double_eq(at(&out, 2, 2), 100); /* not blended with 0 */
    image_free(&out);
    image_free(&image);
}
END_TEST

START_TEST(chunks_within_the_edges_do_not_look_beyond)
{
    const struct format format = {PX_UINT8, 1, 100, 100};
    const struct outside outside = {true, NODATA, 0};
    const char *none = NULL, *given[] = {"--m=1,0,2.5,0,1,0", "--border-value=3"};
    const struct plan_sources sources = {&format, &none, 1, &outside};
    struct plan *plan;
    struct err e;

    ck_assert(
        plan_new_careful(&plan, &(struct step){"warp-affine", 1, given}, 1, &sources, NODATA, &e));
    ck_assert(!plan_looks_beyond(plan, (struct region){4, 1, 50, 50}));
    ck_assert(plan_looks_beyond(plan, (struct region){2, 1, 50, 50}));
    ck_assert(plan_looks_beyond(plan, (struct region){4, 60, 50, 40}));
    ck_assert(!plan->gaps_may_close);
    plan_free(plan);
    ck_assert(
        plan_new_careful(&plan, &(struct step){"warp-affine", 2, given}, 1, &sources, NODATA, &e));
    ck_assert(!plan_looks_beyond(plan, (struct region){0, 0, 100, 100}));
    ck_assert(plan->gaps_may_close);
    plan_free(plan);
}
END_TEST

START_TEST(inside_tells_all_some_and_none_apart)
{
    struct image image = image_new((struct format){PX_FLOAT32, 2, 7, 3});
    const struct outside by_value = {true, NODATA, 0}, by_nan = {0}, by_mask = {.mask = 1};
    struct image mask = image_new((struct format){PX_UINT8, 1, 7, 3});
    memset(mask.memory, 0, mask.planes.band_bytes);
    memset(image.memory, 0, 2 * image.planes.band_bytes);
    struct planes both[2] = {image.planes, mask.planes};
    const struct outside masked[2] = {by_mask, {0}};

    ck_assert_int_eq(inside_of(&image.planes, &by_value, 1), INSIDE_ALL);
    pixel_store(PX_FLOAT32, NODATA, planes_at(&image.planes, 1, 6, 2));
    ck_assert_int_eq(inside_of(&image.planes, &by_value, 1), INSIDE_SOME);
    ck_assert_int_eq(inside_of(&image.planes, &by_nan, 1), INSIDE_ALL);
    pixel_store(PX_FLOAT32, NAN, planes_at(&image.planes, 0, 0, 0));
    ck_assert_int_eq(inside_of(&image.planes, &by_nan, 1), INSIDE_SOME);
    ck_assert_int_eq(inside_of(both, masked, 2), INSIDE_NONE);
    *planes_at(&mask.planes, 0, 3, 1) = 1;
    ck_assert_int_eq(inside_of(both, masked, 2), INSIDE_SOME);
    image_free(&image);
    image_free(&mask);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        nothing_changes_where_no_pixel_is_outside,
        chunks_do_not_show_where_pixels_are_outside,
        pixels_outside_stay_outside,
        means_are_of_the_pixels_inside,
        derivatives_see_the_middle_where_one_side_is_outside,
        filters_of_a_constant_do_not_see_the_hole,
        what_a_warp_shows_beyond_the_edge_is_outside,
        chunks_within_the_edges_do_not_look_beyond,
        inside_tells_all_some_and_none_apart,
    };

    printf("seed %d\n", SEED);
    return UNIT_RUN("nodata", tests);
}
