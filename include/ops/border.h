/* border.h - OpenCV's rules for pixels outside the scene, on one axis.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_BORDER_H
#define OPS_BORDER_H

#include "ops/op.h"

/* The pixel of 0 .. len - 1 that shows at position p; -1: the constant. */
int64_t border_map(enum border_type type, int64_t p, int64_t len);

/* Turns the positions [*from, *to), wherever they lie, into the pixels of the axis that show there,
 * or the fewest pixels in a row that hold them; both are 0 when only the constant shows. For
 * BORDER_WRAP they are left alone. */
void border_shown(enum border_type type, int64_t len, int64_t *from, int64_t *to);

/* Grows [*from, *to) to what an op that reaches `before` and `after` needs of an axis of len
 * pixels: pixels of the axis, except for BORDER_WRAP, whose span may run past both ends. */
void border_span(enum border_type type, int64_t len, int before, int after, int64_t *from,
                 int64_t *to);

#endif
