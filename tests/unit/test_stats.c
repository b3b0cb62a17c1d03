/* test_stats.c - the statistics of a scene: whatever its chunks and their order, what a plain sort
 * of all its pixels says.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/columns.h"
#include "base/memory.h"
#include "base/scene_kinds.h"
#include "ops/percentiles.h"
#include "ops/pixel_key.h"
#include "ops/sparse_counts.h"
#include "ops/stats.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SEED = 11, ROUNDS = 6 };

static struct err e;

/* --- a scene ---------------------------------------------------------------------------------- */

struct scene {
    struct format format;
    struct planes pixels, mask;
    void *memory[2];
    bool has_mask, has_nodata;
    double nodata;
};

enum pixels { NOISE, FEW_VALUES, ONE_VALUE, RAMP, STRANGE, N_PIXELS };

static double unit_noise(void)
{
    return rand() / (RAND_MAX + 1.0);
}

static uint64_t noise_bits(void)
{
    uint64_t bits = 0;

    for (int i = 0; i < 5; i++)
        bits = bits << 15 ^ (uint64_t)rand();
    return bits;
}

static void store_pixel(const struct scene *s, int band, int64_t x, int64_t y, enum pixels kind)
{
    const enum pixel_type type = s->format.type;
    unsigned char *at = planes_at(&s->pixels, band, x, y);
    const uint64_t bits = noise_bits();

    switch (kind) {
    case NOISE:
        if (pixel_is_float(type))
            pixel_store(type, (unit_noise() - 0.3) * exp(20 * unit_noise()), at);
        else
            memcpy(at, &bits, pixel_size(type));
        break;
    case FEW_VALUES:
        pixel_store(type, 100 + rand() % 5, at);
        break;
    case ONE_VALUE:
        pixel_store(type, 77, at);
        break;
    case RAMP:
        pixel_store(type, (double)(x + y) / 8, at);
        break;
    default:
        pixel_store(type, rand() % 40 == 0 ? INFINITY : rand() % 3 == 0 ? NAN : -0.0, at);
    }
}

static struct scene scene_new(enum pixel_type type, enum pixels kind)
{
    struct scene s = {.format = {type, 1 + rand() % 2, 1 + rand() % 1300, 1 + rand() % 700}};
    const struct region all = {0, 0, s.format.width, s.format.height};

    ck_assert(planes_new(&s.pixels, &s.memory[0], type, s.format.bands, all, 0, &e));
    ck_assert(planes_new(&s.mask, &s.memory[1], PX_UINT8, 1, all, 0, &e));
    s.has_mask = rand() % 3 == 0;
    s.has_nodata = rand() % 2 == 0;
    s.nodata = 102;
    for (int64_t y = 0; y < all.height; y++)
        for (int64_t x = 0; x < all.width; x++) {
            *planes_at(&s.mask, 0, x, y) = rand() % 4 == 0 ? 0 : 255;
            for (int b = 0; b < s.format.bands; b++)
                store_pixel(&s, b, x, y, kind);
        }
    return s;
}

static void scene_free(struct scene *s)
{
    free(s->memory[0]);
    free(s->memory[1]);
}

/* --- passes over it --------------------------------------------------------------------------- */

static void gather_chunk(const struct scene *s, const struct reducing *pass, struct region chunk,
                         void *sum)
{
    const struct planes pixels = planes_part(&s->pixels, chunk);
    const struct planes mask = planes_part(&s->mask, chunk);
    const struct reducible r = {
        .scene = s->format,
        .pixels = &pixels,
        .mask = s->has_mask ? &mask : NULL,
        .has_nodata = s->has_nodata,
        .nodata = s->nodata,
    };
    const size_t most = reducing_part_bytes(pass, s->format, chunk);
    unsigned char *memory = calloc(1, most + 1), *part = memory + rand() % 2; /* anywhere */
    const size_t n = pass->how->gather(pass->args, &r, part);

    ck_assert_uint_le(n, most);
    unsigned char *alone = malloc(n); /* what it reads beyond shows under a sanitizer */
    memcpy(alone, part, n);
    ck_assert(pass->how->merge(pass->args, s->format, alone, n, sum));
    if (rand() % 4 == 0 && n > 0) { /* what is cut off does not pass for a part */
        void *spoilt = calloc(1, pass->how->bytes(pass->args, s->format));
        const size_t less = rand() % 2 ? n - 1 : (size_t)rand() % n;
        ck_assert(!pass->how->merge(pass->args, s->format, alone, less, spoilt));
        free(spoilt);
    }
    free(alone);
    free(memory);
}

