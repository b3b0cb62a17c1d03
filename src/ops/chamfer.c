/* chamfer.c - distances by the steps of a mask, in a pass down and one up. */
#include "ops/chamfer.h"

#include "ops/op.h"

#include <string.h>

enum { BESIDE = 2 }; /* pixels that a step goes to the side, at most */

/* Distances of a row, with CAP beside them. */
struct rows {
    uint32_t *before, *last, *own; /* the row before the last one, the last one, that at work */
};

static size_t stride(int64_t width)
{
    return (size_t)width + 2 * BESIDE;
}

size_t chamfer_bytes(int64_t width)
{
    return 3 * stride(width) * sizeof(uint32_t);
}

/* What steps from the row before bring to a pixel whose distance is 0 or not yet known (or what the
 * pass down has found). */
SIMD static void chamfer_3(const uint32_t *restrict last, const uint32_t *restrict steps,
                           const uint32_t *restrict row, uint32_t *restrict out, int64_t width)
{
    const uint32_t side = steps[0], slant = steps[1];

    for (int64_t x = 0; x < width; x++) {
        const uint32_t straight = last[x] + side;
        const uint32_t slanted = (last[x - 1] < last[x + 1] ? last[x - 1] : last[x + 1]) + slant;
        const uint32_t nearer = straight < slanted ? straight : slanted;
        const uint32_t own = row[x] & ~chamfer_mark;
        out[x] = own < nearer ? own : nearer;
    }
}

SIMD static void chamfer_knights(const uint32_t *restrict last, const uint32_t *restrict before,
                                 uint32_t knight, uint32_t *restrict out, int64_t width)
{
    for (int64_t x = 0; x < width; x++) {
        const uint32_t flat = last[x - 2] < last[x + 2] ? last[x - 2] : last[x + 2];
        const uint32_t steep = before[x - 1] < before[x + 1] ? before[x - 1] : before[x + 1];
        const uint32_t nearer = (flat < steep ? flat : steep) + knight;
        out[x] = out[x] < nearer ? out[x] : nearer;
    }
}

SIMD static void chamfer_put(const uint32_t *restrict own, uint32_t *restrict row, int64_t width)
{
    for (int64_t x = 0; x < width; x++)
        row[x] = own[x] | (row[x] & chamfer_mark);
}

/* Steps along the row, away from its first pixel or (forth is false) from its last. */
static void go_along(uint32_t *own, uint32_t side, int64_t width, bool forth)
{
    uint32_t d = CHAMFER_CAP;

    for (int64_t i = 0; i < width; i++) {
        uint32_t *at = &own[forth ? i : width - 1 - i];
        d = d + side < *at ? d + side : *at;
        d = d < CHAMFER_CAP ? d : CHAMFER_CAP;
        *at = d;
    }
}

static void load(uint32_t *own, const uint32_t *row, int64_t width)
{
    for (int64_t x = 0; x < width; x++)
        own[x] = row[x] & ~chamfer_mark;
}

static void next(struct rows *r)
{
    uint32_t *const free_row = r->before;

    r->before = r->last;
    r->last = r->own;
    r->own = free_row;
}

/* Goes over all rows from the first (step 1) or from the last (step -1). */
static void pass(const struct chamfer *c, const struct planes *p, int band, struct rows r,
                 bool forth)
{
    const struct region at = p->region;
    const int known = chamfer_known(c);
    const uint32_t steps[] = {c->side, c->slant};

    for (int64_t i = 0; i < at.height; i++) {
        const int64_t y = forth ? at.y + i : at.y + at.height - 1 - i;
        uint32_t *row = (uint32_t *)(void *)planes_at(p, band, at.x, y);
        if (i < known || i >= at.height - known) {
            load(r.own, row, at.width);
        } else {
            chamfer_3(r.last, steps, row, r.own, at.width);
            if (c->knight)
                chamfer_knights(r.last, r.before, c->knight, r.own, at.width);
            go_along(r.own, c->side, at.width, forth);
            chamfer_put(r.own, row, at.width);
        }
        next(&r);
    }
}

/* What is not known is as far as can be. */
SIMD static void chamfer_begin(uint32_t *row, int64_t width)
{
    for (int64_t x = 0; x < width; x++) {
        const uint32_t far = (row[x] & ~chamfer_mark) == 0 ? 0 : CHAMFER_CAP;
        row[x] = far | (row[x] & chamfer_mark);
    }
}

void chamfer_spread(const struct chamfer *c, const struct planes *p, int band, void *scratch)
{
    const struct region at = p->region;
    const int known = chamfer_known(c);
    uint32_t *rows = scratch;
    const struct rows r = {rows + BESIDE, rows + stride(at.width) + BESIDE,
                           rows + 2 * stride(at.width) + BESIDE};

    for (int64_t y = at.y + known; y < at.y + at.height - known; y++)
        chamfer_begin((uint32_t *)(void *)planes_at(p, band, at.x, y), at.width);
    for (size_t i = 0; i < 3 * stride(at.width); i++)
        rows[i] = CHAMFER_CAP;
    pass(c, p, band, r, true);
    pass(c, p, band, r, false);
}
