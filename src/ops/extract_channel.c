/* extract_channel.c - OpenCV's extractChannel: one band of several.
 * SPDX-License-Identifier: MIT */
#include "ops/bands.h"

struct args {
    int coi;
};

static const struct param params[] = {
    {"coi", "the band, counted from 0", P_INT, offsetof(struct args, coi), NULL, NULL, 0, 65535},
    {0},
};

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    if (a->coi >= in.bands)
        return err_usage(e, "extract-channel: --coi=%d is not there; its input has bands 0 to %d",
                         a->coi, in.bands - 1);
    return bands_move(out, &(struct bands_moved){.n = 1, .from = {a->coi}}, e);
}

const struct op op_extract_channel = {
    .name = "extract-channel",
    .summary = "one band of several",
    .source = "OpenCV core, extractChannel",
    .example = "--coi=0",
    .nodata = NODATA_MOVED,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
