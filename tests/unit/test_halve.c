/* test_halve.c - overviews: every method beside a reference that says in words what halve.h says.
 * SPDX-License-Identifier: MIT */
#include "pipeline/halve.h"
#include "unit.h"

#include "base/memory.h"

#include <string.h>

enum { CANARY = 0xC5, BANDS = 2, MOST = 9 };

struct grid {
    struct planes planes, fenced; /* the same with one pixel more on all sides */
    void *memory;
};

/* All of canaries. */
static struct grid grid_new(enum pixel_type type, struct region r)
{
    const struct region around = {r.x - 1, r.y - 1, r.width + 2, r.height + 2};
    struct grid g;
    struct err e;

    ck_assert(planes_new(&g.fenced, &g.memory, type, BANDS, around, 0, &e));
    memset(g.memory, CANARY, g.fenced.band_bytes * BANDS);
    g.planes = g.fenced;
    g.planes.data = planes_at(&g.fenced, 0, r.x, r.y);
    g.planes.region = r;
    return g;
}

/* How many pixels outside the region are no canaries any more. */
static int disturbed(const struct grid *g)
{
    const struct region r = g->planes.region;
    const size_t size = pixel_size(g->planes.type);
    int n = 0;

    for (int b = 0; b < BANDS; b++)
        for (int64_t y = r.y - 1; y <= r.y + r.height; y++)
            for (int64_t x = r.x - 1; x <= r.x + r.width; x++) {
                if (region_contains(r, (struct region){x, y, 1, 1}))
                    continue;
                const unsigned char *at = planes_at(&g->fenced, b, x, y);
                for (size_t i = 0; i < size; i++)
                    n += at[i] != CANARY;
            }
    return n;
}

static double next_up(enum pixel_type type, double v)
{
    return type == PX_FLOAT32 ? (double)nextafterf((float)v, INFINITY) : nextafter(v, INFINITY);
}

/* The mean, but for the nodata value: then the next one, on the side of the exact mean. */
static double wanted_mean(enum pixel_type type, const double *v, const double *weights, int n,
                          const struct halving_nodata *nodata)
{
    double sum = 0, weight = 0;

    for (int i = 0; i < n; i++) {
        sum += weights[i] * v[i];
        weight += weights[i];
    }
    const double exact = sum / weight;
    if (pixel_is_float(type)) {
        const double m = type == PX_FLOAT32 ? (double)(float)exact : exact;
        return nodata->has_value && m == nodata->value ? next_up(type, m) : m;
    }
    const double size = floor(fabs(exact) + 0.5), m = exact < 0 ? -size : size;
    if (!nodata->has_value || m != nodata->value)
        return m;
    return exact < m ? m - 1 : m + 1;
}

/* Of equally frequent ones the one that has its number first. */
static double wanted_mode(const double *v, int n)
{
    double best = v[0];
    int most = 0;

    for (int i = 0; i < n; i++) {
        int times = 0;
        for (int k = 0; k <= i; k++)
            times += v[k] == v[i];
        if (times > most) {
            most = times;
            best = v[i];
        }
    }
    return best;
}

static double wanted(enum halving how, const struct planes *in, int band, int64_t x, int64_t y,
                     const struct halving_nodata *nodata)
{
    const struct region r = in->region;
    const int side = how == HALVE_GAUSS ? 3 : 2;
    double v[MOST], weights[MOST];
    int n = 0;

    if (how == HALVE_NEAREST)
        return pixel_load(in->type, planes_at(in, band, 2 * x, 2 * y), 0);
    for (int i = 0; i < side * side; i++) {
        const int64_t at_x = 2 * x + i % side, at_y = 2 * y + i / side;
        if (at_x >= r.x + r.width || at_y >= r.y + r.height)
            continue;
        const double p = pixel_load(in->type, planes_at(in, band, at_x, at_y), 0);
        if (isnan(p) || (nodata->has_value && p == nodata->value))
            continue;
        weights[n] = side == 2 ? 1 : (i % 3 == 1 ? 2 : 1) * (i / 3 == 1 ? 2 : 1);
        v[n++] = p;
    }
    if (n == 0)
        return nodata->has_value ? nodata->value : NAN;
    return how == HALVE_MODE ? wanted_mode(v, n) : wanted_mean(in->type, v, weights, n, nodata);
}

/* Few values, for ties and for means that are the nodata value; some of them at the ends of the
 * type, of floats some NaN. */
