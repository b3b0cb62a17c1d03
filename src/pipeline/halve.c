/* halve.c - the next overview of a grid: one pixel for every 2 x 2.
 *
 * Rows of whole pixels go through plain loops, block by block: where all of a block's pixels are
 * inside the data the result stands, where none is there is nothing to compute. What has fewer
 * pixels, and blocks of both kinds, are gathered pixel by pixel.
 * SPDX-License-Identifier: MIT */
#include "pipeline/halve.h"

#include "halve_rows.h"

#include "base/minmax.h"

#include <assert.h>
#include <math.h>
#include <string.h>

const char *const halving_names[] = {"nearest", "average", "mode", "gauss", NULL};

struct region halved_region(struct region r)
{
    assert(r.x % 2 == 0 && r.y % 2 == 0);
    return (struct region){r.x / 2, r.y / 2, halved(r.width), halved(r.height)};
}

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

static void nearest_row(const struct planes *in, const struct planes *out, int band, int64_t y)
{
    halve_nearest(pixel_size(in->type), planes_at(in, band, in->region.x, 2 * y),
                  planes_at(out, band, out->region.x, y), out->region.width);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* So many output pixels are made at once. */
enum { BLOCK = 128 };

enum inside { INSIDE_ALL, INSIDE_SOME, INSIDE_NONE };

static enum inside join(enum inside a, enum inside b)
{
    return a == b ? a : INSIDE_SOME;
}

/* As far as a mask says. */
static enum inside by_mask(const struct planes *mask, struct region r)
{
    enum inside all = INSIDE_NONE;

    for (int64_t y = r.y; y < r.y + r.height; y++) {
        const uint8 *row = planes_at(mask, 0, r.x, y);
        const bool none = row[0] == 0 && memcmp(row, row + 1, (size_t)r.width - 1) == 0;
        const enum inside one = none                              ? INSIDE_NONE
                                : memchr(row, 0, (size_t)r.width) ? INSIDE_SOME
                                                                  : INSIDE_ALL;
        all = y == r.y ? one : join(all, one);
    }
    return all;
}

/* The value of pixels outside the data, NaN where pixels of the type cannot have one. */
static double findable(enum pixel_type type, const struct halving_nodata *nodata)
{
    const bool holds = pixel_is_float(type) || (nodata->value >= pixel_lowest(type) &&
                                                nodata->value <= pixel_highest(type));

    return nodata->has_value && holds ? nodata->value : NAN;
}

/* As far as their values say. */
static enum inside by_value(const struct planes *in, int band, double value, struct region r)
{
    int64_t outside = 0;

    for (int64_t y = r.y; y < r.y + r.height; y++)
        outside += halve_counts[in->type](planes_at(in, band, r.x, y), value, r.width);
    return outside == 0 ? INSIDE_ALL : outside == r.width * r.height ? INSIDE_NONE : INSIDE_SOME;
}

static enum inside survey(const struct planes *in, int band, const struct halving_nodata *nodata,
                          struct region r)
{
    const bool may_be_outside = nodata->has_value || pixel_is_float(in->type);
    const double value = findable(in->type, nodata);
    const enum inside masked = nodata->mask ? by_mask(nodata->mask, r) : INSIDE_ALL;

    if (masked != INSIDE_ALL || !may_be_outside)
        return masked;
    return halve_counts[in->type] ? by_value(in, band, value, r) : INSIDE_SOME;
}

/* A mean that is the nodata value has to give way. */
static bool must_give_way(const struct halving_nodata *nodata, const struct planes *out, int band,
                          struct region to)
{
    return nodata->has_value && halve_counts[out->type](planes_at(out, band, to.x, to.y),
                                                        findable(out->type, nodata), to.width) > 0;
}

/* Output pixels side by side, all of which have all pixels they stand for. */
static void make_block(enum halving how, const struct planes *in,
                       const struct halving_nodata *nodata, const struct planes *out, int band,
                       struct region to)
{
    const int reach = halving_reach(how);
    const struct region from = {2 * to.x, 2 * to.y, 2 * to.width + reach, 2 + reach};
    const enum inside inside = survey(in, band, nodata, from);
    halve_means *fast = halve_means_of[in->type][how];
    void *at = planes_at(out, band, to.x, to.y);
    const void *rows[3];

    if (inside == INSIDE_NONE) {
        pixel_fill(in->type, nodata->has_value ? nodata->value : NAN, at, (size_t)to.width);
        return;
    }
    if (inside == INSIDE_ALL && fast) {
        for (int i = 0; i < from.height; i++)
            rows[i] = planes_at(in, band, from.x, from.y + i);
        fast(rows, at, to.width);
        if (!must_give_way(nodata, out, band, to))
            return;
    }
    for (int64_t x = to.x; x < to.x + to.width; x++)
        one(how, in, nodata, out, band, x, to.y);
}

static void make_row(enum halving how, const struct planes *in, const struct halving_nodata *nodata,
                     const struct planes *out, int band, int64_t y)
{
    const int side = 2 + halving_reach(how);
    const struct region from = in->region, to = out->region;
    const bool whole = 2 * y + side <= from.y + from.height;
    const int64_t n = whole ? min64(to.width, (from.width - side + 2) / 2) : 0;
    int64_t x = to.x;

    for (; x < to.x + n; x += BLOCK)
        make_block(how, in, nodata, out, band,
                   (struct region){x, y, min64(BLOCK, to.x + n - x), 1});
    for (x = to.x + (n > 0 ? n : 0); x < to.x + to.width; x++)
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
