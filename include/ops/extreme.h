/* extreme.h - the lowest or the highest of the pixels under an element of any shape.
 *
 * Time grows with the number of rows of the element for most shapes, and hardly at all for
 * rectangles.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_EXTREME_H
#define OPS_EXTREME_H

#include "ops/element.h"

enum extreme { LOWEST, HIGHEST };

/* Fills in the kernel of a stage whose only input and output have pixels of that type, and its
 * reach. The element needs a cell at least, and is not kept. Fails if memory is short. */
bool extreme_stage(struct stages *s, struct stage *stage, const struct element *element,
                   enum extreme which, enum pixel_type type, struct err *e) MUST_CHECK;

#endif
