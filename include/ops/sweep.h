/* sweep.h - what an op does that makes a pixel of the whole scene by way of its neighbours, and
 * theirs: labels of components, distances.
 *
 * The op's stages make a plane of the output's pixel type that says what each pixel is; the scene is
 * cut into bands of rows of its full width. Then
 *   1. every band is summed up by what its neighbours must know: `summarise`, in any order, anywhere;
 *   2. all summaries together give for each band what it must know of the others: `resolve`, on one
 *      rank, where memory grows with the edges of bands, not with their area;
 *   3. every band is finished in place with that: `finish`, in any order, anywhere.
 * An op that sweeps is the last one in its flow of chunks.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_SWEEP_H
#define OPS_SWEEP_H

#include "base/planes.h"
#include "ops/op.h"

#include <stdio.h>

/* A band as the stages made it. */
struct sweep_band {
    const struct planes *pixels;
    bool minds;    /* there may be pixels outside the data … */
    double nodata; /* … which are this in the output */
};

/* What each band knows, or is to know; n bands. */
struct sweep_bytes {
    const struct buffer *summary; /* one of no bytes is of a band that could not be had */
    struct buffer *context;       /* empty at first */
    int64_t n;
};

struct sweep {
    /* What stages make of pixels outside the data, which is no other pixel's value; without it
     * that is the nodata value. */
    bool has_outside;
    double outside;
    /* Memory that a band of that size takes besides its planes, at most; and what a summary or a
     * context takes, at most. */
    size_t (*work_bytes)(const void *state, int64_t width, int64_t height);
    size_t (*context_bytes)(const void *state, struct format f);
    /* Each fails if memory is short. */
    bool (*summarise)(const void *state, const struct sweep_band *band, struct buffer *summary,
                      struct err *e);
    bool (*resolve)(const void *state, struct format f, const struct sweep_bytes *bytes,
                    struct err *e);
    bool (*finish)(const void *state, const struct sweep_band *band, const struct buffer *context,
                   struct err *e);
    /* For a table: writes what was found as lines of text; whoever called looks for errors of the
     * file. NULL: there is nothing of that kind. */
    bool (*table)(const void *state, struct format f, const struct sweep_bytes *bytes, FILE *out,
                  struct err *e);
};

/* For finish: pixels that are `outside` become the nodata value. */
void sweep_put_nodata(const struct sweep_band *band, double outside);

#endif
