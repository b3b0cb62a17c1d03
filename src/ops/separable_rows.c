/* separable_rows.c - row kernels of the separable filter.
 *
 * The order of operations is OpenCV's, which differs with the kernel's symmetry and length.
 * SPDX-License-Identifier: MIT */
#include "ops/separable_rows.h"

/* Sums along y of long kernels are made for that many columns at a time: what they read of the rows
 * then stays in the level-1 cache from one output row to the next. */
enum { TILE = 256 };

static const void *at(const void *row, ptrdiff_t pixels, size_t size)
{
    return (const char *)row + pixels * (ptrdiff_t)size;
}

/* --- along x --------------------------------------------------------------------------------- */

/* Kernels of 3 and 5 symmetric taps on float32 pixels have an order of their own. */
SIMD static void taps_sum_x_3(const struct taps *t, const float *restrict in, float *restrict out,
                              int n)
{
    const float *k = t->weights, k0 = k[0], k1 = k[1], k2 = k[2];

    if (t->form == SYM)
        for (int x = 0; x < n; x++)
            out[x] = fmaf(in[x + 1], k1, (in[x] + in[x + 2]) * k0);
    else
        for (int x = 0; x < n; x++)
            out[x] = (in[x + 2] - in[x]) * k2;
}

SIMD static void taps_sum_x_5(const struct taps *t, const float *restrict in, float *restrict out,
                              int n)
{
    const float *k = t->weights, k0 = k[0], k1 = k[1], k2 = k[2], k3 = k[3], k4 = k[4];

    if (t->form == SYM)
        for (int x = 0; x < n; x++)
            out[x] = fmaf(in[x] + in[x + 4], k0, fmaf(in[x + 2], k2, (in[x + 1] + in[x + 3]) * k1));
    else
        for (int x = 0; x < n; x++)
            out[x] = fmaf(in[x + 4] - in[x], k4, (in[x + 3] - in[x + 1]) * k3);
}

/* Sums of n pixels; `in` is where the first tap of the first pixel lies. */
static void sum_x(const struct separable_rows *f, const struct taps *t, const void *in, void *out,
                  int n)
{
    const size_t size = pixel_size(work_types[f->work]);
    const bool special = f->work == FLOAT32 && !f->widen && t->form != GENERAL;
    const double zero = 0;

    if (special && t->n == 3)
        taps_sum_x_3(t, in, out, n);
    else if (special && t->n == 5)
        taps_sum_x_5(t, in, out, n);
    else
        for (int i = 0, m; i < t->n; i += m) {
            const void *rows[TAPS_MOST];
            m = taps_next(t->n - i, TAPS_MOST);
            for (int k = 0; k < m; k++)
                rows[k] = at(in, i + k, size);
            row_chain[f->work](out, rows, at(t->weights, i, size), m, i == 0 ? &zero : NULL, n);
        }
}

/* The pixels of a row from the first tap of the first of n pixels on, in the work's type. */
static const void *widened(const struct separable_rows *f, const void *row, void *wide, int n)
{
    const struct taps *t = &f->x[0];
    const void *in = at(row, -t->before, pixel_size(f->in));

    if (!f->widen)
        return in;
    f->widen(in, wide, n + t->n - 1);
    return wide;
}

/* --- along y --------------------------------------------------------------------------------- */

SIMD static void taps_binomial(const float *const *rows, float k, float delta, float *restrict sums,
                               int n)
{
    const float *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2];

    for (int x = 0; x < n; x++)
        sums[x] = a[x] + c[x] + delta + b[x] * k;
}

/* Pairs of rows around the middle one, `sign` being the row_sum for them. */
static void sum_pairs(const struct separable_rows *f, const struct taps *t, row_sum *pairs,
                      const void *const *rows, void *sums, int n)
{
    const int c = t->n / 2, middle = t->form == SYM;
    const size_t size = pixel_size(work_types[f->work]);
    int i = 1, m;

    do {
        const bool starts = i == 1;
        const int first = starts ? middle : 0;
        const void *in[1 + 2 * PAIRS_MOST] = {rows[c]};
        m = taps_next(c + 1 - i, PAIRS_MOST);
        for (int k = 0; k < m; k++) {
            in[first + 2 * k] = rows[c + i + k];
            in[first + 2 * k + 1] = rows[c - i - k];
        }
        pairs(sums, in, at(t->weights, c + i - first, size), m, starts ? &f->delta : NULL, n);
        i += m;
    } while (i <= c);
}

static void sum_y(const struct separable_rows *f, const struct taps *t, const void *const *rows,
                  void *sums, int n)
{
    const size_t size = pixel_size(work_types[f->work]);

    switch (f->work == INT16 ? GENERAL : t->form) {
    case GENERAL:
        for (int i = 0, m; i < t->n; i += m) {
            m = taps_next(t->n - i, TAPS_MOST);
            row_chain[f->work](sums, rows + i, at(t->weights, i, size), m,
                               i == 0 ? &f->delta : NULL, n);
        }
        break;
    case SYM:
        sum_pairs(f, t, row_chain_symmetric[f->work], rows, sums, n);
        break;
    case ASYM:
        sum_pairs(f, t, row_chain_antisymmetric[f->work], rows, sums, n);
        break;
    case BINOMIAL:
        taps_binomial((const float *const *)rows, ((const float *)t->weights)[1], (float)f->delta,
                      sums, n);
    }
}

