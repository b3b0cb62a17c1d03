/* make_rows.c - makes rows of a stage out of rows of the stages before it. Rows past the scene's
 * top and bottom are looked up where the border's rule points.
 * SPDX-License-Identifier: MIT */
#include "executor.h"

#include "beside.h"

#include "ops/border.h"

#include "base/minmax.h"

#include <assert.h>

enum { TICK_ROWS = 64 /* the most rows made without a tick */ };

/* Puts the rows that an input's need function asks for behind x->rows[n]; returns the new n. */
static int gather_needed(struct executor *x, const struct stage_input *in, struct region need,
                         int first_band, int n_bands, int n)
{
    const struct ring *from = &x->rings.ring[in->stage];
    const ptrdiff_t shift = (need.x - from->need.x) * (ptrdiff_t)from->pixel;

    for (int b = first_band; b < first_band + n_bands; b++)
        for (int64_t y = need.y; y < need.y + need.height; y++)
            x->rows[n++] = ring_row(from, b, y) + shift;
    return n;
}

/* The same for rows around output rows y .. y + height - 1, from column `column` on. */
static int gather_around(struct executor *x, const struct stage_input *in,
                         const unsigned char *constant, struct region made, int first_band,
                         int n_bands, int n)
{
    const struct ring *from = &x->rings.ring[in->stage];
    const struct format *format = &x->plan->stages.list[in->stage].out;
    const ptrdiff_t shift = (made.x - from->need.x) * (ptrdiff_t)from->pixel;
    const bool beyond = in->reach.up + in->reach.down > 0 && in->border.type != BORDER_WRAP;

    const int64_t first = made.y - in->reach.up, end = made.y + made.height + in->reach.down;
    const bool inside = !beyond || (first >= 0 && end <= format->height);

    for (int b = first_band; b < first_band + n_bands; b++)
        for (int64_t v = first; v < end; v++) {
            const int64_t y = inside ? v : border_map(in->border.type, v, format->height);
            if (y < 0 && !inside)
                x->rows[n++] = constant + (size_t)from->pad * from->pixel;
            else
                x->rows[n++] = ring_row(from, b, y) + shift;
        }
    return n;
}

/* Points x->rows at the input rows of a part of a stage's output; *first_need is what input 0 shows
 * when it has a need function. */
static void gather_rows(struct executor *x, int i, int band, struct region made,
                        struct region *first_need)
{
    const struct stage *stage = &x->plan->stages.list[i];
    int n = 0;

    for (int k = 0; k < stage->n_in; k++) {
        const struct stage_input *in = &stage->in[k];
        const int bands = x->plan->stages.list[in->stage].out.bands;
        /* A mask has one band for all. */
        const int first = stage->across || band >= bands ? 0 : band;
        const int n_bands = stage->across ? bands : 1;
        if (in->need) {
            const struct region need = in->need(in->need_state, made);
            n = gather_needed(x, in, need, first, n_bands, n);
            if (k == 0)
                *first_need = need;
        } else {
            n = gather_around(x, in, x->constants[input_slot(i, k)], made, first, n_bands, n);
        }
    }
    assert(n <= x->rows_capacity);
}

/* Makes `height` rows of a stage. Kernels get no more than STRIP_MAX pixels at once. */
static void make_block(struct executor *x, int i, int band, int64_t y, int height,
                       const struct place *place)
{
    const struct stage *stage = &x->plan->stages.list[i];
    const struct ring *ring = &x->rings.ring[i];
    const int64_t end = ring->need.x + ring->need.width;
    const int n_outs = stage->across ? stage->out.bands : 1;

    const int64_t width = even_part(ring->need.width, STRIP_MAX);

    for (int64_t column = ring->need.x; column < end; column += width) {
        const ptrdiff_t shift = (column - ring->need.x) * (ptrdiff_t)ring->pixel;
        struct window w = {
            .rows = x->rows,
            .outs = x->outs,
            .width = (int)min64(end - column, width),
            .height = height,
            .scratch = x->scratch,
            .x = column,
            .y = y,
            .band = x->first_band + band,
            .place = place,
        };

        gather_rows(x, i, band, (struct region){column, y, w.width, height}, &w.in);
        for (int b = 0; b < n_outs; b++)
            for (int k = 0; k < height; k++)
                x->outs[b * height + k] = ring_row(ring, stage->across ? b : band, y + k) + shift;
        stage->row(stage->state, &w);
    }
}

