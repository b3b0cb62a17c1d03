/* reducer.h - what must be known of all pixels of a scene before an op can make its first: gathered
 * chunk by chunk, by any rank, and merged on one.
 *
 * A reducer has parameters like an op. What it gathers are plain bytes, zero at first: a part for
 * each chunk, and the sum of all. Whatever the chunks and their order, the sum comes out the same:
 * counts and extremes do; sums of floats are kept exactly, or tile by tile (by_tiles).
 * SPDX-License-Identifier: MIT */
#ifndef OPS_REDUCER_H
#define OPS_REDUCER_H

#include "base/planes.h"
#include "ops/op.h"

/* Pixels of a chunk, and which of them are inside the data: not those of the value (NaN never is),
 * nor those where the mask (uint8, one band, NULL: there is none) is 0. */
struct reducible {
    struct format scene;                /* the whole of which it is a chunk */
    const struct planes *pixels, *mask; /* their region is in pixels of the scene */
    bool has_nodata;
    double nodata;
};

enum { REDUCER_TILE = 512 };

struct reducer {
    const char *name;
    const struct param *params; /* NULL: none */
    size_t args_size;           /* args are a struct of so many bytes, filled by params_read */
    bool by_tiles; /* chunks must be whole squares of REDUCER_TILE pixels, but at the edges */
    /* Bytes of the sum for a scene of that format; 0: of that type nothing can be gathered. */
    size_t (*bytes)(const void *args, struct format scene);
    /* Bytes of a chunk's part at most. NULL: as many as the sum's. */
    size_t (*part_bytes)(const void *args, struct format scene, struct region chunk);
    /* Fills in the part, whose bytes are zero, and returns how many of them are to be merged. */
    size_t (*gather)(const void *args, const struct reducible *r, void *part);
    /* False: those n bytes are no part of such a chunk (they come from another rank). */
    bool (*merge)(const void *args, struct format scene, const void *part, size_t n, void *sum);
};

/* A reducer and its arguments. */
struct reducing {
    const struct reducer *how; /* NULL: nothing is gathered */
    void *args;
    struct buffer words; /* which args point at */
};

/* Of the words that an op's `needs` has appended, which are copied. To be freed with reducing_free,
 * also after a failure. Fails if there is no such reducer, if it does not take the arguments, or
 * for memory. */
bool reducing_new(struct reducing *out, const struct buffer *words, struct err *e) MUST_CHECK;
void reducing_free(struct reducing *r);

/* Bytes of a chunk's part at most. */
size_t reducing_part_bytes(const struct reducing *r, struct format scene, struct region chunk);

/* The sum of "histogram", of uint8 and uint16: how often each value occurs in each band, in histogram_bins(type) counts for
 * a band. */
int histogram_bins(enum pixel_type type); /* 0: the type has none */
static inline const int64_t *histogram_of(const void *sum, enum pixel_type type, int band)
{
    return (const int64_t *)sum + (int64_t)band * histogram_bins(type);
}

/* Adds how often each value occurs in a part of the chunk, in one band, to histogram_bins counts;
 * leaves out pixels outside the data. */
void histogram_add(const struct reducible *r, int band, struct region part, int64_t *counts);

/* The sum of "extent": the least and the greatest value of all bands together; of integers of 64 bits, rounded. */
struct extent {
    int64_t n; /* 0: there are no pixels inside, and no values */
    double min, max;
};

#endif
