/* reducer.h - what must be known of all pixels of a scene before an op can make its first: gathered
 * chunk by chunk, by any rank, and added up in any order.
 *
 * What is gathered is plain bytes, the same size for a chunk as for the whole, and zero at first.
 * Counts and extremes come out the same in whatever order they are added up.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_REDUCER_H
#define OPS_REDUCER_H

#include "base/planes.h"
#include "ops/op.h"

/* Pixels of a chunk, and which of them are inside the data: not those of the value (NaN never is),
 * nor those where the mask (uint8, one band, NULL: there is none) is 0. */
struct reducible {
    const struct planes *pixels, *mask;
    bool has_nodata;
    double nodata;
};

struct reducer {
    const char *name;
    /* Bytes of what is gathered of pixels of that format; 0: of that type nothing can be. */
    size_t (*bytes)(struct format f);
    void (*gather)(const struct reducible *r, void *sum);
    void (*merge)(struct format f, const void *more, void *sum);
};

/* The reducer of that name, or NULL. */
const struct reducer *reducer_find(const char *name);

/* Of uint8 and uint16: how often each value occurs in each band, in histogram_bins(type) counts for
 * a band. */
extern const struct reducer reducer_histogram;
int histogram_bins(enum pixel_type type); /* 0: the type has none */
static inline const int64_t *histogram_of(const void *sum, enum pixel_type type, int band)
{
    return (const int64_t *)sum + (int64_t)band * histogram_bins(type);
}

/* The least and the greatest value of all bands together; of integers of 64 bits, rounded. */
struct extent {
    int64_t n; /* 0: there are no pixels inside, and no values */
    double min, max;
};
extern const struct reducer reducer_extent;

#endif