/* Whether output pixels are made of the pixels at their places, by a kernel that takes rows of any
 * width. */
static bool is_on_pixels(const struct stage *stage)
{
    if (stage->block > 1 || stage->scratch_bytes > 0)
        return false;
    for (int k = 0; k < stage->n_in; k++) {
        const struct reach *r = &stage->in[k].reach;
        if (stage->in[k].need || r->left + r->right + r->up + r->down > 0)
            return false;
    }
    return true;
}

/* gcc 12 takes a function that only prefetches for one that does nothing, and leaves out calls. */
static inline __attribute__((always_inline)) void prefetch(const char *row, size_t bytes)
{
    enum { CACHE_LINE = 64 };

    for (size_t i = 0; i < bytes; i += CACHE_LINE)
        __builtin_prefetch(row + i);
}

/* Asks for the row after one of the scene or of the result. Those of a pipeline's other stages are
 * in cache, and between two of the rows in memory there is work for them, in which the processor
 * would forget where it read or wrote: this makes a filter and a threshold 10 to 15 % faster. */
static inline __attribute__((always_inline)) void prefetch_next(const struct executor *x, int stage,
                                                                const void *row, size_t bytes)
{
    const struct plan *p = x->plan;

    if (p->stages.n > p->stages.n_sources + 1 && (stage < p->stages.n_sources || stage == p->last))
        prefetch((const char *)row + x->rings.ring[stage].row_bytes, bytes);
}

/* The same as make_block for such stages, whose time is that of memory: it asks no more of a row
 * than where it lies. */
static void make_rows_on_pixels(struct executor *x, int i, int band, int64_t y, int height,
                                const struct place *place)
{
    const struct stage *stage = &x->plan->stages.list[i];
    const struct ring *ring = &x->rings.ring[i];
    const int n_outs = stage->across ? stage->out.bands : 1;
    struct window w = {
        .rows = x->rows,
        .outs = x->outs,
        .width = (int)ring->need.width,
        .height = 1,
        .x = ring->need.x,
        .band = x->first_band + band,
        .place = place,
    };

    for (w.y = y; w.y < y + height; w.y++) {
        int n = 0;
        for (int k = 0; k < stage->n_in; k++) {
            const struct ring *from = &x->rings.ring[stage->in[k].stage];
            const int bands = x->plan->stages.list[stage->in[k].stage].out.bands;
            const int first = stage->across || band >= bands ? 0 : band;
            const ptrdiff_t shift = (ring->need.x - from->need.x) * (ptrdiff_t)from->pixel;
            for (int b = first; b < first + (stage->across ? bands : 1); b++) {
                x->rows[n] = ring_row(from, b, w.y) + shift;
                if (w.y + 1 < y + height)
                    prefetch_next(x, stage->in[k].stage, x->rows[n], (size_t)w.width * from->pixel);
                n++;
            }
        }
        for (int b = 0; b < n_outs; b++) {
            x->outs[b] = ring_row(ring, stage->across ? b : band, w.y);
            if (w.y + 1 < y + height)
                prefetch_next(x, i, x->outs[b], (size_t)w.width * ring->pixel);
        }
        stage->row(stage->state, &w);
    }
}

bool make_rows(struct executor *x, int i, int64_t end, const struct place *place, struct tick tick)
{
    const struct stage *stage = &x->plan->stages.list[i];
    const bool is_source = i < x->plan->stages.n_sources;
    struct ring *ring = &x->rings.ring[i];
    const int n_bands = x->plan->bands_at_once > 1 ? stage->out.bands : 1;
    const bool on_pixels = is_on_pixels(stage);
    const int64_t at_once = on_pixels || is_source ? BLOCK_MAX : max64(stage->block, 1);
    int since_tick = 0;

    while (ring->next < end) {
        const int height = (int)min64(end - ring->next, at_once);
        for (int b = 0; !is_source && b < (stage->across ? 1 : n_bands); b++)
            (on_pixels ? make_rows_on_pixels : make_block)(x, i, b, ring->next, height, place);
        beside_write(ring, &stage->out, height, n_bands);
        ring->next += height;
        since_tick += height;
        if (since_tick >= TICK_ROWS && !is_source) {
            if (!tick.call(tick.ctx))
                return false;
            since_tick = 0;
        }
    }
    return true;
}
