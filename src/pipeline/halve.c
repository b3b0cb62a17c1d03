/* halve.c - the next overview of a grid: one pixel for every 2 x 2.
 *
 * Rows of whole pixels go through plain loops. What has fewer, and everything where there
 * may be nodata, is gathered pixel by pixel.
 * SPDX-License-Identifier: MIT */
#include "pipeline/halve.h"

#include "base/minmax.h"
#include "ops/op.h"

#include <assert.h>
#include <math.h>
#include <string.h>

const char *const halving_names[] = {"nearest", "average", "mode", "gauss", NULL};

struct region halved_region(struct region r)
{
    assert(r.x % 2 == 0 && r.y % 2 == 0);
    return (struct region){r.x / 2, r.y / 2, halved(r.width), halved(r.height)};
}

/* Rounded to nearest, halves away from zero. */
#define ROUNDED(SUM, BITS) (((SUM) + (1 << ((BITS)-1)) - ((SUM) < 0)) >> (BITS))

/* Two rows of 2 n pixels to n means, three rows of 2 n + 1 to n weighted ones. */
#define MEANS(T, WIDE)                                                                             \
    SIMD static void halve_average_##T(const void *const *rows, void *out, int64_t n)              \
    {                                                                                              \
        const T *restrict a = rows[0];                                                             \
        const T *restrict b = rows[1];                                                             \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int64_t x = 0; x < n; x++) {                                                          \
            const WIDE sum = (WIDE)a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1];              \
            to[x] = (T)ROUNDED(sum, 2);                                                            \
        }                                                                                          \
    }                                                                                              \
    SIMD static void halve_gauss_##T(const void *const *rows, void *out, int64_t n)                \
    {                                                                                              \
        const T *restrict a = rows[0];                                                             \
        const T *restrict b = rows[1];                                                             \
        const T *restrict c = rows[2];                                                             \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int64_t x = 0; x < n; x++) {                                                          \
            const WIDE left = (WIDE)a[2 * x] + 2 * (WIDE)b[2 * x] + c[2 * x];                      \
            const WIDE middle = (WIDE)a[2 * x + 1] + 2 * (WIDE)b[2 * x + 1] + c[2 * x + 1];        \
            const WIDE right = (WIDE)a[2 * x + 2] + 2 * (WIDE)b[2 * x + 2] + c[2 * x + 2];         \
            const WIDE sum = left + 2 * middle + right;                                            \
            to[x] = (T)ROUNDED(sum, 4);                                                            \
        }                                                                                          \
    }
MEANS(uint8, int)
MEANS(uint16, int)
MEANS(int16, int)
MEANS(uint32, int64)
MEANS(int32, int64)

typedef void means_fn(const void *const *rows, void *out, int64_t n);
#define BOTH(T)                                                                                    \
    {                                                                                              \
        [HALVE_AVERAGE] = halve_average_##T, [HALVE_GAUSS] = halve_gauss_##T                       \
    }
static means_fn *const means[PX_N_TYPES][HALVE_N] = {
    [PX_UINT8] = BOTH(uint8),   [PX_UINT16] = BOTH(uint16), [PX_INT16] = BOTH(int16),
    [PX_UINT32] = BOTH(uint32), [PX_INT32] = BOTH(int32),
};

/* --- pixel by pixel --------------------------------------------------------------------------- */

enum { MOST = 9 };

/* Pixels inside the data, and what they count for. */
struct gathered {
    const void *pixel[MOST];
    double value[MOST], weight[MOST];
    int n;
};

/* Those that the output's pixel (x, y) is made of. */
static struct gathered gather(enum halving how, const struct planes *in, int band, int64_t x,
                              int64_t y, const struct halving_nodata *nodata)
{
    static const double weights[] = {1, 2, 1};
    const struct region r = in->region;
    const bool weighs = how == HALVE_GAUSS;
    const int side = 2 + halving_reach(how);
    struct gathered g;

    g.n = 0;
    for (int i = 0; i < side && 2 * y + i < r.y + r.height; i++)
        for (int k = 0; k < side && 2 * x + k < r.x + r.width; k++) {
            const int64_t row = 2 * y + i, column = 2 * x + k;
            if (nodata->mask && *planes_at(nodata->mask, 0, column, row) == 0)
                continue;
            const void *pixel = planes_at(in, band, column, row);
            const double p = pixel_load(in->type, pixel, 0);
            if (isnan(p) || (nodata->has_value && p == nodata->value))
                continue;
            g.pixel[g.n] = pixel;
            g.value[g.n] = p;
            g.weight[g.n++] = weighs ? weights[i] * weights[k] : 1;
        }
    return g;
}

/* The pixel itself: a double holds a 64-bit integer rounded. */
static const void *most_frequent(enum pixel_type type, const struct gathered *g)
{
    const bool rounded = type == PX_UINT64 || type == PX_INT64;
    int best = 0, times = 0;

    for (int i = 0; i < g->n; i++) {
        int same = 0;
        for (int k = 0; k <= i; k++)
            same += g->value[k] == g->value[i] &&
                    (!rounded || memcmp(g->pixel[k], g->pixel[i], sizeof(int64)) == 0);
        if (same > times) {
            best = i;
            times = same;
        }
    }
    return g->pixel[best];
}

