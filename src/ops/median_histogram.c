/* median_histogram.c - the median of any odd square of uint8, in time that hardly depends on its
 * side.
 *
 * Every column of the square has a histogram, which goes down the rows of a block as pixels come
 * and go; that of the square goes along the row as columns do (S. Perreault and P. Hebert, "Median
 * Filtering in Constant Time", IEEE Trans. Image Processing 16(9), 2007). Here counts are
 * cumulative, so that the median is the number of counts that are too low: of 16 coarse ones, up to
 * each 16th value, and then of 16 fine ones within the 16 values found. Fine counts of the square
 * are brought up to date only when they are asked for.
 * SPDX-License-Identifier: MIT */
#include "median_histogram.h"

#include <string.h>

enum { LEVELS = 16, TILE = 1024 };

typedef uint8 counts8 __attribute__((vector_size(LEVELS)));
typedef uint16 counts16 __attribute__((vector_size(2 * LEVELS)));
typedef int16 mask16 __attribute__((vector_size(2 * LEVELS)));
typedef int8_t mask8 __attribute__((vector_size(LEVELS)));

/* What a pixel adds to cumulative counts: 1 from its own level on. */
static const counts8 from_level[LEVELS] = {
#define L(i) i <= 0, i <= 1, i <= 2, i <= 3, i <= 4, i <= 5, i <= 6, i <= 7
#define H(i) i <= 8, i <= 9, i <= 10, i <= 11, i <= 12, i <= 13, i <= 14, i <= 15
    {L(0), H(0)},   {L(1), H(1)},   {L(2), H(2)},   {L(3), H(3)},   {L(4), H(4)},   {L(5), H(5)},
    {L(6), H(6)},   {L(7), H(7)},   {L(8), H(8)},   {L(9), H(9)},   {L(10), H(10)}, {L(11), H(11)},
    {L(12), H(12)}, {L(13), H(13)}, {L(14), H(14)}, {L(15), H(15)},
#undef L
#undef H
};

/* Histograms of n columns: coarse[x], and fine[i * n + x] within the i-th 16 values. */
struct columns {
    int n;
    counts8 *coarse, *fine;
};

SIMD static void median_add_row(const struct columns *c, const uint8 *row)
{
    const int n = c->n;
    counts8 *const coarse = c->coarse, *const fine = c->fine;

    for (int x = 0; x < n; x++) {
        const int high = row[x] / LEVELS, low = row[x] % LEVELS;
        coarse[x] += from_level[high];
        fine[high * n + x] += from_level[low];
    }
}

SIMD static void median_slide_row(const struct columns *c, const uint8 *gone, const uint8 *come)
{
    const int n = c->n;
    counts8 *const coarse = c->coarse, *const fine = c->fine;

    for (int x = 0; x < n; x++) {
        const int high = come[x] / LEVELS, old_high = gone[x] / LEVELS;
        coarse[x] += from_level[high] - from_level[old_high];
        fine[old_high * n + x] -= from_level[gone[x] % LEVELS];
        fine[high * n + x] += from_level[come[x] % LEVELS];
    }
}

#define INLINE static inline __attribute__((always_inline))

/* How many of the counts are at most `most`. */
INLINE int count_up_to(const counts16 *counts, int most)
{
    const mask16 low = *counts <= (uint16)most;
    const mask8 narrow = __builtin_convertvector(low, mask8);
    uint64 halves[2];

    memcpy(halves, &narrow, sizeof halves);
    return (__builtin_popcountll(halves[0]) + __builtin_popcountll(halves[1])) / 8;
}

INLINE void add_columns(counts16 *counts, const counts8 *columns, int n)
{
    counts16 sum = *counts;

    for (int x = 0; x < n; x++)
        sum += __builtin_convertvector(columns[x], counts16);
    *counts = sum;
}

/* The counts of columns first .. first + side - 1, from those of `last` .. */
INLINE void slide_columns(counts16 *counts, const counts8 *columns, int last, int first, int side)
{
    counts16 sum = *counts;

    for (int x = last; x < first; x++)
        sum += __builtin_convertvector(columns[x + side], counts16) -
               __builtin_convertvector(columns[x], counts16);
    *counts = sum;
}

SIMD static void median_along_row(const struct columns *c, int side, uint8 *out)
{
    const int half = side * side / 2, width = c->n - side + 1;
    counts16 coarse = {0}, fine[LEVELS];
    int last[LEVELS]; /* where the fine counts begin */

    for (int i = 0; i < LEVELS; i++)
        last[i] = -side;
    add_columns(&coarse, c->coarse, side);
    for (int x = 0; x < width; x++) {
        if (x > 0)
            slide_columns(&coarse, c->coarse, x - 1, x, side);
        const int high = count_up_to(&coarse, half);
        const int below = high > 0 ? coarse[high - 1] : 0;
        const counts8 *const columns = c->fine + (ptrdiff_t)high * c->n;
        if (2 * (x - last[high]) < side) {
            slide_columns(&fine[high], columns, last[high], x, side);
        } else {
            fine[high] = (counts16){0};
            add_columns(&fine[high], columns + x, side);
        }
        last[high] = x;
        out[x] = (uint8)(high * LEVELS + count_up_to(&fine[high], half - below));
    }
}

void median_histogram(const void *state, const struct window *w)
{
    const int side = *(const int *)state, left = side / 2;

    for (int x = 0, width; x < w->width; x += width) {
        width = w->width - x < TILE ? w->width - x : TILE;
        const int n = width + side - 1;
        counts8 *const memory = w->scratch;
        const struct columns c = {n, memory, memory + n};
        memset(memory, 0, (size_t)n * (1 + LEVELS) * sizeof *memory);
        for (int i = 0; i < side; i++)
            median_add_row(&c, (const uint8 *)w->rows[i] + x - left);
        median_along_row(&c, side, (uint8 *)w->outs[0] + x);
        for (int i = 1; i < w->height; i++) {
            median_slide_row(&c, (const uint8 *)w->rows[i - 1] + x - left,
                             (const uint8 *)w->rows[i - 1 + side] + x - left);
            median_along_row(&c, side, (uint8 *)w->outs[i] + x);
        }
    }
}

size_t median_histogram_scratch(int side)
{
    return (size_t)(TILE + side - 1) * (1 + LEVELS) * sizeof(counts8);
}
