/* exponential.c - OpenCV's exp and log of floats.
 * SPDX-License-Identifier: MIT */
#include "ops/exponential.h"

/* OpenCV's table of logarithms is cut off after double's last bit, not rounded. */
static double cut_off(long double v)
{
    const double rounded = (double)v;

    return (long double)rounded > v ? nextafter(rounded, 0) : rounded;
}

const struct exponential *exponential_new(struct stages *s, struct err *e)
{
    struct exponential *t = stages_state(s, sizeof *t, e);

    if (!t)
        return NULL;
    for (int i = 0; i < EXP_STEPS; i++) {
        t->power[i] = (double)exp2l((long double)i / EXP_STEPS) * EXP_FACTOR;
        t->power_f[i] = (float)t->power[i];
    }
    for (int i = 0; i < LOG_STEPS; i++) {
        const long double v = i < LOG_STEPS - 1 ? 1 + (long double)i / LOG_STEPS : 2;
        t->log[i] = cut_off(logl(v));
        t->inverse[i] = (double)(1 / v);
        t->log_f[i] = (float)t->log[i];
        t->inverse_f[i] = (float)t->inverse[i];
    }
    return t;
}

#define EXPONENTIAL(NAME, T)                                                                       \
    SIMD static void NAME##_row_##T(const void *state, const struct window *w)                     \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = NAME##_##T(in[x], state);                                                     \
    }
EXPONENTIAL(exp, float32)
EXPONENTIAL(exp, float64)
EXPONENTIAL(log, float32)
EXPONENTIAL(log, float64)

static row_kernel *const exp_rows[PX_N_KERNEL_TYPES] = {
    [PX_FLOAT32] = exp_row_float32,
    [PX_FLOAT64] = exp_row_float64,
};
static row_kernel *const log_rows[PX_N_KERNEL_TYPES] = {
    [PX_FLOAT32] = log_row_float32,
    [PX_FLOAT64] = log_row_float64,
};

static bool add(row_kernel *const rows[PX_N_KERNEL_TYPES], struct format in, struct stages *out,
                struct err *e)
{
    if (!op_takes(out->op_name, rows, in.type, e))
        return false;
    const struct exponential *t = exponential_new(out, e);
    return t && stages_add_row(out, rows[in.type], t, in, (struct reach){0},
                               (struct border){BORDER_REPLICATE, 0}, e);
}

static bool prepare_exp(const void *args, struct format in, struct stages *out, struct err *e)
{
    return add(exp_rows, in, out, e);
}

static bool prepare_log(const void *args, struct format in, struct stages *out, struct err *e)
{
    return add(log_rows, in, out, e);
}

const struct op op_exp = {
    .name = "exp",
    .summary = "e to the power of each pixel",
    .source = "OpenCV core, exp",
    .example = "",
    .prepare = prepare_exp,
};

const struct op op_log = {
    .name = "log",
    .summary = "natural logarithm of each pixel",
    .source = "OpenCV core, log",
    .example = "",
    .prepare = prepare_log,
};