/* --- kernels --------------------------------------------------------------------------------- */

/* A little more than a row: rows that lie a power of two apart would compete for the same places in
 * the cache. */
static size_t row_bytes(const struct separable_rows *f, int n)
{
    const size_t bytes = ((size_t)n + (size_t)f->x[0].n) * pixel_size(work_types[f->work]);

    return (bytes + 127) / 64 * 64;
}

size_t separable_scratch(const struct separable_rows *f)
{
    const size_t n_y = (size_t)f->y[0].n;
    const size_t rows = n_y <= FUSED_MOST ? 1 + (size_t)f->n_filters * (1 + n_y) : 2;

    return rows * row_bytes(f, STRIP_MAX) + (n_y + BLOCK_MAX) * sizeof(void *);
}

/* Sums that are the output are made in its place. */
static void *sums_place(const struct separable_rows *f, void *own, void *out)
{
    return f->narrow || f->finish ? own : out;
}

static void finish(const struct separable_rows *f, const void *const *sums, void *out, int n)
{
    if (f->finish)
        f->finish(f->finish_state, sums, out, n);
    else if (f->narrow)
        f->narrow(sums[0], out, n);
}

/* Columns x .. x + n - 1 of the sums along x of the window's row i, and of the output row that they
 * complete. */
static void fused_part(const struct separable_rows *f, const struct window *w, int i, int x, int n)
{
    const size_t size = pixel_size(work_types[f->work]), bytes = row_bytes(f, w->width);
    const int n_y = f->y[0].n, made = i + 1 - n_y;
    char *wide = w->scratch, *rings = wide + bytes * (size_t)(1 + f->n_filters);
    char *out = made < 0 ? NULL : (char *)w->outs[made] + pixel_size(f->out) * (size_t)x;
    const void *in = widened(f, at(w->rows[i], x, pixel_size(f->in)), wide, n);
    const void *sums[FILTERS_MOST] = {NULL};

    for (int k = 0; k < f->n_filters; k++) {
        char *ring = rings + bytes * (size_t)(n_y * k) + size * (size_t)x;
        void *place = sums_place(f, wide + bytes * (size_t)(1 + k), out);
        const void *rows[FUSED_MOST];
        sum_x(f, &f->x[k], in, ring + bytes * (size_t)(i % n_y), n);
        for (int j = 0; j < n_y; j++)
            rows[j] = ring + bytes * (size_t)((i + 1 + j) % n_y);
        if (out)
            sum_y(f, &f->y[k], rows, place, n);
        sums[k] = place;
    }
    if (out)
        finish(f, sums, out, n);
}

void separable_fused(const void *state, const struct window *w)
{
    const struct separable_rows *f = state;
    const int last = f->y[0].n - 1;
    const size_t in_size = pixel_size(f->in), out_size = pixel_size(f->out);
    const int part = row_part(in_size, out_size);

    for (int i = 0; i < w->height + last; i++)
        for (int x = 0; x < w->width; x += part) {
            const int n = w->width - x < part ? w->width - x : part;
            row_prefetch_ahead(w, i, last, x, n, in_size, out_size);
            fused_part(f, w, i, x, n);
        }
}

void separable_along_x(const void *state, const struct window *w)
{
    const struct separable_rows *f = state;
    const size_t in_size = pixel_size(f->in), out_size = pixel_size(work_types[f->work]);
    const int part = row_part(in_size, out_size);

    for (int i = 0; i < w->height; i++)
        for (int x = 0; x < w->width; x += part) {
            const int n = w->width - x < part ? w->width - x : part;
            row_prefetch_ahead(w, i, 0, x, n, in_size, out_size);
            sum_x(f, &f->x[0], widened(f, at(w->rows[i], x, in_size), w->scratch, n),
                  (char *)w->outs[i] + out_size * (size_t)x, n);
        }
}

void separable_along_y(const void *state, const struct window *w)
{
    const struct separable_rows *f = state;
    const size_t size = pixel_size(work_types[f->work]), out_size = pixel_size(f->out);
    const int n_rows = w->height + f->y[0].n - 1;
    const void **rows = (const void **)((char *)w->scratch + row_bytes(f, STRIP_MAX));

    for (int x = 0; x < w->width; x += TILE) {
        const int n = w->width - x < TILE ? w->width - x : TILE;
        for (int i = 0; i < n_rows; i++)
            rows[i] = at(w->rows[i], x, size);
        for (int i = 0; i < w->height; i++) {
            char *out = (char *)w->outs[i] + (size_t)x * out_size;
            void *place = sums_place(f, w->scratch, out);
            if (i + 1 < w->height)
                row_prefetch((char *)w->outs[i + 1] + (size_t)x * out_size, (size_t)n * out_size);
            sum_y(f, &f->y[0], rows + i, place, n);
            finish(f, (const void *const[]){place}, out, n);
        }
    }
}
