/* test_ops.c - what holds for every op of the registry, on every pixel type it takes.
 * SPDX-License-Identifier: MIT */
#include "tiles.h"
#include "unit.h"

#include <ctype.h>
#include <stdio.h>

enum { SEED = 20260101, ROUNDS = 6, ARGS_MOST = 16, TEXT_MOST = 200, BANDS_MOST = 4 };

/* Uses worth a test besides each op's own example. */
static const struct use {
    const char *op, *args;
} uses[] = {
    {"absdiff", "--with=other"},
    {"add", "--with=other --dtype=float32"},
    {"add", "--with=other --dtype=int16"},
    {"add", "--value=1,2,3"},
    {"add-weighted", "--with=other --alpha=0.3 --beta=0.7 --dtype=float64"},
    {"bitwise-xor", "--with=other"},
    {"adaptive-threshold", "--block-size=7 --c=-1.5 --adaptive-method=gaussian"},
    {"bilateral-filter", "--d=0 --sigma-color=30 --sigma-space=2 --border-type=wrap"},
    {"bilateral-filter", "--d=4 --sigma-color=9e3 --sigma-space=9 --min=-70000 --max=70000"},
    {"blur", "--ksize=8x4 --anchor=7,0 --border-type=reflect"},
    {"convert-to", "--type=int16 --alpha=0.5"},
    {"convert-to", "--type=float64"},
    {"convert-to", "--type=uint64"},
    {"copy-make-border", "--top=3 --bottom=0 --left=70 --right=9 --border-type=wrap"},
    {"copy-make-border", "--top=100 --bottom=1 --left=0 --right=200"},
    {"crop", "--window=0,0,1,1"},
    {"crop", "--window=3,5,4,1"},
    {"cvt-color", "--code=bgr2gray"},
    {"cvt-color", "--code=rgba2gray"},
    {"cvt-color", "--code=gray2rgba"},
    {"cvt-color", "--code=bgr2rgba"},
    {"cvt-color", "--code=bgr2hsv"},
    {"cvt-color", "--code=hsv2rgb"},
    {"divide", "--with=other --scale=30"},
    {"dilate", "--ksize=5x2"},
    {"dilate", "--ksize=9x35 --shape=ellipse --iterations=2 --border-type=reflect"},
    {"dilate", "--iterations=3 --border-type=replicate"},
    {"flip", "--flip-code=0"},
    {"flip", "--flip-code=-1"},
    {"corner-min-eigen-val", "--block-size=4 --ksize=-1 --border-type=constant"},
    {"filter-2d", "--kernel=0.3,-1;2,0;0,0;1.5,7 --anchor=0,3 --delta=5 --border-type=wrap"},
    {"gaussian-blur", "--ksize=9x3 --border-type=wrap"},
    {"gaussian-blur", "--sigma-x=3 --border-type=constant"},
    {"extract-channel", "--coi=1"},
    {"in-range", "--lower=10,20 --upper=100"},
    {"lut", "--table=0..255;255..0 --dtype=int16"},
    {"magnitude", ""},
    {"median-blur", "--ksize=3"},
    {"multiply", "--with=other --dtype=float32"},
    {"normalize", "--min=5 --max=99 --dtype=float32"},
    {"phase", "--angle-in-degrees"},
    {"pow", "--power=7"},
    {"pow", "--power=-1.3"},
    {"erode", "--kernel=1,0,1,1;0,0,0,0;1,1,1,1 --anchor=3,0"},
    {"erode", "--ksize=70x3"},
    {"box-filter", "--ksize=40x33 --ddepth=int32 --normalize=false"},
    {"sqr-box-filter", "--ksize=3x70 --normalize=false --border-type=constant"},
    {"median-blur", "--ksize=21"},
    {"morphology-ex", "--op=open"},
    {"morphology-ex", "--op=gradient --ksize=5x3"},
    {"morphology-ex", "--op=hitmiss --kernel=0,1,0;-1,1,1;-1,-1,0 --iterations=2"},
    {"morphology-ex", "--op=blackhat --iterations=2"},
    {"pyr-down", "--border-type=wrap"},
    {"resize", "--fx=0.05 --interpolation=cubic"},
    {"resize", "--fx=0.2 --fy=3 --interpolation=lanczos4"},
    {"resize", "--fx=0.5"},
    {"resize", "--fx=0.3333333333333333 --interpolation=area"},
    {"resize", "--dsize=100x3 --interpolation=area"},
    {"resize", "--max-size=20 --interpolation=nearest"},
    {"rotate", "--rotate-code=270"},
    {"laplacian", "--scale=0.3 --border-type=constant --border-value=9"},
    {"sep-filter-2d", "--kernel-x=1,0.5 --kernel-y=1,2,3,4,5,6,7,8,9,10,11,12 --anchor=1,2"},
    {"sobel", "--ksize=13 --dx=0 --dy=2"},
    {"sobel", "--ksize=5 --dx=1 --dy=1 --border-type=replicate"},
    {"threshold", "--thresh=100 --type=tozero"},
    {"warp-affine", "--m=3,1,2;-1,3,4 --border-type=replicate --dsize=90x50"},
    {"warp-affine", "--m=0.5,0,300,0,0.5,0 --flags=nearest --border-value=3 --inverse-map"},
};
enum { N_USES = sizeof uses / sizeof uses[0] };

