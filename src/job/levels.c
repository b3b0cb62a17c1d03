/* levels.c - the pixels of one level of the output with their mask, and those of its overviews
 * made of them.
 * SPDX-License-Identifier: MIT */
#include "levels.h"

#include "base/clock.h"
#include "base/timeline.h"
#include "pipeline/halve.h"

#include <stdlib.h>

struct levels {
    const struct ticket *ticket;
    struct packer *packer;
    int64_t chunk;
    struct level_memory memory[2];
    double seconds;
};

void level_memory_free(struct level_memory *m)
{
    free(m->pixels.memory);
    free(m->mask.memory);
    *m = (struct level_memory){0};
}

bool level_reuse(struct level *l, struct level_memory *m, const struct ticket *t,
                 struct region region, struct err *e)
{
    const struct layout *full = &t->overviews.level[0];

    l->mask = (struct planes){0};
    l->uniform = NULL;
    return planes_reuse(&l->pixels, &m->pixels, full->type, full->bands, region, 0, e) &&
           (!t->overviews.mask || planes_reuse(&l->mask, &m->mask, PX_UINT8, 1, region, 0, e));
}

void level_halve(const struct ticket *t, const struct level *in, const struct level *out)
{
    const enum halving how = (enum halving)t->overviews.how;
    struct halving_nodata nodata = ticket_halving_nodata(t);

    if (t->careful && in->mask.data)
        nodata.mask = &in->mask;
    halve(how, &in->pixels, &nodata, &out->pixels);
    if (in->mask.data)
        halve_mask(how, &in->mask, &out->mask);
}

bool levels_new(struct levels **out, const struct ticket *t, struct packer *packer, struct err *e)
{
    struct levels *l = memory_new(1, sizeof *l, e);

    if (!l)
        return false;
    *l = (struct levels){.ticket = t, .packer = packer};
    *out = l;
    return true;
}

void levels_free(struct levels *l)
{
    if (!l)
        return;
    level_memory_free(&l->memory[0]);
    level_memory_free(&l->memory[1]);
    free(l);
}

double levels_seconds(const struct levels *l)
{
    return l->seconds;
}

void levels_begin(struct levels *l, int64_t chunk)
{
    l->chunk = chunk;
}

/* The chunk's own part of a level, which begins with it. */
static struct level own_part(const struct levels *l, int k, const struct level *level)
{
    struct region r = division_chunk(&l->ticket->sizing.division, l->chunk);
    struct level part = *level;

    for (int i = 0; i < k; i++)
        r = halved_region(r);
    part.pixels.region = part.mask.region = r;
    return part;
}

static bool pack_tiles(const struct levels *l, int k, const struct level *level,
                       struct buffer *parcel, struct tick tick, struct err *e)
{
    const struct overviews *o = &l->ticket->overviews;
    const struct level own = own_part(l, k, level);
    const bool down = l->ticket->sizing.division.kind == DIVISION_COLUMNS;
    const struct packer_tiles tiles = {k, &own.pixels, own.uniform, down};
    const struct packer_tiles masks = {overviews_mask(o, k), &own.mask, NULL, down};

    return packer_tiles(l->packer, &tiles, parcel, tick, e) &&
           (!o->mask || packer_tiles(l->packer, &masks, parcel, tick, e));
}

bool levels_tiles(struct levels *l, const struct level *whole, struct buffer *parcel,
                  struct tick tick, struct err *e)
{
    return pack_tiles(l, 0, whole, parcel, tick, e);
}

static bool pack_pixels(const struct levels *l, int k, const struct level *level,
                        struct buffer *parcel, struct err *e)
{
    const struct level own = own_part(l, k, level);

    return packer_pixels(l->packer, l->chunk, &own.pixels,
                         l->ticket->overviews.mask ? &own.mask : NULL, parcel, e);
}

bool levels_overviews(struct levels *l, const struct level *whole, struct buffer *parcel,
                      struct tick tick, struct err *e)
{
    const struct ticket *t = l->ticket;
    const struct overviews *o = &t->overviews;
    const struct region chunk = division_chunk(&t->sizing.division, l->chunk);
    struct level level[2] = {*whole};

    for (int k = 1; k <= o->n && k <= o->local + 1; k++) {
        struct level *at = &level[k % 2];
        if (!level_reuse(at, &l->memory[k % 2], t, overviews_region(o, chunk, k), e))
            return false;
        const double start = clock_s();
        level_halve(t, &level[(k + 1) % 2], at);
        l->seconds += timeline_since("overviews", start);
        if (!(k <= o->local ? pack_tiles(l, k, at, parcel, tick, e)
                            : pack_pixels(l, k, at, parcel, e)))
            return false;
    }
    return true;
}
