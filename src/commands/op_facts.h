/* op_facts.h - what an op does with scenes, found by planning its example on each kind of them.
 * SPDX-License-Identifier: MIT */
#ifndef COMMANDS_OP_FACTS_H
#define COMMANDS_OP_FACTS_H

#include "ops/op.h"

enum { OP_FACTS_BANDS = 4 };

struct op_facts {
    struct {
        bool bands[OP_FACTS_BANDS + 1]; /* whether scenes of so many bands are taken; none of 0 */
        bool taken;                     /* of any */
        enum pixel_type output;
    } type[PX_N_TYPES];
    bool same_grid;    /* the output has the input's grid, so that there is a halo */
    struct reach halo; /* around a pixel, for the type that wants most */
};

/* Fails if memory is short. */
bool op_facts_find(const struct op *op, struct op_facts *out, struct err *e) MUST_CHECK;

#endif
