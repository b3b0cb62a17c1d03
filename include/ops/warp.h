/* warp.h - pixels looked up at positions along a row: what warp-affine has in plain C, and for
 * processors that gather. SPDX-License-Identifier: MIT */
#ifndef OPS_WARP_H
#define OPS_WARP_H

#include "ops/op.h"

/* Positions have WARP_BITS bits after the point; linear interpolation keeps WARP_FINE_BITS. */
enum { WARP_BITS = 10, WARP_FINE_BITS = 5, WARP_FINE = 1 << WARP_FINE_BITS };

/* Of the columns of a row, counted from the first pixel of the rows looked into. */
struct warp_positions {
    int32 x[STRIP_MAX], y[STRIP_MAX];
};

/* Columns from .. to - 1. */
struct warp_span {
    int from, to;
};

/* Rows the same distance apart: row y begins at base + y * stride. */
struct warp_flat {
    const void *base;
    int32 stride; /* in bytes */
};

/* Makes the columns of a span of an output row. Reads up to 3 bytes behind a pixel. */
typedef void warp_gather(const struct warp_flat *f, const struct warp_positions *p,
                         struct warp_span s, void *out);

/* NULL when the processor or the type does not suit. */
warp_gather *warp_gather_nearest(enum pixel_type type);
warp_gather *warp_gather_linear(enum pixel_type type);

#endif
