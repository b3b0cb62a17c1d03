/* sizing.c - how large chunks are and what is kept.
 * SPDX-License-Identifier: MIT */
#include "job/sizing.h"

#include "base/memory.h"
#include "base/minmax.h"
#include "base/planes.h"
#include "base/text.h"
#include "pipeline/execute.h"

#include <stdio.h>

enum {
    CREDITS = 3,         /* one arriving, one computing, one leaving */
    LANES_PER_RANK = 2,  /* so that a fast rank finds work in a slow one's half */
    CHUNKS_PER_RANK = 8, /* fewer leave ranks idle at the end */
    LANE_TILES = 4,      /* narrower lanes decode too many tiles twice */
    ROWS_AHEAD = 8,      /* of chunks: how far a fast rank may go on before it helps a slow one */
    HALOS_PER_CHUNK = 8, /* a chunk is this many times as tall and wide as its halo … */
    CHUNK_ROWS_LEAST = 256, /* … and no lower than this, where tiles are low */
    CHUNK_PIXELS = 8 << 20, /* more bring nothing but longer waits at the end */
    CHUNK_BYTES = 64 << 20, /* the same for scenes of many bands */
    SLACK_BYTES = 16 << 20, /* allocators, message buffers, stacks */
};

/* Bytes of the planes of a chunk's inputs (halos included) and output, of its task, of an output
 * tile and of the largest tile decoded, and what else is
 * needed to work on it. */
struct weights {
    size_t input, output, task, tile, decoded, work;
};

/* Sums of so many never overflow; no host has more. */
static size_t bounded(size_t bytes)
{
    const size_t most = (size_t)1 << 48;

    return bytes < most ? bytes : most;
}

/* What a source's part of a chunk takes. Of blobs, whole tiles are sent and one is decoded at a
 * time. */
static bool weigh_source(const struct sizing_wish *wish, const struct plan *plan, int source,
                         struct region need, struct weights *w, struct err *e)
{
    const struct format in = plan->stages.list[source].out;
    const struct layout *l = wish->inputs[source];
    const int margin = plan_margin(plan, source);
    const int also = wish->also ? plan_margin(wish->also, source) : 0;
    const int validity = wish->validity ? plan_margin(wish->validity, source) : 0;
    struct planes planes;
    size_t bytes;

    if (!planes_layout(&planes, &bytes, in.type, in.bands, need,
                       (int)max64(margin, max64(also, validity)), e))
        return false;
    bytes = bounded(bytes);
    w->input += bytes;
    if (!l) {
        w->task += bytes;
        return true;
    }
    const int64_t across = need.width / l->tile_width + 2, down = need.height / l->tile_height + 2;
    w->task += bounded((size_t)(min64(across, l->across) * min64(down, l->down)) *
                       layout_tile_bytes(l) * (size_t)(l->separate ? l->bands : 1));
    if (layout_tile_bytes(l) > w->decoded)
        w->decoded = bounded(layout_tile_bytes(l));
    return true;
}

static bool weigh(const struct sizing_wish *wish, const struct plan *plan, const struct division *d,
                  struct weights *w, struct err *e)
{
    const struct format out = plan_output(plan);
    /* The middle chunk has its halo on all sides. */
    const int64_t x = min64(d->chunk_width, d->width - d->chunk_width);
    const int64_t y = min64(d->chunk_height, d->height - d->chunk_height);
    const struct region chunk = {x, y, min64(d->chunk_width + wish->beyond, d->width - x),
                                 min64(d->chunk_height + wish->beyond, d->height - y)};
    struct region needs[PLAN_MAX_SOURCES];
    struct planes planes;
    size_t mask = 0;

    *w = (struct weights){.tile = bounded(layout_tile_bytes(wish->output))};
    plan_source_needs(plan, wish->validity, chunk, needs);
    for (int i = 0; i < plan->stages.n_sources; i++)
        if (!weigh_source(wish, plan, i, needs[i], w, e))
            return false;
    if (!planes_layout(&planes, &w->output, out.type, out.bands, chunk, 0, e) ||
        (wish->validity &&
         !planes_layout(&planes, &mask, PX_UINT8, plan_mask_bands(wish->validity), chunk, 0, e)))
        return false;
    w->output = bounded(bounded(w->output) + bounded(mask));
    if (wish->reducing)
        w->output = bounded(w->output + bounded(reducing_part_bytes(wish->reducing, out, chunk)));
    w->task += wish->task_more;
    if (wish->work_bytes)
        w->work = bounded(wish->work_bytes(wish->work_state, chunk.width, chunk.height));
    if (wish->unit > 1) /* overviews of the chunk, and their blobs */
        w->output += w->output / 2;
    return true;
}

