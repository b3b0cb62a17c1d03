/* stats.c - the statistics of a scene, from what passes over it gather.
 *
 * A percentile lies between two values of a rank. Of each such rank it is known how the key begins;
 * every pass adds a digit.
 * SPDX-License-Identifier: MIT */
#include "ops/stats.h"

#include "ops/percentiles.h"
#include "ops/pixel_key.h"
#include "ops/words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The value number `rank` among those whose key begins like that. */
struct ranked {
    int64_t rank;
    uint64_t key;
};

struct ranks {
    struct percentile_place place[STATS_PERCENTILES_MOST];
    struct ranked of[2 * STATS_PERCENTILES_MOST]; /* of each percentile, below and above */
};

struct stats {
    struct stats_wish wish;
    struct format scene;
    struct stats_band *bands; /* NULL before the first pass */
    struct ranks *ranks;      /* of each band */
    int known;                /* bits of the keys that are looked for */
    bool has_bins;            /* histograms have been counted, or there are to be none */
};

bool stats_new(struct stats **out, const struct stats_wish *wish, struct err *e)
{
    struct stats *s = memory_new(1, sizeof *s, e);

    if (!s)
        return false;
    *s = (struct stats){.wish = *wish};
    *out = s;
    return true;
}

void stats_free(struct stats *s)
{
    if (!s)
        return;
    for (int b = 0; s->bands && b < s->scene.bands; b++) {
        free(s->bands[b].low);
        free(s->bands[b].high);
        free(s->bands[b].values);
        free(s->bands[b].bin_counts);
    }
    free(s->bands);
    free(s->ranks);
    free(s);
}

/* --- which pass is next ----------------------------------------------------------------------- */

