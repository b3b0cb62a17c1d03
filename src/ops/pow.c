/* pow.c - OpenCV's pow and sqrt. Whole powers are products, on every type; others go through log
 * and exp, or a square root, on floats.
 * SPDX-License-Identifier: MIT */
#include "ops/arithmetic.h"
#include "ops/exponential.h"
#include "ops/operands.h"
#include "ops/saturate.h"

#include <float.h>
#include <stdlib.h>

struct args {
    double power;
};

/* int32 holds every power that OpenCV takes for whole. */
static const struct param params[] = {
    {"power", "the exponent", P_REAL, offsetof(struct args, power), NULL, NULL, -1e9, 1e9},
    {0},
};

/* --- whole powers ----------------------------------------------------------------------------- */

enum { AT_ONCE = 64 }; /* pixels; few, so that they stay in registers or near */

/* By squares, as many pixels at once as a few vectors hold. Integers are worked on in double: as
 * long as a power fits the pixel type, it is exact. */
#define WHOLE_POWER(T, W, SATURATE)                                                                \
    SIMD static void whole_power_##T(const void *state, const struct window *w)                    \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const int power = *(const int *)state, width = w->width;                                   \
                                                                                                   \
        for (int x = 0; x < width; x += AT_ONCE) {                                                 \
            const int n = width - x < AT_ONCE ? width - x : AT_ONCE;                               \
            W product[AT_ONCE], square[AT_ONCE];                                                   \
            for (int i = 0; i < n; i++) {                                                          \
                product[i] = 1;                                                                    \
                square[i] = power < 0 ? 1 / (W)in[x + i] : (W)in[x + i];                           \
            }                                                                                      \
            for (int p = abs(power); p > 0; p >>= 1) {                                             \
                for (int i = 0; p & 1 && i < n; i++)                                               \
                    product[i] *= square[i];                                                       \
                for (int i = 0; p > 1 && i < n; i++)                                               \
                    square[i] *= square[i];                                                        \
            }                                                                                      \
            for (int i = 0; i < n; i++)                                                            \
                out[x + i] = SATURATE(product[i]);                                                 \
        }                                                                                          \
    }
#define WHOLE_POWER_OF_INTEGERS(T) WHOLE_POWER(T, double, saturate_##T##_d)
WHOLE_POWER_OF_INTEGERS(uint8)
WHOLE_POWER_OF_INTEGERS(uint16)
WHOLE_POWER_OF_INTEGERS(int16)
WHOLE_POWER_OF_INTEGERS(uint32)
WHOLE_POWER_OF_INTEGERS(int32)
WHOLE_POWER(float32, float, (float))
WHOLE_POWER(float64, double, (double))

#define WHOLE_ROW(T) whole_power_##T,
static row_kernel *const whole_rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(WHOLE_ROW)};

/* --- others ----------------------------------------------------------------------------------- */

struct broken {
    const struct exponential *tables;
    double power;
};

/* The exponent is rounded to the pixels' type, as in OpenCV's passes over memory. */
#define BROKEN_POWER(T, SQRT)                                                                      \
    SIMD static void times_##T(T *v, double by, int n)                                             \
    {                                                                                              \
        for (int i = 0; i < n; i++)                                                                \
            v[i] = (T)(v[i] * by);                                                                 \
    }                                                                                              \
    SIMD static void not_of_negative_##T(const T *restrict in, T *restrict out, double power,      \
                                         int n)                                                    \
    {                                                                                              \
        for (int i = 0; i < n; i++) {                                                              \
            const bool infinite = in[i] == 0 && power < 0;                                         \
            const T finite = infinite ? (T)INFINITY : out[i];                                      \
            out[i] = in[i] < 0 ? (T)NAN : finite;                                                  \
        }                                                                                          \
    }                                                                                              \
    static void broken_power_##T(const void *state, const struct window *w)                        \
    {                                                                                              \
        const T *in = w->rows[0];                                                                  \
        T *out = w->outs[0];                                                                       \
        const struct broken *b = state;                                                            \
        T logs[EXPONENTIAL_MOST];                                                                  \
                                                                                                   \
        for (int x = 0, n; x < w->width; x += n) {                                                 \
            n = exponential_next(in + x, w->width - x, sizeof(T));                                 \
            log_##T(b->tables, in + x, logs, n);                                                   \
            times_##T(logs, b->power, n);                                                          \
            exp_##T(b->tables, logs, out + x, n);                                                  \
            not_of_negative_##T(in + x, out + x, b->power, n);                                     \
        }                                                                                          \
    }                                                                                              \
    SIMD static void sqrt_##T(const void *state, const struct window *w)                           \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = SQRT(in[x]);                                                                  \
    }                                                                                              \
    SIMD static void inverse_sqrt_##T(const void *state, const struct window *w)                   \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = 1 / SQRT(in[x]);                                                              \
    }
