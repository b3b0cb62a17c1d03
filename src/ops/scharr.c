/* scharr.c - OpenCV's Scharr: first derivatives by a kernel of 3x3 that favours no direction.
 * SPDX-License-Identifier: MIT */
#include "ops/derivative.h"

struct args {
    int dx, dy, ddepth, border_type;
    double scale, delta, border_value;
};

static const struct param params[] = {
    {"dx", "1: the derivative along x", P_INT, offsetof(struct args, dx), "1", NULL, 0, 1},
    {"dy", "1: the derivative along y", P_INT, offsetof(struct args, dy), "0", NULL, 0, 1},
    {"scale", "factor on the derivative", P_REAL, offsetof(struct args, scale), "1", NULL, 0, 0},
    {"delta", "added to the derivative", P_REAL, offsetof(struct args, delta), "0", NULL, 0, 0},
    {"ddepth", "pixel type of the result", P_TYPE, offsetof(struct args, ddepth), "same", NULL, 0,
     0},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "reflect-101", border_names, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {0},
};

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const struct derivative d = {a->dx, a->dy, SCHARR, a->scale, a->delta};
    const enum pixel_type type = a->ddepth == PX_SAME ? in.type : (enum pixel_type)a->ddepth;

    return row_takes("scharr", in.type, type, e) && derivative_check("scharr", &d, e) &&
           derivative_add(out, &d,
                          (struct border){(enum border_type)a->border_type, a->border_value}, in,
                          type, e);
}

const struct op op_scharr = {
    .name = "scharr",
    .summary = "derivative by Scharr's kernel of 3x3",
    .source = "OpenCV imgproc, Scharr",
    .example = "--ddepth=float32",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
