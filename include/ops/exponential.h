/* exponential.h - OpenCV's exp and log, bit for bit.
 *
 * Measured against OpenCV: its exp of doubles has a relative error of up to 3e-13 (its polynomial
 * has one coefficient of that for float32), and its log sees neither signs nor zero, denormal,
 * infinite and NaN pixels as such: log(0) is that of the least normal number.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_EXPONENTIAL_H
#define OPS_EXPONENTIAL_H

#include "ops/op.h"

struct exponential; /* tables */

/* The tables, owned by s; NULL with *e set when memory is short. */
const struct exponential *exponential_new(struct stages *s, struct err *e) MUST_CHECK;

/* The most pixels at once: what lies between their passes stays in the level-1 cache. */
enum { EXPONENTIAL_MOST = 256 };

/* How many of the pixels left in a row to take next. Fetches those after them: while passes go on
 * in the cache, the processor does not foresee that a row will be read on. */
static inline int exponential_next(const void *row, int left, size_t pixel)
{
    enum { CACHE_LINE = 64 };

    if (left <= EXPONENTIAL_MOST)
        return left;
    for (size_t at = 0; at < EXPONENTIAL_MOST * pixel; at += CACHE_LINE)
        __builtin_prefetch((const char *)row + EXPONENTIAL_MOST * pixel + at);
    return EXPONENTIAL_MOST;
}

void exp_float32(const struct exponential *t, const float32 *in, float32 *out, int n);
void exp_float64(const struct exponential *t, const float64 *in, float64 *out, int n);
void log_float32(const struct exponential *t, const float32 *in, float32 *out, int n);
void log_float64(const struct exponential *t, const float64 *in, float64 *out, int n);

#endif
