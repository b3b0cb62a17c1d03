/* test_temporal.c - statistics of series, beside naive ones in double.
 * SPDX-License-Identifier: MIT */
#include "ops/temporal.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ELEMENTS = 331, SCENES_MOST = 40, SEED = 5 };

struct series {
    struct temporal t;
    int n_scenes;
    double value[SCENES_MOST][ELEMENTS];
    unsigned char pixels[SCENES_MOST][8 * ELEMENTS];
    uint8 valid[SCENES_MOST][ELEMENTS];
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Values over the type's range (of floats far from 0, where sums of squares would lose digits),
 * some of them equal; one element is never inside. */
static void fill(struct series *s, enum pixel_type type, bool gaps, uint32_t seed)
{
    for (int k = 0; k < s->n_scenes; k++)
        for (int i = 0; i < ELEMENTS; i++) {
            const double unit = next_random(&seed) / 16777216.0;
            double v = pixel_is_float(type)
                           ? 1e6 + 10 * unit
                           : pixel_lowest(type) +
                                 floor(unit * (pixel_highest(type) - pixel_lowest(type) + 1));
            if (i % 7 == 0)
                v = pixel_is_float(type) ? 1e6 + (int)(3 * unit) : (int)(3 * unit);
            unsigned char *at = s->pixels[k] + (size_t)i * pixel_size(type);
            pixel_store(type, v, at);
            s->value[k][i] = pixel_load(type, s->pixels[k], i);
            s->valid[k][i] = !gaps || (i != 5 && next_random(&seed) % 4 > 0) ? 255 : 0;
            if (!s->valid[k][i] && pixel_is_float(type))
                pixel_store(type, NAN, at);
        }
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* What numpy would say of element i. */
static double naive(const struct series *s, const char *op, int i)
{
    double v[SCENES_MOST], time[SCENES_MOST], sum = 0, squares = 0, sum_t = 0, tt = 0, tv = 0;
    int n = 0, least = -1, most = -1;

    for (int k = 0; k < s->n_scenes; k++) {
        const double x = s->value[k][i];
        if (!s->valid[k][i])
            continue;
        least = least < 0 || x < s->value[least][i] ? k : least;
        most = most < 0 || x > s->value[most][i] ? k : most;
        time[n] = s->t.times ? s->t.times[k] : k;
        sum_t += time[n];
        sum += x;
        v[n++] = x;
    }
    if (strcmp(op, "count") == 0)
        return n;
    if (n == 0)
        return s->t.nodata;
    for (int k = 0; k < n; k++) {
        squares += (v[k] - sum / n) * (v[k] - sum / n);
        tt += (time[k] - sum_t / n) * (time[k] - sum_t / n);
        tv += (time[k] - sum_t / n) * (v[k] - sum / n);
    }
    const double variance = n > s->t.ddof ? squares / (n - s->t.ddof) : NAN;
    if (strcmp(op, "mean") == 0)
        return sum / n;
    if (strcmp(op, "variance") == 0)
        return variance;
    if (strcmp(op, "stddev") == 0)
        return sqrt(variance);
    if (strcmp(op, "trend") == 0)
        return tt > 0 ? tv / tt : NAN;
    if (strcmp(op, "min") == 0)
        return s->value[least][i];
    if (strcmp(op, "max") == 0)
        return s->value[most][i];
    if (strcmp(op, "argmin") == 0)
        return least;
    if (strcmp(op, "argmax") == 0)
        return most;
    ck_assert_str_eq(op, "median");
    qsort(v, (size_t)n, sizeof v[0], compare);
    return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

/* Adds scene after scene, in parts of that many elements. */
static void compute(const struct series *s, size_t part, unsigned char *out)
{
    struct temporal_sums *sums;
    struct err e;

    ck_assert_msg(temporal_sums_new(&sums, &s->t, ELEMENTS, &e), "%s", e.text);
    for (size_t from = 0; from < ELEMENTS; from += part)
        for (int k = 0; k < s->n_scenes; k++) {
            const size_t n = part < ELEMENTS - from ? part : ELEMENTS - from;
            const struct temporal_turn turn = {k, k, s->t.times ? s->t.times[k] : k};
            temporal_add(sums, from, n, s->pixels[k] + from * pixel_size(s->t.in),
                         s->t.has_gaps ? s->valid[k] + from : NULL, turn);
        }
    temporal_finish(sums, 0, ELEMENTS, s->n_scenes, out);
    temporal_sums_free(sums);
}

static bool near(double got, double wanted, double scale)
{
    return (isnan(got) && isnan(wanted)) || fabs(got - wanted) <= 1e-9 * scale;
}

static void check_series(struct series *s, const char *name, uint32_t seed)
{
    unsigned char whole[8 * ELEMENTS], parts[8 * ELEMENTS];
    const enum pixel_type in = s->t.in, out = s->t.out;

    fill(s, in, s->t.has_gaps, seed);
    compute(s, ELEMENTS, whole);
    compute(s, 64, parts);
    ck_assert_msg(memcmp(whole, parts, ELEMENTS * pixel_size(out)) == 0, "%s of %s in parts", name,
                  pixel_name(in));
    for (int i = 0; i < ELEMENTS; i++) {
        const double got = pixel_load(out, whole, i);
        const double wanted = naive(s, name + strlen("temporal-"), i);
        const double range = pixel_is_float(in) ? 1e6 : pixel_highest(in);
        const bool variance = strcmp(name, "temporal-variance") == 0;
        const double scale = fabs(wanted) + (variance ? range * 1e-4 : range * 1e-6);
        ck_assert_msg(near(got, wanted, scale),
                      "%s of %s, element %d of %d scenes: %.17g, not %.17g", name, pixel_name(in),
                      i, s->n_scenes, got, wanted);
    }
}

static bool has_param(const struct temporal_op *op, const char *name)
{
    bool found;

    param_takes_value(op->params, name, &found);
    return found;
}

START_TEST(temporal_results_are_those_of_naive_series)
{
    static struct series s;
    static const int n_scenes[] = {1, 2, 3, 8, 40};
    const struct temporal_op *op = &temporal_ops[_i];
    struct err e;

    for (int type = 0; type < PX_N_KERNEL_TYPES; type++)
        for (int gaps = pixel_is_float((enum pixel_type)type); gaps < 2; gaps++)
            for (size_t k = 0; k < sizeof n_scenes / sizeof n_scenes[0]; k++) {
                const struct temporal_series series = {(enum pixel_type)type, n_scenes[k], gaps,
                                                       true, 7};
                const char *args[2];
                int n = 0;
                if (has_param(op, "dtype"))
                    args[n++] = "--dtype=float64";
                if (has_param(op, "ddof"))
                    args[n++] = "--ddof=1";
                s.n_scenes = n_scenes[k];
                ck_assert_msg(temporal_read(&s.t, op->name, n, args, &series, &e), "%s", e.text);
                check_series(&s, op->name, (uint32_t)(SEED + type * 100 + (int)k));
                temporal_free(&s.t);
            }
}
END_TEST

START_TEST(temporal_sums_of_many_uint8_do_not_overflow)
{
    enum { MANY = 66100 }; /* past where 32 bits hold the sum of squares */
    struct err e;

    for (int narrow = 0; narrow < 2; narrow++) {
        const int n = narrow ? 66051 : MANY;
        const struct temporal_series series = {PX_UINT8, n, false, false, 0};
        struct temporal t;
        struct temporal_sums *sums;
        double out;
        ck_assert(temporal_read(&t, "temporal-variance", 1, (const char *[]){"--dtype=float64"},
                                &series, &e));
        ck_assert(temporal_sums_new(&sums, &t, 1, &e));
        for (int k = 0; k < n; k++)
            temporal_add(sums, 0, 1, &(uint8){k % 2 ? 255 : 254}, NULL,
                         (struct temporal_turn){k, k, k});
        temporal_finish(sums, 0, 1, n, &out);
        const double odd = n / 2, share = odd / n;
        ck_assert_double_eq_tol(out, share * (1 - share), 1e-12);
        temporal_sums_free(sums);
        temporal_free(&t);
    }
}
END_TEST

START_TEST(temporal_trend_follows_times)
{
    const struct temporal_series series = {PX_INT16, 4, false, false, 0};
    static const int16 v[] = {10, 30, 70, 110};
    struct temporal t;
    struct temporal_sums *sums;
    struct err e;
    float out;

    ck_assert(
        temporal_read(&t, "temporal-trend", 1, (const char *[]){"--times=1,2,4,6"}, &series, &e));
    ck_assert(temporal_sums_new(&sums, &t, 1, &e));
    for (int k = 0; k < 4; k++)
        temporal_add(sums, 0, 1, &v[k], NULL, (struct temporal_turn){k, k, t.times[k]});
    temporal_finish(sums, 0, 1, 4, &out);
    ck_assert_float_eq(out, 20);
    temporal_sums_free(sums);
    temporal_free(&t);
    ck_assert(
        !temporal_read(&t, "temporal-trend", 1, (const char *[]){"--times=1,2,4"}, &series, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "3 numbers for 4 scenes"));
    temporal_free(&t);
}
END_TEST

START_TEST(temporal_extremes_need_a_value_for_nothing)
{
    const struct temporal_series series = {PX_UINT8, 4, true, false, 0};
    struct temporal t;
    struct err e;

    ck_assert(!temporal_read(&t, "temporal-min", 0, NULL, &series, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "--nodata=VALUE"));
    temporal_free(&t);
    ck_assert(temporal_read(&t, "temporal-min", 1, (const char *[]){"--nodata=9"}, &series, &e));
    ck_assert(t.says_nodata && t.nodata == 9);
    temporal_free(&t);
    ck_assert(!temporal_check("temporal-minn", 0, NULL, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "did you mean 'temporal-min'"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("temporal");
    TCase *t = tcase_create("temporal");
    int n_ops = 0;

    while (temporal_ops[n_ops].name)
        n_ops++;
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, temporal_results_are_those_of_naive_series, 0, n_ops);
    tcase_add_test(t, temporal_sums_of_many_uint8_do_not_overflow);
    tcase_add_test(t, temporal_trend_follows_times);
    tcase_add_test(t, temporal_extremes_need_a_value_for_nothing);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
