/* execute.c - runs a plan over one chunk, by rows, through all stages at once.
 *
 * The chunk is walked in column strips. In a strip, every stage but the sources and the last keeps
 * its newest rows in a ring, as many as its readers may still want (rings.h), so that a row is read
 * again while it is still in cache.
 *
 * The scene's border: columns are written beside a row when it is made, by the rule of the stage
 * that reads it (plan.c sees to it that there is one rule); rows are looked up where the rule
 * points.
 * SPDX-License-Identifier: MIT */
#include "pipeline/execute.h"

#include "beside.h"
#include "executor.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/memory.h"
#include "base/minmax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STRIP_WIDTH = 1024, /* rings of a dozen rows of 4-byte pixels then fit in 64 KiB */
    STRIP_WIDTH_MOST = 2 * STRIP_WIDTH, /* with small rings */
    STRIP_WIDTH_LEAST = 256, /* narrower ones spend more on halos than caches give back */
    SAMPLE_HEIGHT = 64,      /* rows by which the rings of a plan are judged */
    L2_SHARE =
        512 * 1024, /* bytes of rings that stay in a level-2 cache beside the kernel's data */
};

/* Whether the input shows rows of a constant above and below the scene. */
static bool has_constant_rows(const struct stage_input *in)
{
    return !in->need && in->border.type == BORDER_CONSTANT && in->reach.up + in->reach.down > 0;
}

/* Gives every part its place behind `memory` and returns how much there must be; with memory NULL
 * it only counts. */
static size_t place_parts(struct executor *x, unsigned char *memory)
{
    const struct stages *s = &x->plan->stages;
    size_t used = rings_place(&x->rings, memory);

    for (int i = s->n_sources; i < s->n; i++)
        for (int k = 0; k < s->list[i].n_in; k++) {
            const struct stage_input *in = &s->list[i].in[k];
            const struct ring *from = &x->rings.ring[in->stage];
            if (!has_constant_rows(in) || region_is_empty(from->need))
                continue;
            const size_t n = (size_t)from->need.width + 2 * (size_t)from->pad;
            if (memory) {
                x->constants[input_slot(i, k)] = memory + used;
                pixel_fill(s->list[in->stage].out.type, in->border.value, memory + used, n);
            }
            used += rings_round(n * from->pixel);
        }
    x->scratch = memory ? memory + used : NULL;
    return used + rings_round(x->scratch_bytes);
}

/* The rings of a strip in the middle of the scene. */
static bool measure_sample(struct executor *x, int64_t width, int64_t height, struct err *e)
{
    const struct format out = plan_output(x->plan);
    const int64_t w = min64(width, out.width), h = min64(height, out.height);

    return rings_measure(&x->rings,
                         (struct region){(out.width - w) / 2, (out.height - h) / 2, w, h}, e);
}

static bool choose_strip_width(struct executor *x, struct err *e)
{
    if (!measure_sample(x, STRIP_WIDTH, SAMPLE_HEIGHT, e))
        return false;
    const size_t bytes = rings_place(&x->rings, NULL);
    if (bytes == 0) {
        x->strip_width = INT32_MAX; /* without rings: rows in memory are read faster the longer */
        return true;
    }
    int64_t widest = 0;
    for (int i = x->plan->stages.n_sources; i < x->plan->stages.n; i++)
        widest = max64(widest, x->rings.ring[i].need.width - STRIP_WIDTH);
    const int64_t fits = (int64_t)((size_t)STRIP_WIDTH * L2_SHARE / bytes);
    x->strip_width =
        max64(min64(fits, STRIP_WIDTH_MOST), max64(STRIP_WIDTH_LEAST, min64(widest, STRIP_WIDTH)));
    return true;
}

/* All of an executor but the memory of its rings. */
static bool prepare(struct executor *x, const struct plan *plan, struct err *e)
{
    const size_t n = (size_t)plan->stages.n;

    x->plan = plan;
    x->constants = memory_new(n * STAGE_MAX_INPUTS, sizeof *x->constants, e);
    x->seconds = memory_new(n, sizeof *x->seconds, e);
    x->outs = memory_new((size_t)plan->bands_at_once * BLOCK_MAX, sizeof *x->outs, e);
    if (!x->constants || !x->seconds || !x->outs || !rings_new(&x->rings, plan, e))
        return false;
    for (int i = 0; i < plan->stages.n; i++)
        if (plan->stages.list[i].scratch_bytes > x->scratch_bytes)
            x->scratch_bytes = plan->stages.list[i].scratch_bytes;
    return choose_strip_width(x, e);
}

