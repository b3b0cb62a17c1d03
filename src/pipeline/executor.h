/* executor.h - what an executor keeps, and how its stages' rows are made.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_EXECUTOR_H
#define PIPELINE_EXECUTOR_H

#include "rings.h"

#include "pipeline/execute.h"

struct executor {
    const struct plan *plan;
    int64_t strip_width;
    int first_band; /* of the scene, in the strip being made */
    struct rings rings;
    size_t scratch_bytes;
    unsigned char *memory, *scratch; /* of rings, constants and kernels; grown when a strip asks */
    size_t memory_bytes;
    unsigned char **constants; /* a row of the border's value for each input that needs one */
    const void **rows;
    int rows_capacity;
    void **outs;
    double *seconds;
    char *doing; /* the name of the stage at work; NULL: nobody wants it */
};

/* Where x->constants has the row of a stage's input. */
static inline int input_slot(int stage, int input)
{
    return stage * STAGE_MAX_INPUTS + input;
}

/* The width of a part when `width` columns are cut into as few as can be, none wider than `most`,
 * all of one width: a narrow rest would cost as much as a wide one. */
static inline int64_t even_part(int64_t width, int64_t most)
{
    const int64_t n = (width + most - 1) / most;
    const int64_t even =
        n > 1 ? (width / n + RING_ALIGNMENT) / RING_ALIGNMENT * RING_ALIGNMENT : width;

    return even < most ? even : most;
}

/* Makes the rows of a stage up to `end`; a source's are there, but for their border. Returns false
 * when the tick did. */
bool make_rows(struct executor *x, int stage, int64_t end, const struct place *place,
               struct tick tick) MUST_CHECK;

#endif
