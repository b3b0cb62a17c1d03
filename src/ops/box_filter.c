/* box_filter.c - OpenCV's blur, boxFilter and sqrBoxFilter.
 * SPDX-License-Identifier: MIT */
#include "ops/box.h"

struct args {
    struct size2 ksize;
    struct point2 anchor;
    int border_type, ddepth;
    double border_value;
    bool normalize;
};

/* blur has all but the first two. */
static const struct param params[] = {
    {"ddepth", "pixel type of the result; same: the scene's, or a float type for squares", P_TYPE,
     offsetof(struct args, ddepth), "same", NULL, 0, 0},
    {"normalize", "the mean, not the sum", P_BOOL, offsetof(struct args, normalize), "true", NULL,
     0, 0},
    {"ksize", "size of the box", P_SIZE, offsetof(struct args, ksize), NULL, NULL, 1, KSIZE_MAX},
    {"anchor", "the box's own pixel; -1: its middle", P_POINT, offsetof(struct args, anchor),
     "-1,-1", NULL, -1, KSIZE_MAX},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "reflect-101", border_names, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {0},
};

static struct box box_of(const struct args *a, enum pixel_type same)
{
    return (struct box){
        .ksize = a->ksize,
        .anchor = a->anchor,
        .normalize = a->normalize,
        .out = a->ddepth == PX_SAME ? same : (enum pixel_type)a->ddepth,
        .border = {(enum border_type)a->border_type, a->border_value},
    };
}

static bool prepare_blur(const void *args, struct format in, struct stages *out, struct err *e)
{
    struct args a = *(const struct args *)args;

    a.ddepth = PX_SAME;
    a.normalize = true;
    const struct box box = box_of(&a, in.type);
    return box_add(out, &box, in, e);
}

static bool prepare_box(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct box box = box_of(args, in.type);

    out->keeps_values = box.normalize;
    return box_add(out, &box, in, e);
}

static bool prepare_squares(const void *args, struct format in, struct stages *out, struct err *e)
{
    struct box box = box_of(args, pixel_is_float(in.type) ? PX_FLOAT64 : PX_FLOAT32);

    box.squares = true;
    return box_add(out, &box, in, e);
}

const struct op op_blur = {
    .name = "blur",
    .summary = "mean of a box",
    .source = "OpenCV imgproc, blur",
    .example = "--ksize=9",
    .nodata = NODATA_NORMALIZED,
    .keeps_values = true,
    .params = params + 2,
    .args_size = sizeof(struct args),
    .prepare = prepare_blur,
};

const struct op op_box_filter = {
    .name = "box-filter",
    .summary = "mean or sum of a box",
    .source = "OpenCV imgproc, boxFilter",
    .example = "--ksize=5 --normalize=false --ddepth=float32",
    .nodata = NODATA_NORMALIZED,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare_box,
};

const struct op op_sqr_box_filter = {
    .name = "sqr-box-filter",
    .summary = "mean or sum of the squares in a box",
    .source = "OpenCV imgproc, sqrBoxFilter",
    .example = "--ksize=5",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare_squares,
};
