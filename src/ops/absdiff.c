/* absdiff.c - OpenCV's absdiff of the scene and a constant.
 * SPDX-License-Identifier: MIT */
#include "ops/op.h"

struct args {
    double value;
};

static const struct param params[] = {
    {"value", "the constant", P_REAL, offsetof(struct args, value), NULL, NULL, 0, 0},
    {0},
};

/* Integers are subtracted from an int32 constant, so that one outside the pixel type's range counts
 * as what it is; the difference is clamped to the type. W holds it. */
#define ABSDIFF(T, W, RESULT)                                                                      \
    SIMD static void absdiff_##T(const void *state, const struct window *w)                        \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const W value = (W) * (const double *)state;                                               \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++) {                                                          \
            const W d = (W)in[x] > value ? (W)in[x] - value : value - (W)in[x];                    \
            out[x] = (T)(RESULT);                                                                  \
        }                                                                                          \
    }
ABSDIFF(uint8, int, d < UINT8_MAX ? d : UINT8_MAX)
ABSDIFF(uint16, int, d < UINT16_MAX ? d : UINT16_MAX)
ABSDIFF(int16, int, d < INT16_MAX ? d : INT16_MAX)
ABSDIFF(uint32, int64, d < UINT32_MAX ? d : UINT32_MAX)
ABSDIFF(int32, int64, (uint32)d) /* not clamped by OpenCV either: beyond INT32_MAX it wraps */
ABSDIFF(float32, float, d)
ABSDIFF(float64, double, d)

#define ROW(T) absdiff_##T,
static row_kernel *const rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW)};

/* Farther from every pixel than a difference can tell, and no more, so that int does for W. */
static double whole(enum pixel_type type, double value)
{
    const double far = type == PX_UINT32 ? 0x1p33 : type == PX_INT32 ? INT32_MAX : 0x1p30;
    const double least = type == PX_INT32 ? INT32_MIN : -far;

    return fmin(fmax(rint(value), least), far);
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    if (!op_takes("absdiff", rows, in.type, e))
        return false;
    double *value = stages_state(out, sizeof *value, e);
    if (!value)
        return false;
    *value = pixel_is_float(in.type) ? a->value : whole(in.type, a->value);
    return stages_add_row(out, rows[in.type], value, in, (struct reach){0},
                          (struct border){BORDER_REPLICATE, 0}, e);
}

const struct op op_absdiff = {
    .name = "absdiff",
    .summary = "absolute difference from a constant",
    .source = "OpenCV core, absdiff",
    .example = "--value=90",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
