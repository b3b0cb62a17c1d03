/* binary.h - the stage that tells the pixels that are 0 from the others.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_BINARY_H
#define OPS_BINARY_H

#include "ops/op.h"

/* Adds a stage that makes 1 of every pixel that is not 0, as uint32 or float32. Fails with err_usage
 * for types without kernels. */
bool binary_add(struct stages *s, struct format in, enum pixel_type out, struct err *e) MUST_CHECK;

#endif