/* What a rank holds of a source's tiles to go down its lanes: two rows of them. */
static size_t wanted_cache_of(const struct layout *l, const struct sizing_wish *wish,
                              const struct division *d)
{
    const int64_t lanes = ceil_div(d->across, wish->n_ranks);
    const int64_t across = min64(lanes * d->chunk_width / l->tile_width + 3, l->across);
    const int64_t down = min64(d->chunk_height / l->tile_height + 2, l->down);

    return (size_t)(across * down) * layout_tile_bytes(l) * (size_t)(l->separate ? l->bands : 1);
}

/* The largest of what is wanted for a source; *n: how many are sent as blobs. */
static size_t wanted_cache(const struct sizing_wish *wish, const struct division *d, int *n)
{
    size_t most = 0;

    *n = 0;
    for (int i = 0; i < PLAN_MAX_SOURCES; i++)
        if (wish->inputs[i]) {
            const size_t wanted = wanted_cache_of(wish->inputs[i], wish, d);
            most = wanted > most ? wanted : most;
            ++*n;
        }
    return most;
}

/* What rank 0 knows of every tile and chunk: collect.c, output.c, schedule.c, libtiff's indexes. */
static size_t known_bytes(const struct sizing_wish *wish, const struct division *d)
{
    size_t known = (size_t)(40 * layout_blobs(wish->output) + 8 * division_chunks(d));

    known += bounded(2 * (size_t)division_chunks(d) * wish->task_more); /* lead_sweep.c */

    for (int i = 0; i < PLAN_MAX_SOURCES; i++)
        known += wish->inputs[i] ? (size_t)(16 * layout_blobs(wish->inputs[i])) : 0;
    return known;
}

static size_t executors_bytes(const struct sizing_wish *wish, const struct plan *plan,
                              const struct division *d)
{
    return executor_bytes(plan, d->chunk_height) +
           (wish->also ? executor_bytes(wish->also, d->chunk_height) : 0) +
           (wish->validity ? executor_bytes(wish->validity, d->chunk_height) : 0);
}

/* Fills in all but the division, whose cost is checked against the memory. */
static bool fits(struct sizing *s, const struct sizing_wish *wish, const struct plan *plan,
                 int credits, struct err *e)
{
    const struct division *d = &s->division;
    struct weights w;

    if (!weigh(wish, plan, d, &w, e))
        return false;
    const size_t free_bytes =
        wish->memory_bytes > wish->used_bytes ? wish->memory_bytes - wish->used_bytes : 0;
    int n_caches;
    const size_t cache = wanted_cache(wish, d, &n_caches);
    const size_t cache_most =
        free_bytes / 4 / (size_t)(n_caches ? n_caches : 1) * (size_t)credits / CREDITS;
    const bool rows_of_tiles = d->kind == DIVISION_COLUMNS ? d->chunk_width > d->tile_width
                                                           : d->chunk_height > d->tile_height;

    /* A codec may make noise larger; LZW does so by half. */
    s->message_bytes = w.task > w.output + w.output / 2 ? w.task : w.output + w.output / 2;
    s->stride = d->kind == DIVISION_COLUMNS ? d->down : d->across;
    s->credits = credits;
    s->cache_bytes = cache < cache_most ? cache : cache_most;
    s->window = max64(1, min64((int64_t)(free_bytes / 4 / w.output),
                               ROWS_AHEAD * s->stride + (int64_t)wish->n_ranks * s->credits));
    const size_t turn = (size_t)s->window + (rows_of_tiles ? (size_t)s->stride : 0);
    const size_t held = wish->at_once ? 1 : turn;
    /* Task and result lie in memory that rank and child share; the child is a process of its
     * own. */
    const size_t isolated = wish->isolated ? w.task + w.output + w.output / 2 + SLACK_BYTES : 0;
    const size_t common = isolated + wish->used_bytes + SLACK_BYTES +
                          executors_bytes(wish, plan, d) + w.input + w.output + 2 * w.tile +
                          w.decoded + w.work + (size_t)n_caches * s->cache_bytes;
    s->worker_bytes = common + (size_t)s->credits * w.task + 2 * w.output;
    const size_t sent = (size_t)(wish->n_ranks - 1) * (size_t)s->credits * w.task;
    s->send_bytes = free_bytes / 4;
    s->lead_bytes = common + wish->lead_more + known_bytes(wish, d) + w.task + held * w.output +
                    (sent < s->send_bytes + w.task ? sent : s->send_bytes + w.task);
    return true;
}

