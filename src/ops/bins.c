/* bins.c - equal bins from the least to the greatest value, as numpy's histogram has them.
 * SPDX-License-Identifier: MIT */
#include "ops/bins.h"

#include "ops/op.h"
#include "ops/pixel_key.h"

static double step_of(const struct bins *b)
{
    return (b->last - b->first) / b->n;
}

struct bins bins_over(int n, double min, double max)
{
    struct bins b = {n, min, max};

    if (min == max)
        b = (struct bins){n, min - 0.5, max + 0.5};
    if (!isfinite(b.last - b.first) || !isnormal(step_of(&b)) ||
        !isfinite(1 / step_of(&b))) /* NaN included */
        b.n = 0;
    return b;
}

double bins_edge(const struct bins *b, int i)
{
    return i < b->n ? b->first + i * step_of(b) : b->last;
}

/* The division may be off by a bin, which its edges tell. */
#define FIND(T)                                                                                    \
    SIMD static void find_##T(const struct bins *b, const void *pixels, int n, int *restrict bin)  \
    {                                                                                              \
        const T *restrict row = pixels;                                                            \
        const double first = b->first, step = step_of(b), scale = 1 / step;                        \
        const int last = b->n - 1;                                                                 \
                                                                                                   \
        for (int x = 0; x < n; x++) {                                                              \
            const double v = (double)row[x];                                                       \
            double at = (v - first) * scale;                                                       \
            at = at > 0 ? at : 0;                                                                  \
            int i = at < last ? (int)at : last;                                                    \
            i -= (i > 0) & (v < first + i * step);                                                 \
            i += (i < last) & (v >= first + (i + 1) * step);                                       \
            bin[x] = i;                                                                            \
        }                                                                                          \
    }
FOR_EACH_STORED_TYPE(FIND)

int bins_find(const struct bins *b, double v)
{
    int bin;

    find_float64(b, &v, 1, &bin);
    return bin;
}

void bins_count(const struct bins *b, enum pixel_type type, const void *row, int n, int64_t *counts)
{
    enum { AT_ONCE = 512 };
    typedef void find_fn(const struct bins *b, const void *pixels, int n, int *bin);
#define FIND_OF(T) find_##T,
    static find_fn *const all[PX_N_TYPES] = {FOR_EACH_STORED_TYPE(FIND_OF)};
    const unsigned char *at = row;
    int bin[AT_ONCE];

    for (int x = 0; x < n; x += AT_ONCE) {
        const int some = n - x < AT_ONCE ? n - x : AT_ONCE;
        all[type](b, at + (size_t)x * pixel_size(type), some, bin);
        for (int i = 0; i < some; i++)
            counts[bin[i]]++;
    }
}
