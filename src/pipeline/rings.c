/* rings.c - how many rows of each stage are kept while a strip is made, and in which steps.
 * SPDX-License-Identifier: MIT */
#include "rings.h"

#include "base/memory.h"
#include "base/minmax.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_LEAST = 8 }; /* rows; without rings, there may be more */

size_t rings_round(size_t bytes)
{
    return (bytes + RING_ALIGNMENT - 1) / RING_ALIGNMENT * RING_ALIGNMENT;
}

bool rings_new(struct rings *r, const struct plan *plan, struct err *e)
{
    const struct stages *s = &plan->stages;

    *r = (struct rings){.plan = plan, .step = s->n == s->n_sources + 1 ? BLOCK_MAX : STEP_LEAST};
    r->ring = memory_new((size_t)s->n, sizeof *r->ring, e);
    if (!r->ring)
        return false;
    for (int i = 0; i < s->n; i++) {
        const struct stage *stage = &s->list[i];
        r->ring[i].pixel = pixel_size(stage->out.type);
        if (stage->block > r->step)
            r->step = stage->block;
        for (int k = 0; k < stage->n_in; k++) {
            const struct stage_input *in = &stage->in[k];
            struct ring *from = &r->ring[in->stage];
            const int side = in->reach.left > in->reach.right ? in->reach.left : in->reach.right;
            if (in->need || side == 0)
                continue;
            from->border = in->border;
            if (side > from->pad)
                from->pad = side;
        }
    }
    return true;
}

void rings_free(struct rings *r)
{
    free(r->ring);
    free(r->bounds);
    free(r->lowest);
    *r = (struct rings){0};
}

/* The rows that an input must have for rows [from, to) of its reader; false when none. */
static bool rows_read(const struct rings *r, const struct stage_input *in,
                      const struct ring *reader, int64_t from, int64_t to, int64_t *first,
                      int64_t *end)
{
    const struct region made = {reader->need.x, from, reader->need.width, to - from};

    if (to <= from || reader->need.width == 0)
        return false;
    const struct region need = plan_input_need(r->plan, in, made);
    *first = need.y;
    *end = need.y + need.height;
    return !region_is_empty(need);
}

/* Fills in the bounds of one step, of which `before` are those of the step before: the last stage
 * has made its rows up to y; the others are `late` rows behind what they reach when the output's
 * first rows are made, if their readers can do without. */
static void bound_step(const struct rings *r, int64_t *bounds, int64_t y, const int64_t *goals,
                       int64_t late)
{
    const struct stages *s = &r->plan->stages;

    for (int i = 0; i < s->n; i++)
        bounds[i] = goals ? goals[i] - late : INT64_MIN;
    bounds[r->plan->last] = y;
    for (int i = s->n - 1; i >= 0; i--) {
        const struct region *need = &r->ring[i].need;
        int64_t first, end;
        bounds[i] = max64(need->y, min64(bounds[i], need->y + need->height));
        for (int k = 0; k < s->list[i].n_in; k++) {
            const struct stage_input *in = &s->list[i].in[k];
            if (rows_read(r, in, &r->ring[i], need->y, bounds[i], &first, &end))
                bounds[in->stage] = max64(bounds[in->stage], end);
        }
    }
}

static bool make_room(struct rings *r, int64_t n_steps, struct err *e)
{
    const size_t n = (size_t)r->plan->stages.n;

    if (n_steps > INT32_MAX)
        return err_set(e, "a chunk of %lld steps is too tall", (long long)n_steps);
    r->n_steps = (int)n_steps;
    if (n_steps <= r->most_steps)
        return true;
    free(r->bounds);
    free(r->lowest);
    r->most_steps = 0;
    r->bounds = memory_raw((size_t)n_steps * n, sizeof *r->bounds, e);
    r->lowest = r->bounds ? memory_raw((size_t)n_steps * n, sizeof *r->lowest, e) : NULL;
    if (!r->lowest)
        return false;
    r->most_steps = (int)n_steps;
    return true;
}

