/* compare.c - OpenCV's compare: where a scene is larger than, equal to … another one or a constant.
 * SPDX-License-Identifier: MIT */
#include "ops/op.h"
#include "ops/operands.h"

enum { EQ, GT, GE, LT, LE, NE };
static const char *const names[] = {"eq", "gt", "ge", "lt", "le", "ne", NULL};

struct args {
    struct operands operands;
    int cmpop;
};

static const struct param params[] = {
    OPERAND_PARAMS(struct args),
    {"cmpop", "what is asked of the pixel and the other one", P_CHOICE,
     offsetof(struct args, cmpop), NULL, names, 0, 0},
    {0},
};

struct comparison {
    int cmpop;
    double value[]; /* of each band; none beside another scene */
};

#define WHERE(OPERATOR, RIGHT)                                                                     \
    for (int x = 0; x < n; x++)                                                                    \
        out[x] = (uint8) - (left[x] OPERATOR RIGHT);                                               \
    break
#define WHERE_ANY(RIGHT)                                                                           \
    switch (cmpop) {                                                                               \
    case EQ:                                                                                       \
        WHERE(==, RIGHT);                                                                          \
    case GT:                                                                                       \
        WHERE(>, RIGHT);                                                                           \
    case GE:                                                                                       \
        WHERE(>=, RIGHT);                                                                          \
    case LT:                                                                                       \
        WHERE(<, RIGHT);                                                                           \
    case LE:                                                                                       \
        WHERE(<=, RIGHT);                                                                          \
    default:                                                                                       \
        WHERE(!=, RIGHT);                                                                          \
    }
/* A constant need not be a value of the type: W holds both. */
#define COMPARE(T, W)                                                                              \
    SIMD static void compare_rows_##T(int cmpop, const T *restrict left, const T *restrict right,  \
                                      uint8 *restrict out, int n)                                  \
    {                                                                                              \
        WHERE_ANY(right[x]);                                                                       \
    }                                                                                              \
    SIMD static void compare_value_##T(int cmpop, const T *restrict left, W right,                 \
                                       uint8 *restrict out, int n)                                 \
    {                                                                                              \
        WHERE_ANY(right);                                                                          \
    }                                                                                              \
    static void compare_with_##T(const void *state, const struct window *w)                        \
    {                                                                                              \
        const struct comparison *c = state;                                                        \
                                                                                                   \
        compare_rows_##T(c->cmpop, w->rows[0], w->rows[1], w->outs[0], w->width);                  \
    }                                                                                              \
    static void compare_constant_##T(const void *state, const struct window *w)                    \
    {                                                                                              \
        const struct comparison *c = state;                                                        \
                                                                                                   \
        compare_value_##T(c->cmpop, w->rows[0], (W)c->value[w->band], w->outs[0], w->width);       \
    }
COMPARE(uint8, float)
COMPARE(uint16, float)
COMPARE(int16, float)
COMPARE(uint32, double)
COMPARE(int32, double)
COMPARE(float32, float)
COMPARE(float64, double)

#define WITH(T) compare_with_##T,
#define CONSTANT(T) compare_constant_##T,
static row_kernel *const with_rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(WITH)};
static row_kernel *const constant_rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(CONSTANT)};

/* Beside small integers, a constant that float32 does not hold falls between the same two. */
static double constant(double v)
{
    const float nearest = (float)v;

    if ((double)nearest == v || fabs(v) > UINT16_MAX + 1.0)
        return v;
    return floor(v) + 0.5;
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const struct numbers *given = &a->operands.value;
    const bool small = in.type == PX_UINT8 || in.type == PX_UINT16 || in.type == PX_INT16;

    if (!op_takes("compare", with_rows, in.type, e) || !operands_check(&a->operands, out, e))
        return false;
    struct comparison *c = stages_state(out, sizeof *c + (size_t)in.bands * sizeof *c->value, e);
    if (!c)
        return false;
    c->cmpop = a->cmpop;
    for (int b = 0; given->v && b < in.bands; b++) {
        const double v = given->v[given->rows * given->columns == 1 ? 0 : b];
        c->value[b] = small ? constant(v) : v;
    }
    const struct stage stage = {
        .in = {{.stage = out->current, .border = {BORDER_REPLICATE, 0}},
               {.stage = out->with, .border = {BORDER_REPLICATE, 0}}},
        .n_in = a->operands.with ? 2 : 1,
        .out = {PX_UINT8, in.bands, in.width, in.height},
        .row = (a->operands.with ? with_rows : constant_rows)[in.type],
        .state = c,
    };
    return stages_add(out, &stage, e);
}

const struct op op_compare = {
    .name = "compare",
    .summary = "255 where a comparison with a scene or a constant holds, else 0",
    .source = "OpenCV core, compare",
    .example = "--value=100 --cmpop=gt",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
