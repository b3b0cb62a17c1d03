/* threshold.c - OpenCV's threshold with a fixed level: one comparison a pixel, five things to do.
 * SPDX-License-Identifier: MIT */
#include "ops/op.h"

#include <float.h>

struct args {
    double thresh, maxval;
    int type;
};

enum { BINARY, BINARY_INV, TRUNC, TOZERO, TOZERO_INV, N_TYPES };
static const char *const types[] = {"binary", "binary-inv", "trunc", "tozero", "tozero-inv", NULL};

static const struct param params[] = {
    {"thresh", "level, in pixel units", P_REAL, offsetof(struct args, thresh), NULL, NULL, 0, 0},
    {"maxval", "value of the binary types", P_REAL, offsetof(struct args, maxval), "255", NULL, 0,
     0},
    {"type", "what happens to a pixel (otsu and triangle are not supported)", P_CHOICE,
     offsetof(struct args, type), "binary", types, 0, 0},
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

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const bool is_float = in.type < PX_N_KERNEL_TYPES && pixel_is_float(in.type);
    double level = is_float ? a->thresh : floor(a->thresh);
    double other = a->type == TRUNC ? level : a->type >= TOZERO ? 0 : a->maxval;
    enum shape shape = shapes[a->type];

    if (!op_takes("threshold", rows[OVER], in.type, e))
        return false;
    if (!is_float && level < pixel_lowest(in.type)) {
        shape = shapes_all_over[a->type];
        level = pixel_highest(in.type);
        if (a->type == TRUNC && in.type == PX_INT16)
            other = 0; /* what OpenCV writes */
    }
    const size_t size = pixel_size(in.type);
    char *state = stages_state(out, 2 * size, e);
    if (!state)
        return false;
    pixel_store(in.type, level, state);
    pixel_store(in.type, other, state + size);
    return stages_add_row(out, rows[shape][in.type], state, in, (struct reach){0},
                          (struct border){BORDER_REPLICATE, 0}, e);
}

const struct op op_threshold = {
    .name = "threshold",
    .summary = "compare each pixel with a level",
    .source = "OpenCV imgproc, threshold",
    .example = "--thresh=100",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
