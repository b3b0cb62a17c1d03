/* arithmetic.c - OpenCV's add, subtract, multiply, divide, min, max and absdiff, of two scenes or
 * of a scene and a constant.
 * SPDX-License-Identifier: MIT */
#include "ops/arithmetic.h"

#include "ops/lanes.h"
#include "ops/operands.h"
#include "ops/saturate.h"

struct args {
    struct operands operands;
    double scale;
    int dtype;
};

#define DTYPE_PARAM                                                                                \
    {                                                                                              \
        "dtype", "pixel type of the result", P_TYPE, offsetof(struct args, dtype), "same", NULL,   \
            0, 0                                                                                   \
    }

static const struct param params[] = {OPERAND_PARAMS(struct args), {0}};
static const struct param params_typed[] = {OPERAND_PARAMS(struct args), DTYPE_PARAM, {0}};
static const struct param params_scaled[] = {
    OPERAND_PARAMS(struct args),
    {"scale", "factor of the result", P_REAL, offsetof(struct args, scale), "1", NULL, 0, 0},
    DTYPE_PARAM,
    {0},
};

/* --- kernels ---------------------------------------------------------------------------------- */

/* Operands are a and b, of type W; the factor is scale. */
#define WITH_LANES(NAME, T, W, RESULT, LANES)                                                      \
    SIMD static void NAME##_with_##T(const void *state, const struct window *w)                    \
    {                                                                                              \
        const T *restrict left = w->rows[0];                                                       \
        const T *restrict right = w->rows[1];                                                      \
        T *restrict out = w->outs[0];                                                              \
        const W scale = (W)operands_constant(state, w)->parameters[0];                             \
        const int width = w->width;                                                                \
                                                                                                   \
        (void)scale;                                                                               \
        for (int x = LANES(left, right, out, width, scale); x < width; x++) {                      \
            const W a = (W)left[x], b = (W)right[x];                                               \
            out[x] = (RESULT);                                                                     \
        }                                                                                          \
    }
#define WITH(NAME, T, W, RESULT) WITH_LANES(NAME, T, W, RESULT, NO_LANES)
#define VALUE(NAME, T, W, RESULT)                                                                  \
    SIMD static void NAME##_value_##T(const void *state, const struct window *w)                   \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const W b = (W)operands_constant(state, w)->value;                                         \
        const W scale = (W)operands_constant(state, w)->parameters[0];                             \
        const int width = w->width;                                                                \
                                                                                                   \
        (void)scale;                                                                               \
        for (int x = 0; x < width; x++) {                                                          \
            const W a = (W)in[x];                                                                  \
            out[x] = (RESULT);                                                                     \
        }                                                                                          \
    }
#define BOTH(NAME, T, W, RESULT) WITH(NAME, T, W, RESULT) VALUE(NAME, T, W, RESULT)

/* Sums and differences of integers are clamped, but for int32, where OpenCV's turn over. */
static inline uint8 narrow_uint8(int16 v)
{
    return (uint8)(v < 0 ? 0 : v > UINT8_MAX ? UINT8_MAX : v);
}

static inline uint16 narrow_uint16(int32 v)
{
    return (uint16)(v < 0 ? 0 : v > UINT16_MAX ? UINT16_MAX : v);
}

static inline int16 narrow_int16(int32 v)
{
    return (int16)(v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v);
}

static inline uint32 narrow_uint32(int64 v)
{
    return (uint32)(v < 0 ? 0 : v > UINT32_MAX ? UINT32_MAX : v);
}

static inline int32 narrow_int32(int64 v)
{
    return (int32)(uint32)v;
}

#define narrow_float32(v) (v)
#define narrow_float64(v) (v)

#define LEAST(a, b) ((a) < (b) ? (a) : (b))
#define MOST(a, b) ((a) > (b) ? (a) : (b))

/* Of two unsigned pixels there is a way that never leaves the type, so that vectors hold more. */
#define SUMS_WITHIN(T)                                                                             \
    WITH(add, T, T, (T)(a + b) < a ? (T)-1 : (T)(a + b))                                           \
    WITH(subtract, T, T, (T)(a - LEAST(a, b)))                                                     \
    WITH(absdiff, T, T, (T)(MOST(a, b) - LEAST(a, b)))
SUMS_WITHIN(uint8)
SUMS_WITHIN(uint16)
SUMS_WITHIN(uint32)

