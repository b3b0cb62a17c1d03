/* histogram.c - how often each value occurs in a whole scene.
 * SPDX-License-Identifier: MIT */
#include "ops/reducer.h"

#include <math.h>

int histogram_bins(enum pixel_type type)
{
    return type == PX_UINT8 ? 1 << 8 : type == PX_UINT16 ? 1 << 16 : 0;
}

static size_t bytes(const void *args, struct format f)
{
    (void)args;
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
static void count_shown(const struct planes *p, const void *row, const uint8 *shown, int64_t n,
                        int64_t *counts)
{
    for (int64_t x = 0; x < n; x++)
        if (shown[x])
            counts[p->type == PX_UINT8 ? ((const uint8 *)row)[x] : ((const uint16 *)row)[x]]++;
}

void histogram_add(const struct reducible *r, int band, struct region part, int64_t *counts)
{
    const struct planes *p = r->pixels;
    const int bins = histogram_bins(p->type);
    int64_t odd[1 << 8] = {0};

    for (int64_t y = part.y; y < part.y + part.height; y++) {
        const void *row = planes_at(p, band, part.x, y);
        if (r->mask)
            count_shown(p, row, planes_at(r->mask, 0, part.x, y), part.width, counts);
        else if (p->type == PX_UINT8)
            count_uint8(row, part.width, counts, odd);
        else
            count_uint16(row, part.width, counts, counts);
    }
    for (int i = 0; p->type == PX_UINT8 && i < 1 << 8; i++)
        counts[i] += odd[i];
    if (r->has_nodata && r->nodata >= 0 && r->nodata < bins && r->nodata == rint(r->nodata))
        counts[(int)r->nodata] = 0; /* whatever was counted of it */
}

static size_t gather(const void *args, const struct reducible *r, void *part)
{
    int64_t *counts = part;

    for (int b = 0; b < r->pixels->bands; b++, counts += histogram_bins(r->pixels->type))
        histogram_add(r, b, r->pixels->region, counts);
    return bytes(args, r->scene);
}

static bool merge(const void *args, struct format f, const void *part, size_t n, void *sum)
{
    const int64_t *from = part;
    int64_t *to = sum;

    if (n != bytes(args, f))
        return false;
    for (size_t i = 0; i < n / sizeof *to; i++)
        to[i] += from[i];
    return true;
}

const struct reducer reducer_histogram = {
    .name = "histogram",
    .bytes = bytes,
    .gather = gather,
    .merge = merge,
};
