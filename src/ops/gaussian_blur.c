/* gaussian_blur.c - OpenCV's GaussianBlur: fixed point for uint8 and uint16, else floating point.
 * SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "ops/gauss_fixed.h"
#include "ops/gauss_kernel.h"
#include "ops/neighborhood.h"
#include "ops/separable.h"

#include <stdlib.h>

struct args {
    struct size2 ksize;
    double sigma_x, sigma_y, border_value;
    int border_type;
};

static const struct param params[] = {
    {"ksize", "size of the kernel, odd; 0: from sigma", P_SIZE, offsetof(struct args, ksize), "0",
     NULL, 0, KSIZE_MAX},
    {"sigma-x", "standard deviation along x, in pixels; 0: from ksize", P_REAL,
     offsetof(struct args, sigma_x), "0", NULL, 0, 0},
    {"sigma-y", "standard deviation along y; 0: that along x", P_REAL,
     offsetof(struct args, sigma_y), "0", NULL, 0, 0},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "reflect-101", border_names, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {0},
};

/* The length of the kernel on one axis of `pixels` pixels. */
static bool find_length(int *length, int asked, double sigma, int64_t pixels, const struct args *a,
                        enum pixel_type type, struct err *e)
{
    *length = asked;
    if (pixels == 1 && a->border_type != BORDER_CONSTANT)
        *length = 1;
    else if (asked == 0 && sigma > 0)
        *length = gauss_length(sigma, type);
    if (*length == 0)
        return err_usage(e, "gaussian-blur: give --sigma-x, or --ksize, or both");
    if (*length % 2 == 0)
        return err_usage(e, "gaussian-blur: --ksize=%dx%d is even; a kernel has odd sides",
                         a->ksize.width, a->ksize.height);
    if (*length > KSIZE_MAX)
        return err_usage(e,
                         "gaussian-blur: sigma %g needs a kernel longer than %d; give a smaller "
                         "one, or --ksize",
                         sigma, KSIZE_MAX);
    return true;
}

static bool add_fixed(struct stages *s, const struct separable *f, struct format in, struct err *e)
{
    const struct linear *k = &f->kernel[0];
    const struct gauss_fixed *g = gauss_fixed_new(s, in.type, k->n_x, k->x, k->n_y, k->y, e);
    row_kernel *kernels[GAUSS_FIXED_KERNELS];

    if (!g)
        return false;
    const int n = gauss_fixed_kernels(g, kernels);
    struct stage stage = {
        .in = {{.stage = s->current,
                .reach = {.left = k->left, .right = k->left, .up = k->up, .down = k->up},
                .border = f->border}},
        .n_in = 1,
        .out = in,
        .block = BLOCK_MAX,
        .row = kernels[n - 1],
        .state = g,
        .scratch_bytes = gauss_fixed_scratch(g),
    };
    return linear_correct(s, &stage, &stage.in[0], k, e) && stages_add(s, &stage, e);
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const double sigma_y = a->sigma_y > 0 ? a->sigma_y : a->sigma_x;
    struct separable f = {
        .n_kernels = 1,
        .sums = in.type,
        .out = in.type,
        .border = {(enum border_type)a->border_type, a->border_value},
    };
    struct linear *k = &f.kernel[0];

    if (!row_takes("gaussian-blur", in.type, in.type, e) ||
        !find_length(&k->n_x, a->ksize.width, a->sigma_x, in.width, a, in.type, e) ||
        !find_length(&k->n_y, a->ksize.height, sigma_y, in.height, a, in.type, e))
        return false;
    double *x = memory_raw((size_t)k->n_x, sizeof *x, e);
    double *y = memory_raw((size_t)k->n_y, sizeof *y, e);
    bool done = false;
    if (x && y) {
        gauss_weights(k->n_x, a->sigma_x, x);
        gauss_weights(k->n_y, sigma_y, y);
        k->left = k->n_x / 2;
        k->up = k->n_y / 2;
        k->x = x;
        k->y = y;
        f.work = row_work(in.type, in.type);
        done = in.type == PX_UINT8 || in.type == PX_UINT16 ? add_fixed(out, &f, in, e)
                                                           : separable_add(out, &f, in, e);
    }
    free(x);
    free(y);
    return done;
}

const struct op op_gaussian_blur = {
    .name = "gaussian-blur",
    .summary = "smooth with a Gaussian",
    .source = "OpenCV imgproc, GaussianBlur",
    .example = "--sigma-x=2",
    .nodata = NODATA_NORMALIZED,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
