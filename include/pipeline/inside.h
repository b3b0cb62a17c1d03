/* inside.h - whether the pixels of a chunk are inside the data, all of them, some or none.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_INSIDE_H
#define PIPELINE_INSIDE_H

#include "base/planes.h"
#include "pipeline/plan.h"

enum inside { INSIDE_NONE, INSIDE_SOME, INSIDE_ALL };

/* Looks at the planes of n sources. INSIDE_NONE: no pixel of the first source is inside in any
 * band, so that no pixel of the output is (but see plan.gaps_may_close). */
enum inside inside_of(const struct planes *in, const struct outside *outside, int n);

/* Which pixels of a row are: 255 in valid, else 0. mask: the row of its mask, NULL: there is
 * none. */
void inside_row(enum pixel_type type, const void *row, const uint8 *mask, int n,
                const struct outside *outside, uint8 *valid);

#endif