static size_t most(const struct sizing *s)
{
    return s->worker_bytes > s->lead_bytes ? s->worker_bytes : s->lead_bytes;
}

/* The output in units of chunks. */
static struct layout units(const struct sizing_wish *wish)
{
    struct layout l = *wish->output;

    l.tile_width *= wish->unit;
    l.tile_height *= wish->unit;
    return l;
}

/* The smallest step a chunk grows by: whole output tiles that cover whole input tiles. */
static int64_t step(int64_t output_tile, int64_t input_tile, int64_t all)
{
    if (input_tile <= output_tile || output_tile >= all)
        return output_tile;
    return min64(ceil_div(input_tile, output_tile) * output_tile, all);
}

/* The halo around one pixel in the middle of the scene. */
static struct region halo_of(const struct plan *plan, const struct layout *l)
{
    return plan_need(plan, STAGE_SOURCE, (struct region){l->width / 2, l->height / 2, 1, 1});
}

/* How many pixels of the scene an output pixel takes in, where the output is the smaller. */
static int64_t reduction(const struct plan *plan, const struct layout *l)
{
    const int64_t side = 256, w = min64(side, l->width), h = min64(side, l->height);
    const struct region sample = {(l->width - w) / 2, (l->height - h) / 2, w, h};
    const struct region need = plan_need(plan, STAGE_SOURCE, sample);

    return max64(1, need.width * need.height / (w * h));
}

static void wish_lanes(const struct sizing_wish *wish, const struct plan *plan, int64_t *width,
                       int64_t *height)
{
    const struct layout grid = units(wish);
    const struct layout *l = &grid;
    const struct region halo = halo_of(plan, l);
    const int64_t step_x =
        step(l->tile_width, wish->inputs[0] ? wish->inputs[0]->tile_width : 0, l->width);
    const int64_t step_y =
        step(l->tile_height, wish->inputs[0] ? wish->inputs[0]->tile_height : 0, l->height);
    const int64_t tall = max64(CHUNK_ROWS_LEAST, HALOS_PER_CHUNK / 2 * (halo.height - 1));
    const int64_t lane = max64(LANE_TILES * step_x, HALOS_PER_CHUNK / 2 * (halo.width - 1));
    const int64_t lanes = max64(1, min64(l->width / lane, LANES_PER_RANK * (int64_t)wish->n_ranks));

    const struct format in = plan->stages.list[STAGE_SOURCE].out;
    const int64_t pixel_bytes =
        max64((int64_t)pixel_size(in.type) * in.bands, (int64_t)pixel_size(l->type) * l->bands);
    const int64_t pixels = min64(CHUNK_PIXELS, CHUNK_BYTES / pixel_bytes) / reduction(plan, l);

    *height = min64(l->height, ceil_div(tall, step_y) * step_y);
    *width = min64(l->width, ceil_div(ceil_div(l->width, lanes), step_x) * step_x);
    while (!wish->rereads && *width * *height > pixels && *width > lane)
        *width = max64(lane, *width / 2 / step_x * step_x);
}

/* Fewer, larger chunks leave ranks idle: halves the chunk until there are enough of them. */
static void spread(const struct sizing_wish *wish, int64_t *width, int64_t *height)
{
    const struct layout grid = units(wish);
    const struct layout *l = &grid;
    const int64_t wanted = wish->n_ranks == 1 ? 1 : (int64_t)CHUNKS_PER_RANK * wish->n_ranks;

    while (ceil_div(l->width, *width) * ceil_div(l->height, *height) < wanted) {
        if (*height > l->tile_height && (*height >= *width || *width <= l->tile_width))
            *height = ceil_div(*height / 2, l->tile_height) * l->tile_height;
        else if (*width > l->tile_width)
            *width = ceil_div(*width / 2, l->tile_width) * l->tile_width;
        else
            break;
    }
}

