/* area_open.c - only connected regions of enough pixels stay.
 * SPDX-License-Identifier: MIT */
#include "ops/components.h"

#include <stdint.h>

struct args {
    int min, connectivity;
};

static const char *const connectivities[] = {"4", "8", NULL};

static const struct param params[] = {
    {"min", "pixels that a region must have to stay", P_INT, offsetof(struct args, min), NULL, NULL,
     1, INT32_MAX},
    {"connectivity", "8: pixels touch at corners, too", P_CHOICE,
     offsetof(struct args, connectivity), "8", connectivities, 0, 0},
    {0},
};

#define COPY(T)                                                                                    \
    SIMD static void area_open_##T(const void *state, const struct window *w)                      \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = in[x];                                                                        \
    }
FOR_EACH_PIXEL_TYPE(COPY)

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
#define ROW(T) area_open_##T,
    static row_kernel *const rows[PX_N_KERNEL_TYPES] = { FOR_EACH_PIXEL_TYPE(ROW) };
    const struct args *a = args;
    struct components *c = stages_state(out, sizeof *c, e);

    if (!c || !op_takes("area-open", rows, in.type, e))
        return false;
    *c = (struct components){
        .end = COMPONENT_AREA, .connectivity = a->connectivity == 0 ? 4 : 8, .area = a->min};
    out->sweep = (struct sweep_use){&components_areas, c};
    const struct stage stage = {
        .in = {{.stage = out->current, .border = {BORDER_REPLICATE, 0}}},
        .n_in = 1,
        .out = in,
        .row = rows[in.type],
        .by_place = true,
    };
    return stages_add(out, &stage, e);
}

const struct op op_area_open = {
    .name = "area-open",
    .summary =
        "keep the connected regions of pixels that are not 0 and have enough of them, over the "
        "whole scene; the others become 0, and pixels outside the data are of none",
    .source =
        "L. Vincent, \"Morphological area openings and closings for grey-scale images\", 1994: "
        "the opening of the set of pixels that are not 0",
    .example = "--min=300",
    .nodata = NODATA_POINT,
    .keeps_values = true,
    .sweeps = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
