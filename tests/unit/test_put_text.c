/* test_put_text.c - put-text: what it draws, and what it draws in the worker.
 * SPDX-License-Identifier: MIT */
#include "one_op.h"
#include "unit.h"

/* The number of pixels that put-text changes in a black scene, in chunks of that size. */
static int count_drawn(const char *text, int chunk_width, int chunk_height, struct image *out)
{
    const struct format format = {PX_UINT16, 1, 120, 60};
    struct plan *plan =
        plan_for(WORDS("put-text", text, "--org=3,25", "--color=700", "--thickness=2"), format);
    struct image image = image_new(format);
    int n = 0;

    memset(image.memory, 0, image.planes.band_bytes);
    *out = tiles_run(plan, &image, chunk_width, chunk_height);
    for (int64_t y = 0; y < format.height; y++)
        for (int64_t x = 0; x < format.width; x++) {
            uint16 v;
            memcpy(&v, planes_at(&out->planes, 0, x, y), sizeof v);
            ck_assert_msg(v == 0 || v == 700, "a pixel is neither text nor scene");
            n += v == 700;
        }
    image_free(&image);
    plan_free(plan);
    return n;
}

START_TEST(put_text_draws_once_per_chunk)
{
    struct image out;
    const int once = count_drawn("--text=H", 120, 60, &out);
    uint16 in_stem, beside;

    memcpy(&in_stem, planes_at(&out.planes, 0, 3 + 4, 25 - 10), sizeof in_stem);
    memcpy(&beside, planes_at(&out.planes, 0, 3, 25 - 10), sizeof beside);
    ck_assert_uint_eq(in_stem, 700);
    ck_assert_uint_eq(beside, 0);
    image_free(&out);
    ck_assert_int_gt(once, 2 * 21 * 2);
    ck_assert_int_eq(count_drawn("--text=H", 60, 60, &out), 2 * once);
    image_free(&out);
    ck_assert_int_eq(count_drawn("--text=H", 60, 30, &out), 4 * once);
    image_free(&out);
}
END_TEST

START_TEST(put_text_fills_in_the_worker)
{
    static const struct {
        const char *pattern, *text;
    } same[] = {
        {"--text={rank}", "--text=3"},    {"--text={host}", "--text=node7"},
        {"--text={chunk}", "--text=0"},   {"--text=a{scene}", "--text=ascene"},
        {"--text=\xc3\xa4", "--text=??"},
    };

    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct image a, b;
        count_drawn(same[i].pattern, 120, 60, &a);
        count_drawn(same[i].text, 120, 60, &b);
        ck_assert_msg(image_equal(&a, &b), "%s", same[i].pattern);
        image_free(&a);
        image_free(&b);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        put_text_draws_once_per_chunk,
        put_text_fills_in_the_worker,
    };

    return UNIT_RUN("put text", tests);
}
