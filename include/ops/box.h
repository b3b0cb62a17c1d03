/* box.h - sums and means over boxes: blur, box-filter, sqr-box-filter and what is built of them.
 *
 * Sums of integers are exact. Floats are summed in double, as if each box were summed afresh and in
 * the same order everywhere, so that no pixel depends on where a chunk began.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_BOX_H
#define OPS_BOX_H

#include "ops/neighborhood.h"

struct box {
    struct size2 ksize;
    struct point2 anchor; /* as reach_around has it */
    bool squares;         /* of the pixels' squares */
    bool normalize;       /* the mean, not the sum */
    enum pixel_type out;
    struct border border;
};

/* Adds the filter to the current stage, whose output is `in`. Fails with err_usage if the anchor
 * lies outside the box or a pixel type is none that kernels are made for. */
bool box_add(struct stages *s, const struct box *b, struct format in, struct err *e) MUST_CHECK;

#endif