/* A mean that happens to be the nodata value would be lost: it gives way to the next value. */
static double mean(enum pixel_type type, const struct gathered *g,
                   const struct halving_nodata *nodata)
{
    double sum = 0, weight = 0;

    for (int i = 0; i < g->n; i++) {
        sum += g->weight[i] * g->value[i];
        weight += g->weight[i];
    }
    const double exact = sum / weight;
    const double m = type == PX_FLOAT64   ? exact
                     : type == PX_FLOAT32 ? (double)(float)exact
                                          : round(exact);
    if (!nodata->has_value || m != nodata->value)
        return m;
    if (type == PX_FLOAT64)
        return nextafter(m, INFINITY);
    if (type == PX_FLOAT32)
        return (double)nextafterf((float)m, INFINITY);
    return exact < m ? m - 1 : m + 1;
}

static void one(enum halving how, const struct planes *in, const struct halving_nodata *nodata,
                const struct planes *out, int band, int64_t x, int64_t y)
{
    void *to = planes_at(out, band, x, y);
    const struct gathered g = gather(how, in, band, x, y, nodata);

    if (g.n == 0)
        pixel_store(in->type, nodata->has_value ? nodata->value : NAN, to);
    else if (how == HALVE_MODE)
        memcpy(to, most_frequent(in->type, &g), pixel_size(in->type));
    else
        pixel_store(in->type, mean(in->type, &g, nodata), to);
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

/* Fills the pixels of a row that plain loops can make, as if all were inside, and returns how many
 * these are. */
static int64_t fast_row(enum halving how, const struct planes *in,
                        const struct halving_nodata *nodata, const struct planes *out, int band,
                        int64_t y)
{
    const int side = 2 + halving_reach(how);
    const struct region from = in->region;
    means_fn *fast = means[in->type][how];
    const int64_t n = min64(out->region.width, (from.width - side + 2) / 2);
    const void *rows[3];

    if (!fast || nodata->has_value || n <= 0 || 2 * y + side > from.y + from.height)
        return 0;
    for (int i = 0; i < side; i++)
        rows[i] = planes_at(in, band, from.x, 2 * y + i);
    fast(rows, planes_at(out, band, out->region.x, y), n);
    return n;
}

/* Whether n pixels of each of some rows are inside, as far as the mask says. */
static bool all_inside(const struct planes *mask, int64_t x, int64_t n, int64_t y, int rows)
{
    for (int i = 0; i < rows; i++)
        if (memchr(planes_at(mask, 0, x, y + i), 0, (size_t)n))
            return false;
    return true;
}

static void make_row(enum halving how, const struct planes *in, const struct halving_nodata *nodata,
                     const struct planes *out, int band, int64_t y)
{
    const int side = 2 + halving_reach(how);
    const struct region from = in->region, to = out->region;
    const int64_t made = to.x + fast_row(how, in, nodata, out, band, y);
    const bool sound =
        !nodata->mask || made == to.x || all_inside(nodata->mask, from.x, from.width, 2 * y, side);

    for (int64_t x = sound ? made : to.x; x < to.x + to.width; x++)
        if (x >= made || !all_inside(nodata->mask, 2 * x, side, 2 * y, side))
            one(how, in, nodata, out, band, x, y);
}

void halve(enum halving how, const struct planes *in, const struct halving_nodata *nodata,
           const struct planes *out)
{
    const struct region to = out->region;

    for (int b = 0; b < out->bands; b++)
        for (int64_t y = to.y; y < to.y + to.height; y++)
            if (how == HALVE_NEAREST)
                nearest_row(in, out, b, y);
            else
                make_row(how, in, nodata, out, b, y);
}

/* --- masks ------------------------------------------------------------------------------------ */

/* Where any pixel of three rows is inside, of two or three (reach 0 or 1) beside each other. */
SIMD static void halve_any(const uint8 *const *rows, int reach, uint8 *restrict to, int64_t n)
{
    const uint8 *restrict a = rows[0];
    const uint8 *restrict b = rows[1];
    const uint8 *restrict c = rows[2];

    for (int64_t x = 0; x < n; x++) {
        const int64_t i = 2 * x, k = i + 1, last = k + reach;
        to[x] = a[i] | a[k] | a[last] | b[i] | b[k] | b[last] | c[i] | c[k] | c[last];
    }
}

void halve_mask(enum halving how, const struct planes *in, const struct planes *out)
{
    const struct region from = in->region, to = out->region;
    const int reach = halving_reach(how);
    const int64_t x_last = from.x + from.width - 1, y_last = from.y + from.height - 1;
    const int64_t n = min64(to.width, (from.width - reach) / 2);

    if (how == HALVE_NEAREST || how == HALVE_MODE) {
        halve(how, in, &(struct halving_nodata){0}, out);
        return;
    }
    for (int64_t y = to.y; y < to.y + to.height; y++) {
        const uint8 *rows[3]; /* one twice is as good as one that is not there */
        uint8 *row = planes_at(out, 0, to.x, y);
        for (int i = 0; i < 3; i++)
            rows[i] = planes_at(in, 0, from.x, min64(2 * y + min64(i, 1 + reach), y_last));
        halve_any(rows, reach, row, n);
        for (int64_t x = to.x + n; x < to.x + to.width; x++) {
            uint8 any = 0;
            for (int i = 0; i < 3; i++)
                for (int64_t k = 2 * x; k <= min64(2 * x + 1 + reach, x_last); k++)
                    any |= rows[i][k - from.x];
            row[x - to.x] = any;
        }
    }
}
