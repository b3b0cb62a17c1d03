/* merge.c - OpenCV's merge: the bands of this scene, then those of another.
 * SPDX-License-Identifier: MIT */
#include "ops/bands.h"

struct args {
    const char *with;
};

static const struct param params[] = {
    {"with", "the scene whose bands follow", P_SCENE, offsetof(struct args, with), param_required,
     NULL, 0, 0},
    {0},
};

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    struct format other;

    return stages_with(out, in, &other, e) && bands_join(out, out->with, e);
}

const struct op op_merge = {
    .name = "merge",
    .summary = "the bands of this scene, then those of another",
    .source = "OpenCV core, merge",
    .example = "--with=other",
    .nodata = NODATA_MOVED,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
