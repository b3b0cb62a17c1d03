/* sep_filter_2d.c - OpenCV's sepFilter2D: sums along x and along y with any weights.
 * SPDX-License-Identifier: MIT */
#include "ops/neighborhood.h"
#include "ops/separable.h"

struct args {
    struct numbers kernel_x, kernel_y;
    int ddepth, border_type;
    struct point2 anchor;
    double delta, border_value;
};

static const struct param params[] = {
    {"kernel-x", "weights along x, as a,b,c or a file of them", P_NUMBERS,
     offsetof(struct args, kernel_x), param_required, NULL, 0, 0},
    {"kernel-y", "weights along y", P_NUMBERS, offsetof(struct args, kernel_y), param_required,
     NULL, 0, 0},
    {"ddepth", "pixel type of the result", P_TYPE, offsetof(struct args, ddepth), "same", NULL, 0,
     0},
    {"anchor", "the kernel's own pixel; -1: its middle", P_POINT, offsetof(struct args, anchor),
     "-1,-1", NULL, -1, KSIZE_MAX},
    {"delta", "added to the sum", P_REAL, offsetof(struct args, delta), "0", NULL, 0, 0},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "reflect-101", border_names, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {0},
};

/* The length of a kernel, which is one row or one column. */
static bool find_length(int *length, const struct numbers *k, char axis, struct err *e)
{
    if (k->rows > 1 && k->columns > 1)
        return err_usage(e,
                         "sep-filter-2d: --kernel-%c has %d rows of %d; it is one row (filter-2d "
                         "takes more)",
                         axis, k->rows, k->columns);
    *length = k->rows * k->columns;
    return *length <= KSIZE_MAX ||
           err_usage(e, "sep-filter-2d: --kernel-%c has %d numbers; %d is the most", axis, *length,
                     KSIZE_MAX);
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const enum pixel_type type = a->ddepth == PX_SAME ? in.type : (enum pixel_type)a->ddepth;
    struct size2 ksize;
    struct reach reach;

    if (!row_takes("sep-filter-2d", in.type, type, e) ||
        !find_length(&ksize.width, &a->kernel_x, 'x', e) ||
        !find_length(&ksize.height, &a->kernel_y, 'y', e) ||
        !reach_around(&reach, "sep-filter-2d", ksize, a->anchor, e))
        return false;
    struct separable f = {
        .kernel = {{
            .n_x = ksize.width,
            .n_y = ksize.height,
            .left = reach.left,
            .up = reach.up,
            .x = a->kernel_x.v,
            .y = a->kernel_y.v,
            .delta = a->delta,
        }},
        .n_kernels = 1,
        .sums = type,
        .out = type,
        .border = {(enum border_type)a->border_type, a->border_value},
    };
    separable_choose_work(&f, in.type);
    return separable_add(out, &f, in, e);
}

const struct op op_sep_filter_2d = {
    .name = "sep-filter-2d",
    .summary = "weighted sums along x, then along y",
    .source = "OpenCV imgproc, sepFilter2D",
    .example = "--kernel-x=1,2,3,2,1 --kernel-y=-1,0,1 --ddepth=float32",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
