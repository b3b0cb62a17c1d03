/* moments.h - mean and variance, of parts that are put together.
 *
 * Of integers the sums are exact, in whatever order they are added up. Of floats, mean and squared
 * deviations of a part are those of the part before and those of what is added, so that nothing
 * cancels; they come out the same to the bit when the parts and their order are the same.
 *
 * Source: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for
 * Computing Sample Variances", Technical Report STAN-CS-79-773, Stanford University, 1979.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_MOMENTS_H
#define OPS_MOMENTS_H

#include "base/pixel.h"

/* Of floats. */
struct moments {
    int64_t n;
    double mean, squares; /* the sum of squared deviations from the mean */
};

struct moments moments_join(struct moments a, struct moments b);

/* Of a row without NaN. */
struct moments moments_float32(const float32 *row, int n);
struct moments moments_float64(const float64 *row, int n);

/* An integer of 192 bits, the low ones first; sums and products are modulo 2^192. */
struct wide {
    uint64_t w[3];
};

/* Sums of keys (pixel_key.h) and of their squares: of 2^63 pixels at most. */
struct key_sums {
    struct wide keys, squares;
};

void key_sums_add(struct key_sums *to, const struct key_sums *from);
void key_sums_count(struct key_sums *to, uint64_t key, int64_t n); /* n of that key */

/* Of a row of 32768 pixels at most. */
void key_sums_uint32(struct key_sums *to, const uint32 *row, int n);
void key_sums_int32(struct key_sums *to, const int32 *row, int n);
void key_sums_uint64(struct key_sums *to, const uint64 *row, int n);
void key_sums_int64(struct key_sums *to, const int64 *row, int n);

/* Of n > 0 integers; rounded at the end. zero: the key of 0. */
void key_sums_moments(const struct key_sums *s, int64_t n, uint64_t zero, double *mean,
                      double *variance);

#endif
