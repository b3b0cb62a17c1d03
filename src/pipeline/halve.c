/* halve.c - the next overview of a grid: one pixel for every 2 x 2.
 *
 * Rows of whole pixels of four go through plain loops. What has fewer, and everything where there
 * may be nodata, is gathered pixel by pixel.
 * SPDX-License-Identifier: MIT */
#include "pipeline/halve.h"

#include "base/minmax.h"
#include "ops/op.h"

#include <assert.h>
#include <math.h>
#include <string.h>

const char *const halving_names[] = {"nearest", "average", "mode", NULL};

struct region halved_region(struct region r)
{
    assert(r.x % 2 == 0 && r.y % 2 == 0);
    return (struct region){r.x / 2, r.y / 2, halved(r.width), halved(r.height)};
}

/* Two rows of 2 n pixels to n means. */
#define MEANS(T, WIDE, MEAN)                                                                       \
    SIMD static void halve_means_##T(const void *above, const void *below, void *out, int64_t n)   \
    {                                                                                              \
        const T *restrict a = above;                                                               \
        const T *restrict b = below;                                                               \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int64_t x = 0; x < n; x++) {                                                          \
            const WIDE sum = (WIDE)a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1];              \
            to[x] = (T)(MEAN);                                                                     \
        }                                                                                          \
    }
MEANS(uint8, int, (sum + 2) >> 2)
MEANS(uint16, int, (sum + 2) >> 2)
MEANS(int16, int, (sum + 2) >> 2)
MEANS(uint32, int64, (sum + 2) >> 2)
MEANS(int32, int64, (sum + 2) >> 2)

typedef void means_fn(const void *above, const void *below, void *out, int64_t n);
static means_fn *const means[PX_N_TYPES] = {
    [PX_UINT8] = halve_means_uint8, [PX_UINT16] = halve_means_uint16,
    [PX_INT16] = halve_means_int16, [PX_UINT32] = halve_means_uint32,
    [PX_INT32] = halve_means_int32,
};

/* --- pixel by pixel --------------------------------------------------------------------------- */

enum { MOST = 4 };

/* The values of the pixels inside the data; returns their number. */
static int gather(const struct planes *in, int band, int64_t x, int64_t y,
                  const struct halving_nodata *nodata, double *v)
{
    const struct region r = in->region;
    const int64_t x_end = min64(x + 2, r.x + r.width), y_end = min64(y + 2, r.y + r.height);
    int n = 0;

    for (int64_t row = y; row < y_end; row++)
        for (int64_t column = x; column < x_end; column++) {
            const double p = pixel_load(in->type, planes_at(in, band, column, row), 0);
            if (nodata->mask && *planes_at(nodata->mask, 0, column, row) == 0)
                continue;
            if (!isnan(p) && !(nodata->has_value && p == nodata->value))
                v[n++] = p;
        }
    return n;
}

static double most_frequent(const double *v, int n)
{
    int best = 0, times = 0;

    for (int i = 0; i < n; i++) {
        int same = 0;
        for (int k = 0; k <= i; k++)
            same += v[k] == v[i];
        if (same > times) {
            best = i;
            times = same;
        }
    }
    return v[best];
}

/* A mean that happens to be the nodata value would be lost: it gives way to the next value. */
static double mean(enum pixel_type type, const double *v, int n,
                   const struct halving_nodata *nodata)
{
    double sum = 0, unused;

    for (int i = 0; i < n; i++)
        sum += v[i];
    if (pixel_is_float(type)) {
        const double m = type == PX_FLOAT32 ? (double)(float)(sum / n) : sum / n;
        if (!nodata->has_value || m != nodata->value)
            return m;
        return type == PX_FLOAT32 ? (double)nextafterf((float)m, INFINITY) : nextafter(m, INFINITY);
    }
    const double m = floor(sum / n + 0.5);
    if (!nodata->has_value || m != nodata->value)
        return m;
    return modf(sum / n, &unused) != 0 && sum / n < m ? m - 1 : m + 1;
}

static void one(enum halving how, const struct planes *in, const struct halving_nodata *nodata,
                const struct planes *out, int band, int64_t x, int64_t y)
{
    void *to = planes_at(out, band, x, y);
    double v[MOST];

    const int n = gather(in, band, 2 * x, 2 * y, nodata, v);
    if (n == 0)
        pixel_store(in->type, nodata->has_value ? nodata->value : NAN, to);
    else
        pixel_store(in->type,
                    how == HALVE_MODE ? most_frequent(v, n) : mean(in->type, v, n, nodata), to);
}

#define EVERY_OTHER(T)                                                                             \
    SIMD static void halve_nearest_##T(const void *in, void *out, int64_t n)                       \
    {                                                                                              \
        const T *restrict from = in;                                                               \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int64_t x = 0; x < n; x++)                                                            \
            to[x] = from[2 * x];                                                                   \
    }
EVERY_OTHER(uint8)
EVERY_OTHER(uint16)
EVERY_OTHER(uint32)
EVERY_OTHER(uint64)

static void nearest_row(const struct planes *in, const struct planes *out, int band, int64_t y)
{
    const void *from = planes_at(in, band, in->region.x, 2 * y);
    void *to = planes_at(out, band, out->region.x, y);
    const int64_t n = out->region.width;

    switch (pixel_size(in->type)) {
    case 1:
        halve_nearest_uint8(from, to, n);
        break;
    case 2:
        halve_nearest_uint16(from, to, n);
        break;
    case 4:
        halve_nearest_uint32(from, to, n);
        break;
    default:
        halve_nearest_uint64(from, to, n);
    }
}

/* --- rows ------------------------------------------------------------------------------------- */

/* Whether all pixels that rows 2 y and 2 y + 1 have are inside, as far as the mask says. */
static bool all_inside(const struct planes *mask, int64_t y)
{
    const struct region r = mask->region;

    for (int64_t row = 2 * y; row < min64(2 * y + 2, r.y + r.height); row++)
        if (memchr(planes_at(mask, 0, r.x, row), 0, (size_t)r.width))
            return false;
    return true;
}

void halve(enum halving how, const struct planes *in, const struct halving_nodata *nodata,
           const struct planes *out)
{
    const struct region from = in->region, to = out->region;
    means_fn *fast = how == HALVE_AVERAGE && !nodata->has_value ? means[in->type] : NULL;
    const int64_t whole = from.width / 2;

    for (int b = 0; b < out->bands; b++)
        for (int64_t y = to.y; y < to.y + to.height; y++) {
            int64_t x = to.x;
            if (how == HALVE_NEAREST) {
                nearest_row(in, out, b, y);
                continue;
            }
            if (fast && 2 * y + 1 < from.y + from.height &&
                (!nodata->mask || all_inside(nodata->mask, y))) {
                fast(planes_at(in, b, from.x, 2 * y), planes_at(in, b, from.x, 2 * y + 1),
                     planes_at(out, b, x, y), whole);
                x += whole;
            }
            for (; x < to.x + to.width; x++)
                one(how, in, nodata, out, b, x, y);
        }
}

void halve_mask(enum halving how, const struct planes *in, const struct planes *out)
{
    const struct halving_nodata any = {.has_value = how == HALVE_AVERAGE};

    halve(how, in, &any, out);
}
