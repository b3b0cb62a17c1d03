/* pyramid_rows.h - the kernels of pyr-down and pyr-up.
 * SPDX-License-Identifier: MIT */
#ifndef PYRAMID_ROWS_H
#define PYRAMID_ROWS_H

#include "ops/op.h"

enum { PYRAMID_TAPS_MOST = 5 };

/* The state of all kernels. */
struct pyramid {
    struct format in;
    enum border_type border; /* of pyr-down */
    bool up;
    int more; /* rows between the stages above the input's, for a wrap: its other end again */
};

/* The position of an axis of the input of len pixels that shows at position `at`, maybe outside; of
 * a wrap, that position itself. */
int64_t pyramid_shown(const struct pyramid *p, int64_t at, int64_t len);

/* By type of the pixels; NULL where there is none. Between the stages lie sums: of uint8 in uint16,
 * of other integers in int32, of floats in their own type. */
extern row_kernel *const pyramid_down_x[PX_N_KERNEL_TYPES];
extern row_kernel *const pyramid_down_y[PX_N_KERNEL_TYPES];
extern row_kernel *const pyramid_up_x[PX_N_KERNEL_TYPES];
extern row_kernel *const pyramid_up_y[PX_N_KERNEL_TYPES];

#endif
