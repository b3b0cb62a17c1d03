/* resample.h - rows and columns made longer or shorter, each output pixel a weighted sum of a few
 * input pixels: first along x, by a stage that leaves the rows alone, then along y.
 *
 * Between the two stages lie pixels of the type that sums are made in: float32, or float64 where
 * OpenCV sums in double. Pixels of uint8 have weights in units of 1/2048; their sums are integers,
 * also while they are held in float32.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_RESAMPLE_H
#define OPS_RESAMPLE_H

#include "ops/op.h"

enum interpolation { RESIZE_NEAREST, RESIZE_LINEAR, RESIZE_CUBIC, RESIZE_AREA, RESIZE_LANCZOS4 };

/* One axis: output pixel i is made of count[i] input pixels from first[i] on. Those outside the
 * axis stand for its first or last one. first never decreases. */
struct axis {
    int64_t in, out; /* lengths */
    double scale;    /* input pixels an output pixel is wide */
    int taps;        /* the most that any count is */
    int *first, *count;
    float *weights; /* of output pixel i from weights[i * taps] on */
    float unit;     /* what a weight of 1 stands for */
};

/* How an axis is to be made. */
struct axis_rule {
    enum interpolation interpolation;
    int64_t in, out;
    double factor; /* output pixels for an input pixel */
    bool enlarges; /* RESIZE_AREA where any axis is enlarged: a linear interpolation of its own */
    bool is_x;     /* linear interpolation stops at the last pixel along x, OpenCV's way */
    bool fixed;    /* weights in units of 1/2048 */
};

/* Owned by s; NULL with *e set when memory is short. */
const struct axis *axis_new(struct stages *s, const struct axis_rule *rule,
                            struct err *e) MUST_CHECK;

/* The input pixels from *from to *to - 1 that output pixels from *from to *to - 1 are made of, or
 * that lie under their middles. */
void axis_need(const struct axis *a, int64_t *from, int64_t *to);

/* A position of the input's axis, or the nearest that it has. */
static inline int64_t axis_clamp(const struct axis *a, int64_t i)
{
    return i < 0 ? 0 : i < a->in ? i : a->in - 1;
}

/* The input pixel under the middle of an output pixel. */
static inline int64_t axis_centre(const struct axis *a, int64_t i)
{
    return axis_clamp(a, (int64_t)(((double)i + 0.5) * a->scale));
}

/* A scene resampled along both axes. */
struct resampling {
    const struct axis *x, *y;
    enum pixel_type type; /* of input and output */
    int bands;
    enum interpolation interpolation; /* how columns are summed up: not RESIZE_NEAREST */
    /* Where rows are skipped, the rows between the stages are not the input's but only those that
     * are wanted: row y * taps + k is the k-th of output row y. */
    bool skips;
};

/* The input row that a row between the stages is made from. */
static inline int64_t resampling_row(const struct resampling *r, int64_t row)
{
    return r->skips ? axis_clamp(r->y, r->y->first[row / r->y->taps] + row % r->y->taps) : row;
}

/* For prepare: fails as op_takes does for the types that cannot be summed up so. */
bool resample_takes(const char *op, enum pixel_type type, struct err *e) MUST_CHECK;

/* Adds the two stages to the current one, whose format is `in`. Their state is r, owned by s. The
 * last one, not yet added, is left in *last. Fails if memory is short. */
bool resample_rows(struct stages *s, const struct resampling *r, struct format in,
                   struct err *e) MUST_CHECK;
bool resample_columns(struct stages *s, const struct resampling *r, struct format in,
                      struct stage *last, struct err *e) MUST_CHECK;

#endif
