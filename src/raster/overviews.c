/* overviews.c - the levels of an output.
 * SPDX-License-Identifier: MIT */
#include "raster/overviews.h"

#include "base/minmax.h"
#include "pipeline/halve.h"

static struct layout half(struct layout l)
{
    l.width = (l.width + 1) / 2;
    l.height = (l.height + 1) / 2;
    l.across = ceil_div(l.width, l.tile_width);
    l.down = ceil_div(l.height, l.tile_height);
    return l;
}

static struct layout mask_of(struct layout l)
{
    l.type = PX_UINT8;
    l.bands = 1;
    l.separate = false;
    return l;
}

void overviews_lay_out(struct overviews *o, const struct layout *full, int n, bool mask)
{
    o->n = n;
    o->mask = mask;
    o->level[0] = *full;
    for (int k = 1; k <= n; k++)
        o->level[k] = half(o->level[k - 1]);
    for (int k = 0; mask && k <= n; k++)
        o->level[overviews_mask(o, k)] = mask_of(o->level[k]);
    o->first[0] = 0;
    for (int k = 0; k < overviews_levels(o); k++)
        o->first[k + 1] = o->first[k] + layout_blobs(&o->level[k]);
}

int overviews_levels(const struct overviews *o)
{
    return (o->n + 1) * (o->mask ? 2 : 1);
}

int overviews_mask(const struct overviews *o, int level)
{
    return o->n + 1 + level;
}

bool overviews_is_mask(const struct overviews *o, int level)
{
    return level > o->n;
}

/* Each level above wants the pixels beyond of the one below, twice those it has itself and its
 * reach. */
int64_t overviews_beyond(const struct overviews *o, int level)
{
    const int top = o->n < o->local + 1 ? o->n : o->local + 1;
    int64_t beyond = 0;

    for (int k = top; k > level; k--)
        beyond = 2 * beyond + halving_reach((enum halving)o->how);
    return beyond;
}

struct region overviews_region(const struct overviews *o, struct region chunk, int level)
{
    const int64_t beyond = overviews_beyond(o, level);
    struct region r = chunk;

    for (int k = 0; k < level; k++)
        r = halved_region(r);
    r.width = min64(r.width + beyond, o->level[level].width - r.x);
    r.height = min64(r.height + beyond, o->level[level].height - r.y);
    return r;
}

static int count(const struct layout *l, int64_t width, int64_t height)
{
    int64_t w = l->width, h = l->height;
    int n = 0;

    while (n < LEVELS_MOST - 2 && (w > width || h > height)) {
        w = (w + 1) / 2;
        h = (h + 1) / 2;
        n++;
    }
    return n;
}

int overviews_default(const struct layout *l)
{
    return count(l, l->tile_width, l->tile_height);
}

bool overviews_can_tile(const struct layout *l)
{
    enum { LEAST = 64, MOST = 4096 };
    const int side = l->tile_width;

    return side == l->tile_height && side >= LEAST && side <= MOST && (side & (side - 1)) == 0;
}

int overviews_most(const struct layout *l)
{
    return count(l, 1, 1);
}

int64_t overviews_blobs(const struct overviews *o)
{
    return o->first[overviews_levels(o)];
}

bool overviews_later(const struct overviews *o, int64_t blob)
{
    return o->cog || blob >= o->first[1];
}

bool overviews_any_later(const struct overviews *o)
{
    return o->cog || o->n > 0 || o->mask;
}
