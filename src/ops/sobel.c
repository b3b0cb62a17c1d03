/* sobel.c - OpenCV's Sobel and Scharr derivatives, and the magnitude of the gradient.
 * SPDX-License-Identifier: MIT */
#include "ops/separable.h"

#include <math.h>

struct args {
    int dx, dy, ksize, ddepth, border_type;
    double scale, delta, border_value;
    bool magnitude;
};

enum { KSIZE_LARGEST = 7, SCHARR = -1 };

static const struct param params[] = {
    {"dx", "order of the derivative along x", P_INT, offsetof(struct args, dx), "1", NULL, 0,
     KSIZE_LARGEST - 1},
    {"dy", "order of the derivative along y", P_INT, offsetof(struct args, dy), "0", NULL, 0,
     KSIZE_LARGEST - 1},
    {"ksize", "1, 3, 5, 7, or -1 for Scharr", P_INT, offsetof(struct args, ksize), "3", NULL,
     SCHARR, KSIZE_LARGEST},
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

SIMD static void sobel_magnitude(const void *state, const struct window *w)
{
    const float *restrict dx = w->rows[0], *restrict dy = w->rows[1];
    float *restrict out = w->outs[0];

    for (int x = 0; x < w->width; x++)
        out[x] = sqrtf(fmaf(dx[x], dx[x], dy[x] * dy[x]));
}

/* The taps of one axis into k; returns how many. Those of Sobel are 1 1 convolved with itself, then
 * with -1 1 as often as the order says. */
static int make_taps(double k[KSIZE_LARGEST], int ksize, int order)
{
    static const double scharr[2][3] = {{3, 10, 3}, {-1, 0, 1}};
    const int n = ksize == SCHARR || (ksize == 1 && order > 0) ? 3 : ksize;

    if (ksize == SCHARR) {
        for (int i = 0; i < n; i++)
            k[i] = scharr[order][i];
        return n;
    }
    k[0] = 1;
    for (int length = 1; length < n; length++) {
        const double first = length < n - order ? 1 : -1;
        k[length] = k[length - 1];
        for (int i = length - 1; i > 0; i--)
            k[i] = k[i - 1] + first * k[i];
        k[0] *= first;
    }
    return n;
}

/* Adds one derivative of the current stage. As in OpenCV, the factor goes to one axis, in the
 * precision of the filter. */
static bool add_derivative(struct stages *s, const struct args *a, int dx, int dy, struct format in,
                           enum pixel_type out, struct err *e)
{
    double x[KSIZE_LARGEST], y[KSIZE_LARGEST];
    struct separable f = {
        .x = x,
        .y = y,
        .n_x = make_taps(x, a->ksize, dx),
        .n_y = make_taps(y, a->ksize, dy),
        .delta = a->delta,
        .out = out,
        .border = {(enum border_type)a->border_type, a->border_value},
    };
    const bool wide = in.type == PX_FLOAT64 || out == PX_FLOAT64;
    double *scaled = dx > 0 ? y : x;

    for (int i = 0; i < (dx > 0 ? f.n_y : f.n_x); i++)
        scaled[i] = wide ? scaled[i] * a->scale : (float)scaled[i] * (float)a->scale;
    return separable_add(s, &f, in, e);
}

static bool add_magnitude(struct stages *s, const struct args *a, struct format in, struct err *e)
{
    const int source = s->current;
    struct stage stage = {.n_in = 2, .out = in, .row = sobel_magnitude};

    stage.out.type = PX_FLOAT32;
    if (!add_derivative(s, a, 1, 0, in, PX_FLOAT32, e))
        return false;
    stage.in[0] = (struct stage_input){.stage = s->current, .border = {BORDER_REPLICATE, 0}};
    s->current = source;
    if (!add_derivative(s, a, 0, 1, in, PX_FLOAT32, e))
        return false;
    stage.in[1] = (struct stage_input){.stage = s->current, .border = {BORDER_REPLICATE, 0}};
    return stages_add(s, &stage, e);
}

static bool check_orders(const struct args *a, struct err *e)
{
    const int below = a->ksize == SCHARR ? 2 : a->ksize < 3 ? 3 : a->ksize;

    if (a->ksize != SCHARR && a->ksize % 2 != 1)
        return err_usage(e, "sobel: --ksize=%d is none of 1, 3, 5, 7 and -1 (Scharr)", a->ksize);
    if (a->magnitude)
        return true;
    if (a->dx + a->dy == 0 || (a->ksize == SCHARR && a->dx + a->dy > 1))
        return err_usage(e, "sobel: --dx=%d --dy=%d is no derivative%s", a->dx, a->dy,
                         a->ksize == SCHARR ? " of Scharr: one of them is 1, the other 0" : "");
    if (a->dx >= below || a->dy >= below)
        return err_usage(e, "sobel: with --ksize=%d, --dx and --dy go from 0 to %d", a->ksize,
                         below - 1);
    return true;
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const enum pixel_type type = a->magnitude           ? PX_FLOAT32
                                 : a->ddepth == PX_SAME ? in.type
                                                        : (enum pixel_type)a->ddepth;

    if (a->magnitude && in.type == PX_FLOAT64)
        return err_usage(e, "sobel: --magnitude does not take float64 pixels, as it computes in "
                            "float32 (put `convert-to --type=float32` before it)");
    if (!separable_takes("sobel", in.type, type, e) || !check_orders(a, e))
        return false;
    return a->magnitude ? add_magnitude(out, a, in, e)
                        : add_derivative(out, a, a->dx, a->dy, in, type, e);
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
