/* region.h - a rectangle of pixels of one grid.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_REGION_H
#define BASE_REGION_H

#include <stdbool.h>
#include <stdint.h>

struct region {
    int64_t x, y, width, height;
};

/* What lies in both; width and height are 0 when nothing does. */
struct region region_intersect(struct region a, struct region b);

/* The smallest one with both; an empty one counts for nothing. */
struct region region_join(struct region a, struct region b);

bool region_is_empty(struct region r);
bool region_contains(struct region outer, struct region inner);

/* floor(a / b) and ceil(a / b) for b > 0 and any a. */
int64_t floor_div(int64_t a, int64_t b);
int64_t ceil_div(int64_t a, int64_t b);

#endif
