/* extent.c - the least and the greatest value of a whole scene.
 * SPDX-License-Identifier: MIT */
#include "ops/reducer.h"

#include <math.h>

static size_t bytes(const void *args, struct format f)
{
    (void)args, (void)f;
    return sizeof(struct extent);
}

static void widen(struct extent *e, double v)
{
    e->min = e->n == 0 || v < e->min ? v : e->min;
    e->max = e->n == 0 || v > e->max ? v : e->max;
    e->n++;
}

/* A row without nodata or NaN; *any: whether it had a NaN, and is to be looked at again. */
#define RANGE(T)                                                                                   \
    SIMD static bool range_##T(const void *row, int64_t n, double *min, double *max)               \
    {                                                                                              \
        const T *restrict at = row;                                                                \
        T least = at[0], most = at[0];                                                             \
        int strange = 0;                                                                           \
                                                                                                   \
        for (int64_t x = 0; x < n; x++) {                                                          \
            least = at[x] < least ? at[x] : least;                                                 \
            most = at[x] > most ? at[x] : most;                                                    \
            strange |= at[x] != at[x];                                                             \
        }                                                                                          \
        *min = (double)least;                                                                      \
        *max = (double)most;                                                                       \
        return !strange;                                                                           \
    }
FOR_EACH_PIXEL_TYPE(RANGE)

typedef bool range_fn(const void *row, int64_t n, double *min, double *max);
#define RANGE_OF(T) range_##T,
static range_fn *const ranges[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(RANGE_OF)};

static void widen_by_row(const struct reducible *r, int band, int64_t y, struct extent *e)
{
    const struct planes *p = r->pixels;
    const void *row = planes_at(p, band, p->region.x, y);
    double min, max;

    if (!r->mask && !r->has_nodata && p->type < PX_N_KERNEL_TYPES &&
        ranges[p->type](row, p->region.width, &min, &max)) {
        widen(e, min);
        widen(e, max);
        return;
    }
    for (int64_t x = 0; x < p->region.width; x++) {
        const double v = pixel_load(p->type, row, x);
        const bool hidden = r->mask && *planes_at(r->mask, 0, p->region.x + x, y) == 0;
        if (!hidden && !isnan(v) && !(r->has_nodata && v == r->nodata))
            widen(e, v);
    }
}

static size_t gather(const void *args, const struct reducible *r, void *part)
{
    const struct region region = r->pixels->region;

    for (int b = 0; b < r->pixels->bands; b++)
        for (int64_t y = region.y; y < region.y + region.height; y++)
            widen_by_row(r, b, y, part);
    return bytes(args, r->scene);
}

static bool merge(const void *args, struct format f, const void *part, size_t n_bytes, void *sum)
{
    const struct extent *from = part;
    struct extent *to = sum;

    if (n_bytes != bytes(args, f))
        return false;
    if (from->n == 0)
        return true;
    const int64_t n = to->n + from->n;
    widen(to, from->min);
    widen(to, from->max);
    to->n = n;
    return true;
}

const struct reducer reducer_extent = {
    .name = "extent",
    .bytes = bytes,
    .gather = gather,
    .merge = merge,
};
