/* tiles.h - one op run over an image in memory, in chunks of any size, for the tests of ops.
 * SPDX-License-Identifier: MIT */
#ifndef TILES_H
#define TILES_H

#include "base/memory.h"
#include "base/planes.h"
#include "pipeline/execute.h"
#include "pipeline/plan.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { CANARY = 0xC5, CANARY_PIXELS = 5, TILES_SOURCES = 4 };

struct image {
    struct format format;
    struct planes planes;
    void *memory;
};

static inline struct image image_new(struct format format)
{
    struct image image = {.format = format};
    struct err e;

    ck_assert(planes_new(&image.planes, &image.memory, format.type, format.bands,
                         (struct region){0, 0, format.width, format.height}, 0, &e));
    return image;
}

static inline void image_free(struct image *image)
{
    free(image->memory);
}

static inline bool image_equal(const struct image *a, const struct image *b)
{
    const size_t row = (size_t)a->format.width * pixel_size(a->format.type);

    for (int band = 0; band < a->format.bands; band++)
        for (int64_t y = 0; y < a->format.height; y++)
            if (memcmp(planes_at(&a->planes, band, 0, y), planes_at(&b->planes, band, 0, y), row))
                return false;
    return true;
}

static inline bool tiles_go_on(void *ctx)
{
    return true;
}

/* A plan for one scene. */
static inline bool tiles_plan(struct plan **plan, const struct step *steps, int n,
                              struct format format, struct err *e)
{
    const char *name = NULL;

    return plan_new(plan, steps, n,
                    &(struct plan_sources){.format = &format, .name = &name, .n = 1}, e);
}

/* A chunk's input: a copy of what the plan needs of a source, found modulo its size (for wrap). */
static inline struct planes tiles_input(const struct plan *plan, int source, const struct image *in,
                                        struct region chunk, void **memory)
{
    const struct region need = plan_need(plan, source, chunk);
    const size_t size = pixel_size(in->format.type);
    const int64_t w = in->format.width, h = in->format.height;
    struct planes p;
    struct err e;

    ck_assert(planes_new(&p, memory, in->format.type, in->format.bands, need,
                         plan_margin(plan, source), &e));
    for (int b = 0; b < p.bands; b++)
        for (int64_t y = need.y; y < need.y + need.height; y++)
            for (int64_t x = need.x; x < need.x + need.width; x++)
                memcpy(planes_at(&p, b, x, y),
                       planes_at(&in->planes, b, x - floor_div(x, w) * w, y - floor_div(y, h) * h),
                       size);
    return p;
}

/* Runs a chunk into memory of its own with canaries all around, which must live, and copies the
 * result into *out. */
static inline void tiles_run_chunk(const struct plan *plan, struct executor *x,
                                   const struct image *in, const struct place *place,
                                   struct image *out)
{
    const struct format f = out->format;
    const struct region c = place->chunk;
    const struct region around = {c.x - CANARY_PIXELS, c.y - 1, c.width + 2 * CANARY_PIXELS,
                                  c.height + 2};
    const size_t size = pixel_size(f.type), row = (size_t)c.width * size;
    void *in_memory[TILES_SOURCES], *memory;
    struct planes input[TILES_SOURCES], fenced, view;
    struct err e;

    for (int i = 0; i < plan->stages.n_sources; i++)
        input[i] = tiles_input(plan, i, &in[i], c, &in_memory[i]);
    ck_assert(planes_new(&fenced, &memory, f.type, f.bands, around, 0, &e));
    const size_t bytes = fenced.band_bytes * (size_t)f.bands;
    memset(memory, CANARY, bytes);
    view = fenced;
    view.data = planes_at(&fenced, 0, c.x, c.y);
    view.region = c;
    ck_assert(executor_run(x, input, &view, place, (struct tick){tiles_go_on, NULL}, &e));
    for (int b = 0; b < f.bands; b++)
        for (int64_t y = c.y; y < c.y + c.height; y++) {
            memcpy(planes_at(&out->planes, b, c.x, y), planes_at(&view, b, c.x, y), row);
            memset(planes_at(&view, b, c.x, y), CANARY, row);
        }
    size_t dead = 0;
    for (size_t i = 0; i < bytes; i++)
        dead += ((unsigned char *)memory)[i] != CANARY;
    ck_assert_msg(dead == 0, "%zu bytes were written outside the chunk", dead);
    free(memory);
    for (int i = 0; i < plan->stages.n_sources; i++)
        free(in_memory[i]);
}

/* The plan's output for the images, one for each source, in chunks of that size, or smaller. */
static inline struct image tiles_run(const struct plan *plan, const struct image *in, int width,
                                     int height)
{
    const struct format f = plan_output(plan);
    struct image out = image_new(f);
    struct place place = {.rank = 3, .host = "node7", .scene = "scene"};
    struct executor *x;
    struct err e;

    ck_assert(executor_new(&x, plan, &e));
    for (int64_t y = 0; y < f.height; y += height)
        for (int64_t at = 0; at < f.width; at += width) {
            place.chunk = (struct region){at, y, f.width - at < width ? f.width - at : width,
                                          f.height - y < height ? f.height - y : height};
            tiles_run_chunk(plan, x, in, &place, &out);
            place.chunk_index++;
        }
    executor_free(x);
    return out;
}

#endif
