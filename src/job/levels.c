/* levels.c - the pixels of one level of the output with their mask, and those of its overviews made of
 * them.
 * SPDX-License-Identifier: MIT */
#include "levels.h"

#include "base/clock.h"
#include "pipeline/halve.h"

#include <stdlib.h>

struct levels {
    const struct ticket *ticket;
    struct packer *packer;
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

/* The part of a level that begins with it. */
static struct level beginning(const struct level *l, struct region r)
{
    struct level part = *l;

    part.pixels.region = part.mask.region = r;
    return part;
}

static bool pack_tiles(const struct levels *l, int k, const struct level *level,
                       struct buffer *parcel, struct tick tick, struct err *e)
{
    const struct overviews *o = &l->ticket->overviews;
    const bool down = l->ticket->sizing.division.kind == DIVISION_COLUMNS;

    return packer_tiles(l->packer, k, &level->pixels, down, parcel, tick, e) &&
           (!o->mask ||
            packer_tiles(l->packer, overviews_mask(o, k), &level->mask, down, parcel, tick, e));
}

static bool pack_all(struct levels *l, int64_t chunk, const struct level *whole,
                     struct buffer *parcel, struct tick tick, struct err *e)
{
    const struct ticket *t = l->ticket;
    const struct overviews *o = &t->overviews;
    const struct region region = division_chunk(&t->sizing.division, chunk);
    struct level level[2] = {*whole}, own = beginning(whole, region);
    bool ok = pack_tiles(l, 0, &own, parcel, tick, e);

    for (int k = 1; ok && k <= o->n && k <= o->local + 1; k++) {
        struct level *at = &level[k % 2];
        if (!level_reuse(at, &l->memory[k % 2], t, overviews_region(o, region, k), e))
            return false;
        const double start = clock_s();
        level_halve(t, &level[(k + 1) % 2], at);
        l->seconds += clock_s() - start;
        own = beginning(at, halved_region(own.pixels.region));
        ok = k <= o->local ? pack_tiles(l, k, &own, parcel, tick, e)
                           : packer_pixels(l->packer, chunk, &own.pixels,
                                           o->mask ? &own.mask : NULL, parcel, e);
    }
    return ok;
}

bool levels_pack(struct levels *l, int64_t chunk, const struct level *whole, struct buffer *parcel,
                 struct tick tick, struct err *e)
{
    const bool ok = pack_all(l, chunk, whole, parcel, tick, e) && packer_end(l->packer, parcel, e);

    if (!ok)
        packer_drop(l->packer);
    return ok;
}
