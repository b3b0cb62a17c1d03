/* neighborhood.h - what ops on neighbourhoods share: the kernel's size and where its anchor lies.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_NEIGHBORHOOD_H
#define OPS_NEIGHBORHOOD_H

#include "ops/op.h"

/* The largest kernel in each direction: bounds halos and scratch space. */
enum { KSIZE_MAX = 4095 };

/* The reach of a kernel around its anchor; -1 on an axis means the middle, ksize / 2. Fails with
 * err_usage naming op when the anchor lies outside the kernel. */
bool reach_around(struct reach *reach, const char *op, struct size2 ksize, struct point2 anchor,
                  struct err *e) MUST_CHECK;

#endif
