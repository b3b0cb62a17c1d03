/* gauss_fixed.c - the Gaussian in fixed point: its state and the plain kernels.
 *
 * Weights have 8 bits after the point for uint8 and 16 for uint16; they add up to 1, so that no sum
 * below overflows: sums of columns of uint8 fit 16 bits and those of
 * rows 24; sums of columns of uint16 fit 32 bits, and so do the sums along rows of their halves.
 * SPDX-License-Identifier: MIT */
#include "ops/gauss_fixed.h"

#include "ops/gauss_kernel.h"
#include "ops/row_sums.h"

#include <string.h>

/* Overshoot of vector kernels beyond the last tap of the last pixel, in pixels. */
enum { OVERSHOOT = 64 };

/* --- state ---------------------------------------------------------------------------------- */

static int32_t pair_of(uint32_t low, uint32_t high)
{
    return (int32_t)(low | high << 16);
}

/* A middle weight too large for int16 is even, and taken as twice its half. */
static bool pair_up(struct stages *s, struct fixed_taps *taps, struct err *e)
{
    const int middle = taps->n / 2;
    const uint32_t weight = taps->weights[middle];
    const bool halved = weight > INT16_MAX;

    if (weight / 2 > INT16_MAX)
        return true;
    struct tap_pair *pairs = stages_state(s, ((size_t)middle + 2) * sizeof *pairs, e);
    if (!pairs)
        return false;
    for (int i = 0; i < taps->n; i++) {
        const uint32_t w = i == middle && halved ? weight / 2 : taps->weights[i];
        pairs[i / 2].at = i - i % 2;
        pairs[i / 2].weights |= i % 2 ? pair_of(0, w) : pair_of(w, 0);
    }
    taps->n_pairs = middle + 1;
    if (halved)
        pairs[taps->n_pairs++] = (struct tap_pair){middle, pair_of(weight / 2, 0)};
    taps->pairs = pairs;
    return true;
}

static bool make_taps(struct stages *s, struct fixed_taps *taps, int n, const double *weights,
                      int bits, struct err *e)
{
    uint32_t *fixed = stages_state(s, (size_t)n * sizeof *fixed, e);

    if (!fixed)
        return false;
    gauss_weights_fixed(n, weights, bits, fixed);
    taps->n = n;
    taps->weights = fixed;
    return pair_up(s, taps, e);
}

const struct gauss_fixed *gauss_fixed_new(struct stages *s, enum pixel_type type, int n_x,
                                          const double *x, int n_y, const double *y, struct err *e)
{
    const int bits = type == PX_UINT8 ? 8 : 16;
    struct gauss_fixed *g = stages_state(s, sizeof *g, e);

    if (!g || !make_taps(s, &g->x, n_x, x, bits, e) || !make_taps(s, &g->y, n_y, y, bits, e))
        return NULL;
    g->type = type;
    return g;
}

size_t gauss_fixed_scratch_row(const struct gauss_fixed *g)
{
    return ((size_t)STRIP_MAX + (size_t)g->x.n + 2 * OVERSHOOT) / OVERSHOOT * OVERSHOOT;
}

/* Three rows of uint32 for the plain uint16 kernel, which wants the most. */
size_t gauss_fixed_scratch(const struct gauss_fixed *g)
{
    return 3 * gauss_fixed_scratch_row(g) * sizeof(uint32_t);
}

int gauss_fixed_kernels(const struct gauss_fixed *g, row_kernel *kernels[GAUSS_FIXED_KERNELS])
{
    kernels[0] = g->type == PX_UINT8 ? gauss_fixed_uint8 : gauss_fixed_uint16;
    return 1 + gauss_madd_kernels(g, kernels + 1);
}

/* --- the plain kernels ----------------------------------------------------------------------
 *
 * Taps are added some at a time, by loops of constant length: left to itself, gcc 12 joins the
 * loops over taps and over pixels in a way that it then fails to vectorize. */

enum { PAIRS_AT_ONCE = 4 };

/* Adds pairs of rows of the same weight, on top of the middle row when the sums start. */
static inline __attribute__((always_inline)) void add_pairs(int pairs, bool starts, uint16 bias,
                                                            uint16 *restrict sums,
                                                            const uint8 *const *rows,
                                                            const uint16 *weights, int n)
{
    const uint8 *a[1 + 2 * PAIRS_AT_ONCE];
    uint16 k[1 + PAIRS_AT_ONCE];

    for (int i = 0; i < 1 + 2 * pairs; i++)
        a[i] = rows[i]; /* NOLINT(clang-analyzer-core.NullDereference) there are as many */
    for (int i = 0; i < 1 + pairs; i++)
        k[i] = weights[i];
    for (int x = 0; x < n; x++) {
        uint16 s = starts ? (uint16)(a[0][x] * k[0] + bias) : sums[x];
        for (int i = 1; i <= pairs; i++)
            s = (uint16)(s + (a[2 * i - 1][x] + a[2 * i][x]) * k[i]);
        sums[x] = s;
    }
}

