/* execute.c - runs a plan over one chunk, by rows, through all stages at once.
 *
 * The chunk is walked in column strips. In a strip, every stage but the sources and the last keeps
 * its newest rows in a ring, as many as its readers may still want (rings.h), so that a row is read
 * again while it is still in cache.
 *
 * The scene's border: columns are written beside a row when it is made, by the rule of the stage
 * that reads it (plan.c sees to it that there is one rule); rows are looked up where the rule
 * points. SPDX-License-Identifier: MIT */
#include "pipeline/execute.h"

#include "rings.h"

#include "base/clock.h"
#include "base/memory.h"
#include "ops/border.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    STRIP_WIDTH = 1024, /* rings of a dozen rows of 4-byte pixels then fit in 64 KiB */
    STRIP_WIDTH_ALONE =
        4096, /* without rings: rows in memory are read faster the longer they are */
    STRIP_WIDTH_MOST = 2 * STRIP_WIDTH, /* with small rings */
    STRIP_WIDTH_LEAST = 256, /* narrower ones spend more on halos than caches give back */
    SAMPLE_HEIGHT = 64,      /* rows by which the rings of a plan are judged */
    L2_SHARE =
        512 * 1024, /* bytes of rings that stay in a level-2 cache beside the kernel's data */
    TICK_ROWS = 64, /* the most rows made without a tick */
};

struct executor {
    const struct plan *plan;
    int64_t strip_width;
    int first_band; /* of the scene, in the strip being made */
    struct rings rings;
    size_t scratch_bytes;
    unsigned char *memory, *scratch; /* of rings, constants and kernels; grown when a strip asks */
    size_t memory_bytes;
    unsigned char **constants; /* a row of the border's value for each input that needs one */
    const void **rows;
    int rows_capacity;
    void **outs;
    double *seconds;
};

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int input_slot(int stage, int input)
{
    return stage * STAGE_MAX_INPUTS + input;
}

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
        x->strip_width = STRIP_WIDTH_ALONE;
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

/* A row of a ring (or of a source), at the first pixel of the ring's need. */
static unsigned char *ring_row(const struct ring *ring, int band, int64_t y)
{
    const int64_t slot = (y - ring->first) & ring->mask;

    return ring->data + (ptrdiff_t)ring->band_bytes * band + (ptrdiff_t)ring->row_bytes * slot;
}

/* Pixels beside a row of a ring, and where on the row what they show is, in bytes. */
enum { BESIDE_MOST = 128 };
struct beside {
    ptrdiff_t at[BESIDE_MOST], shown[BESIDE_MOST];
    int n;
    bool constant; /* nothing on the row is shown */
    unsigned char value[8];
};

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
        memcpy(row + b->at[k], b->constant ? b->value : row + b->shown[k], SIZE);                  \
    break
    switch (pixel) {
    case 1:
        COPIES(1);
    case 2:
        COPIES(2);
    case 4:
        COPIES(4);
    default:
        COPIES(8);
    }
#undef COPIES
}

/* Writes the scene's border beside the newest `height` rows. */
static void write_border(const struct ring *ring, const struct format *format, int height,
                         int n_bands)
{
    struct beside beside;

    for (int i = 0; i < ring->pad_left + ring->pad_right; i += beside.n) {
        find_beside(&beside, ring, format, i);
        for (int k = 0; k < height; k++)
            for (int b = 0; b < n_bands; b++)
                write_beside(&beside, ring_row(ring, b, ring->next + k), ring->pixel);
    }
}

/* Where a stage's readers look past the scene's sides in this strip. */
static void find_pads(struct executor *x)
{
    const struct stages *s = &x->plan->stages;

    for (int i = 0; i < s->n; i++)
        x->rings.ring[i].pad_left = x->rings.ring[i].pad_right = 0;
    for (int i = s->n_sources; i < s->n; i++) {
        const struct region *need = &x->rings.ring[i].need;
        if (region_is_empty(*need))
            continue;
        for (int k = 0; k < s->list[i].n_in; k++) {
            const struct stage_input *in = &s->list[i].in[k];
            struct ring *from = &x->rings.ring[in->stage];
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

/* Puts the rows of an input that its need function asks for behind x->rows[n]; returns the new n. */
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

    for (int64_t column = ring->need.x; column < end; column += STRIP_MAX) {
        const ptrdiff_t shift = (column - ring->need.x) * (ptrdiff_t)ring->pixel;
        struct window w = {
            .rows = x->rows,
            .outs = x->outs,
            .width = (int)min64(end - column, STRIP_MAX),
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

/* The same as make_block for such stages, whose time is that of memory: it asks no more of a row than
 * where it lies. */
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

/* Makes the rows of a stage up to `end`; a source's are there, but for their border. Returns false
 * when the tick did. */
static bool make_rows(struct executor *x, int i, int64_t end, const struct place *place,
                      struct tick tick)
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
        write_border(ring, &stage->out, height, n_bands);
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
    find_pads(x);
    for (int k = 0; k < x->rings.n_steps; k++) {
        for (int i = 0; i < s->n; i++) {
            const double start = clock_s();
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

    for (int64_t column = 0; column < r.width; column += x->strip_width) {
        const struct region strip = {r.x + column, r.y, min64(r.width - column, x->strip_width),
                                     r.height};
        for (int band = 0; band < out->bands; band += at_once)
            if (!run_strip(x, in, out, strip, band, place, tick, e))
                return false;
    }
    return true;
}