/* Plans the use for a scene of the format; the scene of --with=other, if any, has it too. */
static bool plan_use(struct plan **plan, const struct use *use, struct format format, struct err *e)
{
    const struct format formats[] = {format, format};
    const char *names[2] = {NULL};
    const char *args[ARGS_MOST];
    char text[TEXT_MOST];
    struct step step = {.name = use->op, .args = args};
    int n = 1;

    ck_assert_int_lt(snprintf(text, sizeof text, "%s", use->args ? use->args : ""), TEXT_MOST);
    for (char *at = NULL, *word = strtok_r(text, " ", &at); word; word = strtok_r(NULL, " ", &at)) {
        ck_assert_int_lt(step.n_args, ARGS_MOST);
        args[step.n_args++] = word;
    }
    return plan_scenes(&step, 1, names, &n, 2, e) &&
           plan_new(plan, &step, 1,
                    &(struct plan_sources){.format = formats, .name = names, .n = n}, e);
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
                                     const struct image *images)
{
    const struct format f = plan_output(plan);
    const int w = (int)f.width, h = (int)f.height;
    const int chunk_w = random_up_to(w), chunk_h = random_up_to(h);
    struct image whole = tiles_run(plan, images, w, h);
    struct image tiled = tiles_run(plan, images, chunk_w, chunk_h);

    /* put-text draws on each chunk; for it, only the canaries count */
    ck_assert_msg(strcmp(use->op, "put-text") == 0 || image_equal(&whole, &tiled),
                  "%s %s on %s differs in chunks of %d x %d of %d x %d", use->op,
                  use->args ? use->args : "", pixel_name(images[0].format.type), chunk_w, chunk_h,
                  w, h);
    image_free(&whole);
    image_free(&tiled);
}

/* Images of one value give one, where the plan says that only values count. */
static void check_pointwise(const struct use *use, const struct plan *plan, struct image *images)
{
    const struct format f = plan_output(plan);

    if (!plan_is_pointwise(plan))
        return;
    for (int i = 0; i < 2; i++)
        planes_spread(&images[i].planes, 0, images[i].format.bands, images[i].planes.region);
    struct image out = tiles_run(plan, images, (int)f.width, (int)f.height);
    for (int b = 0; b < f.bands; b++)
        for (int64_t y = 0; y < f.height; y++)
            for (int64_t x = 0; x < f.width; x++)
                ck_assert_msg(memcmp(planes_at(&out.planes, b, x, y),
                                     planes_at(&out.planes, b, 0, 0), pixel_size(f.type)) == 0,
                              "%s %s on %s makes several values of one", use->op,
                              use->args ? use->args : "", pixel_name(images[0].format.type));
    image_free(&out);
}

