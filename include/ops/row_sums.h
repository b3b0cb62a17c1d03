/* row_sums.h - weighted sums of rows of pixels, which filters are made of.
 *
 * Rows are widened to the type that sums are computed in, summed up, and narrowed to pixels. A sum
 * takes up to TAPS_MOST rows at once, in registers; longer ones go on from where it ended.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_ROW_SUMS_H
#define OPS_ROW_SUMS_H

#include "ops/op.h"

/* What is computed in. INT16 is arithmetic modulo 2^16; real numbers are multiplied and added by
 * fma. */
enum work { INT16, FLOAT32, FLOAT64, N_WORKS };

extern const enum pixel_type work_types[N_WORKS];

/* n pixels into as many others. */
typedef void row_convert(const void *in, void *out, int n);

/* By the type of the pixels; NULL where there is none, or none is needed as the pixels are of the
 * work's type. Narrowing rounds and saturates. */
extern row_convert *const row_widen[N_WORKS][PX_N_KERNEL_TYPES];
extern row_convert *const row_narrow[N_WORKS][PX_N_KERNEL_TYPES];

/* Whether pixels of that type can be made of sums, or sums of pixels. */
bool row_narrows(enum work work, enum pixel_type type);
bool row_widens(enum work work, enum pixel_type type);

/* What OpenCV's filters compute in: float64 where the input or the output is. */
enum work row_work(enum pixel_type in, enum pixel_type out);

/* For prepare: fails with err_usage, naming what would do, unless pixels of type `in` can be
 * filtered to type `out`, which --ddepth asked for. */
bool row_takes(const char *op, enum pixel_type in, enum pixel_type out, struct err *e) MUST_CHECK;

enum { TAPS_MOST = 9, PAIRS_MOST = 4 };

/* Adds n_taps rows times their weights to n sums, in that order. All but weights are rows of the
 * work's type. With `start`, the sums start as *start. The rows may be parts of one another, but not
 * of the sums. */
typedef void row_sum(void *sums, const void *const *rows, const void *weights, int n_taps,
                     const double *start, int n);

/* 1 <= n_taps <= TAPS_MOST: sum = row * weight + sum for one row after another. */
extern row_sum *const row_chain[N_WORKS];

/* The same for 1 + n_taps rows and weights when it starts, where rows[0] is by itself, and then for
 * 0 <= n_taps <= PAIRS_MOST pairs: sum = (rows[i] + rows[i + 1]) * weight + sum. FLOAT32, FLOAT64. */
extern row_sum *const row_chain_symmetric[N_WORKS];

/* The same of differences rows[i] - rows[i + 1], and none by itself. */
extern row_sum *const row_chain_antisymmetric[N_WORKS];

/* How many taps to take next when `left` are: as evenly as can be. */
static inline int taps_next(int left, int most)
{
    const int passes = (left + most - 1) / most;

    return passes > 0 ? (left + passes - 1) / passes : 0;
}

#endif