BROKEN_POWER(float32, sqrtf)
BROKEN_POWER(float64, sqrt)

#define REAL_ROWS(NAME)                                                                            \
    {                                                                                              \
        [PX_FLOAT32] = NAME##_float32, [PX_FLOAT64] = NAME##_float64                               \
    }
static row_kernel *const broken_rows[PX_N_KERNEL_TYPES] = REAL_ROWS(broken_power);
static row_kernel *const sqrt_rows[PX_N_KERNEL_TYPES] = REAL_ROWS(sqrt);
static row_kernel *const inverse_sqrt_rows[PX_N_KERNEL_TYPES] = REAL_ROWS(inverse_sqrt);

/* --- preparation ------------------------------------------------------------------------------ */

static bool add(struct stages *s, row_kernel *row, const void *state, struct err *e)
{
    return stages_add_row(s, row, state, s->list[s->current].out, (struct reach){0},
                          (struct border){BORDER_REPLICATE, 0}, e);
}

/* The scene times itself. */
static bool add_square(struct stages *s, struct err *e)
{
    const struct format format = s->list[s->current].out;
    const struct constant *none = stages_state(s, (size_t)format.bands * sizeof *none, e);
    const struct stage_input in = {.stage = s->current, .border = {BORDER_REPLICATE, 0}};
    const struct stage stage = {
        .in = {in, in},
        .n_in = 2,
        .out = format,
        .row = arithmetic_product[format.type],
        .state = none, /* the product reads its band's, and uses nothing of it */
    };

    return none && stages_add(s, &stage, e);
}

static bool add_whole(struct stages *s, int power, struct err *e)
{
    const struct format format = s->list[s->current].out;

    if (power < 0 && !pixel_is_float(format.type))
        return err_usage(e,
                         "pow: --power=%d does not go with %s pixels; put `convert-to "
                         "--type=float32` before it",
                         power, pixel_name(format.type));
    if (power == 2)
        return add_square(s, e);
    int *state = stages_state(s, sizeof *state, e);
    if (!state)
        return false;
    *state = power;
    return add(s, whole_rows[format.type], state, e);
}

static bool add_broken(struct stages *s, double power, struct err *e)
{
    const enum pixel_type type = s->list[s->current].out.type;

    if (!pixel_is_float(type))
        return err_usage(e,
                         "pow: --power=%g does not go with %s pixels; put `convert-to "
                         "--type=float32` before it",
                         power, pixel_name(type));
    if (power == 0.5)
        return add(s, sqrt_rows[type], NULL, e);
    if (power == -0.5)
        return add(s, inverse_sqrt_rows[type], NULL, e);
    struct broken *b = stages_state(s, sizeof *b, e);
    if (!b)
        return false;
    *b = (struct broken){exponential_new(s, e), power};
    return b->tables && add(s, broken_rows[type], b, e);
}

static bool prepare_pow(const void *args, struct format in, struct stages *out, struct err *e)
{
    const double power = ((const struct args *)args)->power, whole = rint(power);

    if (!op_takes("pow", whole_rows, in.type, e))
        return false;
    return fabs(power - whole) < DBL_EPSILON ? add_whole(out, (int)whole, e)
                                             : add_broken(out, power, e);
}

const struct op op_pow = {
    .name = "pow",
    .summary = "a power of each pixel",
    .source = "OpenCV core, pow",
    .example = "--power=2",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare_pow,
};

static bool prepare_sqrt(const void *args, struct format in, struct stages *out, struct err *e)
{
    return op_takes("sqrt", sqrt_rows, in.type, e) && add(out, sqrt_rows[in.type], NULL, e);
}

const struct op op_sqrt = {
    .name = "sqrt",
    .summary = "square root of each pixel",
    .source = "OpenCV core, sqrt",
    .example = "",
    .prepare = prepare_sqrt,
};
