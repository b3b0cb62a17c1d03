/* laplacian.c - OpenCV's Laplacian: the sum of the second derivatives along x and y.
 *
 * Kernels of 1 and 3 are one kernel of 3x3. Longer ones are two of Sobel's, whose sums are added,
 * and then scaled in float32 (in float64 only for float64 pixels).
 * SPDX-License-Identifier: MIT */
#include "ops/derivative.h"
#include "ops/filter_2d.h"
#include "ops/saturate.h"

struct args {
    int ksize, ddepth, border_type;
    double scale, delta, border_value;
};

static const struct param params[] = {
    {"ksize", "odd", P_INT, offsetof(struct args, ksize), "1", NULL, 1, DERIVATIVE_LARGEST},
    {"scale", "factor on the result", P_REAL, offsetof(struct args, scale), "1", NULL, 0, 0},
    {"delta", "added to the result", P_REAL, offsetof(struct args, delta), "0", NULL, 0, 0},
    {"ddepth", "pixel type of the result", P_TYPE, offsetof(struct args, ddepth), "same", NULL, 0,
     0},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "reflect-101", border_names, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {0},
};

/* --- kernels of 3x3 --------------------------------------------------------------------------- */

static bool add_3x3(struct stages *s, const struct args *a, struct format in, enum pixel_type out,
                    struct err *e)
{
    static const double kernels[2][9] = {{0, 1, 0, 1, -4, 1, 0, 1, 0},
                                         {2, 0, 2, 0, -8, 0, 2, 0, 2}};
    double weights[9];
    const struct linear kernel = {
        .n_x = 3, .n_y = 3, .left = 1, .up = 1, .weights = weights, .delta = a->delta};

    for (int i = 0; i < 9; i++)
        weights[i] = (float)(kernels[a->ksize == 3][i] * a->scale);
    return filter_2d_add(
        s, &kernel, (struct border){(enum border_type)a->border_type, a->border_value}, in, out, e);
}

/* --- two derivatives -------------------------------------------------------------------------- */

struct scale {
    double factor, delta;
};

/* The sum of rows of type W, scaled in type V. */
#define FINISH(W, T, V, RESULT)                                                                    \
    SIMD static void laplacian_##W##_##T(const void *state, const void *const *sums, void *result, \
                                         int n)                                                    \
    {                                                                                              \
        const struct scale *scale = state;                                                         \
        const W *restrict xx = sums[0], *restrict yy = sums[1];                                    \
        T *restrict out = result;                                                                  \
        const V factor = (V)scale->factor, delta = (V)scale->delta;                                \
                                                                                                   \
        for (int x = 0; x < n; x++) {                                                              \
            const W sum = (W)(xx[x] + yy[x]);                                                      \
            out[x] = RESULT;                                                                       \
        }                                                                                          \
    }
#define IN_FLOAT(W, T) FINISH(W, T, float, saturate_##T(fmaf((float)sum, factor, delta)))
#define IN_DOUBLE(W, T) FINISH(W, T, double, fma((double)sum, factor, delta))
#define FINISH_WORK(W)                                                                             \
    IN_FLOAT(W, uint8)                                                                             \
    IN_FLOAT(W, uint16)                                                                            \
    IN_FLOAT(W, int16)                                                                             \
    IN_FLOAT(W, float32)                                                                           \
    IN_DOUBLE(W, float64)
FINISH_WORK(int16)
FINISH_WORK(float32)
FINISH_WORK(float64)

#define WORKS(T)                                                                                   \
    {                                                                                              \
        laplacian_int16_##T, laplacian_float32_##T, laplacian_float64_##T                          \
    }
static finish_rows *const finishes[PX_N_KERNEL_TYPES][N_WORKS] = {
    [PX_UINT8] = WORKS(uint8),     [PX_UINT16] = WORKS(uint16),   [PX_INT16] = WORKS(int16),
    [PX_FLOAT32] = WORKS(float32), [PX_FLOAT64] = WORKS(float64),
};

/* Both derivatives as one kernel, for pixels outside the data. */
static const struct linear *joined(struct stages *s, const struct args *a,
                                   const struct linear kernels[2], struct err *e)
{
    double weights[DERIVATIVE_LARGEST * DERIVATIVE_LARGEST];
    struct linear kernel = kernels[0];

    for (int y = 0; y < kernel.n_y; y++)
        for (int x = 0; x < kernel.n_x; x++)
            weights[y * kernel.n_x + x] =
                a->scale * (kernels[0].x[x] * kernels[0].y[y] + kernels[1].x[x] * kernels[1].y[y]);
    kernel.weights = weights;
    kernel.delta = a->delta;
    return linear_new(s, &kernel, e);
}

static bool add_long(struct stages *s, const struct args *a, struct format in, enum pixel_type out,
                     struct err *e)
{
    struct scale *scale = stages_state(s, sizeof *scale, e);
    struct derivative_taps taps[2];
    struct separable f = {
        .n_kernels = 2,
        .sums = in.type == PX_FLOAT64                  ? PX_FLOAT64
                : in.type == PX_UINT8 && a->ksize <= 5 ? PX_INT16
                                                       : PX_FLOAT32,
        .out = out,
        .border = {(enum border_type)a->border_type, a->border_value},
        .finish = finishes[out],
        .finish_state = scale,
        .patch = linear_patch,
    };

    if (!scale)
        return false;
    *scale = (struct scale){a->scale, a->delta};
    for (int i = 0; i < 2; i++) {
        const struct derivative d = {
            .dx = i == 0 ? 2 : 0, .dy = i == 1 ? 2 : 0, .ksize = a->ksize, .scale = 1};
        derivative_taps(&taps[i], &d, true);
        f.kernel[i] = derivative_kernel(&taps[i], 0);
    }
    f.patch_state = joined(s, a, f.kernel, e);
    separable_choose_work(&f, in.type);
    return f.patch_state && separable_add(s, &f, in, e);
}

/* --- the op ----------------------------------------------------------------------------------- */

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const enum pixel_type type = a->ddepth == PX_SAME ? in.type : (enum pixel_type)a->ddepth;

    if (!row_takes("laplacian", in.type, type, e))
        return false;
    if (a->ksize % 2 != 1)
        return err_usage(e, "laplacian: --ksize=%d is even; it must be odd", a->ksize);
    return a->ksize <= 3 ? add_3x3(out, a, in, type, e) : add_long(out, a, in, type, e);
}

const struct op op_laplacian = {
    .name = "laplacian",
    .summary = "sum of the second derivatives",
    .source = "OpenCV imgproc, Laplacian",
    .example = "--ksize=5 --ddepth=float32",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