/* Random images through the op in one piece and in chunks. Returns whether it takes the format. */
static bool check_use(const struct use *use, struct format format)
{
    struct plan *plan;
    struct err e = {0};

    if (!plan_use(&plan, use, format, &e)) {
        ck_assert_msg(e.status == EXIT_USAGE, "%s %s: %s", use->op, use->args, e.text);
        return false;
    }
    struct image images[2] = {random_image(format), random_image(format)};
    check_tiled_equals_whole(use, plan, images);
    check_pointwise(use, plan, images);
    image_free(&images[0]);
    image_free(&images[1]);
    plan_free(plan);
    return true;
}

static void check_all_formats(const struct use *use)
{
    int taken = 0;

    for (int type = 0; type < PX_N_TYPES; type++)
        for (int round = 0; round < ROUNDS; round++) {
            const int most = round < ROUNDS / 2 ? 9 : 70;
            struct format format = {(enum pixel_type)type, 0, random_up_to(most),
                                    random_up_to(most)};
            for (int bands = 1; bands <= BANDS_MOST; bands++) {
                format.bands = bands;
                taken += check_use(use, format);
            }
        }
    ck_assert_msg(taken > 0, "%s %s takes no pixel type", use->op, use->args);
}

START_TEST(every_op_is_tile_invariant_and_writes_only_its_chunk)
{
    srand(SEED);
    for (int i = 0; ops[i]; i++)
        check_all_formats(&(struct use){ops[i]->name, ops[i]->example});
    for (int u = 0; u < N_USES; u++)
        check_all_formats(&uses[u]);
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
    int bands;
    enum pixel_type type;
    const char *says;
} mistakes[] = {
    {{"treshold", "--thresh=1"}, 1, PX_UINT8, "did you mean 'threshold'"},
    {{"threshold", "--tresh=1"}, 1, PX_UINT8, "did you mean --thresh?"},
    {{"threshold", ""}, 1, PX_UINT8, "--thresh is missing"},
    {{"threshold", "--thresh=abc"}, 1, PX_UINT8, "neither numbers nor a file"},
    {{"threshold", "--thresh=1 --type=bin"}, 1, PX_UINT8, "none of binary, binary-inv"},
    {{"threshold", "--thresh=1 --thresh=2"}, 1, PX_UINT8, "given twice"},
    {{"threshold", "--thresh"}, 1, PX_UINT8, "--thresh needs a value"},
    {{"threshold", "--thresh=1"}, 1, PX_INT64, "it takes uint8, uint16"},
    {{"convert-to", "--type=int7"}, 1, PX_UINT8, "is no pixel type"},
    {{"cvt-color", "--code=gray2rgb"}, 3, PX_UINT8, "takes 1 band; its input has 3"},
    {{"cvt-color", "--code=rgb2gray"}, 2, PX_UINT8, "its input has 2"},
    {{"cvt-color", "--code=rgb2gray"}, 3, PX_INT16, "it takes uint8, uint16, float32"},
    {{"add", ""}, 1, PX_UINT8, "give --with=SCENE or --value=NUMBER"},
    {{"add", "--value=1 --with=other"}, 1, PX_UINT8, "exclude each other"},
    {{"add", "--value=1,2"}, 3, PX_UINT8, "--value has 2 numbers, its input 3 bands"},
    {{"add", "--value=1,2"}, 1, PX_UINT8, "its input 1 band;"},
    {{"add", "--value=1 --dtype=uint8"}, 1, PX_FLOAT32, "put `convert-to --type=uint8`"},
    {{"add", "--value=1 --dtype=int64"}, 1, PX_UINT8, "put `convert-to --type=int64` after it"},
    {{"divide", "--value=2 --dtype=int16"}, 1, PX_UINT8, "it takes same, float32, float64"},
    {{"bitwise-and", "--value=1"}, 1, PX_FLOAT32, "it takes uint8, uint16, int16, uint32, int32"},
    {{"cvt-color", "--code=rgb2hsv"}, 3, PX_UINT16, "it takes uint8, float32"},
    {{"extract-channel", "--coi=3"}, 3, PX_UINT8, "its input has bands 0 to 2"},
    {{"in-range", "--lower=1"}, 1, PX_UINT8, "--upper is missing"},
    {{"in-range", "--lower=1,2 --upper=3"}, 3, PX_UINT8, "--lower has 2 numbers"},
    {{"lut", ""}, 1, PX_UINT8, "--table is missing"},
    {{"lut", "--table=0..255"}, 1, PX_UINT16, "it takes uint8"},
    {{"lut", "--table=0..254"}, 1, PX_UINT8, "has 1 row of 255 numbers; give 256 numbers"},
    {{"lut", "--table=1..256"}, 1, PX_UINT8, "256, which is no uint8; give --dtype"},
    {{"lut", "--table=0..255;255..0"}, 3, PX_UINT8, "for each band (here 3)"},
    {{"magnitude", ""}, 3, PX_FLOAT32, "it takes two bands, x and y"},
    {{"merge", ""}, 1, PX_UINT8, "--with is missing (the scene whose bands follow)"},
    {{"threshold", "--otsu --triangle"},
     1,
     PX_UINT8,
     "give one of --thresh, --otsu and --triangle"},
    {{"threshold", "--otsu"}, 1, PX_FLOAT32, "--otsu takes uint8 and uint16 pixels"},
    {{"threshold", "--triangle"}, 1, PX_UINT16, "--triangle takes uint8 pixels"},
    {{"crop", ""}, 1, PX_UINT8, "--window is missing"},
    {{"crop", "--window=1,2,3"}, 1, PX_UINT8, "not of the form x,y,width,height"},
    {{"crop", "--window=0,0,99999,1"}, 1, PX_UINT8, "does not lie in the scene"},
    {{"crop", "--window=-1,0,1,1"}, 1, PX_UINT8, "does not lie in the scene"},
    {{"crop", "--window=9223372036854775807,0,1,1"}, 1, PX_UINT8, "does not lie in the scene"},
    {{"crop", "--window=0,0,1,0"}, 1, PX_UINT8, "does not lie in the scene"},
    {{"threshold", "--thresh=1,2"}, 3, PX_UINT8, "one for each band"},
    {{"equalize-hist", NULL}, 1, PX_UINT16, "takes uint8 pixels"},
    {{"normalize", "--min=3 --max=2"}, 1, PX_UINT8, "less than --min=3"},
    {{"normalize", "--norm-type=l2 --min=3 --max=5"}, 1, PX_UINT8, "is not by --min and --max"},
    {{"pow", "--power=-1"}, 1, PX_UINT8, "put `convert-to --type=float32` before it"},
    {{"pow", "--power=0.5"}, 1, PX_UINT8, "put `convert-to --type=float32` before it"},
    {{"put-text", "--org=1,1"}, 1, PX_UINT8, "--text is missing"},
    {{"put-text", "--text=a --org=1"}, 1, PX_UINT8, "not of the form x,y"},
    {{"put-text", "--text=a --org=1,1 --thickness=0"}, 1, PX_UINT8, "out of range"},
    {{"pyr-down", "--border-type=constant"},
     1,
     PX_UINT8,
     "none of replicate, reflect, reflect-101, wrap"},
    {{"pyr-up", ""}, 1, PX_UINT32, "it takes uint8"},
    {{"resize", ""}, 1, PX_UINT8, "exactly one of"},
    {{"resize", "--fx=2 --max-size=7"}, 1, PX_UINT8, "exactly one of"},
    {{"resize", "--fy=2"}, 1, PX_UINT8, "--fy needs --fx"},
    {{"resize", "--dsize=0x2"}, 1, PX_UINT8, "both sides"},
    {{"resize", "--fx=0.01"}, 1, PX_UINT8, "makes 0x0 pixels"},
    {{"resize", "--fx=0"}, 1, PX_UINT8, "goes from 1e-07"},
    {{"resize", "--fx=0.5"}, 1, PX_INT32, "it takes uint8"},
    {{"warp-affine", ""}, 1, PX_UINT8, "--m is missing"},
    {{"warp-affine", "--m=1,2,3"}, 1, PX_UINT8, "six numbers"},
    {{"warp-affine", "--m=1e300,0,0,0,1e300,0"}, 1, PX_UINT8, "1048576 times"},
    {{"warp-affine", "--m=1,2,0,2,4,0"}, 1, PX_UINT8, "--m has no inverse"},
    {{"warp-affine", "--m=1,0,0,0,1,0 --border-type=wrap"},
     1,
     PX_UINT8,
     "none of constant, replicate"},
    {{"gaussian-blur", "--ksize=4"}, 1, PX_UINT8, "ksize"},
    {{"filter-2d", ""}, 1, PX_UINT8, "--kernel is missing"},
    {{"filter-2d", "--kernel=1,2;3"}, 1, PX_UINT8, "row 2 has 1 number,"},
    {{"filter-2d", "--kernel=1,2,3 --anchor=0,1"}, 1, PX_UINT8, "lies outside the 3x1 kernel"},
    {{"filter-2d", "--kernel=1"}, 1, PX_INT32, "it takes uint8, uint16, int16, float32, float64"},
    {{"sep-filter-2d", "--kernel-x=1,2"}, 1, PX_UINT8, "--kernel-y is missing"},
    {{"sep-filter-2d", "--kernel-x=1,2;3,4 --kernel-y=1"}, 1, PX_UINT8, "filter-2d takes more"},
    {{"sobel", "--dx=0"}, 1, PX_UINT8, "is no derivative"},
    {{"sobel", "--dx=3"}, 1, PX_UINT8, "go from 0 to 2"},
    {{"sobel", "--ddepth=int32"}, 1, PX_UINT8, "there are uint8, uint16, int16, float32, float64"},
    {{"scharr", "--dy=1"}, 1, PX_UINT8, "one of them is 1, the other 0"},
    {{"laplacian", "--ksize=2"}, 1, PX_UINT8, "--ksize=2 is even"},
    {{"corner-harris", "--block-size=2"}, 1, PX_UINT16, "it takes uint8, float32"},
    {{"median-blur", "--ksize=4"}, 1, PX_UINT8, "--ksize=4 is not possible; it is odd"},
    {{"median-blur", "--ksize=7"}, 1, PX_UINT16, "3 and 5 take all types"},
    {{"erode", "--border-value=abc"}, 1, PX_UINT8, "--border-value='abc' is no number"},
    {{"erode", "--kernel=0,0"}, 1, PX_UINT8, "no cell that is not 0"},
    {{"erode", "--kernel=1,1 --anchor=2,0"}, 1, PX_UINT8, "outside the 2x1 kernel"},
    {{"dilate", "--iterations=3000"}, 1, PX_UINT8, "reach too far"},
    {{"morphology-ex", "--op=hitmiss"}, 1, PX_UINT16, "hitmiss takes uint8"},
    {{"bilateral-filter", "--d=5 --sigma-color=1"}, 1, PX_UINT8, "--sigma-space is missing"},
    {{"bilateral-filter", "--d=5 --sigma-color=1 --sigma-space=1"},
     1,
     PX_FLOAT32,
     "--min and --max"},
    {{"bilateral-filter", "--d=5 --sigma-color=1 --sigma-space=1 --min=abc"},
     1,
     PX_UINT8,
     "--min='abc' is no number"},
    {{"bilateral-filter", "--d=5 --sigma-color=1 --sigma-space=1 --min=3 --max=2"},
     1,
     PX_FLOAT32,
     "--max=2 is less than --min=3"},
    {{"bilateral-filter", "--d=5 --sigma-color=1 --sigma-space=1"}, 2, PX_UINT8, "1 or 3 bands"},
    {{"adaptive-threshold", "--block-size=4 --c=1"}, 1, PX_UINT8, "is even"},
    {{"box-filter", "--ksize=3 --ddepth=uint64"}, 1, PX_UINT8, "uint64 pixels are not supported"},
};

START_TEST(mistakes_are_named_with_their_remedy)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct format format = {mistakes[i].type, mistakes[i].bands, 5, 5};
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
        every_descriptor_is_whole,
        mistakes_are_named_with_their_remedy,
    };

    printf("seed %d\n", SEED);
    return UNIT_RUN("ops", tests);
}