/* W holds the sum of a pixel and any constant that term() lets through. */
#define SUMS(KIND, T, W)                                                                           \
    KIND(add, T, W, narrow_##T((W)(a + b)))                                                        \
    KIND(subtract, T, W, narrow_##T((W)(a - b)))                                                   \
    KIND(absdiff, T, W, narrow_##T((W)(a > b ? a - b : b - a)))
SUMS(VALUE, uint8, int16)
SUMS(VALUE, uint16, int32)
SUMS(VALUE, uint32, int64)
SUMS(BOTH, int16, int32)
SUMS(BOTH, int32, int64)
SUMS(BOTH, float32, float32)
SUMS(BOTH, float64, float64)

#define EXTREMES(T) BOTH(min, T, T, LEAST(a, b)) BOTH(max, T, T, MOST(a, b))
FOR_EACH_PIXEL_TYPE(EXTREMES)

WITH(product, uint8, uint16, (uint8)LEAST((uint16)(a *b), UINT8_MAX))
WITH(product, uint16, uint32, (uint16)LEAST(a *b, UINT16_MAX))
WITH(product, int16, int32, narrow_int16(a *b))
WITH(product, uint32, uint64, (uint32)LEAST(a *b, UINT32_MAX))
WITH(product, int32, int64, narrow_int32(a *b))
WITH(product, float32, float32, a *b)
WITH(product, float64, float64, a *b)

/* OpenCV multiplies small integers in float32 and all else in double; it divides in float32, but
 * for float64. Integers divided by 0 become 0. */
#define MULTIPLY_IN_FLOAT(T)                                                                       \
    WITH_LANES(multiply, T, float, saturate_##T(scale *a *b), lanes_multiply_##T)
#define MULTIPLY_IN_DOUBLE(T) WITH(multiply, T, double, saturate_##T##_d(scale *a *b))
MULTIPLY_IN_FLOAT(uint8)
MULTIPLY_IN_FLOAT(uint16)
MULTIPLY_IN_FLOAT(int16)
MULTIPLY_IN_DOUBLE(uint32)
MULTIPLY_IN_DOUBLE(int32)
MULTIPLY_IN_DOUBLE(float32)
MULTIPLY_IN_DOUBLE(float64)

/* The quotient is there before it is asked for, so that vectors can be made of it. */
#define DIVIDED(T, W, SATURATE)                                                                    \
    static inline T divided_##T##_##W(W a, W b)                                                    \
    {                                                                                              \
        const T quotient = SATURATE(a / b);                                                        \
                                                                                                   \
        return b != 0 ? quotient : (T)0;                                                           \
    }
#define DIVIDED_FLOAT(T) DIVIDED(T, float, saturate_##T)
#define DIVIDED_DOUBLE(T) DIVIDED(T, double, saturate_##T##_d)
DIVIDED_FLOAT(uint8)
DIVIDED_FLOAT(uint16)
DIVIDED_FLOAT(int16)
DIVIDED_FLOAT(int32)
DIVIDED_DOUBLE(uint8)
DIVIDED_DOUBLE(uint16)
DIVIDED_DOUBLE(int16)
DIVIDED_DOUBLE(uint32)
DIVIDED_DOUBLE(int32)

WITH_LANES(divide, uint8, float, divided_uint8_float(a *scale, b), lanes_divide_uint8)
WITH_LANES(divide, uint16, float, divided_uint16_float(a *scale, b), lanes_divide_uint16)
WITH_LANES(divide, int16, float, divided_int16_float(a *scale, b), lanes_divide_int16)
WITH(divide, uint32, double, divided_uint32_double(a *scale, b))
WITH(divide, int32, float, divided_int32_float(a *scale, b))
WITH(divide, float32, float, a *scale / b)
WITH(divide, float64, double, a *scale / b)

/* With constants it does both in double. */
#define BY_INTEGER(T)                                                                              \
    VALUE(multiply, T, double, saturate_##T##_d(scale *a *b))                                      \
    VALUE(divide, T, double, divided_##T##_double(a *scale, b))
#define BY_REAL(T)                                                                                 \
    VALUE(multiply, T, double, (T)(scale * a * b))                                                 \
    VALUE(divide, T, double, (T)(a * scale / b))
BY_INTEGER(uint8)
BY_INTEGER(uint16)
BY_INTEGER(int16)
BY_INTEGER(uint32)
BY_INTEGER(int32)
BY_REAL(float32)
BY_REAL(float64)

enum kind { ADD, SUBTRACT, ABSDIFF, MIN, MAX, MULTIPLY, DIVIDE, PRODUCT, N_KINDS };

/* In the order of enum pixel_type. */
#define ROWS(NAME)                                                                                 \
    {                                                                                              \
        NAME##_uint8, NAME##_uint16, NAME##_int16, NAME##_uint32, NAME##_int32, NAME##_float32,    \
            NAME##_float64                                                                         \
    }
static row_kernel *const with_rows[N_KINDS][PX_N_KERNEL_TYPES] = {
    [ADD] = ROWS(add_with),         [SUBTRACT] = ROWS(subtract_with),
    [ABSDIFF] = ROWS(absdiff_with), [MIN] = ROWS(min_with),
    [MAX] = ROWS(max_with),         [MULTIPLY] = ROWS(multiply_with),
    [DIVIDE] = ROWS(divide_with),   [PRODUCT] = ROWS(product_with),
};
static row_kernel *const value_rows[N_KINDS][PX_N_KERNEL_TYPES] = {
    [ADD] = ROWS(add_value),         [SUBTRACT] = ROWS(subtract_value),
    [ABSDIFF] = ROWS(absdiff_value), [MIN] = ROWS(min_value),
    [MAX] = ROWS(max_value),         [MULTIPLY] = ROWS(multiply_value),
    [DIVIDE] = ROWS(divide_value),
};

row_kernel *const *const arithmetic_product = with_rows[PRODUCT];

/* --- preparation ------------------------------------------------------------------------------ */

/* A constant that is added to integers is one itself; farther from all pixels than a result can
 * tell, and no more. */
static double term(const struct operation *o, double number)
{
    static const double far[PX_N_KERNEL_TYPES] = {
        [PX_UINT8] = 0x1p10, [PX_UINT16] = 0x1p20, [PX_INT16] = 0x1p20, [PX_UINT32] = 0x1p34};

    if (pixel_is_float(o->result))
        return number;
    if (o->work != o->result || o->work == PX_INT32)
        return operands_pixel(PX_INT32, number);
    return fmin(fmax(rint(number), -far[o->work]), far[o->work]);
}

static double pixel(const struct operation *o, double number)
{
    return operands_pixel(o->work, number);
}

static bool is_small(enum pixel_type type)
{
    return type == PX_UINT8 || type == PX_UINT16 || type == PX_INT16;
}

static bool is_whole(const struct numbers *n)
{
    for (int i = 0; i < n->rows * n->columns; i++)
        if (n->v[i] != rint(n->v[i]))
            return false;
    return true;
}

/* The type to work in when the result has another than the pixels. OpenCV adds integers as int32;
 * in a float type that holds them the sum is the same. */
static enum pixel_type work_type(enum kind kind, enum pixel_type in, enum pixel_type result,
                                 const struct operands *operands)
{
    const bool is_sum = kind == ADD || kind == SUBTRACT;

    if (in == PX_UINT32 || in == PX_FLOAT64 || result == PX_FLOAT64)
        return PX_FLOAT64;
    if (is_small(in) || in == PX_FLOAT32)
        return is_sum || operands->with ? PX_FLOAT32 : PX_FLOAT64;
    if (is_sum)
        return result == PX_FLOAT32 && is_whole(&operands->value) ? PX_FLOAT32 : PX_FLOAT64;
    return operands->with ? PX_FLOAT32 : PX_FLOAT64;
}

static bool prepare(enum kind kind, const struct args *a, struct format in, struct stages *out,
                    struct err *e)
{
    const bool has_scale = kind == MULTIPLY || kind == DIVIDE;
    const bool has_dtype = has_scale || kind == ADD || kind == SUBTRACT;
    struct operation o = {.parameters = {a->scale}, .is_dear = has_scale};

    if (!op_takes(out->op_name, value_rows[kind], in.type, e) ||
        !operands_check(&a->operands, out, e) ||
        !operands_result(out->op_name, in.type, has_dtype ? a->dtype : PX_SAME, &o.result, e))
        return false;
    if (kind == DIVIDE && o.result != in.type && !pixel_is_float(o.result))
        return err_usage(e,
                         "divide: --dtype=%s does not go with %s pixels; it takes same, float32, "
                         "float64",
                         pixel_name(o.result), pixel_name(in.type));
    o.work = o.result == in.type ? in.type : work_type(kind, in.type, o.result, &a->operands);
    o.constant = has_scale ? NULL : kind == MIN || kind == MAX ? pixel : term;
    o.with = with_rows[kind == MULTIPLY && a->scale == 1 ? PRODUCT : kind][o.work];
    o.value = value_rows[kind][o.work];
    return operands_add(&a->operands, &o, out, e);
}

#define OP(NAME, KIND, PARAMS, EXAMPLE, SUMMARY)                                                   \
    static bool prepare_##NAME(const void *args, struct format in, struct stages *out,             \
                               struct err *e)                                                      \
    {                                                                                              \
        return prepare(KIND, args, in, out, e);                                                    \
    }                                                                                              \
    const struct op op_##NAME = {                                                                  \
        .name = #NAME,                                                                             \
        .summary = SUMMARY,                                                                        \
        .source = "OpenCV core, " #NAME,                                                           \
        .example = EXAMPLE,                                                                        \
        .params = PARAMS,                                                                          \
        .args_size = sizeof(struct args),                                                          \
        .prepare = prepare_##NAME,                                                                 \
    };
OP(absdiff, ABSDIFF, params, "--value=90", "absolute difference from a scene or a constant")
OP(add, ADD, params_typed, "--value=40", "sum with a scene or a constant")
OP(divide, DIVIDE, params_scaled, "--value=1.5", "quotient by a scene or a constant")
OP(max, MAX, params, "--value=50", "the larger one of pixel and scene or constant")
OP(min, MIN, params, "--value=100", "the smaller one of pixel and scene or constant")
OP(multiply, MULTIPLY, params_scaled, "--value=1.5", "product with a scene or a constant")
OP(subtract, SUBTRACT, params_typed, "--value=40", "difference to a scene or a constant")
