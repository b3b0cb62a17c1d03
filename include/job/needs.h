/* needs.h - what a chunk needs of a scene, blob by blob.
 *
 * A chunk needs one rectangle of the scene (plan_need). Where a border wraps, parts of it lie past
 * the scene's edges and stand for pixels at the other end: the rectangle falls into pieces.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_NEEDS_H
#define JOB_NEEDS_H

#include "base/err.h"
#include "base/region.h"
#include "raster/layout.h"

/* How the scene's grid lies in its file: the blobs' layout, the window, the chosen bands. */
struct source_grid {
    struct layout layout;
    struct region window; /* of the file's raster; the scene's pixel (0, 0) is its corner */
    int bands;            /* of the scene */
    const int *band;      /* which of the file's bands each is, from 0 */
};

/* A part of the needed rectangle: `scene` is where its pixels lie in the scene, dx, dy what to add
 * to get to their place in the rectangle. */
struct piece {
    struct region scene;
    int64_t dx, dy;
};

/* One blob of which the first `rows` rows are needed for a piece. */
struct needed_blob {
    int64_t index;
    int rows;
    struct piece piece;
};

struct needs {
    struct needed_blob *blob;
    int n, capacity;
};

/* Cuts a rectangle of virtual coordinates into pieces of a width x height scene and calls `each`
 * for every one, until it returns false. */
bool needs_pieces(struct region need, int64_t width, int64_t height,
                  bool (*each)(void *ctx, const struct piece *piece, struct err *e), void *ctx,
                  struct err *e) MUST_CHECK;

/* The blobs under the rectangle, in the file's order for each piece; *out to be freed with
 * needs_free. Fails if memory is short. */
bool needs_blobs(struct needs *out, const struct source_grid *grid, struct region need,
                 struct err *e) MUST_CHECK;
void needs_free(struct needs *n);

/* Copies the part of a decoded blob that a piece wants into planes of the rectangle: pixels is the
 * blob's rows with its samples interleaved; NULL: all are `fill`. */
struct planes;
void needs_copy(const struct source_grid *grid, const struct needed_blob *blob,
                const unsigned char *pixels, double fill, const struct planes *out);

#endif
