/* add_weighted.c - OpenCV's addWeighted of the scene and a constant: alpha x + (beta value +
 * gamma). SPDX-License-Identifier: MIT */
#include "ops/op.h"
#include "ops/saturate.h"

struct args {
    double alpha, value, beta, gamma;
};

static const struct param params[] = {
    {"alpha", "weight of the scene", P_REAL, offsetof(struct args, alpha), NULL, NULL, 0, 0},
    {"value", "the constant, as a pixel", P_REAL, offsetof(struct args, value), NULL, NULL, 0, 0},
    {"beta", "weight of the constant", P_REAL, offsetof(struct args, beta), NULL, NULL, 0, 0},
    {"gamma", "what is added", P_REAL, offsetof(struct args, gamma), "0", NULL, 0, 0},
    {0},
};

struct line {
    double alpha, rest;
};

/* W is what OpenCV works in: float32 for small integers, double for everything else. */
#define ADD_WEIGHTED(T, W, RESULT)                                                                 \
    SIMD static void add_weighted_##T(const void *state, const struct window *w)                   \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const W alpha = (W)((const struct line *)state)->alpha;                                    \
        const W rest = (W)((const struct line *)state)->rest;                                      \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = (RESULT);                                                                     \
    }
#define IN_FLOAT(T) ADD_WEIGHTED(T, float, saturate_##T(fmaf((float)in[x], alpha, rest)))
#define IN_DOUBLE(T) ADD_WEIGHTED(T, double, saturate_##T##_d(fma((double)in[x], alpha, rest)))
IN_FLOAT(uint8)
IN_FLOAT(uint16)
IN_FLOAT(int16)
IN_DOUBLE(uint32)
IN_DOUBLE(int32)
IN_DOUBLE(float32)
IN_DOUBLE(float64)

#define ROW(T) add_weighted_##T,
static row_kernel *const rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW)};

/* A value as a pixel of the type has it. */
static double as_pixel(enum pixel_type type, double v)
{
    if (type == PX_FLOAT32)
        return (float)v;
    if (type == PX_FLOAT64)
        return v;
    return fmin(fmax(rint(v), pixel_lowest(type)), pixel_highest(type));
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    if (!op_takes("add-weighted", rows, in.type, e))
        return false;
    const double value = as_pixel(in.type, a->value);
    const bool in_float = in.type == PX_UINT8 || in.type == PX_UINT16 || in.type == PX_INT16;
    struct line *line = stages_state(out, sizeof *line, e);
    if (!line)
        return false;
    line->alpha = a->alpha;
    line->rest = in_float ? (double)fmaf((float)value, (float)a->beta, (float)a->gamma)
                          : fma(value, a->beta, a->gamma);
    return stages_add_row(out, rows[in.type], line, in, (struct reach){0},
                          (struct border){BORDER_REPLICATE, 0}, e);
}

const struct op op_add_weighted = {
    .name = "add-weighted",
    .summary = "weighted sum of the scene and a constant",
    .source = "OpenCV core, addWeighted",
    .example = "--alpha=1.5 --value=128 --beta=-0.5",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
