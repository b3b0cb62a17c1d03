/* beside.c - the scene's border beside the rows of a ring: as each row is made, its pixels past the
 * scene's sides are written by the rule of the stage that reads it.
 * SPDX-License-Identifier: MIT */
#include "beside.h"

#include "ops/border.h"

#include "base/minmax.h"

#include <string.h>

/* Pixels beside a row of a ring, and where on the row what they show is, in bytes. */
enum { BESIDE_MOST = 128 };
struct beside {
    ptrdiff_t at[BESIDE_MOST], shown[BESIDE_MOST];
    int n;
    bool constant; /* nothing on the row is shown */
    unsigned char value[8];
};

/* Of the pixels beside a row, counted from the left side's nearest to the right side's farthest,
 * those from `first` on. */
static void find_beside(struct beside *b, const struct ring *ring, const struct format *format,
                        int first)
{
    const ptrdiff_t pixel = (ptrdiff_t)ring->pixel;
    const int all = ring->pad_left + ring->pad_right;

    b->n = (int)min64(all - first, BESIDE_MOST);
    b->constant = ring->border.type == BORDER_CONSTANT;
    pixel_store(format->type, ring->border.value, b->value);
    for (int k = 0; k < b->n; k++) {
        const int i = first + k;
        const int64_t x = i < ring->pad_left ? -1 - i : format->width + (i - ring->pad_left);
        b->at[k] = (x - ring->need.x) * pixel;
        if (!b->constant)
            b->shown[k] = (border_map(ring->border.type, x, format->width) - ring->need.x) * pixel;
    }
}

static void write_beside(const struct beside *b, unsigned char *row, size_t pixel)
{
/* Of known size, a copy is an instruction. */
#define COPIES(SIZE)                                                                               \
    for (int k = 0; k < b->n; k++)                                                                 \
    memcpy(row + b->at[k], b->constant ? b->value : row + b->shown[k], SIZE)
    switch (pixel) {
    case 1:
        COPIES(1);
        break;
    case 2:
        COPIES(2);
        break;
    case 4:
        COPIES(4);
        break;
    default:
        COPIES(8);
    }
#undef COPIES
}

void beside_write(const struct ring *ring, const struct format *format, int height, int n_bands)
{
    struct beside beside;

    for (int i = 0; i < ring->pad_left + ring->pad_right; i += beside.n) {
        find_beside(&beside, ring, format, i);
        for (int k = 0; k < height; k++)
            for (int b = 0; b < n_bands; b++)
                write_beside(&beside, ring_row(ring, b, ring->next + k), ring->pixel);
    }
}

void beside_find(struct rings *r, const struct stages *s)
{
    for (int i = 0; i < s->n; i++)
        r->ring[i].pad_left = r->ring[i].pad_right = 0;
    for (int i = s->n_sources; i < s->n; i++) {
        const struct region *need = &r->ring[i].need;
        if (region_is_empty(*need))
            continue;
        for (int k = 0; k < s->list[i].n_in; k++) {
            const struct stage_input *in = &s->list[i].in[k];
            struct ring *from = &r->ring[in->stage];
            const int64_t width = s->list[in->stage].out.width;
            const int64_t left = in->reach.left - need->x;
            const int64_t right = need->x + need->width + in->reach.right - width;
            if (in->need || in->border.type == BORDER_WRAP)
                continue;
            if (in->reach.left > 0 && left > from->pad_left)
                from->pad_left = (int)left;
            if (in->reach.right > 0 && right > from->pad_right)
                from->pad_right = (int)right;
        }
    }
}
