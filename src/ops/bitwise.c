/* bitwise.c - OpenCV's bitwise_and, _or, _xor and _not, on the bits of integers.
 * SPDX-License-Identifier: MIT */
#include "ops/operands.h"

struct args {
    struct operands operands;
};

static const struct param params[] = {OPERAND_PARAMS(struct args), {0}};

#define BITWISE(NAME, T, RESULT)                                                                   \
    SIMD static void bitwise_##NAME##_with_##T(const void *state, const struct window *w)          \
    {                                                                                              \
        const T *restrict left = w->rows[0];                                                       \
        const T *restrict right = w->rows[1];                                                      \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++) {                                                          \
            const T a = left[x], b = right[x];                                                     \
            out[x] = (T)(RESULT);                                                                  \
        }                                                                                          \
    }                                                                                              \
    SIMD static void bitwise_##NAME##_value_##T(const void *state, const struct window *w)         \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const T b = (T)operands_constant(state, w)->value;                                         \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++) {                                                          \
            const T a = in[x];                                                                     \
            out[x] = (T)(RESULT);                                                                  \
        }                                                                                          \
    }
#define BITWISE_NOT(T)                                                                             \
    SIMD static void bitwise_not_##T(const void *state, const struct window *w)                    \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = (T)~in[x];                                                                    \
    }
#define BITWISE_ALL(T)                                                                             \
    BITWISE(and, T, a &b)                                                                          \
    BITWISE(or, T, a | b) BITWISE(xor, T, a ^ b) BITWISE_NOT(T)
BITWISE_ALL(uint8)
BITWISE_ALL(uint16)
BITWISE_ALL(int16)
BITWISE_ALL(uint32)
BITWISE_ALL(int32)

enum kind { AND, OR, XOR, N_KINDS };

/* In the order of enum pixel_type. */
#define ROWS(NAME)                                                                                 \
    {                                                                                              \
        bitwise_##NAME##_uint8, bitwise_##NAME##_uint16, bitwise_##NAME##_int16,                   \
            bitwise_##NAME##_uint32, bitwise_##NAME##_int32                                        \
    }
static row_kernel *const with_rows[N_KINDS][PX_N_KERNEL_TYPES] = {
    [AND] = ROWS(and_with), [OR] = ROWS(or_with), [XOR] = ROWS(xor_with)};
static row_kernel *const value_rows[N_KINDS][PX_N_KERNEL_TYPES] = {
    [AND] = ROWS(and_value), [OR] = ROWS(or_value), [XOR] = ROWS(xor_value)};
static row_kernel *const not_rows[PX_N_KERNEL_TYPES] = ROWS(not );

static double pixel(const struct operation *o, double number)
{
    return operands_pixel(o->work, number);
}

static bool prepare(enum kind kind, const struct args *a, struct format in, struct stages *out,
                    struct err *e)
{
    if (!op_takes(out->op_name, with_rows[kind], in.type, e) ||
        !operands_check(&a->operands, out, e))
        return false;
    const struct operation o = {
        .with = with_rows[kind][in.type],
        .value = value_rows[kind][in.type],
        .work = in.type,
        .result = in.type,
        .constant = pixel,
    };
    return operands_add(&a->operands, &o, out, e);
}

#define OP(WORD, KIND, EXAMPLE, SUMMARY)                                                           \
    static bool prepare_##WORD(const void *args, struct format in, struct stages *out,             \
                               struct err *e)                                                      \
    {                                                                                              \
        return prepare(KIND, args, in, out, e);                                                    \
    }                                                                                              \
    const struct op op_bitwise_##WORD = {                                                          \
        .name = "bitwise-" #WORD,                                                                  \
        .summary = SUMMARY,                                                                        \
        .source = "OpenCV core, bitwise_" #WORD,                                                   \
        .example = EXAMPLE,                                                                        \
        .params = params,                                                                          \
        .args_size = sizeof(struct args),                                                          \
        .prepare = prepare_##WORD,                                                                 \
    };
OP(and, AND, "--value=240", "bits that are set here and in a scene or constant")
OP(or, OR, "--value=64", "bits that are set here or in a scene or constant")
OP(xor, XOR, "--value=240", "bits that are set either here or in a scene or constant")

static bool prepare_not(const void *args, struct format in, struct stages *out, struct err *e)
{
    return op_takes("bitwise-not", not_rows, in.type, e) &&
           stages_add_row(out, not_rows[in.type], NULL, in, (struct reach){0},
                          (struct border){BORDER_REPLICATE, 0}, e);
}

const struct op op_bitwise_not = {
    .name = "bitwise-not",
    .summary = "all bits turned over",
    .source = "OpenCV core, bitwise_not",
    .example = "",
    .prepare = prepare_not,
};
