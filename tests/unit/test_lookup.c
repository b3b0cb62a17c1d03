/* test_lookup.c - kernels that look pixels up by tables or positions: those made for a processor
 * equal the plain ones, and none looks at more than the window it is shown.
 * SPDX-License-Identifier: MIT */
#include "tiles.h"
#include "unit.h"

#include "ops/resample_rows.h"
#include "ops/resize_nearest.h"

#include <stdio.h>

enum { ROUNDS = 300, SEED = 5 };

static int64_t length(int most)
{
    return 1 + rand() % most;
}

/* Small numbers, so that every type holds them and floats round. */
static struct image random_image(struct format format)
{
    struct image image = image_new(format);

    for (int64_t y = 0; y < format.height; y++)
        for (int64_t x = 0; x < format.width; x++)
            pixel_store(format.type, rand() % 25500 / 100.0, planes_at(&image.planes, 0, x, y));
    return image;
}

/* The input of a window: rows of the image, or each a copy in memory of its own. */
static void show_rows(const struct image *in, struct region need, bool apart, void **rows)
{
    const size_t bytes = (size_t)need.width * pixel_size(in->format.type);

    for (int64_t i = 0; i < need.height; i++) {
        void *row = planes_at(&in->planes, 0, need.x, need.y + i);
        rows[i] = apart ? memcpy(malloc(bytes), row, bytes) : row;
    }
}

/* What a kernel of the stage makes of the region, to be freed. */
static unsigned char *run(const struct stage *stage, row_kernel *kernel, const struct image *in,
                          struct region out, bool apart)
{
    const struct region need = stage->in[0].need(stage->in[0].need_state, out);
    const size_t row = (size_t)out.width * pixel_size(stage->out.type);
    unsigned char *made = malloc(row * (size_t)out.height);
    void **rows = calloc((size_t)need.height + 1, sizeof *rows), *outs[BLOCK_MAX];
    void *scratch = aligned_alloc(64, (stage->scratch_bytes + 64) / 64 * 64);
    const struct window w = {
        .rows = (const void *const *)rows,
        .outs = outs,
        .width = (int)out.width,
        .height = (int)out.height,
        .in = need,
        .scratch = scratch,
        .x = out.x,
        .y = out.y,
    };

    for (int64_t i = 0; i < out.height; i++)
        outs[i] = made + row * (size_t)i;
    show_rows(in, need, apart, rows);
    kernel(stage->state, &w);
    for (int64_t i = 0; apart && i < need.height; i++)
        free(rows[i]);
    free((void *)rows);
    free(scratch);
    return made;
}

/* The first stage of the op on a random image, by its own kernel and by the plain one. */
static void check(const char *op, const char *const *args, int n_args, enum pixel_type type,
                  row_kernel *plain)
{
    const struct format format = {type, 1, 9 + length(150), 9 + length(60)};
    const struct step step = {op, n_args, args};
    struct plan *plan;
    struct err e;

    ck_assert_msg(tiles_plan(&plan, &step, 1, format, &e), "%s", e.text);
    const struct stage *stage = &plan->stages.list[1];
    struct image in = random_image(format);
    const int64_t x = rand() % stage->out.width, y = rand() % stage->out.height;
    const int64_t rows = stage->out.height - y, most = stage->block < rows ? stage->block : rows;
    const struct region out = {x, y, length((int)(stage->out.width - x)), length((int)most)};
    unsigned char *a = run(stage, stage->row, &in, out, false);
    unsigned char *b = run(stage, plain ? plain : stage->row, &in, out, true);
    const size_t bytes = (size_t)(out.width * out.height) * pixel_size(stage->out.type);
    ck_assert_msg(memcmp(a, b, bytes) == 0, "%s %s %s of %s", op, args[0], args[1],
                  pixel_name(type));
    free(a);
    free(b);
    image_free(&in);
    plan_free(plan);
}

static const enum pixel_type types[] = {PX_UINT8, PX_UINT16, PX_INT16, PX_FLOAT32, PX_FLOAT64};

static enum pixel_type any_type(void)
{
    return types[rand() % (int)(sizeof types / sizeof types[0])];
}

/* Not as wide as any image here, which would only be copied. */
static void random_size(char *text, size_t size)
{
    snprintf(text, size, "--dsize=%dx%d", (int)(rand() % 2 ? length(9) : 160 + length(100)),
             (int)length(90));
}

START_TEST(rows_are_resampled_alike_by_all_kernels)
{
    static const char *const factors[] = {"--fx=0.71", "--fx=1.9", "--fx=0.97", "--fx=0.3"};
    static const char *const how[] = {"--interpolation=linear", "--interpolation=cubic",
                                      "--interpolation=lanczos4", "--interpolation=area"};

    srand(SEED);
    for (int i = 0; i < 4 * ROUNDS; i++)
        check("resize", (const char *[]){factors[i / 4 % 4], how[i % 4]}, 2, any_type(),
              resample_rows_plain);
}
END_TEST

START_TEST(nearest_pixels_are_picked_alike_by_all_kernels)
{
    char size[40];

    srand(SEED);
    for (int i = 0; i < ROUNDS; i++) {
        const enum pixel_type type = any_type();
        random_size(size, sizeof size);
        check("resize", (const char *[]){size, "--interpolation=nearest"}, 2, type,
              resize_nearest_plain(type));
    }
}
END_TEST

/* Rows in memory of their own are too irregular for gathers. */
START_TEST(warps_look_pixels_up_alike_wherever_rows_lie)
{
    char m[200];

    srand(SEED);
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(m, sizeof m, "--m=%g,%g,%d,%g,%g,%d", rand() % 300 / 100.0 - 1.5,
                 rand() % 300 / 100.0 - 1.5, rand() % 100 - 50, rand() % 300 / 100.0 - 1.5,
                 rand() % 300 / 100.0 - 1.5, rand() % 100 - 50);
        check("warp-affine", (const char *[]){m, "--flags=linear"}, 2, any_type(), NULL);
        check("warp-affine", (const char *[]){m, "--flags=nearest"}, 2, any_type(), NULL);
        check("warp-affine", (const char *[]){m, "--border-type=replicate"}, 2, any_type(), NULL);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        rows_are_resampled_alike_by_all_kernels,
        nearest_pixels_are_picked_alike_by_all_kernels,
        warps_look_pixels_up_alike_wherever_rows_lie,
    };

    return UNIT_RUN("lookup", tests);
}
