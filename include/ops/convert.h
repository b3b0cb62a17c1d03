/* convert.h - stages that change the pixel type.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_CONVERT_H
#define OPS_CONVERT_H

#include "ops/op.h"

/* Adds a stage that makes alpha x + beta of the current one, in another type as OpenCV's convertTo
 * has it; none, where that changes nothing. Takes and makes 64-bit integers too. Fails if memory is
 * short. */
bool convert_add(struct stages *s, enum pixel_type to, double alpha, double beta,
                 struct err *e) MUST_CHECK;

#endif