static void first_wish(const struct sizing_wish *wish, const struct plan *plan, int64_t *width,
                       int64_t *height)
{
    const struct layout grid = units(wish);
    const struct layout *l = &grid;
    const struct region halo = halo_of(plan, l);

    wish_lanes(wish, plan, width, height);
    if (wish->division == DIVISION_ROWS)
        *width = l->width;
    if (wish->division == DIVISION_COLUMNS) {
        *width = min64(l->width,
                       ceil_div(max64(CHUNK_ROWS_LEAST, HALOS_PER_CHUNK / 2 * (halo.width - 1)),
                                l->tile_width) *
                           l->tile_width);
        *height = l->height;
    }
    if (wish->division == DIVISION_TILES)
        spread(wish, width, height);
}

/* Half of the longer side (the height, of bands), in whole tiles; false when the chunk is one tile. */
static bool shrink(const struct layout *l, bool bands, int64_t *width, int64_t *height)
{
    if (*height > l->tile_height && (bands || *height >= *width)) {
        *height = ceil_div(*height / 2, l->tile_height) * l->tile_height;
        return true;
    }
    if (*width > l->tile_width && !bands) {
        *width = ceil_div(*width / 2, l->tile_width) * l->tile_width;
        return true;
    }
    if (*height > l->tile_height) {
        *height = ceil_div(*height / 2, l->tile_height) * l->tile_height;
        return true;
    }
    return false;
}

struct credits {
    int least, most;
};

/* With how many credits a chunk of the division fits, from `most` down to `least`; 0: with none,
 * -1: *e is set. */
static int choose_credits(struct sizing *out, const struct sizing_wish *wish,
                          const struct plan *plan, struct credits among, struct err *e)
{
    for (int credits = among.most; credits >= among.least; credits--) {
        if (!fits(out, wish, plan, credits, e))
            return -1;
        if (most(out) <= wish->memory_bytes && out->message_bytes <= wish->message_most)
            return credits;
    }
    return 0;
}

/* The largest chunk that fits with some of the credits. False with e->status 0 when none does;
 * *out is then the smallest. */
static bool choose_chunk(struct sizing *out, const struct sizing_wish *wish,
                         const struct plan *plan, struct credits among, struct err *e)
{
    const struct layout l = units(wish);
    const bool given = wish->chunk_width > 0;
    int64_t width = wish->chunk_width, height = wish->chunk_height;

    if (!given)
        first_wish(wish, plan, &width, &height);
    for (out->is_small = false;; out->is_small = true) {
        out->division =
            divide(wish->division, l.width, l.height, l.tile_width, l.tile_height, width, height);
        if (wish->bands && out->division.chunk_height % 2 == 1)
            out->division = divide(wish->division, l.width, l.height, l.tile_width, l.tile_height,
                                   width, 2 * out->division.chunk_height);
        const int credits = choose_credits(out, wish, plan, among, e);
        if (credits != 0)
            return credits > 0;
        if (given || !shrink(&l, wish->bands, &width, &height)) {
            e->status = 0;
            return false;
        }
    }
}

bool sizing_choose(struct sizing *out, const struct sizing_wish *wish, const struct plan *plan,
                   struct err *e)
{
    const bool given = wish->chunk_width > 0;
    char text[2][32];

    /* Small chunks cost less than waiting, unless they make GDAL decode the same again. */
    for (int credits = CREDITS; credits >= 1; credits--) {
        const struct credits among = {wish->rereads ? 1 : credits, credits};
        if (choose_chunk(out, wish, plan, among, e))
            return true;
        if (e->status != 0)
            return false;
    }
    if (out->message_bytes > wish->message_most)
        return err_usage(e, "chunks of %lldx%lld pixels take %s in one message, more than %s; %s",
                         (long long)out->division.chunk_width,
                         (long long)out->division.chunk_height,
                         text_bytes(out->message_bytes, text[0], sizeof text[0]),
                         text_bytes(wish->message_most, text[1], sizeof text[1]),
                         given ? "give a smaller --chunk" : "read fewer bands at a time");
    return err_usage(e,
                     "--memory=%s a rank is too little for chunks of %lldx%lld pixels: about %s "
                     "would be used; give more memory%s",
                     text_bytes(wish->memory_bytes, text[0], sizeof text[0]),
                     (long long)out->division.chunk_width, (long long)out->division.chunk_height,
                     text_bytes(most(out), text[1], sizeof text[1]),
                     given ? ", or a smaller --chunk" : ", smaller output tiles or fewer ranks");
}
