/* overviews.h - the levels of an output: itself, its overviews, each half of the one before, and
 * the masks of these.
 *
 * Blobs of all levels are numbered through: those of the output first, then those of its first
 * overview, and so on, then those of the masks in the same order. Plain values, the same on
 * every rank.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_OVERVIEWS_H
#define RASTER_OVERVIEWS_H

#include "raster/layout.h"

enum { LEVELS_MOST = 32 }; /* without masks */

struct overviews {
    int n;     /* overviews: level 0 is the output, 1 to n are they */
    int how;   /* enum halving */
    int local; /* overviews whose tiles lie in one chunk each; chunks make pixels of one more */
    bool cog;  /* the file is laid out as a Cloud Optimized GeoTIFF */
    bool
        mask; /* each has a mask: the level overviews_mask, of uint8 and one band in the same tiles */
    struct layout level[2 * LEVELS_MOST];
    int64_t first[2 * LEVELS_MOST + 1]; /* the number of a level's first blob; the last: of all */
};

/* Levels 1 to n of the output whose layout is `full`, and their masks if there is one. */
void overviews_lay_out(struct overviews *o, const struct layout *full, int n, bool mask);

/* Levels with those of masks; the mask of a level; whether a level is one. */
int overviews_levels(const struct overviews *o);
int overviews_mask(const struct overviews *o, int level);
bool overviews_is_mask(const struct overviews *o, int level);

/* The part of a level that a chunk of whole tiles makes: what lies over the chunk, and what the
 * levels that it makes above look at to the right and below. overviews_beyond: how many pixels
 * that is. */
struct region overviews_region(const struct overviews *o, struct region chunk, int level);
int64_t overviews_beyond(const struct overviews *o, int level);

/* Levels until one fits into a tile, as GDAL's COG driver counts. */
int overviews_default(const struct layout *full);

/* Whether GDAL makes overviews in tiles of this size. */
bool overviews_can_tile(const struct layout *full);

/* How many halvings are possible. */
int overviews_most(const struct layout *full);

/* Whether the blob's place is known only when all blobs are: of overviews, which lie in the file
 * level after level, of masks, and of all levels of a COG. overviews_any_later: whether there are
 * such. */
bool overviews_later(const struct overviews *o, int64_t blob);
bool overviews_any_later(const struct overviews *o);

int64_t overviews_blobs(const struct overviews *o);

#endif
