/* overviews.h - the levels of an output: itself, and its overviews, each half of the one before.
 *
 * Blobs of all levels are numbered through: those of the output first, then those of its first
 * overview, and so on. Plain values, the same on every rank.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_OVERVIEWS_H
#define RASTER_OVERVIEWS_H

#include "raster/layout.h"

enum { LEVELS_MOST = 32 };

struct overviews {
    int n;     /* levels but the first */
    int how;   /* enum halving */
    int local; /* levels whose tiles lie in one chunk each */
    bool cog;  /* the file is laid out as a Cloud Optimized GeoTIFF */
    struct layout level[LEVELS_MOST];
    int64_t first[LEVELS_MOST + 1]; /* the number of a level's first blob; [n + 1]: of all blobs */
};

/* Levels 1 to n of the output whose layout is `full`. */
void overviews_lay_out(struct overviews *o, const struct layout *full, int n);

/* Levels until one fits into a tile, as GDAL's COG driver counts. */
int overviews_default(const struct layout *full);

/* Whether GDAL makes overviews in tiles of this size. */
bool overviews_can_tile(const struct layout *full);

/* How many halvings are possible. */
int overviews_most(const struct layout *full);

/* Whether the blob's place is known only when all blobs are: of overviews, which lie in the file
 * level after level, and of all levels of a COG. */
bool overviews_later(const struct overviews *o, int64_t blob);

int64_t overviews_blobs(const struct overviews *o);
int overviews_level_of(const struct overviews *o, int64_t blob);

#endif