static bool wants_digits(const struct stats *s)
{
    return s->wish.n_percents > 0 && s->known < key_bits(s->scene.type);
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The different beginnings of a band's keys that are looked for, in their order. */
static int chosen_of(const struct stats *s, int band, uint64_t *keys)
{
    const int all = s->bands[band].counts.valid > 0 ? 2 * s->wish.n_percents : 0;
    int n = 0;

    for (int i = 0; i < all; i++)
        keys[i] = s->ranks[band].of[i].key;
    qsort(keys, (size_t)all, sizeof *keys, compare_keys);
    for (int i = 0; i < all; i++)
        if (n == 0 || keys[i] != keys[n - 1])
            keys[n++] = keys[i];
    return n;
}

static bool add_chosen(const struct stats *s, struct buffer *words, struct err *e)
{
    uint64_t keys[2 * STATS_PERCENTILES_MOST];
    bool ok = true, any = false;

    for (int b = 0; ok && b < s->scene.bands; b++) {
        const int n = chosen_of(s, b, keys);
        for (int i = 0; ok && i < n; i++) {
            ok = words_print(words, e, "%s%d,%.17g", any ? ";" : "--chosen=", b, (double)keys[i]);
            any = true;
        }
    }
    if (ok && any)
        ok = words_end(words, e) && words_add(words, e, "--known=%d", s->known);
    return ok;
}

static bool add_bins(const struct stats *s, struct buffer *words, struct err *e)
{
    bool ok = words_add(words, e, "--bins=%d", s->wish.bins) && words_print(words, e, "--ends=");

    for (int b = 0; ok && b < s->scene.bands; b++) {
        const struct stats_band *of = &s->bands[b];
        const bool any = of->bins.n > 0;
        ok = words_print(words, e, "%s%.17g,%.17g", b ? ";" : "",
                         any ? key_real(s->scene.type, of->least) : 0,
                         any ? key_real(s->scene.type, of->most) : 0);
    }
    return ok && words_end(words, e);
}

bool stats_next(const struct stats *s, struct buffer *words, struct err *e)
{
    if (!s->bands)
        return words_add(words, e, "statistics") &&
               words_add(words, e, "--extremes=%d", s->wish.extremes) &&
               words_add(words, e, "--digits=%s", s->wish.n_percents > 0 ? "true" : "false");
    bool any = false;
    for (int b = 0; b < s->scene.bands; b++)
        any |= s->bands[b].counts.valid > 0 &&
               (wants_digits(s) || (!s->has_bins && s->bands[b].bins.n > 0));
    if (!any)
        return true;
    return words_add(words, e, "refinement") && (s->has_bins || add_bins(s, words, e)) &&
           (!wants_digits(s) || add_chosen(s, words, e));
}

/* --- the first pass --------------------------------------------------------------------------- */

static bool is_short(const struct stats *s)
{
    return pixel_size(s->scene.type) <= 2;
}

/* Infinities have no deviations; a mean they have, unless it is of both. */
static void minding_infinities(const struct stats *s, struct stats_band *to)
{
    const double least = key_real(s->scene.type, to->least);
    const double most = key_real(s->scene.type, to->most);

    if (!isinf(least) && !isinf(most))
        return;
    to->variance = NAN;
    to->mean = !isinf(most) || most < 0 ? least : !isinf(least) || least > 0 ? most : NAN;
}

static void finish_moments(const struct stats *s, const struct band_sums *from,
                           struct stats_band *to)
{
    struct key_sums sums = from->sum->sums;

    if (pixel_is_float(s->scene.type)) {
        struct moments all = {0};
        for (int64_t i = 0; i < from->n_tiles; i++)
            all = moments_join(all, from->tiles[i]);
        to->mean = all.mean;
        to->variance = all.n > 0 ? all.squares / (double)all.n : 0;
        minding_infinities(s, to);
        return;
    }
    for (int i = 0; is_short(s) && i < from->n_digits; i++)
        if (from->digits[i] > 0)
            key_sums_count(&sums, (uint64_t)i, from->digits[i]);
    key_sums_moments(&sums, to->counts.valid, key_zero(s->scene.type), &to->mean, &to->variance);
}

static bool copy_extremes(const struct extreme_pixel *from, int n, enum extreme_end end,
                          struct extreme_pixel **to, struct err *e)
{
    *to = memory_raw((size_t)n, sizeof **to, e);
    if (!*to)
        return false;
    memcpy(*to, from, (size_t)n * sizeof **to);
    extremes_sort(&(struct extremes){end, n, n, *to});
    return true;
}

/* The values of 8 and 16 bits are their own digits. */
static bool take_values(const struct stats *s, const struct band_sums *from, struct stats_band *to,
                        struct err *e)
{
    to->values = memory_raw((size_t)from->n_digits, sizeof *to->values, e);
    if (!to->values)
        return false;
    memcpy(to->values, from->digits, (size_t)from->n_digits * sizeof *to->values);
    int least = 0, most = from->n_digits - 1;
    while (from->digits[least] == 0)
        least++;
    while (from->digits[most] == 0)
        most--;
    to->least = (uint64_t)least;
    to->most = (uint64_t)most;
    return true;
}

/* Of values that are all counted, the bins are, too. */
static void bin_values(const struct stats *s, struct stats_band *to)
{
    for (uint64_t key = to->least; key <= to->most; key++)
        to->bin_counts[bins_find(&to->bins, key_real(s->scene.type, key))] += to->values[key];
}

static bool begin_bins(struct stats *s, struct stats_band *to, struct err *e)
{
    if (s->wish.bins == 0)
        return true;
    to->bins = bins_over(s->wish.bins, key_real(s->scene.type, to->least),
                         key_real(s->scene.type, to->most));
    to->bin_counts = memory_new((size_t)s->wish.bins, sizeof *to->bin_counts, e);
    if (to->bin_counts && is_short(s) && to->bins.n > 0)
        bin_values(s, to);
    return to->bin_counts != NULL;
}

/* What a rank's key begins with, or all of it. */
static void begin_ranks(struct stats *s, int band, const int64_t *digits, int n_digits)
{
    struct ranks *ranks = &s->ranks[band];

    for (int i = 0; i < s->wish.n_percents; i++) {
        ranks->place[i] = percentile_place(s->bands[band].counts.valid, s->wish.percents[i]);
        ranks->of[2 * i].rank = ranks->place[i].low;
        ranks->of[2 * i + 1].rank = ranks->place[i].high;
    }
    for (int i = 0; i < 2 * s->wish.n_percents; i++)
        ranks->of[i].key = (uint64_t)percentile_digit(digits, n_digits, &ranks->of[i].rank);
}

static bool add_first(struct stats *s, int band, const struct band_sums *from, struct err *e)
{
    struct stats_band *to = &s->bands[band];

    to->counts = from->sum->counts;
    if (to->counts.valid == 0)
        return true;
    to->least = from->sum->least;
    to->most = from->sum->most;
    to->n_low = from->sum->n_low;
    to->n_high = from->sum->n_high;
    if (!copy_extremes(from->low, to->n_low, LOWEST, &to->low, e) ||
        !copy_extremes(from->high, to->n_high, HIGHEST, &to->high, e) ||
        (is_short(s) && !take_values(s, from, to, e)) || !begin_bins(s, to, e))
        return false;
    finish_moments(s, from, to);
    if (s->wish.n_percents > 0)
        begin_ranks(s, band, from->digits, from->n_digits);
    return true;
}

/* --- what passes add -------------------------------------------------------------------------- */

static void finish_percentiles(struct stats *s)
{
    for (int b = 0; s->known == key_bits(s->scene.type) && b < s->scene.bands; b++) {
        const struct ranks *ranks = &s->ranks[b];
        for (int i = 0; i < s->wish.n_percents; i++)
            s->bands[b].percentiles[i] = percentile_between(
                key_real(s->scene.type, ranks->of[2 * i].key),
                key_real(s->scene.type, ranks->of[2 * i + 1].key), ranks->place[i].share);
    }
}

/* Which of the chosen it is. */
static int find_chosen(const struct refinement_args *args, int band, uint64_t key)
{
    const double *v = args->chosen.v;
    int c = 0;

    while ((int)v[2 * c] != band || (uint64_t)v[2 * c + 1] != key) {
        c++;
        assert(c < args->chosen.rows);
    }
    return c;
}

static void add_digits(struct stats *s, const struct refinement_args *args, const void *sum)
{
    for (int b = 0; b < s->scene.bands; b++) {
        for (int i = 0; s->bands[b].counts.valid > 0 && i < 2 * s->wish.n_percents; i++) {
            struct ranked *of = &s->ranks[b].of[i];
            const int64_t *digits = refinement_digits(args, sum, find_chosen(args, b, of->key));
            of->key = of->key << DIGIT_BITS | (uint64_t)percentile_digit(digits, DIGITS, &of->rank);
        }
    }
    s->known += DIGIT_BITS;
}

static bool add_statistics(struct stats *s, struct format scene, const void *args, const void *sum,
                           struct err *e)
{
    s->scene = scene;
    s->bands = memory_new((size_t)scene.bands, sizeof *s->bands, e);
    s->ranks = s->bands ? memory_new((size_t)scene.bands, sizeof *s->ranks, e) : NULL;
    if (!s->ranks)
        return false;
    for (int b = 0; b < scene.bands; b++) {
        const struct band_sums from = statistics_band(args, scene, (void *)sum, b); /* only read */
        if (!add_first(s, b, &from, e))
            return false;
    }
    s->known = key_bits(scene.type) < DIGIT_BITS ? key_bits(scene.type) : DIGIT_BITS;
    s->has_bins = s->wish.bins == 0 || is_short(s);
    return true;
}

static void add_refinement(struct stats *s, const struct refinement_args *args, const void *sum)
{
    for (int b = 0; args->bins > 0 && b < s->scene.bands; b++)
        if (s->bands[b].bins.n > 0)
            memcpy(s->bands[b].bin_counts, refinement_bins(args, sum, b),
                   (size_t)args->bins * sizeof(int64_t));
    s->has_bins = true;
    if (args->chosen.v)
        add_digits(s, args, sum);
}

bool stats_add(struct stats *s, struct format scene, const struct reducing *pass, const void *sum,
               struct err *e)
{
    if (s->bands)
        add_refinement(s, pass->args, sum);
    else if (!add_statistics(s, scene, pass->args, sum, e))
        return false;
    finish_percentiles(s);
    return true;
}

struct format stats_format(const struct stats *s)
{
    return s->scene;
}

const struct stats_wish *stats_wished(const struct stats *s)
{
    return &s->wish;
}

const struct stats_band *stats_of_band(const struct stats *s, int band)
{
    return &s->bands[band];
}