bool executor_new(struct executor **out, const struct plan *plan, struct err *e)
{
    struct executor *x = memory_new(1, sizeof *x, e);

    if (!x)
        return false;
    if (!prepare(x, plan, e)) {
        executor_free(x);
        return false;
    }
    *out = x;
    return true;
}

size_t executor_bytes(const struct plan *plan, int64_t chunk_height)
{
    struct executor *x;
    struct err ignored;
    size_t bytes = 0;

    if (!executor_new(&x, plan, &ignored))
        return 0;
    if (measure_sample(x, x->strip_width, chunk_height, &ignored))
        bytes = place_parts(x, NULL);
    executor_free(x);
    return bytes;
}

void executor_free(struct executor *x)
{
    if (!x)
        return;
    rings_free(&x->rings);
    free(x->memory);
    free(x->constants);
    free(x->seconds);
    free((void *)x->rows);
    free(x->outs);
    free(x);
}

void executor_tell(struct executor *x, char *doing)
{
    x->doing = doing;
}

static void tell(const struct executor *x, int stage)
{
    if (x->doing && stage >= x->plan->stages.n_sources && stage < x->plan->stages.n)
        snprintf(x->doing, EXECUTOR_DOING, "%s", x->plan->stages.list[stage].name);
}

const double *executor_seconds(const struct executor *x)
{
    return x->seconds;
}

/* Memory for the strip that was measured. */
static bool make_room(struct executor *x, struct err *e)
{
    const size_t bytes = place_parts(x, NULL);

    if (bytes > x->memory_bytes) {
        free(x->memory);
        x->memory_bytes = 0;
        x->memory = memory_raw(1, bytes, e);
        if (!x->memory)
            return false;
        x->memory_bytes = bytes;
    }
    place_parts(x, x->memory);
    if (x->rings.n_rows > x->rows_capacity) {
        free((void *)x->rows);
        x->rows_capacity = 0;
        x->rows = memory_raw((size_t)x->rings.n_rows, sizeof *x->rows, e);
        if (!x->rows)
            return false;
        x->rows_capacity = x->rings.n_rows;
    }
    return true;
}

/* Lets a ring stand for the chunk's own memory: all rows of it are there at once. */
static void borrow(struct ring *ring, const struct planes *p, int first_band)
{
    if (region_is_empty(ring->need))
        return;
    ring->first = p->region.y;
    ring->mask = INT64_MAX;
    ring->row_bytes = p->row_bytes;
    ring->band_bytes = p->band_bytes;
    ring->data = planes_at(p, first_band < p->bands ? first_band : 0, ring->need.x, p->region.y);
}

static bool run_strip(struct executor *x, const struct planes *in, const struct planes *out,
                      struct region strip, int band, const struct place *place, struct tick tick,
                      struct err *e)
{
    const struct stages *s = &x->plan->stages;

    if (!rings_measure(&x->rings, strip, e) || !make_room(x, e))
        return false;
    for (int i = 0; i < s->n_sources; i++)
        borrow(&x->rings.ring[i], &in[i], band);
    borrow(&x->rings.ring[x->plan->last], out, band);
    x->first_band = band;
    beside_find(&x->rings, s);
    for (int k = 0; k < x->rings.n_steps; k++) {
        for (int i = 0; i < s->n; i++) {
            const double start = clock_s();
            tell(x, i);
            if (!make_rows(x, i, x->rings.bounds[(ptrdiff_t)k * s->n + i], place, tick))
                return err_set(e, "stopped");
            x->seconds[i] += clock_s() - start;
        }
        if (!tick.call(tick.ctx))
            return err_set(e, "stopped");
    }
    return true;
}

bool executor_run(struct executor *x, const struct planes *in, const struct planes *out,
                  const struct place *place, struct tick tick, struct err *e)
{
    const struct region r = out->region;
    const int at_once = x->plan->bands_at_once > 1 ? out->bands : 1;

    const int64_t width = even_part(r.width, x->strip_width);

    tell(x, x->plan->stages.n_sources);
    fault_kernel(place->chunk_index);
    for (int64_t column = 0; column < r.width; column += width) {
        const struct region strip = {r.x + column, r.y, min64(r.width - column, width), r.height};
        for (int band = 0; band < out->bands; band += at_once)
            if (!run_strip(x, in, out, strip, band, place, tick, e))
                return false;
    }
    return true;
}
