/* apex.c - the upper overviews, made on rank 0.
 * SPDX-License-Identifier: MIT */
#include "apex.h"

#include "levels.h"

#include "pipeline/halve.h"

#include <stdlib.h>
#include <string.h>

struct apex {
    const struct ticket *ticket;
    struct level level; /* the lowest, then the one at hand */
    struct level_memory memory;
};

/* Where encoded tiles go. */
struct apex_sink {
    struct packer *packer;
    struct scratch *scratch;
    struct output *output;
};

static const struct layout *lowest(const struct overviews *o)
{
    return o->n > o->local ? &o->level[o->local + 1] : NULL;
}

size_t apex_bytes(const struct overviews *o)
{
    const struct layout *l = lowest(o);

    /* Never more than the scene, whose size has been checked. */
    return l ? (size_t)l->width * (size_t)l->height *
                   (pixel_size(l->type) * (size_t)l->bands + (o->mask ? 1 : 0))
             : 0;
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
    if (!level_reuse(&a->level, &a->memory, t, (struct region){0, 0, l->width, l->height}, e)) {
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
    level_memory_free(&a->memory);
    free(a);
}

static const unsigned char *take_rows(const struct planes *to, struct region r,
                                      const unsigned char *pixels)
{
    const size_t row = (size_t)r.width * pixel_size(to->type);

    for (int b = 0; b < to->bands; b++)
        for (int64_t y = 0; y < r.height; y++, pixels += row)
            memcpy(planes_at(to, b, r.x, r.y + y), pixels, row);
    return pixels;
}

bool apex_take(struct apex *a, int64_t chunk, const unsigned char *pixels, size_t n)
{
    if (!a || !pixels)
        return false;
    struct region r = division_chunk(&a->ticket->sizing.division, chunk);
    for (int k = 0; k <= a->ticket->overviews.local; k++)
        r = halved_region(r);
    const struct planes *p = &a->level.pixels, *mask = &a->level.mask;
    const size_t pixel = pixel_size(p->type) * (size_t)p->bands + (mask->data ? 1 : 0);
    if (n != (size_t)r.width * (size_t)r.height * pixel)
        return false;
    pixels = take_rows(p, r, pixels);
    if (mask->data)
        take_rows(mask, r, pixels);
    return true;
}

static bool encode_level(const struct overviews *o, int level, const struct planes *pixels,
                         const struct apex_sink *to, struct err *e)
{
    struct buffer blob = {0};
    bool ok = true;

    for (int64_t i = 0; ok && i < layout_blobs(&o->level[level]); i++) {
        const int64_t number = o->first[level] + i;
        blob.size = 0;
        ok = packer_encode(to->packer, level, pixels, i, &blob, e) &&
             scratch_add(to->scratch, number, blob.data, blob.size, e) &&
             output_note(to->output, number, (uint32_t)blob.size, e);
    }
    buffer_free(&blob);
    return ok;
}

/* The next level takes the place of the one at hand. */
static bool go_up(struct apex *a, struct err *e)
{
    struct level next;
    struct level_memory memory = {0};

    if (!level_reuse(&next, &memory, a->ticket, halved_region(a->level.pixels.region), e)) {
        level_memory_free(&memory);
        return false;
    }
    level_halve(a->ticket, &a->level, &next);
    level_memory_free(&a->memory);
    a->memory = memory;
    a->level = next;
    return true;
}

bool apex_finish(struct apex *a, struct scratch *scratch, struct output *output, struct err *e)
{
    if (!a)
        return true;
    const struct ticket *t = a->ticket;
    const struct overviews *o = &t->overviews;
    struct apex_sink to = {.scratch = scratch, .output = output};
    bool ok = packer_new(&to.packer, o, t->encoder, t->mask_encoder, e);
    for (int k = o->local + 1; ok && k <= o->n; k++)
        ok = encode_level(o, k, &a->level.pixels, &to, e) &&
             (!o->mask || encode_level(o, overviews_mask(o, k), &a->level.mask, &to, e)) &&
             (k == o->n || go_up(a, e));
    packer_free(to.packer);
    return ok;
}
