/* one_op.h - the plan of one op, and its words and pixels as literals.
 * SPDX-License-Identifier: MIT */
#ifndef ONE_OP_H
#define ONE_OP_H

#include "tiles.h"

enum { MAX_ARGS = 5 };

static inline struct plan *plan_for(const char *const words[MAX_ARGS], struct format format)
{
    struct step step = {.name = words[0], .args = words + 1};
    struct plan *plan;
    struct err e;

    while (step.n_args < MAX_ARGS - 1 && step.args[step.n_args])
        step.n_args++;
    ck_assert_msg(tiles_plan(&plan, &step, 1, format, &e), "%s", e.text);
    return plan;
}

#define WORDS(...) ((const char *const[MAX_ARGS]){__VA_ARGS__})
#define ROW(T, ...) ((const T[]){__VA_ARGS__})

#endif
