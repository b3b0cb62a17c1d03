/* extremes.c - the n lowest and the n highest of many pixels, and where they lie.
 * SPDX-License-Identifier: MIT */
#include "ops/extremes.h"

#include <stddef.h>

/* Whether a comes before b. */
static bool before(enum extreme_end end, const struct extreme_pixel *a,
                   const struct extreme_pixel *b)
{
    if (a->key != b->key)
        return end == LOWEST ? a->key < b->key : a->key > b->key;
    return a->y != b->y ? a->y < b->y : a->x < b->x;
}

/* The pixel at the top of a heap of n goes down to its place. */
static void sink_down(struct extremes *e, int n, int at)
{
    const struct extreme_pixel p = e->list[at];

    for (;;) {
        int below = 2 * at + 1;
        if (below + 1 < n && before(e->end, &e->list[below], &e->list[below + 1]))
            below++;
        if (below >= n || !before(e->end, &p, &e->list[below]))
            break;
        e->list[at] = e->list[below];
        at = below;
    }
    e->list[at] = p;
}

bool extremes_takes(const struct extremes *e, uint64_t key, int32_t x, int32_t y)
{
    const struct extreme_pixel p = {key, x, y};

    return e->held < e->n || (e->n > 0 && before(e->end, &p, &e->list[0]));
}

void extremes_add(struct extremes *e, struct extreme_pixel p)
{
    if (e->held == e->n) {
        if (!extremes_takes(e, p.key, p.x, p.y))
            return;
        e->list[0] = p;
        sink_down(e, e->n, 0);
        return;
    }
    int at = e->held++;
    for (; at > 0 && before(e->end, &e->list[(at - 1) / 2], &p); at = (at - 1) / 2)
        e->list[at] = e->list[(at - 1) / 2];
    e->list[at] = p;
}

void extremes_sort(struct extremes *e)
{
    for (int n = e->held - 1; n > 0; n--) {
        const struct extreme_pixel last = e->list[0];
        e->list[0] = e->list[n];
        e->list[n] = last;
        sink_down(e, n, 0);
    }
}
