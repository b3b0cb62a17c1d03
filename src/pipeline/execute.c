/* execute.c - runs a plan over one chunk, by rows, through all stages at once.
 *
 * The chunk is walked in column strips. In a strip, every stage but the first and the last keeps
 * its newest rows in a ring, as many as its readers may still want. A step moves the output BLOCK
 * rows down: each stage in turn makes the rows its readers will need for it ("ahead" of the output
 * by their reach), so that a row is read again while it is still in cache.
 *
 * The scene's border: columns are written beside a row when it is made, by the rule of the stage
 * that reads it (plan.c sees to it that there is one rule); rows are looked up where the rule
 * points. SPDX-License-Identifier: MIT */
#include "pipeline/execute.h"

#include "base/clock.h"
#include "base/memory.h"
#include "pipeline/border.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 8,               /* rows a stage makes in one go */
    STRIP_WIDTH = 1024,      /* rings of a dozen rows of 4-byte pixels then fit in 64 KiB */
    STRIP_WIDTH_LEAST = 256, /* narrower ones spend more on halos than caches give back */
    L2_SHARE =
        512 * 1024, /* bytes of rings that stay in a level-2 cache beside the kernel's data */
    ROW_ALIGNMENT = 64,
};

/* The rows of one stage, for one strip at a time. */
struct ring {
    unsigned char *data;
    size_t row_bytes, band_bytes, pixel;
    int64_t capacity;    /* rows there is room for: a power of two, so that … */
    int64_t first, mask; /* … row y lies in slot (y - first) & mask */
    int pad;             /* pixels kept free on both sides of a row */
    int ahead;           /* rows this stage runs ahead of the output */
    struct region need;
    int64_t next;         /* the row to be made next */
    struct border border; /* what its readers see beside it */
    int pad_left, pad_right;
};

