/* reducer.c - histograms and extents of a whole scene.
 * SPDX-License-Identifier: MIT */
#include "ops/reducer.h"

#include <math.h>
#include <string.h>

const struct reducer *reducer_find(const char *name)
{
    static const struct reducer *const all[] = {&reducer_histogram, &reducer_extent};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

/* --- histogram -------------------------------------------------------------------------------- */

int histogram_bins(enum pixel_type type)
{
    return type == PX_UINT8 ? 1 << 8 : type == PX_UINT16 ? 1 << 16 : 0;
}

static size_t histogram_bytes(struct format f)
{
    return (size_t)f.bands * (size_t)histogram_bins(f.type) * sizeof(int64_t);
}

/* Counts n pixels; two tables take turns, as a run of one value would wait for itself. */
#define COUNT(T)                                                                                   \
    static void count_##T(const T *restrict row, int64_t n, int64_t *even, int64_t *odd)           \
    {                                                                                              \
        int64_t x = 0;                                                                             \
                                                                                                   \
        for (; x + 1 < n; x += 2) {                                                                \
            even[row[x]]++;                                                                        \
            odd[row[x + 1]]++;                                                                     \
        }                                                                                          \
        if (x < n)                                                                                 \
            even[row[x]]++;                                                                        \
    }
COUNT(uint8)
COUNT(uint16)

/* Counts those that a row of a mask shows. */
static void count_shown(const struct planes *p, int band, const struct planes *mask, int64_t y,
                        int64_t *counts)
{
    const struct region r = p->region;
    const uint8 *shown = planes_at(mask, 0, r.x, y);
    const void *row = planes_at(p, band, r.x, y);

    for (int64_t x = 0; x < r.width; x++)
        if (shown[x])
            counts[p->type == PX_UINT8 ? ((const uint8 *)row)[x] : ((const uint16 *)row)[x]]++;
}

static void gather_band(const struct reducible *r, int band, int64_t *counts)
{
    const struct planes *p = r->pixels;
    const int64_t n = p->region.width;
    int64_t odd[1 << 8] = {0};

    for (int64_t y = p->region.y; y < p->region.y + p->region.height; y++) {
        const void *row = planes_at(p, band, p->region.x, y);
        if (r->mask)
            count_shown(p, band, r->mask, y, counts);
        else if (p->type == PX_UINT8)
            count_uint8(row, n, counts, odd);
        else
            count_uint16(row, n, counts, counts);
    }
    for (int i = 0; p->type == PX_UINT8 && i < 1 << 8; i++)
        counts[i] += odd[i];
}

static void gather_histogram(const struct reducible *r, void *sum)
{
    const int bins = histogram_bins(r->pixels->type);
    int64_t *counts = sum;

    for (int b = 0; b < r->pixels->bands; b++, counts += bins) {
        gather_band(r, b, counts);
        if (r->has_nodata && r->nodata >= 0 && r->nodata < bins && r->nodata == rint(r->nodata))
            counts[(int)r->nodata] = 0; /* whatever was counted of it */
    }
}

static void merge_histograms(struct format f, const void *more, void *sum)
{
    const int64_t *from = more;
    int64_t *to = sum;

    for (size_t i = 0; i < histogram_bytes(f) / sizeof *to; i++)
        to[i] += from[i];
}

const struct reducer reducer_histogram = {"histogram", histogram_bytes, gather_histogram,
                                          merge_histograms};

/* --- extent ----------------------------------------------------------------------------------- */

static size_t extent_bytes(struct format f)
{
    (void)f;
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

static void gather_extent(const struct reducible *r, void *sum)
{
    const struct region region = r->pixels->region;

    for (int b = 0; b < r->pixels->bands; b++)
        for (int64_t y = region.y; y < region.y + region.height; y++)
            widen_by_row(r, b, y, sum);
}

static void merge_extents(struct format f, const void *more, void *sum)
{
    const struct extent *from = more;
    struct extent *to = sum;

    (void)f;
    if (from->n == 0)
        return;
    const int64_t n = to->n + from->n;
    widen(to, from->min);
    widen(to, from->max);
    to->n = n;
}

const struct reducer reducer_extent = {"extent", extent_bytes, gather_extent, merge_extents};
