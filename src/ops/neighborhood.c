/* neighborhood.c - what ops on neighbourhoods share.
 * SPDX-License-Identifier: MIT */
#include "ops/neighborhood.h"

bool reach_around(struct reach *reach, const char *op, struct size2 ksize, struct point2 anchor,
                  struct err *e)
{
    const int64_t x = anchor.x == -1 ? ksize.width / 2 : anchor.x;
    const int64_t y = anchor.y == -1 ? ksize.height / 2 : anchor.y;

    if (x < 0 || x >= ksize.width || y < 0 || y >= ksize.height)
        return err_usage(e,
                         "%s: --anchor=%lld,%lld lies outside the %dx%d kernel; it goes from 0,0 "
                         "to %d,%d, or is -1 for the middle",
                         op, (long long)anchor.x, (long long)anchor.y, ksize.width, ksize.height,
                         ksize.width - 1, ksize.height - 1);
    *reach = (struct reach){
        .left = (int)x,
        .right = ksize.width - 1 - (int)x,
        .up = (int)y,
        .down = ksize.height - 1 - (int)y,
    };
    return true;
}
