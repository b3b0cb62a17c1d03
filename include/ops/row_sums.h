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
 * work's type. With `start`, the sums start as *start. The rows may be parts of one another, but
 * not of the sums. */
typedef void row_sum(void *sums, const void *const *rows, const void *weights, int n_taps,
                     const double *start, int n);

/* 1 <= n_taps <= TAPS_MOST: sum = row * weight + sum for one row after another. */
extern row_sum *const row_chain[N_WORKS];

/* The same for 1 + n_taps rows and weights when it starts, where rows[0] is by itself, and then for
 * 0 <= n_taps <= PAIRS_MOST pairs: sum = (rows[i] + rows[i + 1]) * weight + sum. FLOAT32,
 * FLOAT64. */
extern row_sum *const row_chain_symmetric[N_WORKS];

/* The same of differences rows[i] - rows[i + 1], and none by itself. */
extern row_sum *const row_chain_antisymmetric[N_WORKS];

/* Each row lies elsewhere in memory, so that processors do not see by themselves where the next one
 * begins. Kernels of several rows work in parts, and in each ask for the same part of the input and
 * output rows ROWS_AHEAD further on: so much at once as can be waited for while they compute.
 * Measured with Sobel 3x3 on 4096x4096, in Mpixel/s without and with it: 2600 and 3570 on uint8,
 * 1110 and 1410 on float32. */
enum { ROWS_AHEAD = 2 };

static inline int row_part(size_t in_size, size_t out_size)
{
    enum { PART_BYTES = 1024, PIXELS_MOST = 512 };
    const size_t n = PART_BYTES / (in_size > out_size ? in_size : out_size);

    return n < PIXELS_MOST ? (int)n : PIXELS_MOST;
}

static inline __attribute__((always_inline)) void row_prefetch(const void *row, size_t bytes)
{
    enum { CACHE_LINE = 64 };

    for (size_t i = 0; i < bytes; i += CACHE_LINE)
        __builtin_prefetch((const char *)row + i);
}

/* The parts x .. x + n - 1 of the input and output rows ROWS_AHEAD after input row i of the window,
 * where the first output row is made of input rows up to `last`. */
static inline __attribute__((always_inline)) void row_prefetch_ahead(const struct window *w, int i,
                                                                     int last, int x, int n,
                                                                     size_t in_size,
                                                                     size_t out_size)
{
    const int in = i + ROWS_AHEAD, out = in - last;

    if (in < w->height + last)
        row_prefetch((const char *)w->rows[in] + in_size * (size_t)x, in_size * (size_t)n);
    if (out >= 0 && out < w->height)
        row_prefetch((const char *)w->outs[out] + out_size * (size_t)x, out_size * (size_t)n);
}

/* How many taps to take next when `left` are: as evenly as can be. */
static inline int taps_next(int left, int most)
{
    const int passes = (left + most - 1) / most;

    return passes > 0 ? (left + passes - 1) / passes : 0;
}

#endif