static double some_value(enum pixel_type type, bool wide)
{
    const int kind = rand() % 8;

    if (pixel_is_float(type))
        return kind == 0 ? NAN : wide ? (rand() - RAND_MAX / 2) * 1e-3 : rand() % 6 / 4.0;
    if (wide && kind < 4 && pixel_size(type) < 8) /* doubles hold no sum of the others */
        return kind % 2 ? pixel_lowest(type) + rand() % 3 : pixel_highest(type) - rand() % 3;
    return pixel_lowest(type) < 0 ? rand() % 7 - 3 : rand() % 7;
}

/* Wide rows have parts that are all outside the data, and parts that are all inside. */
static double zone_value(enum pixel_type type, bool wide, const struct halving_nodata *nodata,
                         int64_t x)
{
    double v = some_value(type, wide);

    if (x < 300 || x >= 1500)
        return v;
    if (x < 900)
        return nodata->has_value ? nodata->value : pixel_is_float(type) ? NAN : v;
    while (isnan(v) || (nodata->has_value && v == nodata->value))
        v = some_value(type, wide);
    return v;
}

static void check_halved(enum halving how, enum pixel_type type, struct region r, bool wide,
                         const struct halving_nodata *nodata)
{
    struct grid in = grid_new(type, r), out = grid_new(type, halved_region(r));
    const struct region half = out.planes.region;

    for (int b = 0; b < BANDS; b++)
        for (int64_t y = r.y; y < r.y + r.height; y++)
            for (int64_t x = r.x; x < r.x + r.width; x++)
                pixel_store(type, zone_value(type, wide, nodata, x),
                            planes_at(&in.planes, b, x, y));
    halve(how, &in.planes, nodata, &out.planes);
    for (int b = 0; b < BANDS; b++)
        for (int64_t y = half.y; y < half.y + half.height; y++)
            for (int64_t x = half.x; x < half.x + half.width; x++) {
                const double got = pixel_load(type, planes_at(&out.planes, b, x, y), 0);
                const double want = wanted(how, &in.planes, b, x, y, nodata);
                ck_assert_msg(got == want || (isnan(got) && isnan(want)),
                              "%s of %s, %lldx%lld: pixel %lld, %lld is %.17g, not %.17g",
                              halving_names[how], pixel_name(type), (long long)r.width,
                              (long long)r.height, (long long)x, (long long)y, got, want);
            }
    ck_assert_int_eq(disturbed(&out), 0);
    free(in.memory);
    free(out.memory);
}

START_TEST(halves_are_what_the_words_say)
{
    static const int64_t sides[] = {1, 2, 3, 4, 5, 17, 66, 67};
    enum { SIDES = sizeof sides / sizeof sides[0] };

    srand(23);
    for (int round = 0; round < SIDES * SIDES * 4; round++) {
        const struct region r = {rand() % 9 * 2 - 4, rand() % 9 * 2, sides[round % SIDES],
                                 sides[round / SIDES % SIDES]};
        const int kind = round / (SIDES * SIDES);
        const struct halving_nodata nodata = {kind % 2 == 1, rand() % 4, NULL};
        for (int type = 0; type < PX_N_TYPES; type++)
            for (int how = 0; how < HALVE_N; how++)
                check_halved((enum halving)how, (enum pixel_type)type, r, kind / 2, &nodata);
    }
}
END_TEST

START_TEST(wide_rows_are_made_in_blocks)
{
    srand(5);
    for (int64_t width = 1700; width < 1702; width++)
        for (int kind = 0; kind < 4; kind++) {
            const struct halving_nodata nodata = {kind % 2 == 1, 2, NULL};
            for (int type = 0; type < PX_N_TYPES; type++)
                for (int how = 0; how < HALVE_N; how++)
                    check_halved((enum halving)how, (enum pixel_type)type,
                                 (struct region){0, 0, width, 5}, kind / 2, &nodata);
        }
}
END_TEST

/* A 2 x 2 halved. */
static double half_of(enum halving how, enum pixel_type type, const double v[4],
                      const struct halving_nodata *nodata)
{
    struct grid in = grid_new(type, (struct region){0, 0, 2, 2});
    struct grid out = grid_new(type, (struct region){0, 0, 1, 1});

    for (int i = 0; i < 4; i++)
        pixel_store(type, v[i], planes_at(&in.planes, 1, i % 2, i / 2));
    halve(how, &in.planes, nodata, &out.planes);
    const double half = pixel_load(type, planes_at(&out.planes, 1, 0, 0), 0);
    free(in.memory);
    free(out.memory);
    return half;
}

#define FOUR(...) ((const double[4]){__VA_ARGS__})

