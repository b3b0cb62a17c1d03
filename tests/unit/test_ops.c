/* test_ops.c - what holds for every op of the registry, on every pixel type it takes.
 * SPDX-License-Identifier: MIT */
#include "tiles.h"
#include "unit.h"

#include <ctype.h>
#include <stdio.h>

enum { SEED = 20260101, ROUNDS = 6, MAX_ARGS = 4 };

/* How each op is run: its required parameters, and some more uses worth a round. */
static const struct use {
    const char *op;
    int bands;
    const char *args[MAX_ARGS];
} uses[] = {
    {"absdiff", 2, {"--value=90"}},
    {"add-weighted", 1, {"--alpha=0.7", "--value=90", "--beta=0.3", "--gamma=1"}},
    {"blur", 2, {"--ksize=3x5"}},
    {"blur", 1, {"--ksize=8x4", "--anchor=7,0", "--border-type=reflect"}},
    {"convert-scale-abs", 2, {"--alpha=-1.5", "--beta=3"}},
    {"convert-to", 2, {"--type=int16", "--alpha=0.5"}},
    {"convert-to", 1, {"--type=float64"}},
    {"convert-to", 1, {"--type=uint64"}},
    {"cvt-color", 3, {"--code=bgr2gray"}},
    {"cvt-color", 4, {"--code=rgba2gray"}},
    {"dilate", 2, {"--ksize=5x2"}},
    {"dilate", 1, {"--iterations=3", "--border-type=replicate"}},
    {"erode", 1, {NULL}},
    {"gaussian-blur", 2, {"--sigma-x=1.3"}},
    {"gaussian-blur", 1, {"--ksize=9x3", "--border-type=wrap"}},
    {"gaussian-blur", 1, {"--sigma-x=3", "--border-type=constant"}},
    {"median-blur", 1, {"--ksize=3"}},
    {"median-blur", 2, {"--ksize=5"}},
    {"morphology-ex", 1, {"--op=open"}},
    {"morphology-ex", 2, {"--op=gradient", "--ksize=5x3"}},
    {"morphology-ex", 1, {"--op=blackhat", "--iterations=2"}},
    {"put-text", 2, {"--text={host} {rank}", "--org=2,24"}},
    {"sobel", 2, {NULL}},
    {"sobel", 1, {"--ksize=5", "--dx=1", "--dy=1", "--border-type=replicate"}},
    {"threshold", 2, {"--thresh=100", "--type=tozero"}},
};
enum { N_USES = sizeof uses / sizeof uses[0] };

static bool plan_use(struct plan **plan, const struct use *use, struct format format, struct err *e)
{
    struct step step = {.name = use->op, .args = use->args};

    while (step.n_args < MAX_ARGS && use->args[step.n_args])
        step.n_args++;
    return plan_new(plan, &step, 1, format, e);
}

static int random_up_to(int most)
{
    return 1 + rand() % most;
}

/* Values over the range of small types, with some extremes. */
static struct image random_image(struct format format)
{
    struct image image = image_new(format);
    const double high = fmin(pixel_highest(format.type), 70000);
    const double low = fmax(pixel_lowest(format.type), -70000);

    for (int b = 0; b < format.bands; b++)
        for (int64_t y = 0; y < format.height; y++)
            for (int64_t x = 0; x < format.width; x++) {
                double v = low + (high - low) * rand() / RAND_MAX;
                pixel_store(format.type, rand() % 8 ? v : (rand() % 2 ? low : high),
                            planes_at(&image.planes, b, x, y));
            }
    return image;
}

static void check_tiled_equals_whole(const struct use *use, const struct plan *plan,
                                     const struct image *image)
{
    const int w = (int)image->format.width, h = (int)image->format.height;
    const int chunk_w = random_up_to(w), chunk_h = random_up_to(h);
    struct image whole = tiles_run(plan, image, w, h);
    struct image tiled = tiles_run(plan, image, chunk_w, chunk_h);

    /* put-text draws on each chunk; for it, only the canaries count */
    ck_assert_msg(strcmp(use->op, "put-text") == 0 || image_equal(&whole, &tiled),
                  "%s of %s, %d x %d, differs in chunks of %d x %d (first argument: %s)", use->op,
                  pixel_name(image->format.type), w, h, chunk_w, chunk_h,
                  use->args[0] ? use->args[0] : "none");
    image_free(&whole);
    image_free(&tiled);
}

START_TEST(every_op_is_tile_invariant_and_writes_only_its_chunk)
{
    srand(SEED);
    for (int u = 0; u < N_USES; u++) {
        int taken = 0;
        for (int type = 0; type < PX_N_TYPES; type++)
            for (int round = 0; round < ROUNDS; round++) {
                const int most = round < ROUNDS / 2 ? 9 : 70;
                struct format format = {(enum pixel_type)type, uses[u].bands, random_up_to(most),
                                        random_up_to(most)};
                struct plan *plan;
                struct err e = {0};
                if (!plan_use(&plan, &uses[u], format, &e)) {
                    ck_assert_int_eq(e.status, EXIT_USAGE);
                    ck_assert_msg(strstr(e.text, "pixels are not supported"), "%s", e.text);
                    continue;
                }
                struct image image = random_image(format);
                check_tiled_equals_whole(&uses[u], plan, &image);
                image_free(&image);
                plan_free(plan);
                taken++;
            }
        ck_assert_msg(taken > 0, "%s takes no pixel type", uses[u].op);
    }
}
END_TEST

