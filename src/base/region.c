/* region.c - a rectangle of pixels of one grid.
 * SPDX-License-Identifier: MIT */
#include "base/minmax.h"
#include "base/region.h"

struct region region_intersect(struct region a, struct region b)
{
    int64_t x0 = max64(a.x, b.x), x1 = min64(a.x + a.width, b.x + b.width);
    int64_t y0 = max64(a.y, b.y), y1 = min64(a.y + a.height, b.y + b.height);

    if (x1 <= x0 || y1 <= y0)
        return (struct region){x0, y0, 0, 0};
    return (struct region){x0, y0, x1 - x0, y1 - y0};
}

struct region region_join(struct region a, struct region b)
{
    if (region_is_empty(a) || region_is_empty(b))
        return region_is_empty(a) ? b : a;
    const int64_t x0 = min64(a.x, b.x), y0 = min64(a.y, b.y);
    const int64_t x1 = max64(a.x + a.width, b.x + b.width);
    const int64_t y1 = max64(a.y + a.height, b.y + b.height);
    return (struct region){x0, y0, x1 - x0, y1 - y0};
}

bool region_is_empty(struct region r)
{
    return r.width <= 0 || r.height <= 0;
}

bool region_contains(struct region outer, struct region inner)
{
    return inner.x >= outer.x && inner.y >= outer.y &&
           inner.x + inner.width <= outer.x + outer.width &&
           inner.y + inner.height <= outer.y + outer.height;
}

int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t ceil_div(int64_t a, int64_t b)
{
    return a / b + (a % b > 0);
}
