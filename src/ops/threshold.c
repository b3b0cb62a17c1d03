/* threshold.c - OpenCV's threshold: one comparison a pixel, five things to do. The level is given,
 * or found in the histogram of the whole scene (levels.c).
 * SPDX-License-Identifier: MIT */
#include "ops/band_levels.h"
#include "ops/reducer.h"
#include "ops/words.h"

#include <math.h>

struct args {
    struct numbers thresh;
    double maxval;
    int type;
    bool otsu, triangle;
};

enum { BINARY, BINARY_INV, TRUNC, TOZERO, TOZERO_INV, N_TYPES };
static const char *const types[] = {"binary", "binary-inv", "trunc", "tozero", "tozero-inv", NULL};

static const struct param params[] = {
    {"thresh", "level, in pixel units: one number, or one for each band", P_NUMBERS,
     offsetof(struct args, thresh), NULL, NULL, 0, 0},
    {"maxval", "value of the binary types", P_REAL, offsetof(struct args, maxval), "255", NULL, 0,
     0},
    {"type", "what happens to a pixel", P_CHOICE, offsetof(struct args, type), "binary", types, 0,
     0},
    {"otsu", "each band's level is found by Otsu's method (uint8, uint16)", P_BOOL,
     offsetof(struct args, otsu), "false", NULL, 0, 0},
    {"triangle", "each band's level is found by the triangle method (uint8)", P_BOOL,
     offsetof(struct args, triangle), "false", NULL, 0, 0},
    {0},
};

/* Four loops make the five types. The state is two pixels: the level and the other value. Which way
 * round a comparison stands decides about NaN: it becomes `other` in trunc, 0 elsewhere, as in
 * OpenCV. */
#define THRESHOLD(NAME, T, RESULT)                                                                 \
    SIMD static void threshold_##NAME##_##T(const void *state, const struct window *w)             \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const T level = ((const T *)state)[0], other = ((const T *)state)[1];                      \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = (RESULT);                                                                     \
    }
#define THRESHOLD_ALL(T)                                                                           \
    THRESHOLD(over, T, in[x] > level ? other : (T)0)                                               \
    THRESHOLD(under, T, in[x] <= level ? other : (T)0)                                             \
    THRESHOLD(cap, T, in[x] <= level ? in[x] : other)                                              \
    THRESHOLD(keep, T, in[x] > level ? in[x] : other)
FOR_EACH_PIXEL_TYPE(THRESHOLD_ALL)

enum shape { OVER, UNDER, CAP, KEEP, N_SHAPES };

#define OVER_ROW(T) threshold_over_##T,
#define UNDER_ROW(T) threshold_under_##T,
#define CAP_ROW(T) threshold_cap_##T,
#define KEEP_ROW(T) threshold_keep_##T,
static row_kernel *const rows[N_SHAPES][PX_N_KERNEL_TYPES] = {
    [OVER] = {FOR_EACH_PIXEL_TYPE(OVER_ROW)},
    [UNDER] = {FOR_EACH_PIXEL_TYPE(UNDER_ROW)},
    [CAP] = {FOR_EACH_PIXEL_TYPE(CAP_ROW)},
    [KEEP] = {FOR_EACH_PIXEL_TYPE(KEEP_ROW)},
};

static const enum shape shapes[N_TYPES] = {OVER, UNDER, CAP, KEEP, CAP};

/* When every pixel is over a level that the type cannot hold: the same with the type's highest
 * value as the level, which no pixel is over. */
static const enum shape shapes_all_over[N_TYPES] = {UNDER, OVER, UNDER, CAP, OVER};

/* What is done with a band: two pixels, the level and the other value. */
struct band {
    row_kernel *row;
    double pixels[2]; /* room for two of any type */
};

static void threshold_row(const void *state, const struct window *w)
{
    const struct band *b = (const struct band *)state + w->band;

    b->row(b->pixels, w);
}

static void prepare_band(const struct args *a, double level, enum pixel_type type, struct band *b)
{
    level = pixel_is_float(type) ? level : floor(level);
    double other = a->type == TRUNC ? level : a->type >= TOZERO ? 0 : a->maxval;
    enum shape shape = shapes[a->type];

    if (!pixel_is_float(type) && level < pixel_lowest(type)) {
        shape = shapes_all_over[a->type];
        level = pixel_highest(type);
        if (a->type == TRUNC && type == PX_INT16)
            other = 0; /* what OpenCV writes */
    }
    b->row = rows[shape][type];
    pixel_store(type, level, b->pixels);
    pixel_store(type, other, (char *)b->pixels + pixel_size(type));
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const int n = a->thresh.rows * a->thresh.columns;

    if (!op_takes("threshold", rows[OVER], in.type, e))
        return false;
    if (!a->thresh.v)
        return err_usage(e, "threshold: --thresh is missing; give it, --otsu or --triangle");
    if (n != 1 && n != in.bands)
        return err_usage(
            e,
            "threshold: --thresh has %d numbers, its input %d band%s; give one number, "
            "or one for each band",
            n, in.bands, in.bands == 1 ? "" : "s");
    struct band *bands = stages_state(out, (size_t)in.bands * sizeof *bands, e);
    if (!bands)
        return false;
    for (int b = 0; b < in.bands; b++)
        prepare_band(a, a->thresh.v[n == 1 ? 0 : b], in.type, &bands[b]);
    return stages_add_row(out, threshold_row, bands, in, (struct reach){0},
                          (struct border){BORDER_REPLICATE, 0}, e);
}

static bool needs(const void *args, struct buffer *words, struct err *e)
{
    const struct args *a = args;

    return !(a->otsu || a->triangle) || words_add(words, e, "histogram");
}

static bool check_settling(const struct args *a, struct format in, struct err *e)
{
    if (a->thresh.v || (a->otsu && a->triangle))
        return err_usage(e, "threshold: give one of --thresh, --otsu and --triangle");
    if (in.type != PX_UINT8 && (a->triangle || in.type != PX_UINT16))
        return err_usage(e,
                         "threshold: --%s takes %s pixels, not %s (put `convert-to --type=uint8` "
                         "before it)",
                         a->otsu ? "otsu" : "triangle", a->otsu ? "uint8 and uint16" : "uint8",
                         pixel_name(in.type));
    return true;
}

static bool settle(const void *args, struct format in, const void *gathered, struct buffer *words,
                   struct err *e)
{
    const struct args *a = args;

    if (!check_settling(a, in, e))
        return false;
    if (!gathered)
        return true;
    bool ok =
        words_add(words, e, "threshold") && words_add(words, e, "--type=%s", types[a->type]) &&
        words_add(words, e, "--maxval=%.17g", a->maxval) && words_print(words, e, "--thresh=");
    for (int b = 0; ok && b < in.bands; b++) {
        const int64_t *counts = histogram_of(gathered, in.type, b);
        const int level =
            a->otsu ? level_otsu(counts, histogram_bins(in.type)) : level_triangle(counts);
        ok = words_print(words, e, "%s%d", b ? "," : "", level);
    }
    return ok && words_end(words, e);
}

const struct op op_threshold = {
    .name = "threshold",
    .summary = "compare each pixel with a level",
    .source = "OpenCV imgproc, threshold",
    .example = "--thresh=100",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
    .needs = needs,
    .settle = settle,
};