START_TEST(every_op_is_used_above)
{
    for (int i = 0; ops[i]; i++) {
        bool used = false;
        for (int u = 0; u < N_USES; u++)
            used |= strcmp(uses[u].op, ops[i]->name) == 0;
        ck_assert_msg(used, "%s is in no test", ops[i]->name);
    }
}
END_TEST

static bool is_kebab_case(const char *name)
{
    if (!islower((unsigned char)*name))
        return false;
    for (const char *c = name; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) &&
            (*c != '-' || c[1] == '-' || c[1] == '\0'))
            return false;
    return true;
}

START_TEST(every_descriptor_is_whole)
{
    for (int i = 0; ops[i]; i++) {
        const struct op *op = ops[i];
        ck_assert_msg(is_kebab_case(op->name), "%s", op->name);
        ck_assert_msg(op->summary && *op->summary && op->source && *op->source, "%s", op->name);
        ck_assert_ptr_nonnull(op->prepare);
        ck_assert_ptr_eq(op_find(op->name), op);
        ck_assert_msg(i == 0 || strcmp(ops[i - 1]->name, op->name) < 0, "%s is out of order",
                      op->name);
        for (const struct param *p = op->params; p && p->kind != P_END; p++) {
            ck_assert_msg(is_kebab_case(p->name), "%s --%s", op->name, p->name);
            ck_assert_msg(p->help && *p->help, "%s --%s has no help", op->name, p->name);
            ck_assert_msg(p->offset < op->args_size, "%s --%s", op->name, p->name);
            ck_assert_msg((p->kind == P_CHOICE) == (p->choices != NULL), "%s --%s", op->name,
                          p->name);
            ck_assert_msg(p->min <= p->max, "%s --%s", op->name, p->name);
        }
    }
}
END_TEST

/* A mistake, and what the message about it must contain. */
static const struct {
    struct use use;
    enum pixel_type type;
    const char *says;
} mistakes[] = {
    {{"treshold", 1, {"--thresh=1"}}, PX_UINT8, "did you mean 'threshold'"},
    {{"threshold", 1, {"--tresh=1"}}, PX_UINT8, "did you mean --thresh?"},
    {{"threshold", 1, {NULL}}, PX_UINT8, "--thresh is missing"},
    {{"threshold", 1, {"--thresh=abc"}}, PX_UINT8, "--thresh='abc'"},
    {{"threshold", 1, {"--thresh=1", "--type=bin"}}, PX_UINT8, "none of binary, binary-inv"},
    {{"threshold", 1, {"--thresh=1", "--thresh=2"}}, PX_UINT8, "given twice"},
    {{"threshold", 1, {"--thresh"}}, PX_UINT8, "--thresh needs a value"},
    {{"threshold", 1, {"--thresh=1"}}, PX_INT64, "it takes uint8, uint16"},
    {{"convert-to", 1, {"--type=int7"}}, PX_UINT8, "is no pixel type"},
    {{"cvt-color", 2, {"--code=rgb2gray"}}, PX_UINT8, "its input has 2"},
    {{"cvt-color", 3, {"--code=rgb2gray"}}, PX_INT16, "it takes uint8, uint16, float32"},
    {{"put-text", 1, {"--org=1,1"}}, PX_UINT8, "--text is missing"},
    {{"put-text", 1, {"--text=a", "--org=1"}}, PX_UINT8, "not of the form x,y"},
    {{"put-text", 1, {"--text=a", "--org=1,1", "--thickness=0"}}, PX_UINT8, "out of range"},
    {{"gaussian-blur", 1, {"--ksize=4"}}, PX_UINT8, "ksize"},
    {{"median-blur", 1, {"--ksize=4"}}, PX_UINT8, "ksize"},
};

START_TEST(mistakes_are_named_with_their_remedy)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct format format = {mistakes[i].type, mistakes[i].use.bands, 5, 5};
        struct plan *plan;
        struct err e = {0};
        ck_assert_msg(!plan_use(&plan, &mistakes[i].use, format, &e), "%s", mistakes[i].says);
        ck_assert_int_eq(e.status, EXIT_USAGE);
        ck_assert_msg(strstr(e.text, mistakes[i].says), "'%s' does not say '%s'", e.text,
                      mistakes[i].says);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_op_is_tile_invariant_and_writes_only_its_chunk,
        every_op_is_used_above,
        every_descriptor_is_whole,
        mistakes_are_named_with_their_remedy,
    };

    printf("seed %d\n", SEED);
    return UNIT_RUN("ops", tests);
}
