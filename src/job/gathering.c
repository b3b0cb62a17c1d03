/* gathering.c - rank 0 merges what was gathered of chunks.
 * SPDX-License-Identifier: MIT */
#include "gathering.h"

#include <stdlib.h>

struct gathering {
    struct reducing reducing;
    struct format scene;
    void *sum;
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

bool gathering_add(struct gathering *g, struct region chunk, const struct buffer *part,
                   struct err *e)
{
    const struct reducing *r = &g->reducing;

    if (part->size <= reducing_part_bytes(r, g->scene, chunk) &&
        r->how->merge(r->args, g->scene, part->data, part->size, g->sum))
        return true;
    return err_set(e, "what was gathered at %lld,%lld (%s, %zu bytes) is damaged (a defect)",
                   (long long)chunk.x, (long long)chunk.y, r->how->name, part->size);
}

const void *gathering_sum(const struct gathering *g)
{
    return g->sum;
}
