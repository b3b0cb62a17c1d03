/* rings.h - how many rows of each stage are kept while a strip is made, and in which steps.
 *
 * A strip is made in steps. In each, every stage in turn makes rows up to a bound: those of the
 * last stage move down STEP rows at a time, those of the others as far as their readers will look.
 * Some steps before the first output row fill the rings little by little, so that they stay small.
 * What a stage's readers still want at each step says how many rows its ring must hold: a few for
 * filters, all of them for a transposition.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_RINGS_H
#define PIPELINE_RINGS_H

#include "pipeline/plan.h"

/* The rows of one stage, for one strip at a time. */
struct ring {
    unsigned char *data; /* row `first`, pixel need.x, band 0 */
    size_t row_bytes, band_bytes, pixel;
    int64_t capacity;     /* rows there is room for: a power of two or all of them, so that … */
    int64_t first, mask;  /* … row y lies in slot (y - first) & mask */
    int pad;              /* pixels kept free on both sides of a row */
    struct border border; /* what its readers see beside it */
    struct region need;   /* what the strip needs of the stage */
    int64_t next;         /* the row to be made next */
    int pad_left, pad_right; /* of the border, in this strip */
};

struct rings {
    const struct plan *plan;
    struct ring *ring; /* one a stage */
    int step;          /* rows the last stage makes in one step */
    int n_steps;
    int64_t *bounds; /* bounds[step * stages.n + stage]: rows made by the end of the step */
    int64_t *lowest; /* the same for the lowest row read in the step or later */
    int most_steps;  /* what bounds and lowest have room for */
    int n_rows;      /* the most rows a kernel is shown at once */
};

/* Fails if memory is short. */
bool rings_new(struct rings *r, const struct plan *plan, struct err *e) MUST_CHECK;
void rings_free(struct rings *r);

/* Finds needs, steps and capacities for a strip of the output. Fails if memory is short. */
bool rings_measure(struct rings *r, struct region strip, struct err *e) MUST_CHECK;

/* Bytes that the rings take after rings_measure (those of sources and the last stage lie in the
 * chunk's own memory); with memory, places them there. */
size_t rings_place(struct rings *r, unsigned char *memory);

enum { RING_ALIGNMENT = 64 };
size_t rings_round(size_t bytes);

/* A row of a ring (or of a source), at the first pixel of the ring's need. */
static inline unsigned char *ring_row(const struct ring *ring, int band, int64_t y)
{
    const int64_t slot = (y - ring->first) & ring->mask;

    return ring->data + (ptrdiff_t)ring->band_bytes * band + (ptrdiff_t)ring->row_bytes * slot;
}

#endif
