/* inside.c - whether the pixels of a chunk are inside the data.
 * SPDX-License-Identifier: MIT */
#include "pipeline/inside.h"

#include "careful_rows.h"

#include <assert.h>
#include <string.h>

static void find(enum pixel_type type, const struct careful_value *value, const void *row,
                 const uint8 *mask, int n, uint8 *valid)
{
    const void *const rows[2] = {row, mask};
    void *const to = valid;
    const struct window w = {.rows = rows, .outs = &to, .width = n, .height = 1};

    careful_find[type](value, &w);
}

void inside_row(enum pixel_type type, const void *row, const uint8 *mask, int n,
                const struct outside *outside, uint8 *valid)
{
    struct careful_value value = careful_value(type, outside);

    value.has_mask = mask != NULL;
    find(type, &value, row, mask, n, valid);
}

/* Counts the pixels of planes that are inside; stops when it has seen both kinds. */
static enum inside look(const struct planes *p, const struct planes *mask,
                        const struct outside *outside)
{
    const struct careful_value value = careful_value(p->type, outside);
    uint8 valid[STRIP_MAX];
    bool in = false, out = false;

    for (int b = 0; b < p->bands; b++)
        for (int64_t y = p->region.y; y < p->region.y + p->region.height; y++)
            for (int64_t x = p->region.x; x < p->region.x + p->region.width; x += STRIP_MAX) {
                const int64_t left = p->region.x + p->region.width - x;
                const int n = (int)(left < STRIP_MAX ? left : STRIP_MAX);
                find(p->type, &value, planes_at(p, b, x, y), mask ? planes_at(mask, 0, x, y) : NULL,
                     n, valid);
                in |= memchr(valid, UINT8_MAX, (size_t)n) != NULL;
                out |= memchr(valid, 0, (size_t)n) != NULL;
                if (in && out)
                    return INSIDE_SOME;
            }
    return out ? INSIDE_NONE : INSIDE_ALL;
}

enum inside inside_of(const struct planes *in, const struct outside *outside, int n)
{
    enum inside all = INSIDE_ALL;

    assert(in);
    for (int i = 0; i < n; i++) {
        const struct outside *o = &outside[i];
        const struct planes *mask = o->mask > 0 ? &in[o->mask] : NULL;
        /* Of pixels whose validity does not matter the mask was not read. */
        const struct planes seen = mask ? planes_part(&in[i], mask->region) : in[i];
        if (region_is_empty(seen.region) || !(o->has_value || mask || pixel_is_float(in[i].type)))
            continue;
        const enum inside found = look(&seen, mask, o);
        if (i == 0 && found == INSIDE_NONE)
            return INSIDE_NONE;
        if (found != INSIDE_ALL)
            all = INSIDE_SOME;
    }
    return all;
}
