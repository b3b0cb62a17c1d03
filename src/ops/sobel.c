/* sobel.c - OpenCV's Sobel derivatives, and the magnitude of the gradient.
 * SPDX-License-Identifier: MIT */
#include "ops/derivative.h"

struct args {
    int dx, dy, ksize, ddepth, border_type;
    double scale, delta, border_value;
    bool magnitude;
};

static const struct param params[] = {
    {"dx", "order of the derivative along x", P_INT, offsetof(struct args, dx), "1", NULL, 0,
     DERIVATIVE_LARGEST - 1},
    {"dy", "order of the derivative along y", P_INT, offsetof(struct args, dy), "0", NULL, 0,
     DERIVATIVE_LARGEST - 1},
    {"ksize", "odd, or -1 for Scharr", P_INT, offsetof(struct args, ksize), "3", NULL, SCHARR,
     DERIVATIVE_LARGEST},
    {"scale", "factor on the derivative", P_REAL, offsetof(struct args, scale), "1", NULL, 0, 0},
    {"delta", "added to the derivative", P_REAL, offsetof(struct args, delta), "0", NULL, 0, 0},
    {"ddepth", "pixel type of the result", P_TYPE, offsetof(struct args, ddepth), "same", NULL, 0,
     0},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "reflect-101", border_names, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {"magnitude", "length of the gradient, in float32; dx, dy and ddepth then do not matter",
     P_BOOL, offsetof(struct args, magnitude), NULL, NULL, 0, 0},
    {0},
};

/* --- the gradient's magnitude ----------------------------------------------------------------- */

#define MAGNITUDE(W)                                                                               \
    SIMD static void sobel_magnitude_##W(const void *state, const void *const *sums, void *result, \
                                         int n)                                                    \
    {                                                                                              \
        const W *restrict in_x = sums[0], *restrict in_y = sums[1];                                \
        float *restrict out = result;                                                              \
                                                                                                   \
        for (int i = 0; i < n; i++) {                                                              \
            const float dx = in_x[i], dy = in_y[i];                                                \
            out[i] = sqrtf(fmaf(dx, dx, dy * dy));                                                 \
        }                                                                                          \
    }
MAGNITUDE(int16)
MAGNITUDE(float32)

static finish_rows *const magnitudes[N_WORKS] = {
    [INT16] = sobel_magnitude_int16,
    [FLOAT32] = sobel_magnitude_float32,
};

/* For pixels outside the data. */
struct gradient {
    const struct linear *kernel[2]; /* of dx and dy */
};

static bool patch_magnitude(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                            double *results)
{
    const struct gradient *g = state;
    double dx, dy;
    const bool misses_x = linear_patch(g->kernel[0], v, x, y, &dx);
    const bool misses_y = linear_patch(g->kernel[1], v, x, y, &dy);

    results[0] = sqrt(dx * dx + dy * dy);
    return misses_x || misses_y;
}

/* Kernels of one and of three taps are made the same size. */
static void pad(double *k, int *n)
{
    if (*n == 1) {
        k[1] = k[0];
        k[0] = k[2] = 0;
        *n = 3;
    }
}

static bool add_magnitude(struct stages *s, const struct args *a, struct format in, struct err *e)
{
    struct derivative_taps taps[2];
    struct gradient *gradient = stages_state(s, sizeof *gradient, e);
    struct separable f = {
        .n_kernels = 2,
        .sums = PX_FLOAT32,
        .out = PX_FLOAT32,
        .border = {(enum border_type)a->border_type, a->border_value},
        .finish = magnitudes,
        .patch = patch_magnitude,
        .patch_state = gradient,
    };

    if (!gradient)
        return false;
    for (int i = 0; i < 2; i++) {
        const struct derivative d = {i == 0, i == 1, a->ksize, a->scale, a->delta};
        derivative_taps(&taps[i], &d, false);
        pad(taps[i].x, &taps[i].n_x);
        pad(taps[i].y, &taps[i].n_y);
        f.kernel[i] = derivative_kernel(&taps[i], a->delta);
        gradient->kernel[i] = linear_new(s, &f.kernel[i], e);
        if (!gradient->kernel[i])
            return false;
    }
    separable_choose_work(&f, in.type);
    return separable_add(s, &f, in, e);
}

/* --- the op ----------------------------------------------------------------------------------- */

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const struct derivative d = {a->dx, a->dy, a->ksize, a->scale, a->delta};
    const enum pixel_type type = a->magnitude           ? PX_FLOAT32
                                 : a->ddepth == PX_SAME ? in.type
                                                        : (enum pixel_type)a->ddepth;

    if (a->magnitude && in.type == PX_FLOAT64)
        return err_usage(e, "sobel: --magnitude does not take float64 pixels, as it computes in "
                            "float32 (put `convert-to --type=float32` before it)");
    if (!row_takes("sobel", in.type, type, e))
        return false;
    if (a->ksize != SCHARR && a->ksize % 2 != 1)
        return err_usage(e, "sobel: --ksize=%d is even; it is odd, or -1 for Scharr", a->ksize);
    if (a->magnitude)
        return add_magnitude(out, a, in, e);
    return derivative_check("sobel", &d, e) &&
           derivative_add(out, &d,
                          (struct border){(enum border_type)a->border_type, a->border_value}, in,
                          type, e);
}

const struct op op_sobel = {
    .name = "sobel",
    .summary = "derivative by Sobel's or Scharr's kernel, or the gradient's magnitude",
    .source = "OpenCV imgproc, Sobel",
    .example = "--magnitude",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