static bool make_steps(struct rings *r, struct region strip, struct err *e)
{
    const struct stages *s = &r->plan->stages;
    const int64_t first_y = min64(strip.y + r->step, strip.y + strip.height);
    int64_t goals[PLAN_MAX_STAGES], most = 0;

    bound_step(r, goals, first_y, NULL, 0);
    for (int i = s->n_sources; i < s->n; i++)
        if (i != r->plan->last && !region_is_empty(r->ring[i].need))
            most = max64(most, goals[i] - r->ring[i].need.y);
    const int64_t before = ceil_div(most, r->step), after = ceil_div(strip.height, r->step);
    if (!make_room(r, before + after, e))
        return false;
    for (int64_t k = 0; k < before + after; k++) {
        const int64_t y = min64(strip.y + (k - before + 1) * r->step, strip.y + strip.height);
        if (k < before)
            bound_step(r, r->bounds + k * s->n, strip.y, goals, (before - k) * r->step);
        else
            bound_step(r, r->bounds + k * s->n, y, NULL, 0);
    }
    return true;
}

/* The lowest row of each stage that is read in a step or after it. */
static void find_lowest(struct rings *r)
{
    const struct stages *s = &r->plan->stages;
    int64_t first, end;

    assert(r->bounds && r->lowest);
    for (int k = r->n_steps - 1; k >= 0; k--) {
        int64_t *lowest = r->lowest + (ptrdiff_t)k * s->n;
        const int64_t *to = r->bounds + (ptrdiff_t)k * s->n;
        const int64_t *from = k > 0 ? to - s->n : NULL;
        for (int i = 0; i < s->n; i++)
            lowest[i] = k + 1 < r->n_steps ? lowest[s->n + i] : INT64_MAX;
        for (int i = s->n_sources; i < s->n; i++)
            for (int j = 0; j < s->list[i].n_in; j++) {
                const struct stage_input *in = &s->list[i].in[j];
                if (rows_read(r, in, &r->ring[i], from ? from[i] : r->ring[i].need.y, to[i], &first,
                              &end))
                    lowest[in->stage] = min64(lowest[in->stage], first);
            }
    }
}

static void find_capacities(struct rings *r)
{
    const struct stages *s = &r->plan->stages;

    for (int i = s->n_sources; i < s->n; i++) {
        struct ring *ring = &r->ring[i];
        int64_t most = 1;
        for (int k = 0; k < r->n_steps; k++) {
            const ptrdiff_t at = (ptrdiff_t)k * s->n + i;
            if (r->lowest[at] != INT64_MAX)
                most = max64(most, r->bounds[at] - r->lowest[at]);
        }
        for (ring->capacity = 1; ring->capacity < most;)
            ring->capacity *= 2;
        ring->mask = ring->capacity - 1;
        if (ring->capacity >= ring->need.height) {
            ring->capacity = max64(1, ring->need.height);
            ring->mask = INT64_MAX;
        }
    }
}

static void count_rows(struct rings *r)
{
    const struct stages *s = &r->plan->stages;

    r->n_rows = 0;
    for (int i = s->n_sources; i < s->n; i++) {
        int64_t n = 0;
        for (int k = 0; k < s->list[i].n_in; k++) {
            const struct stage_input *in = &s->list[i].in[k];
            const int64_t bands = s->list[i].across ? s->list[in->stage].out.bands : 1;
            n += bands * (in->need ? r->ring[in->stage].need.height
                                   : in->reach.up + in->reach.down + BLOCK_MAX);
        }
        if (n > r->n_rows)
            r->n_rows = (int)n;
    }
}

bool rings_measure(struct rings *r, struct region strip, struct err *e)
{
    struct region needs[PLAN_MAX_STAGES];

    plan_needs(r->plan, strip, needs);
    for (int i = 0; i < r->plan->stages.n; i++) {
        r->ring[i].need = needs[i];
        r->ring[i].first = r->ring[i].next = needs[i].y;
    }
    if (!make_steps(r, strip, e))
        return false;
    find_lowest(r);
    find_capacities(r);
    count_rows(r);
    return true;
}

size_t rings_place(struct rings *r, unsigned char *memory)
{
    const struct stages *s = &r->plan->stages;
    size_t used = 0;

    for (int i = s->n_sources; i < s->n; i++) {
        struct ring *ring = &r->ring[i];
        const size_t pad = rings_round((size_t)ring->pad * ring->pixel);
        if (i == r->plan->last || region_is_empty(ring->need))
            continue;
        ring->row_bytes = rings_round((size_t)ring->need.width * ring->pixel) + 2 * pad;
        ring->band_bytes = ring->row_bytes * (size_t)ring->capacity;
        if (memory)
            ring->data = memory + used + pad;
        used += ring->band_bytes * (size_t)(r->plan->bands_at_once > 1 ? s->list[i].out.bands : 1);
    }
    return used;
}
