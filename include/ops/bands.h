/* bands.h - stages that move whole bands.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_BANDS_H
#define OPS_BANDS_H

#include "ops/op.h"

enum { BANDS_FILLED = -1, BANDS_MOVED_MOST = 4 };

/* Where the bands of a scene come from. */
struct bands_moved {
    int n;
    int from[BANDS_MOVED_MOST]; /* the input's band, or BANDS_FILLED */
    double fill;                /* the value of such a band; it is valid where band 0 is */
    const char *colours;        /* struct stage's */
};

/* Adds a stage that moves the bands of the current one. Fails if memory is short. */
bool bands_move(struct stages *s, const struct bands_moved *moved, struct err *e) MUST_CHECK;

/* Adds a stage with the bands of the current one, then those of stage `other`, which has its type
 * and size. Fails if memory is short. */
bool bands_join(struct stages *s, int other, struct err *e) MUST_CHECK;

#endif
