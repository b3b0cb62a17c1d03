/* extremes.h - the n lowest and the n highest of many pixels, and where they lie.
 *
 * Of pixels of one value, those further up come first, then those further left. So what is kept
 * does not depend on the order in which pixels come.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_EXTREMES_H
#define OPS_EXTREMES_H

#include <stdbool.h>
#include <stdint.h>

struct extreme_pixel {
    uint64_t key; /* pixel_key.h */
    int32_t x, y;
};

enum extreme_end { LOWEST, HIGHEST };

/* At most n pixels; the memory for them is the caller's. A heap until they are sorted: the last one
 * is at the top. */
struct extremes {
    enum extreme_end end;
    int n, held;
    struct extreme_pixel *list;
};

/* Whether a pixel of that key at or behind (x, y) is among them, as far as they are known. */
bool extremes_takes(const struct extremes *e, uint64_t key, int32_t x, int32_t y);

/* Adds a pixel, if it is one. */
void extremes_add(struct extremes *e, struct extreme_pixel p);

/* Sorts them: the most extreme one first. Nothing is to be added after that. */
void extremes_sort(struct extremes *e);

#endif