/* Chunks of whole tiles, forwards or backwards. */
static void gather(const struct scene *s, const struct reducing *pass, void *sum)
{
    const int64_t w = STATISTICS_TILE * (1 + rand() % 3), h = STATISTICS_TILE * (1 + rand() % 3);
    const int64_t across = ceil_div(s->format.width, w), down = ceil_div(s->format.height, h);
    const bool back = rand() % 2;

    for (int64_t i = 0; i < across * down; i++) {
        const int64_t at = back ? across * down - 1 - i : i;
        const struct region chunk = {at % across * w, at / across * h, w, h};
        gather_chunk(
            s, pass,
            region_intersect(chunk, (struct region){0, 0, s->format.width, s->format.height}), sum);
    }
}

static struct stats *stats_of(const struct scene *s, const struct stats_wish *wish)
{
    struct stats *stats;
    struct buffer words = {0};
    int passes = 0;

    ck_assert(stats_new(&stats, wish, &e));
    while (words.size = 0, stats_next(stats, &words, &e) && words.size > 0) {
        struct reducing pass;
        ck_assert_msg(reducing_new(&pass, &words, &e), "%s", e.text);
        const size_t n = pass.how->bytes(pass.args, s->format);
        ck_assert_uint_gt(n, 0);
        void *sum = calloc(1, n);
        gather(s, &pass, sum);
        ck_assert(stats_add(stats, s->format, &pass, sum, &e));
        free(sum);
        reducing_free(&pass);
        ck_assert_int_le(++passes, 4);
    }
    buffer_free(&words);
    return stats;
}

/* --- the plain way ---------------------------------------------------------------------------- */

struct plain {
    struct extreme_pixel *p; /* those inside, in their order */
    int64_t n, nodata, nan;
};

static uint64_t key_of(enum pixel_type type, const void *at)
{
    switch (type) {
#define KEY(T, name)                                                                               \
    case name:                                                                                     \
        return key_##T(*(const T *)at);
        KEY(uint8, PX_UINT8)
        KEY(uint16, PX_UINT16)
        KEY(int16, PX_INT16)
        KEY(uint32, PX_UINT32)
        KEY(int32, PX_INT32)
        KEY(float32, PX_FLOAT32)
        KEY(float64, PX_FLOAT64)
        KEY(uint64, PX_UINT64)
        KEY(int64, PX_INT64)
    case PX_N_TYPES:
        break;
    }
    abort();
}

static int by_value(const void *a, const void *b)
{
    const struct extreme_pixel *p = a, *q = b;

    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return p->y != q->y ? p->y - q->y : p->x - q->x;
}

static struct plain plain_of(const struct scene *s, int band)
{
    const struct format f = s->format;
    struct plain out = {.p = malloc((size_t)(f.width * f.height) * sizeof *out.p)};

    for (int64_t y = 0; y < f.height; y++)
        for (int64_t x = 0; x < f.width; x++) {
            const void *at = planes_at(&s->pixels, band, x, y);
            const double v = pixel_load(f.type, at, 0);
            if ((s->has_mask && *planes_at(&s->mask, 0, x, y) == 0) ||
                (s->has_nodata && v == s->nodata))
                out.nodata++;
            else if (isnan(v))
                out.nan++;
            else
                out.p[out.n++] = (struct extreme_pixel){key_of(f.type, at), (int32_t)x, (int32_t)y};
        }
    qsort(out.p, (size_t)out.n, sizeof *out.p, by_value);
    return out;
}

static void check_near(double got, double wanted)
{
    ck_assert_msg((isnan(got) && isnan(wanted)) || got == wanted ||
                      fabs(got - wanted) <= 1e-11 * fabs(wanted),
                  "%.17g, not %.17g", got, wanted);
}

