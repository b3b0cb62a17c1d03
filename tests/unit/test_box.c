/* test_box.c - sums over boxes of float32, which are made in two ways.
 * SPDX-License-Identifier: MIT */
#include "tiles.h"
#include "unit.h"

static struct plan *plan_blur(const char *ksize, struct format format)
{
    const char *const args[] = {ksize};
    const struct step step = {.name = "blur", .n_args = 1, .args = args};
    struct plan *plan;
    struct err e;

    ck_assert_msg(tiles_plan(&plan, &step, 1, format, &e), "%s", e.text);
    return plan;
}

/* Values whose sums are exact, but for one in the middle that is too small for that. */
static struct image image_with_speck(struct format format)
{
    struct image image = image_new(format);

    for (int64_t y = 0; y < format.height; y++)
        for (int64_t x = 0; x < format.width; x++)
            pixel_store(format.type, 1 + rand() / (double)RAND_MAX,
                        planes_at(&image.planes, 0, x, y));
    pixel_store(format.type, 1e-30, planes_at(&image.planes, 0, format.width / 2, 60));
    return image;
}

/* Chunks that see the speck sum afresh, the others slide. */
START_TEST(exact_sums_do_not_depend_on_how_they_are_made)
{
    static const char *const sizes[] = {"--ksize=3", "--ksize=17x8", "--ksize=1x40",
                                        "--ksize=40x1"};
    const struct format format = {PX_FLOAT32, 1, 150, 130};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct plan *plan = plan_blur(sizes[i], format);
        struct image image = image_with_speck(format);
        struct image whole = tiles_run(plan, &image, 150, 130);
        struct image tiled = tiles_run(plan, &image, 31, 7);
        ck_assert_msg(image_equal(&whole, &tiled), "%s", sizes[i]);
        image_free(&whole);
        image_free(&tiled);
        image_free(&image);
        plan_free(plan);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {exact_sums_do_not_depend_on_how_they_are_made};

    return UNIT_RUN("box", tests);
}
