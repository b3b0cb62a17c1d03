/* apex.c - the upper overviews, made on rank 0.
 * SPDX-License-Identifier: MIT */
#include "apex.h"

#include "packer.h"

#include "pipeline/halve.h"

#include <stdlib.h>
#include <string.h>

struct apex {
    const struct ticket *ticket;
    struct planes level; /* the lowest, then the one at hand */
    void *memory;
};

static const struct layout *lowest(const struct overviews *o)
{
    return o->n > o->local ? &o->level[o->local + 1] : NULL;
}

size_t apex_bytes(const struct overviews *o)
{
    const struct layout *l = lowest(o);

    /* Never more than the scene, whose size has been checked. */
    return l ? (size_t)l->width * (size_t)l->height * pixel_size(l->type) * (size_t)l->bands : 0;
}

bool apex_new(struct apex **out, const struct ticket *t, struct err *e)
{
    const struct layout *l = lowest(&t->overviews);
    struct apex *a;

    *out = NULL;
    if (!l)
        return true;
    a = memory_new(1, sizeof *a, e);
    if (!a)
        return false;
    a->ticket = t;
    if (!planes_new(&a->level, &a->memory, l->type, l->bands,
                    (struct region){0, 0, l->width, l->height}, 0, e)) {
        apex_free(a);
        return false;
    }
    *out = a;
    return true;
}

void apex_free(struct apex *a)
{
    if (!a)
        return;
    free(a->memory);
    free(a);
}

bool apex_take(struct apex *a, int64_t chunk, const unsigned char *pixels, size_t n)
{
    if (!a || !pixels)
        return false;
    struct region r = division_chunk(&a->ticket->sizing.division, chunk);
    for (int k = 0; k <= a->ticket->overviews.local; k++)
        r = halved_region(r);
    const size_t row = (size_t)r.width * pixel_size(a->level.type);
    if (n != row * (size_t)r.height * (size_t)a->level.bands)
        return false;
    for (int b = 0; b < a->level.bands; b++)
        for (int64_t y = 0; y < r.height; y++, pixels += row)
            memcpy(planes_at(&a->level, b, r.x, r.y + y), pixels, row);
    return true;
}

static bool encode_level(const struct apex *a, int level, struct packer *packer,
                         struct scratch *scratch, struct output *output, struct err *e)
{
    const struct overviews *o = &a->ticket->overviews;
    struct buffer blob = {0};
    bool ok = true;

    for (int64_t i = 0; ok && i < layout_blobs(&o->level[level]); i++) {
        const int64_t number = o->first[level] + i;
        blob.size = 0;
        ok = packer_encode(packer, level, &a->level, i, &blob, e) &&
             scratch_add(scratch, number, blob.data, blob.size, e) &&
             output_note(output, number, (uint32_t)blob.size, e);
    }
    buffer_free(&blob);
    return ok;
}

/* The next level takes the place of the one at hand. */
static bool go_up(struct apex *a, struct err *e)
{
    const struct ticket *t = a->ticket;
    const struct halving_nodata nodata = ticket_halving_nodata(t);
    struct planes next;
    void *memory;

    if (!planes_new(&next, &memory, a->level.type, a->level.bands, halved_region(a->level.region),
                    0, e))
        return false;
    halve((enum halving)t->overviews.how, &a->level, &nodata, &next);
    free(a->memory);
    a->memory = memory;
    a->level = next;
    return true;
}

bool apex_finish(struct apex *a, struct scratch *scratch, struct output *output, struct err *e)
{
    if (!a)
        return true;
    const struct overviews *o = &a->ticket->overviews;
    struct packer *packer = NULL;
    bool ok = packer_new(&packer, o, a->ticket->encoder, e);
    for (int k = o->local + 1; ok && k <= o->n; k++)
        ok = encode_level(a, k, packer, scratch, output, e) && (k == o->n || go_up(a, e));
    packer_free(packer);
    return ok;
}