static void check_moments(const struct scene *s, const struct plain *plain,
                          const struct stats_band *b)
{
    long double mean = 0, squares = 0;

    for (int64_t i = 0; i < plain->n; i++)
        mean += (long double)key_real(s->format.type, plain->p[i].key);
    mean /= (long double)plain->n;
    for (int64_t i = 0; i < plain->n; i++) {
        const long double d = (long double)key_real(s->format.type, plain->p[i].key) - mean;
        squares += d * d;
    }
    check_near(b->mean, (double)mean);
    check_near(b->variance, (double)(squares / (long double)plain->n));
}

static void check_extremes(const struct plain *plain, const struct stats_wish *wish,
                           const struct stats_band *b)
{
    const int64_t n = plain->n < wish->extremes ? plain->n : wish->extremes;
    int64_t at = plain->n; /* of the highest, those of one value are in their order */

    ck_assert_int_eq(b->n_low, n);
    ck_assert_int_eq(b->n_high, n);
    for (int64_t i = 0; i < n; i++)
        ck_assert(by_value(&b->low[i], &plain->p[i]) == 0);
    for (int64_t i = 0; i < n;) {
        int64_t first = at - 1;
        while (first > 0 && plain->p[first - 1].key == plain->p[first].key)
            first--;
        for (int64_t k = first; k < at && i < n; k++, i++)
            ck_assert(by_value(&b->high[i], &plain->p[k]) == 0);
        at = first;
    }
}

static void check_histograms(const struct scene *s, const struct plain *plain,
                             const struct stats_wish *wish, const struct stats_band *b)
{
    int64_t i = 0;

    for (uint64_t key = 0; b->values && key < (uint64_t)1 << key_bits(s->format.type); key++) {
        const int64_t before = i;
        while (i < plain->n && plain->p[i].key == key)
            i++;
        ck_assert_int_eq(b->values[key], i - before);
    }
    if (wish->bins == 0 || b->bins.n == 0)
        return;
    i = 0;
    for (int bin = 0; bin < wish->bins; bin++) {
        const int64_t before = i;
        while (i < plain->n && (bin == wish->bins - 1 || key_real(s->format.type, plain->p[i].key) <
                                                             bins_edge(&b->bins, bin + 1)))
            i++;
        ck_assert_int_eq(b->bin_counts[bin], i - before);
    }
}

static void check_percentiles(const struct scene *s, const struct plain *plain,
                              const struct stats_wish *wish, const struct stats_band *b)
{
    for (int i = 0; i < wish->n_percents; i++) {
        const double at = (double)(plain->n - 1) * (wish->percents[i] / 100);
        const int64_t low = (int64_t)floor(at);
        const double v = key_real(s->format.type, plain->p[low].key);
        const double next =
            key_real(s->format.type, plain->p[low + 1 < plain->n ? low + 1 : low].key);
        const double share = at - floor(at), apart = next - v;
        double wanted = share < 0.5 ? v + apart * share : next - apart * (1 - share);
        if (v == next || share == 0)
            wanted = v;
        ck_assert_msg(b->percentiles[i] == wanted, "%.17g, not %.17g", b->percentiles[i], wanted);
    }
}

static void check_band(const struct scene *s, const struct stats *stats, int band)
{
    const struct stats_wish *wish = stats_wished(stats);
    const struct stats_band *b = stats_of_band(stats, band);
    struct plain plain = plain_of(s, band);

    ck_assert_int_eq(b->counts.valid, plain.n);
    ck_assert_int_eq(b->counts.nodata, plain.nodata);
    ck_assert_int_eq(b->counts.nan, plain.nan);
    if (plain.n > 0) {
        ck_assert_uint_eq(b->least, plain.p[0].key);
        ck_assert_uint_eq(b->most, plain.p[plain.n - 1].key);
        if (isfinite(key_real(s->format.type, b->most)))
            check_moments(s, &plain, b);
        else
            ck_assert(b->mean == INFINITY && isnan(b->variance));
        check_extremes(&plain, wish, b);
        check_histograms(s, &plain, wish, b);
        check_percentiles(s, &plain, wish, b);
    }
    free(plain.p);
}