struct executor {
    const struct plan *plan;
    int strip_width;
    struct ring *rings;        /* one a stage */
    unsigned char **constants; /* a row of the border's value for each input that needs one */
    unsigned char *memory, *scratch;
    const void **rows;
    void **outs;
    double *seconds;
};

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static size_t round_up(size_t v)
{
    return (v + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
}

/* Reflecting borders look back as far as they look out: near the scene's edge the reach is even. */
static struct reach reach_at_edges(const struct stage_input *in)
{
    struct reach r = in->reach;

    if (in->border.type == BORDER_REFLECT || in->border.type == BORDER_REFLECT_101) {
        r.up = r.down = max_int(r.up, r.down);
        r.left = r.right = max_int(r.left, r.right);
    }
    return r;
}

static int input_slot(int stage, int input)
{
    return stage * STAGE_MAX_INPUTS + input;
}

/* Capacities, paddings and leads of all rings; *extra is how much wider than the strip the widest
 * ring is. */
static void measure_rings(const struct plan *p, struct ring *rings, int *wider, int *most_wider)
{
    *most_wider = 0;
    for (int i = p->stages.n - 1; i > 0; i--) {
        const struct stage *stage = &p->stages.list[i];
        for (int k = 0; k < stage->n_in; k++) {
            const struct stage_input *in = &stage->in[k];
            const struct reach r = reach_at_edges(in);
            struct ring *from = &rings[in->stage];

            from->ahead = max_int(from->ahead, rings[i].ahead + r.down);
            wider[in->stage] = max_int(wider[in->stage], wider[i] + r.left + r.right);
            from->pad = max_int(from->pad, max_int(in->reach.left, in->reach.right));
            if (in->reach.left > 0 || in->reach.right > 0)
                from->border = in->border;
            *most_wider = max_int(*most_wider, wider[in->stage]);
        }
    }
    for (int i = p->stages.n - 1; i > 0; i--)
        for (int k = 0; k < p->stages.list[i].n_in; k++) {
            const struct stage_input *in = &p->stages.list[i].in[k];
            struct ring *from = &rings[in->stage];
            int behind = rings[i].ahead - reach_at_edges(in).up;
            while (from->capacity < BLOCK + from->ahead - behind)
                from->capacity = from->capacity ? 2 * from->capacity : BLOCK;
            from->mask = from->capacity - 1;
        }
}

static int choose_strip_width(const struct plan *p, const struct ring *rings, int most_wider)
{
    size_t column_bytes = 1;

    for (int i = 1; i < p->stages.n; i++)
        if (i != p->last)
            column_bytes += (size_t)rings[i].capacity * pixel_size(p->stages.list[i].out.type) *
                            (size_t)p->bands_at_once;
    size_t fits = L2_SHARE / column_bytes;
    int width = fits < STRIP_WIDTH ? (int)fits : STRIP_WIDTH;
    return max_int(width,
                   max_int(STRIP_WIDTH_LEAST, most_wider < STRIP_WIDTH ? most_wider : STRIP_WIDTH));
}

/* Gives every part its place behind `memory` and returns how much there must be; with memory NULL
 * it only counts. */
static size_t place_parts(struct executor *x, const int *wider)
{
    const struct plan *p = x->plan;
    size_t used = 0, scratch = 0;

    for (int i = 0; i < p->stages.n; i++) {
        const struct stage *stage = &p->stages.list[i];
        struct ring *ring = &x->rings[i];

        if (stage->scratch_bytes > scratch)
            scratch = stage->scratch_bytes;
        for (int k = 0; k < stage->n_in; k++) {
            const struct stage_input *in = &stage->in[k];
            const struct ring *from = &x->rings[in->stage];
            if (in->border.type != BORDER_CONSTANT || in->reach.up + in->reach.down == 0)
                continue;
            size_t n = (size_t)x->strip_width + (size_t)wider[in->stage] + 2 * (size_t)from->pad;
            x->constants[input_slot(i, k)] = x->memory + used;
            if (x->memory)
                pixel_fill(p->stages.list[in->stage].out.type, in->border.value, x->memory + used,
                           n);
            used += round_up(n * from->pixel);
        }
        if (i == STAGE_SOURCE || i == p->last)
            continue;
        size_t pad = round_up((size_t)ring->pad * ring->pixel);
        ring->row_bytes =
            round_up(((size_t)x->strip_width + (size_t)wider[i]) * ring->pixel) + 2 * pad;
        ring->band_bytes = ring->row_bytes * (size_t)ring->capacity;
        ring->data = x->memory + used + pad;
        used += ring->band_bytes * (size_t)(p->bands_at_once > 1 ? stage->out.bands : 1);
    }
    x->scratch = x->memory + used;
    return used + round_up(scratch);
}

static int count_rows(const struct plan *p)
{
    int most = 0;

    for (int i = 1; i < p->stages.n; i++) {
        int n = 0;
        for (int k = 0; k < p->stages.list[i].n_in; k++)
            n += (p->stages.list[i].in[k].reach.up + p->stages.list[i].in[k].reach.down + 1) *
                 p->bands_at_once;
        most = max_int(most, n);
    }
    return most;
}

/* All of an executor but the memory of its rings; *bytes is what they want. */
static bool prepare(struct executor *x, const struct plan *plan, size_t *bytes, int *wider,
                    struct err *e)
{
    int most_wider;
    size_t n = (size_t)plan->stages.n;

    x->plan = plan;
    x->rings = memory_new(n, sizeof *x->rings, e);
    x->constants = memory_new(n * STAGE_MAX_INPUTS, sizeof *x->constants, e);
    x->seconds = memory_new(n, sizeof *x->seconds, e);
    x->rows = memory_new((size_t)count_rows(plan), sizeof *x->rows, e);
    x->outs = memory_new((size_t)plan->bands_at_once, sizeof *x->outs, e);
    if (!x->rings || !x->constants || !x->seconds || !x->rows || !x->outs)
        return false;
    for (size_t i = 0; i < n; i++)
        x->rings[i].pixel = pixel_size(plan->stages.list[i].out.type);
    measure_rings(plan, x->rings, wider, &most_wider);
    x->strip_width = choose_strip_width(plan, x->rings, most_wider);
    *bytes = place_parts(x, wider);
    return true;
}

bool executor_new(struct executor **out, const struct plan *plan, struct err *e)
{
    int wider[PLAN_MAX_STAGES] = {0};
    size_t bytes = 0;
    struct executor *x = memory_new(1, sizeof *x, e);

    if (!x)
        return false;
    if (prepare(x, plan, &bytes, wider, e))
        x->memory = memory_new(1, bytes, e);
    if (!x->memory) {
        executor_free(x);
        return false;
    }
    place_parts(x, wider);
    *out = x;
    return true;
}

size_t executor_bytes(const struct plan *plan)
{
    int wider[PLAN_MAX_STAGES] = {0};
    struct executor x = {0};
    struct err ignored;
    size_t bytes = 0;

    if (!prepare(&x, plan, &bytes, wider, &ignored))
        bytes = 0;
    free(x.rings);
    free(x.constants);
    free(x.seconds);
    free((void *)x.rows);
    free(x.outs);
    return bytes;
}

void executor_free(struct executor *x)
{
    if (!x)
        return;
    free(x->memory);
    free(x->rings);
    free(x->constants);
    free(x->seconds);
    free((void *)x->rows);
    free(x->outs);
    free(x);
}

const double *executor_seconds(const struct executor *x)
{
    return x->seconds;
}

/* A row of a ring (or of the chunk's input), at the first pixel of the ring's need. */
static unsigned char *ring_row(const struct ring *ring, int band, int64_t y)
{
    int64_t slot = (y - ring->first) & ring->mask;

    return ring->data + (ptrdiff_t)ring->band_bytes * band + (ptrdiff_t)ring->row_bytes * slot;
}

/* Writes the scene's border beside a row just made. */
static void write_border(const struct ring *ring, unsigned char *row, int64_t scene_width,
                         enum pixel_type type)
{
    for (int i = 0; i < ring->pad_left + ring->pad_right; i++) {
        int64_t x = i < ring->pad_left ? -1 - i : scene_width + (i - ring->pad_left);
        int64_t from = border_map(ring->border.type, x, scene_width);
        unsigned char *at = row + (x - ring->need.x) * (ptrdiff_t)ring->pixel;
        if (from < 0)
            pixel_store(type, ring->border.value, at);
        else
            memcpy(at, row + (from - ring->need.x) * (ptrdiff_t)ring->pixel, ring->pixel);
    }
}

/* Where a stage's readers look past the scene's sides in this strip. */
static void find_pads(struct executor *x)
{
    const struct plan *p = x->plan;

    for (int i = 0; i < p->stages.n; i++)
        x->rings[i].pad_left = x->rings[i].pad_right = 0;
    for (int i = 1; i < p->stages.n; i++) {
        const struct region *need = &x->rings[i].need;
        if (region_is_empty(*need))
            continue;
        for (int k = 0; k < p->stages.list[i].n_in; k++) {
            const struct stage_input *in = &p->stages.list[i].in[k];
            struct ring *from = &x->rings[in->stage];
            int64_t width = p->stages.list[in->stage].out.width;
            int64_t left = in->reach.left - need->x;
            int64_t right = need->x + need->width + in->reach.right - width;
            if (in->border.type == BORDER_WRAP)
                continue;
            if (in->reach.left > 0 && left > from->pad_left)
                from->pad_left = (int)left;
            if (in->reach.right > 0 && right > from->pad_right)
                from->pad_right = (int)right;
        }
    }
}

/* Points x->rows at the input rows of output row y of a stage, from column `column` on. */
static void gather_rows(struct executor *x, int i, int band, int64_t y, int64_t column)
{
    const struct stage *stage = &x->plan->stages.list[i];
    int n = 0;

    for (int k = 0; k < stage->n_in; k++) {
        const struct stage_input *in = &stage->in[k];
        const struct ring *from = &x->rings[in->stage];
        const struct format *format = &x->plan->stages.list[in->stage].out;
        const ptrdiff_t shift = (column - from->need.x) * (ptrdiff_t)from->pixel;
        const bool beyond = in->reach.up + in->reach.down > 0 && in->border.type != BORDER_WRAP;
        const int first = stage->across ? 0 : band, n_bands = stage->across ? format->bands : 1;

        for (int b = first; b < first + n_bands; b++)
            for (int64_t v = y - in->reach.up; v <= y + in->reach.down; v++) {
                int64_t from_y = beyond ? border_map(in->border.type, v, format->height) : v;
                if (from_y < 0 && beyond)
                    x->rows[n++] = x->constants[input_slot(i, k)] + (size_t)from->pad * from->pixel;
                else
                    x->rows[n++] = ring_row(from, b, from_y) + shift;
            }
    }
}

/* Makes row y of a stage. Kernels get no more than STRIP_MAX pixels at once. */
static void make_row(struct executor *x, int i, int band, int64_t y, const struct place *place)
{
    const struct stage *stage = &x->plan->stages.list[i];
    const struct ring *ring = &x->rings[i];
    const int64_t end = ring->need.x + ring->need.width;

    for (int64_t column = ring->need.x; column < end; column += STRIP_MAX) {
        const int width = (int)(end - column < STRIP_MAX ? end - column : STRIP_MAX);
        const ptrdiff_t shift = (column - ring->need.x) * (ptrdiff_t)ring->pixel;
        const int n_outs = stage->across ? stage->out.bands : 1;

        gather_rows(x, i, band, y, column);
        for (int b = 0; b < n_outs; b++)
            x->outs[b] = ring_row(ring, stage->across ? b : band, y) + shift;
        const struct window w = {
            .rows = x->rows,
            .outs = x->outs,
            .width = width,
            .scratch = x->scratch,
            .x = column,
            .y = y,
            .place = place,
        };
        stage->row(stage->state, &w);
    }
}

/* Makes the rows of a stage up to `end`; the source's are there, but for their border. */
static void make_rows(struct executor *x, int i, int64_t end, const struct place *place)
{
    const struct stage *stage = &x->plan->stages.list[i];
    struct ring *ring = &x->rings[i];
    const bool bordered = ring->pad_left + ring->pad_right > 0;
    const int n_bands = x->plan->bands_at_once > 1 ? stage->out.bands : 1;

    if (end > ring->need.y + ring->need.height)
        end = ring->need.y + ring->need.height;
    for (; ring->next < end; ring->next++) {
        for (int b = 0; i != STAGE_SOURCE && b < (stage->across ? 1 : n_bands); b++)
            make_row(x, i, b, ring->next, place);
        for (int b = 0; bordered && b < n_bands; b++)
            write_border(ring, ring_row(ring, b, ring->next), stage->out.width, stage->out.type);
    }
}

/* Lets a ring stand for the chunk's own memory: all rows of it are there at once. */
static void borrow(struct ring *ring, const struct planes *p, int first_band)
{
    ring->first = p->region.y;
    ring->mask = INT64_MAX;
    ring->row_bytes = p->row_bytes;
    ring->band_bytes = p->band_bytes;
    ring->data = planes_at(p, first_band, ring->need.x, p->region.y);
}

static bool run_strip(struct executor *x, const struct planes *in, const struct planes *out,
                      struct region strip, int band, const struct place *place, struct tick tick)
{
    const struct plan *p = x->plan;
    struct region needs[PLAN_MAX_STAGES];
    int64_t y = strip.y;

    plan_needs(p, strip, needs);
    for (int i = 0; i < p->stages.n; i++) {
        struct ring *ring = &x->rings[i];
        ring->need = needs[i];
        ring->next = needs[i].y;
        if (!region_is_empty(needs[i]) && needs[i].y - ring->ahead < y)
            y = needs[i].y -
                ring->ahead; /* so that no stage ever makes more than BLOCK rows at once */
    }
    borrow(&x->rings[STAGE_SOURCE], in, band);
    borrow(&x->rings[p->last], out, band);
    find_pads(x);
    for (; y < strip.y + strip.height; y += BLOCK) {
        for (int i = 0; i < p->stages.n; i++) {
            double start = clock_s();
            make_rows(x, i, y + BLOCK + x->rings[i].ahead, place);
            x->seconds[i] += clock_s() - start;
        }
        if (!tick.call(tick.ctx))
            return false;
    }
    return true;
}

bool executor_run(struct executor *x, const struct planes *in, const struct planes *out,
                  const struct place *place, struct tick tick)
{
    const struct plan *p = x->plan;
    const struct region r = out->region;
    const int at_once = p->bands_at_once > 1 ? out->bands : 1;

    for (int64_t column = 0; column < r.width; column += x->strip_width) {
        int64_t width = r.width - column < x->strip_width ? r.width - column : x->strip_width;
        const struct region strip = {r.x + column, r.y, width, r.height};
        for (int band = 0; band < out->bands; band += at_once)
            if (!run_strip(x, in, out, strip, band, place, tick))
                return false;
    }
    return true;
}
