/* element.h - structuring elements: which of a pixel's neighbours count.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_ELEMENT_H
#define OPS_ELEMENT_H

#include "ops/neighborhood.h"
#include "ops/numbers.h"

/* A pixel's neighbours: those at (x - left, y - up) for which cells[y * width + x]. */
struct element {
    int width, height, left, up;
    const bool *cells; /* NULL: all of them */
};

enum element_shape { ELEMENT_RECT, ELEMENT_CROSS, ELEMENT_ELLIPSE };

/* The choices of a --shape parameter, in the order of enum element_shape. */
extern const char *const element_shapes[];

/* OpenCV's element of that shape, owned by s; anchor as reach_around has it. Fails as that does, or
 * if memory is short. */
bool element_of_shape(struct element *out, struct stages *s, enum element_shape shape,
                      struct size2 ksize, struct point2 anchor, struct err *e) MUST_CHECK;

/* The cells of the kernel whose sign is that of `sign`; with 0, those that are not 0. There may be
 * none. Fails as element_of_shape, and with err_usage when the kernel is too large. */
bool element_of_numbers(struct element *out, struct stages *s, const struct numbers *kernel,
                        int sign, struct point2 anchor, struct err *e) MUST_CHECK;

bool element_is_full(const struct element *element);
bool element_is_empty(const struct element *element);

/* What a full element becomes when it is applied n times. Fails with err_usage when that reaches
 * too far. */
bool element_repeat(struct element *full, const char *op, int n, struct err *e) MUST_CHECK;

#endif
