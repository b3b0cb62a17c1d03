/* gathering.c - rank 0 merges what was gathered of chunks, in their order where that matters.
 * SPDX-License-Identifier: MIT */
#include "gathering.h"

#include <assert.h>
#include <stdlib.h>

struct gathering {
    struct reducing reducing;
    struct format scene;
    void *sum;
    const struct division *division;
    /* Of parts that came before their turn: that of chunk i is the (i % window)th. NULL where
     * there is no order. */
    struct buffer *early;
    bool *is_early;
    int64_t window, next;
};

bool gathering_new(struct gathering **out, struct reducing *how, struct format scene, struct err *e)
{
    struct gathering *g = memory_new(1, sizeof *g, e);

    if (!g) {
        reducing_free(how);
        return false;
    }
    *g = (struct gathering){.reducing = *how, .scene = scene};
    *how = (struct reducing){0};
    const size_t n = gathering_bytes(g);
    if (n > 0)
        g->sum = memory_new(1, n, e);
    else
        err_usage(e, "cannot be computed of %s pixels", pixel_name(scene.type));
    if (!g->sum) {
        gathering_free(g);
        return false;
    }
    *out = g;
    return true;
}

void gathering_free(struct gathering *g)
{
    if (!g)
        return;
    for (int64_t i = 0; g->early && i < g->window; i++)
        buffer_free(&g->early[i]);
    free(g->early);
    free(g->is_early);
    free(g->sum);
    reducing_free(&g->reducing);
    free(g);
}

const struct reducing *gathering_how(const struct gathering *g)
{
    return &g->reducing;
}

size_t gathering_bytes(const struct gathering *g)
{
    return g->reducing.how->bytes(g->reducing.args, g->scene);
}

bool gathering_begin(struct gathering *g, const struct division *division, int64_t window,
                     struct err *e)
{
    g->division = division;
    if (!g->reducing.how->in_order)
        return true;
    g->window = window;
    g->is_early = memory_new((size_t)window, sizeof *g->is_early, e);
    g->early = g->is_early ? memory_new((size_t)window, sizeof *g->early, e) : NULL;
    return g->early != NULL;
}

static bool merge(struct gathering *g, int64_t chunk, const struct buffer *part, struct err *e)
{
    const struct reducing *r = &g->reducing;
    const struct region region = division_chunk(g->division, chunk);

    if (part->size <= reducing_part_bytes(r, g->scene, region) &&
        r->how->merge(r->args, g->scene, part->data, part->size, g->sum))
        return true;
    return err_set(e, "what was gathered of chunk %lld (%s, %zu bytes) is damaged (a defect)",
                   (long long)chunk, r->how->name, part->size);
}

/* Those that the part just merged had to come before. */
static bool merge_early(struct gathering *g, struct err *e)
{
    for (int64_t i = g->next % g->window; g->is_early[i]; i = g->next % g->window) {
        if (!merge(g, g->next, &g->early[i], e))
            return false;
        buffer_free(&g->early[i]);
        g->is_early[i] = false;
        g->next++;
    }
    return true;
}

bool gathering_add(struct gathering *g, int64_t chunk, struct buffer *part, struct err *e)
{
    if (!g->early)
        return merge(g, chunk, part, e);
    if (chunk == g->next) {
        g->next++;
        return merge(g, chunk, part, e) && merge_early(g, e);
    }
    assert(chunk > g->next && chunk - g->next < g->window);
    g->early[chunk % g->window] = *part;
    g->is_early[chunk % g->window] = true;
    *part = (struct buffer){0};
    return true;
}

const void *gathering_sum(const struct gathering *g)
{
    return g->sum;
}