/* rows[0] and weights[0] are of the middle row, which counts only when the sums start. */
SIMD static void gauss_add_uint8(uint16 *sums, const uint8 *const *rows, const uint16 *weights,
                                 int pairs, bool starts, uint16 bias, int n)
{
    switch (starts ? pairs : -pairs) {
    case 0:
        add_pairs(0, true, bias, sums, rows, weights, n);
        break;
    case 1:
        add_pairs(1, true, bias, sums, rows, weights, n);
        break;
    case 2:
        add_pairs(2, true, bias, sums, rows, weights, n);
        break;
    case 3:
        add_pairs(3, true, bias, sums, rows, weights, n);
        break;
    case 4:
        add_pairs(4, true, bias, sums, rows, weights, n);
        break;
    case -1:
        add_pairs(1, false, 0, sums, rows, weights, n);
        break;
    case -2:
        add_pairs(2, false, 0, sums, rows, weights, n);
        break;
    case -3:
        add_pairs(3, false, 0, sums, rows, weights, n);
        break;
    default:
        add_pairs(4, false, 0, sums, rows, weights, n);
    }
}

SIMD static void gauss_add_uint16(uint32_t *restrict sums, const uint16 *restrict in,
                                  uint32_t weight, int n)
{
    for (int x = 0; x < n; x++)
        sums[x] += weight * in[x];
}

SIMD static void gauss_halve_uint32(const uint32_t *restrict in, uint16 *restrict high,
                                    uint16 *restrict low, int n)
{
    for (int x = 0; x < n; x++) {
        high[x] = (uint16)(in[x] >> 16);
        low[x] = (uint16)in[x];
    }
}

SIMD static void gauss_finish_uint8(const uint32_t *restrict sums, uint8 *restrict out, int n)
{
    for (int x = 0; x < n; x++)
        out[x] = (uint8)((sums[x] + (1 << 15)) >> 16);
}

/* (high * 2^16 + low + 2^31) >> 32 without ever needing 64 bits. */
SIMD static void gauss_finish_uint16(const uint32_t *restrict high, const uint32_t *restrict low,
                                     uint16 *restrict out, int n)
{
    for (int x = 0; x < n; x++)
        out[x] = (uint16)((high[x] + (low[x] >> 16) + (1 << 15)) >> 16);
}

static void sum_row(const struct fixed_taps *taps, const uint16 *in, uint32_t *sums, int n)
{
    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int i = 0; i < taps->n; i++)
        gauss_add_uint16(sums, in + i, taps->weights[i], n);
}

void gauss_fixed_columns_uint8(const struct fixed_taps *taps, const void *const *rows, int left,
                               uint16 bias, uint16 *restrict sums, int n)
{
    const int middle = taps->n / 2;
    int i = 0;

    do {
        const uint8 *in[1 + 2 * PAIRS_AT_ONCE] = {(const uint8 *)rows[middle] - left};
        uint16 weights[1 + PAIRS_AT_ONCE] = {(uint16)taps->weights[middle]};
        const bool starts = i == 0;
        int pairs;
        for (pairs = 0; pairs < PAIRS_AT_ONCE && i < middle; i++) {
            pairs++;
            in[2 * pairs - 1] = (const uint8 *)rows[i] - left;
            in[2 * pairs] = (const uint8 *)rows[taps->n - 1 - i] - left;
            weights[pairs] = (uint16)taps->weights[i];
        }
        gauss_add_uint8(sums, in, weights, pairs, starts, bias, n);
    } while (i < middle);
}

static void part_uint8(const struct gauss_fixed *g, const void *const *rows, int x, void *out,
                       void *scratch, int n)
{
    uint32_t *sums = scratch;
    uint16 *columns = (uint16 *)(sums + gauss_fixed_scratch_row(g));

    gauss_fixed_columns_uint8(&g->y, rows, g->x.n / 2 - x, 0, columns, n + g->x.n - 1);
    sum_row(&g->x, columns, sums, n);
    gauss_finish_uint8(sums, out, n);
}

static void part_uint16(const struct gauss_fixed *g, const void *const *rows, int x, void *out,
                        void *scratch, int n_out)
{
    const size_t row = gauss_fixed_scratch_row(g);
    const int n = n_out + g->x.n - 1;
    uint32_t *sums = scratch, *low_sums = sums + row;
    uint16 *high = (uint16 *)(low_sums + row), *low = high + row;

    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int i = 0; i < g->y.n; i++)
        gauss_add_uint16(sums, (const uint16 *)rows[i] + x - g->x.n / 2, g->y.weights[i], n);
    gauss_halve_uint32(sums, high, low, n);
    sum_row(&g->x, high, sums, n_out);
    sum_row(&g->x, low, low_sums, n_out);
    gauss_finish_uint16(sums, low_sums, out, n_out);
}

/* The last part is no shorter than the others, if there are others: vectors may be wider than what
 * would be left. */
void gauss_fixed_rows(const struct gauss_fixed *g, const struct window *w, gauss_part *part)
{
    const size_t size = pixel_size(g->type);
    const int length = row_part(size, size);

    for (int i = 0; i < w->height; i++)
        for (int x = 0, n; x < w->width; x += n) {
            n = w->width - x < 2 * length ? w->width - x : length;
            row_prefetch_ahead(w, i + g->y.n - 1, g->y.n - 1, x, n, size, size);
            part(g, w->rows + i, x, (char *)w->outs[i] + size * (size_t)x, w->scratch, n);
        }
}

void gauss_fixed_uint8(const void *state, const struct window *w)
{
    gauss_fixed_rows(state, w, part_uint8);
}

void gauss_fixed_uint16(const void *state, const struct window *w)
{
    gauss_fixed_rows(state, w, part_uint16);
}
