/* overviews.c - the levels of an output.
 * SPDX-License-Identifier: MIT */
#include "raster/overviews.h"

#include "base/minmax.h"

void overviews_lay_out(struct overviews *o, const struct layout *full, int n)
{
    o->n = n;
    o->level[0] = *full;
    o->first[0] = 0;
    for (int k = 0; k <= n; k++) {
        struct layout *l = &o->level[k];
        if (k > 0) {
            *l = o->level[k - 1];
            l->width = (l->width + 1) / 2;
            l->height = (l->height + 1) / 2;
            l->across = ceil_div(l->width, l->tile_width);
            l->down = ceil_div(l->height, l->tile_height);
        }
        o->first[k + 1] = o->first[k] + layout_blobs(l);
    }
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
    return o->first[o->n + 1];
}

bool overviews_later(const struct overviews *o, int64_t blob)
{
    return o->cog || blob >= o->first[1];
}

int overviews_level_of(const struct overviews *o, int64_t blob)
{
    int k = 0;

    while (k < o->n && blob >= o->first[k + 1])
        k++;
    return k;
}
