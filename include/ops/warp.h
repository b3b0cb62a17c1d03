/* warp.h - the state of warp-affine, and its kernels: in plain C, and for processors that gather.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_WARP_H
#define OPS_WARP_H

#include "ops/op.h"

#include <math.h>

/* Positions have WARP_BITS bits after the point; linear interpolation keeps WARP_FINE_BITS. */
enum { WARP_BITS = 10, WARP_FINE_BITS = 5, WARP_FINE = 1 << WARP_FINE_BITS };

enum { WARP_NEAREST, WARP_LINEAR };

/* --- pieces of a row -------------------------------------------------------------------------- */

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

/* --- the stage -------------------------------------------------------------------------------- */

struct warp {
    double m[6]; /* from output to input */
    enum border_type border;
    int interpolation;
    int64_t width, height;                 /* of the input */
    double value;                          /* of the border */
    _Alignas(8) unsigned char constant[8]; /* the same as a pixel */
    /* What each output column adds to the position along x and y, modulo 2^32. */
    const uint32 *x, *y;
    warp_gather *gather, *gather_nearest; /* or NULL */
};

/* In the input, in units of 2^-WARP_BITS pixels, with what rounds when the last bits go. */
struct warp_position {
    int64_t x, y;
};

/* Far beyond any scene, but safe to add up, where v is. */
static inline int64_t warp_fixed_point(double v)
{
    return (int64_t)fmax(-0x1p50, fmin(0x1p50, rint(v * (1 << WARP_BITS))));
}

/* What half of the last bit that is kept is. */
static inline int64_t warp_rounding(int interpolation)
{
    return 1 << (interpolation == WARP_LINEAR ? WARP_BITS - WARP_FINE_BITS - 1 : WARP_BITS - 1);
}

static inline struct warp_position warp_position_of(const struct warp *f, int interpolation,
                                                    int64_t x, int64_t y)
{
    const double *m = f->m;

    return (struct warp_position){
        warp_fixed_point(m[1] * (double)y + m[2]) + warp_rounding(interpolation) +
            warp_fixed_point(m[0] * (double)x),
        warp_fixed_point(m[4] * (double)y + m[5]) + warp_rounding(interpolation) +
            warp_fixed_point(m[3] * (double)x),
    };
}

/* The fine part of a position, which is in units of 1/32 once its last bits are cut off. */
static inline int warp_fine(int64_t position)
{
    return (int)(position >> (WARP_BITS - WARP_FINE_BITS)) & (WARP_FINE - 1);
}

/* The kernel for pixels of that type; any processor. */
row_kernel *warp_nearest(enum pixel_type type);

/* NULL for types that cannot be blended. */
extern row_kernel *const warp_linear[PX_N_KERNEL_TYPES];

#endif
