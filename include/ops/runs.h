/* runs.h - the connected components of a band of rows, found by runs of pixels.
 *
 * Components are numbered from 0 as OpenCV numbers them: with connectivity 4 in the order of their
 * first pixels, with 8 in that of the first 2x2 blocks that they touch (rows 2j and 2j + 1 together,
 * from left to right), for which a band must begin at an even row.
 *
 * Source: union-find over runs; L. He, Y. Chao, K. Suzuki, "A run-based two-scan labeling
 * algorithm", IEEE Trans. Image Processing 17(5), 2008, pp. 749-756. */
#ifndef OPS_RUNS_H
#define OPS_RUNS_H

#include "base/planes.h"

/* Pixels of one component in a row, from start to end - 1, counted from the band's left edge. */
struct run {
    int32_t start, end, component;
};

struct runs {
    struct run *run;
    int64_t *row; /* row[y] is the first of row y; row[height] is behind the last */
    int width, height;
    int32_t n_components;
    int64_t capacity;
};

/* Which pixels belong to a component: those that are not 0, nor `outside`. */
struct runs_of {
    const struct planes *pixels;
    int band;         /* of the planes */
    int connectivity; /* 4 or 8 */
    bool has_outside; /* NaN means all of these */
    double outside;
};

/* To be freed with runs_free, also after a failure. Fails if memory is short or there are more than
 * INT32_MAX runs. */
bool runs_find(struct runs *out, const struct runs_of *of, struct err *e) MUST_CHECK;
void runs_free(struct runs *r);

/* The most memory that takes, for a band of so many pixels. */
size_t runs_bytes(int64_t pixels);

/* Whether two runs of neighbouring rows touch. */
static inline bool runs_touch(const struct run *a, const struct run *b, int connectivity)
{
    const int beside = connectivity == 8;

    return a->start < b->end + beside && b->start < a->end + beside;
}

#endif