START_TEST(of_equally_frequent_values_the_one_complete_first)
{
    const struct halving_nodata none = {false, 0, NULL}, nine = {true, 9, NULL};

    ck_assert(half_of(HALVE_MODE, PX_UINT8, FOUR(4, 3, 3, 4), &none) == 3);
    ck_assert(half_of(HALVE_MODE, PX_UINT8, FOUR(4, 3, 4, 3), &none) == 4);
    ck_assert(half_of(HALVE_MODE, PX_UINT8, FOUR(4, 3, 3, 2), &none) == 3);
    ck_assert(half_of(HALVE_MODE, PX_UINT8, FOUR(1, 2, 3, 4), &none) == 1);
    ck_assert(half_of(HALVE_MODE, PX_UINT8, FOUR(9, 9, 9, 4), &nine) == 4);
    ck_assert(half_of(HALVE_MODE, PX_FLOAT32, FOUR(NAN, NAN, 2, 1), &none) == 2);
}
END_TEST

START_TEST(means_step_aside_from_nodata)
{
    const struct halving_nodata five = {true, 5, NULL}, none = {false, 0, NULL};

    ck_assert(half_of(HALVE_AVERAGE, PX_UINT8, FOUR(4, 6, 4, 6), &five) == 6);
    ck_assert(half_of(HALVE_AVERAGE, PX_UINT8, FOUR(4, 4, 6, 5), &five) == 4); /* 4.67 */
    ck_assert(half_of(HALVE_AVERAGE, PX_UINT8, FOUR(4, 6, 6, 5), &five) == 6); /* 5.33 */
    ck_assert(half_of(HALVE_AVERAGE, PX_UINT8, FOUR(5, 5, 5, 5), &five) == 5);
    ck_assert(half_of(HALVE_AVERAGE, PX_FLOAT32, FOUR(4, 6, NAN, 5), &five) ==
              (double)nextafterf(5, 6));
    ck_assert(half_of(HALVE_AVERAGE, PX_FLOAT64, FOUR(4, 6, 4, 6), &five) == nextafter(5, 6));
    ck_assert(isnan(half_of(HALVE_AVERAGE, PX_FLOAT32, FOUR(NAN, NAN, NAN, NAN), &none)));
    ck_assert(half_of(HALVE_AVERAGE, PX_FLOAT32, FOUR(NAN, NAN, NAN, NAN), &five) == 5);
}
END_TEST

START_TEST(means_of_halves_go_away_from_zero)
{
    const struct halving_nodata none = {false, 0, NULL};

    ck_assert(half_of(HALVE_AVERAGE, PX_UINT8, FOUR(0, 0, 1, 1), &none) == 1);
    ck_assert(half_of(HALVE_AVERAGE, PX_UINT8, FOUR(0, 0, 0, 1), &none) == 0);
    ck_assert(half_of(HALVE_AVERAGE, PX_INT16, FOUR(-1, -2, -1, -2), &none) == -2);
    ck_assert(half_of(HALVE_AVERAGE, PX_INT16, FOUR(-2, -2, -2, -1), &none) == -2);
    ck_assert(half_of(HALVE_AVERAGE, PX_FLOAT32, FOUR(0, 0, 0, 1), &none) == 0.25);
}
END_TEST

static uint64 chosen_of(enum halving how, enum pixel_type type, const uint64 v[4])
{
    const struct halving_nodata none = {false, 0, NULL};
    struct grid in = grid_new(type, (struct region){0, 0, 2, 2});
    struct grid out = grid_new(type, (struct region){0, 0, 1, 1});
    uint64 chosen;

    for (int i = 0; i < 4; i++)
        memcpy(planes_at(&in.planes, 0, i % 2, i / 2), &v[i], sizeof v[i]);
    halve(how, &in.planes, &none, &out.planes);
    memcpy(&chosen, planes_at(&out.planes, 0, 0, 0), sizeof chosen);
    free(in.memory);
    free(out.memory);
    return chosen;
}

/* Doubles do not tell the first two apart. */
START_TEST(chosen_64_bit_integers_are_kept)
{
    const uint64 even = 9007199254740992, odd = even + 1, most = UINT64_MAX;

    for (int i = 0; i < 2; i++) {
        const enum pixel_type type = i ? PX_INT64 : PX_UINT64;
        const uint64 twice[] = {even, odd, odd, most}, once[] = {odd, even, 1, 2};
        ck_assert_uint_eq(chosen_of(HALVE_MODE, type, twice), odd);
        ck_assert_uint_eq(chosen_of(HALVE_MODE, type, once), odd);
        ck_assert_uint_eq(chosen_of(HALVE_NEAREST, type, once), odd);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        halves_are_what_the_words_say,
        wide_rows_are_made_in_blocks,
        of_equally_frequent_values_the_one_complete_first,
        means_step_aside_from_nodata,
        means_of_halves_go_away_from_zero,
        chosen_64_bit_integers_are_kept,
    };

    return UNIT_RUN("halve", tests);
}