static void check_same(const struct stats *a, const struct stats *b, int band)
{
    const struct stats_band *p = stats_of_band(a, band), *q = stats_of_band(b, band);

    ck_assert(memcmp(&p->mean, &q->mean, sizeof p->mean) == 0);
    ck_assert(memcmp(&p->variance, &q->variance, sizeof p->variance) == 0);
}

static struct stats_wish any_wish(void)
{
    struct stats_wish wish = {
        .extremes = rand() % 3 ? rand() % 30 : rand() % 3000,
        .bins = rand() % 2 ? 1 + rand() % 300 : 0,
        .n_percents = rand() % 5,
    };

    for (int i = 0; i < wish.n_percents; i++)
        wish.percents[i] = rand() % 3 ? 100 * unit_noise() : 50 * (rand() % 3);
    return wish;
}

/* --- tests ------------------------------------------------------------------------------------ */

START_TEST(statistics_are_those_of_all_pixels_sorted)
{
    srand(SEED);
    for (int type = 0; type < PX_N_TYPES; type++)
        for (int i = 0; i < ROUNDS; i++) {
            struct scene s = scene_new((enum pixel_type)type, (enum pixels)(i % N_PIXELS));
            const struct stats_wish wish = any_wish();
            struct stats *a = stats_of(&s, &wish), *b = stats_of(&s, &wish);
            for (int band = 0; band < s.format.bands; band++) {
                check_band(&s, a, band);
                check_band(&s, b, band);
                check_same(a, b, band);
            }
            stats_free(a);
            stats_free(b);
            scene_free(&s);
        }
}
END_TEST

/* Nothing cancels: a variance of 2/3 beside means of 10^9 and more, in every type that holds it. */
START_TEST(variance_beside_a_large_mean_is_exact)
{
    const struct {
        enum pixel_type type;
        double at;
    } cases[] = {{PX_UINT32, 4e9},    {PX_INT32, -2e9},     {PX_INT64, -0x1p62},
                 {PX_UINT64, 0x1p63}, {PX_FLOAT64, 0x1p22}, {PX_FLOAT32, 0x1p22}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s = {.format = {cases[i].type, 1, 1500, 2}};
        const struct region all = {0, 0, 1500, 2};
        ck_assert(planes_new(&s.pixels, &s.memory[0], cases[i].type, 1, all, 0, &e));
        for (int64_t n = 0; n < 3000; n++) {
            unsigned char *at = planes_at(&s.pixels, 0, n % 1500, n / 1500);
            pixel_store(cases[i].type, cases[i].at, at);
            if (cases[i].type == PX_INT64 || cases[i].type == PX_UINT64)
                *(uint64 *)(void *)at += (uint64)(n % 3);
            else
                pixel_store(cases[i].type, cases[i].at + (double)(n % 3), at);
        }
        const struct stats_wish wish = {0};
        struct stats *stats = stats_of(&s, &wish);
        check_near(stats_of_band(stats, 0)->mean, cases[i].at + 1);
        check_near(stats_of_band(stats, 0)->variance, 2.0 / 3);
        stats_free(stats);
        scene_free(&s);
    }
}
END_TEST

START_TEST(keys_have_the_order_of_values)
{
    static const double v[] = {-INFINITY, -1e30, -70000, -129, -1,  -1e-40,
                               0,         1e-40, 1,      255,  1e9, INFINITY};

    for (size_t i = 1; i < sizeof v / sizeof v[0]; i++) {
        ck_assert_uint_lt(key_float64(v[i - 1]), key_float64(v[i]));
        ck_assert(key_real(PX_FLOAT64, key_float64(v[i])) == v[i]);
        ck_assert_uint_lt(key_float32((float)v[i - 1]), key_float32((float)v[i]));
        ck_assert(key_real(PX_FLOAT32, key_float32((float)v[i])) == (double)(float)v[i]);
    }
    ck_assert_uint_eq(key_float32(-0.0f), key_float32(0.0f));
    ck_assert_uint_eq(key_float64(-0.0), key_float64(0.0));
    ck_assert_uint_lt(key_int64(INT64_MIN), key_int64(-1));
    ck_assert_uint_lt(key_int64(-1), key_int64(INT64_MAX));
    ck_assert_int_eq(key_int(PX_INT64, key_int64(INT64_MIN)), INT64_MIN);
    ck_assert_int_eq(key_int(PX_INT16, key_int16(-32768)), -32768);
    ck_assert_int_eq(key_int(PX_INT32, key_int32(-5)), -5);
}
END_TEST

