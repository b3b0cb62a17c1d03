/* linear.h - weighted sums near pixels outside the data (nodata), for the patch functions of
 * filters.
 *
 * Positive and negative weights are each normalised over the pixels inside: the sum over these is
 * multiplied by how much larger the sum of all weights of that sign is. Where no pixel under the
 * weights of one sign is inside, the pixel in the middle stands for them. So a mean stays a mean,
 * and a derivative of a plain is 0.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_LINEAR_H
#define OPS_LINEAR_H

#include "ops/op.h"

/* A sum in the making; starts as {0}. */
struct linear_sum {
    double sum[2], inside[2], all[2]; /* of positive and of negative weights */
    bool misses;                      /* whether a pixel was outside */
};

/* Adds pixel (x, y) of the view with a weight. */
static inline void linear_add(struct linear_sum *s, const struct patch_view *v, int band, int64_t x,
                              int64_t y, double weight)
{
    const int sign = weight < 0;
    double value;

    s->all[sign] += weight;
    if (!patch_pixel(v, band, x, y, &value)) {
        s->misses = true; /* without a weight too: 0 times NaN is NaN in the kernel's sum */
    } else if (weight != 0) {
        s->sum[sign] += weight * value;
        s->inside[sign] += weight;
    }
}

/* Adds what is inside the data but no pixel of the view, such as a constant border. */
static inline void linear_add_value(struct linear_sum *s, double value, double weight)
{
    const int sign = weight < 0;

    s->all[sign] += weight;
    s->sum[sign] += weight * value;
    s->inside[sign] += weight;
}

/* What all weights would have summed up to; `middle` is the pixel in the middle. */
static inline double linear_total(const struct linear_sum *s, double middle)
{
    double total = 0;

    for (int sign = 0; sign < 2; sign++)
        total += s->inside[sign] != 0 ? s->sum[sign] * (s->all[sign] / s->inside[sign])
                                      : s->all[sign] * middle;
    return total;
}

/* The weights of a filter that is the same for all pixels: weights[y * n_x + x], or x[] times y[].
 * The pixel itself lies `left` and `up` from the first weight. */
struct linear {
    int n_x, n_y, left, up;
    const double *weights; /* NULL: x and y are used */
    const double *x, *y;
    double delta; /* added to the sum */
};

/* A copy of f with its weights, owned by s, as the patch_state of linear_patch; NULL with *e set
 * when memory is short. */
const struct linear *linear_new(struct stages *s, const struct linear *f, struct err *e) MUST_CHECK;

/* The patch function of such a filter. */
patch_function linear_patch;

/* Makes linear_patch correct a stage that is, or ends, the filter f of the stage's input or of
 * `input`. Fails if memory is short. */
bool linear_correct(struct stages *s, struct stage *stage, const struct stage_input *input,
                    const struct linear *f, struct err *e) MUST_CHECK;

#endif
