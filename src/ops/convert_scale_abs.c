/* convert_scale_abs.c - OpenCV's convertScaleAbs: |alpha x + beta| as uint8, through float32.
 * SPDX-License-Identifier: MIT */
#include "ops/op.h"
#include "ops/lanes.h"
#include "ops/saturate.h"

struct args {
    double alpha, beta;
};

static const struct param params[] = {
    {"alpha", "factor", P_REAL, offsetof(struct args, alpha), "1", NULL, 0, 0},
    {"beta", "what is added", P_REAL, offsetof(struct args, beta), "0", NULL, 0, 0},
    {0},
};

struct line {
    float alpha, beta;
};

#define SCALE_ABS(T, LANES)                                                                        \
    SIMD static void scale_abs_##T(const void *state, const struct window *w)                      \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        uint8 *restrict out = w->outs[0];                                                          \
        const struct line line = *(const struct line *)state;                                      \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = LANES(in, out, width, line.alpha, line.beta); x < width; x++)                 \
            out[x] = saturate_uint8(fabsf(fmaf((float)in[x], line.alpha, line.beta)));             \
    }
SCALE_ABS(uint8, lanes_scale_abs_uint8)
SCALE_ABS(uint16, lanes_scale_abs_uint16)
SCALE_ABS(int16, lanes_scale_abs_int16)
SCALE_ABS(float32, lanes_scale_abs_float32)
SCALE_ABS(uint32, NO_LANES)
SCALE_ABS(int32, NO_LANES)
SCALE_ABS(float64, NO_LANES)

#define ROW(T) scale_abs_##T,
static row_kernel *const rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW)};

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    if (!op_takes("convert-scale-abs", rows, in.type, e))
        return false;
    struct line *line = stages_state(out, sizeof *line, e);
    if (!line)
        return false;
    *line = (struct line){(float)a->alpha, (float)a->beta};
    row_kernel *const row = rows[in.type];
    in.type = PX_UINT8;
    return stages_add_row(out, row, line, in, (struct reach){0},
                          (struct border){BORDER_REPLICATE, 0}, e);
}

const struct op op_convert_scale_abs = {
    .name = "convert-scale-abs",
    .summary = "scale, add, take the absolute value, and make it uint8",
    .source = "OpenCV core, convertScaleAbs",
    .example = "--alpha=1.5 --beta=-40",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
