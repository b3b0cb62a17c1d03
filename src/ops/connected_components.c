/* connected_components.c - OpenCV's connectedComponents over the whole scene, with statistics too.
 * SPDX-License-Identifier: MIT */
#include "ops/binary.h"
#include "ops/components.h"

struct args {
    int connectivity, ltype;
};

static const char *const connectivities[] = {"4", "8", NULL};
static const char *const label_types[] = {"uint32", NULL};

static const struct param params[] = {
    {"connectivity", "8: pixels touch at corners, too", P_CHOICE,
     offsetof(struct args, connectivity), "8", connectivities, 0, 0},
    {"ltype", "pixel type of the labels", P_CHOICE, offsetof(struct args, ltype), "uint32",
     label_types, 0, 0},
    {0},
};

static bool add(const struct args *a, struct format in, const struct sweep *how,
                enum component_end end, struct stages *out, struct err *e)
{
    struct components *c = stages_state(out, sizeof *c, e);

    if (!c)
        return false;
    *c = (struct components){.end = end, .connectivity = a->connectivity == 0 ? 4 : 8};
    out->sweep = (struct sweep_use){how, c};
    return binary_add(out, in, PX_UINT32, e);
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    return add(args, in, &components_labels, COMPONENT_LABEL, out, e);
}

static bool prepare_stats(const void *args, struct format in, struct stages *out, struct err *e)
{
    if (in.bands != 1)
        return err_usage(e, "%s: takes one band, not %d (extract-channel takes one out)",
                         out->op_name, in.bands);
    return add(args, in, &components_stats, COMPONENT_STATS, out, e);
}

const struct op op_connected_components = {
    .name = "connected-components",
    .summary =
        "number the connected regions of pixels that are not 0, over the whole scene; pixels "
        "outside the data are of none",
    .source = "OpenCV imgproc, connectedComponents",
    .nodata = NODATA_POINT,
    .sweeps = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};

const struct op op_connected_components_with_stats = {
    .name = "connected-components-with-stats",
    .summary = "the same, and with the sink `table FILE.csv` box, area and centroid of each",
    .source = "OpenCV imgproc, connectedComponentsWithStats",
    .nodata = NODATA_POINT,
    .sweeps = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare_stats,
};