START_TEST(sparse_counts_come_back)
{
    enum { N = DIGITS };
    int64_t *counts = calloc(N, sizeof *counts), *back = calloc(N, sizeof *back);
    unsigned char *bytes = malloc(sparse_counts_most(N, INT64_MAX));

    srand(SEED);
    for (int round = 0; round < 20; round++) {
        memset(counts, 0, N * sizeof *counts);
        memset(back, 0, N * sizeof *back);
        for (int i = 0; i < 1 << round && i < N; i++)
            counts[rand() % N] = (int64_t)(noise_bits() >> (29 + rand() % 35));
        const size_t n = sparse_counts_write(counts, N, bytes);
        ck_assert_uint_le(n, sparse_counts_most(N, INT64_MAX));
        for (int times = 1; times <= 2; times++) {
            const unsigned char *at = bytes;
            ck_assert(sparse_counts_add(&at, bytes + n, back, N));
            ck_assert_ptr_eq(at, bytes + n);
            for (int i = 0; i < N; i++)
                ck_assert_int_eq(back[i], times * counts[i]);
        }
        for (size_t less = 0; less < n && less < 50; less++) {
            const unsigned char *at = bytes;
            ck_assert(!sparse_counts_add(&at, bytes + less, back, N));
        }
        const unsigned char *at = bytes;
        ck_assert(n < 20 || !sparse_counts_add(&at, bytes + n, back, 3)); /* for a larger table */
    }
    free(counts);
    free(back);
    free(bytes);
}
END_TEST

START_TEST(columns_are_as_wide_as_their_texts)
{
    struct columns c = {.n = 3, .n_left = 1};
    struct buffer out = {0};

    ck_assert(columns_add(&c, &e, "%s", "name") && columns_add(&c, &e, "n") &&
              columns_add(&c, &e, "°"));
    ck_assert(columns_add(&c, &e, "ä") && columns_add(&c, &e, "%d", 1234) &&
              columns_add(&c, &e, "%.1f", 0.5));
    ck_assert(columns_print(&c, &out, &e) && buffer_append(&out, "", 1, &e));
    ck_assert_str_eq((char *)out.data, "name     n    °\nä     1234  0.5\n");
    columns_free(&c);
    buffer_free(&out);
}
END_TEST

START_TEST(scenes_are_counted_by_size_and_type)
{
    struct scene_kind list[] = {
        {10, 20, 1, PX_UINT8, "a", 1}, {30, 20, 1, PX_UINT8, "b", 1},
        {10, 20, 3, PX_UINT8, "c", 1}, {10, 20, 1, PX_UINT16, "d", 1},
        {10, 20, 1, PX_UINT8, "e", 1}, {30, 20, 1, PX_UINT8, "f", 1},
        {10, 20, 1, PX_UINT8, "g", 1},
    };
    const char *const wanted = "scenes  width  height  bands    type  e.g.\n"
                               "     3     10      20      1   uint8     a\n"
                               "     2     30      20      1   uint8     b\n"
                               "     1     10      20      3   uint8     c\n"
                               "     1     10      20      1  uint16     d\n";
    struct buffer out = {0};
    int n = 7, none = 0;

    ck_assert(scene_kinds_join(list, &n, &e));
    ck_assert_int_eq(n, 4);
    ck_assert(scene_kinds_print(list, n, &out, &e) && buffer_append(&out, "", 1, &e));
    ck_assert_str_eq((char *)out.data, wanted);
    ck_assert(scene_kinds_join(list, &none, &e) && none == 0);
    buffer_free(&out);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        statistics_are_those_of_all_pixels_sorted,
        variance_beside_a_large_mean_is_exact,
        keys_have_the_order_of_values,
        sparse_counts_come_back,
        columns_are_as_wide_as_their_texts,
        scenes_are_counted_by_size_and_type,
    };

    return UNIT_RUN("stats", tests);
}
