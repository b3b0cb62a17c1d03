/* add_weighted.c - OpenCV's addWeighted: alpha x + (beta y + gamma), with y of another scene or a
 * constant.
 * SPDX-License-Identifier: MIT */
#include "ops/lanes.h"
#include "ops/operands.h"
#include "ops/saturate.h"

struct args {
    struct operands operands;
    double alpha, beta, gamma;
    int dtype;
};

static const struct param params[] = {
    {"alpha", "weight of the scene", P_REAL, offsetof(struct args, alpha), NULL, NULL, 0, 0},
    OPERAND_PARAMS(struct args),
    {"beta", "weight of the other one", P_REAL, offsetof(struct args, beta), NULL, NULL, 0, 0},
    {"gamma", "what is added", P_REAL, offsetof(struct args, gamma), "0", NULL, 0, 0},
    {"dtype", "pixel type of the result", P_TYPE, offsetof(struct args, dtype), "same", NULL, 0, 0},
    {0},
};

enum { ALPHA, BETA, GAMMA }; /* the parameters of the operation */

/* W is what OpenCV works in: float32 for small integers, double for everything else. */
#define ADD_WEIGHTED(T, W, FMA, SATURATE, LANES)                                                   \
    SIMD static void add_weighted_with_##T(const void *state, const struct window *w)              \
    {                                                                                              \
        const T *restrict left = w->rows[0];                                                       \
        const T *restrict right = w->rows[1];                                                      \
        T *restrict out = w->outs[0];                                                              \
        const double *parameters = operands_constant(state, w)->parameters;                        \
        const W alpha = (W)parameters[ALPHA], beta = (W)parameters[BETA];                          \
        const W gamma = (W)parameters[GAMMA];                                                      \
        const int width = w->width;                                                                \
                                                                                                   \
        int x = LANES(left, right, out, width, alpha, beta, gamma);                                \
        for (; x < width; x++)                                                                     \
            out[x] = SATURATE(FMA((W)left[x], alpha, FMA((W)right[x], beta, gamma)));              \
    }
#define IN_FLOAT(T) ADD_WEIGHTED(T, float, fmaf, saturate_##T, lanes_weigh_##T)
#define IN_DOUBLE(T) ADD_WEIGHTED(T, double, fma, saturate_##T##_d, NO_LANES)
IN_FLOAT(uint8)
IN_FLOAT(uint16)
IN_FLOAT(int16)
IN_DOUBLE(uint32)
IN_DOUBLE(int32)
IN_DOUBLE(float32)
IN_DOUBLE(float64)

/* With a constant it is double. The constant is all that is added to alpha x. */
#define ADD_WEIGHTED_VALUE(T)                                                                      \
    SIMD static void add_weighted_value_##T(const void *state, const struct window *w)             \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const double alpha = operands_constant(state, w)->parameters[ALPHA];                       \
        const double rest = operands_constant(state, w)->value;                                    \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = saturate_##T##_d(fma((double)in[x], alpha, rest));                            \
    }
FOR_EACH_PIXEL_TYPE(ADD_WEIGHTED_VALUE)

#define WITH_ROW(T) add_weighted_with_##T,
#define VALUE_ROW(T) add_weighted_value_##T,
static row_kernel *const with_rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(WITH_ROW)};
static row_kernel *const value_rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(VALUE_ROW)};

static double rest(const struct operation *o, double number)
{
    return fma(number, o->parameters[BETA], o->parameters[GAMMA]);
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    struct operation o = {
        .parameters = {a->alpha, a->beta, a->gamma}, .constant = rest, .is_dear = true};

    if (!op_takes("add-weighted", with_rows, in.type, e) || !operands_check(&a->operands, out, e) ||
        !operands_result("add-weighted", in.type, a->dtype, &o.result, e))
        return false;
    if (o.result == in.type)
        o.work = in.type;
    else if (!a->operands.with || in.type == PX_UINT32 || in.type == PX_FLOAT64 ||
             o.result == PX_FLOAT64)
        o.work = PX_FLOAT64;
    else
        o.work = PX_FLOAT32;
    o.with = with_rows[o.work];
    o.value = value_rows[o.work];
    return operands_add(&a->operands, &o, out, e);
}

const struct op op_add_weighted = {
    .name = "add-weighted",
    .summary = "weighted sum with a scene or a constant",
    .source = "OpenCV core, addWeighted",
    .example = "--alpha=1.5 --value=128 --beta=-0.5",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
