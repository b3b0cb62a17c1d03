/* refinement.c - a further pass for a scene's statistics, when it is known between which ends its
 * values lie, and how the keys begin that are looked for: bins of a histogram, next digits.
 *
 * A part is for each band its bins and then the digits of its chosen ones, all sparse. A band is
 * gathered in the memory behind.
 * SPDX-License-Identifier: MIT */
#include "ops/statistics.h"

#include "ops/bins.h"
#include "ops/percentiles.h"
#include "ops/pixel_key.h"
#include "ops/sparse_counts.h"

#include <assert.h>
#include <string.h>

static const struct param params[] = {
    {"bins", "bins of a histogram", P_INT, offsetof(struct refinement_args, bins), "0", NULL, 0,
     DIGITS},
    {"ends", "a band's least and greatest value, for each", P_NUMBERS,
     offsetof(struct refinement_args, ends), NULL, NULL, 0, 0},
    {"chosen", "band and first bits of a key, for each", P_NUMBERS,
     offsetof(struct refinement_args, chosen), NULL, NULL, 0, 0},
    {"known", "how many bits these are", P_INT, offsetof(struct refinement_args, known), "16", NULL,
     DIGIT_BITS, 64 - DIGIT_BITS},
    {0},
};

/* Those of a band, of which there are so many; they lie side by side. */
static int chosen_of(const struct refinement_args *args, int band, int *first)
{
    int n = 0;

    *first = 0;
    for (int i = 0; i < args->chosen.rows; i++) {
        const double of = args->chosen.v[2 * i];
        *first += of < band;
        n += of == band;
    }
    return n;
}

static int bins_of(const struct refinement_args *args, int band)
{
    return args->ends.v && band < args->ends.rows ? args->bins : 0;
}

/* Where the counts of a band begin among all of them. */
static int64_t counts_before(const struct refinement_args *args, int band)
{
    int first;

    (void)chosen_of(args, band, &first);
    return (int64_t)band * bins_of(args, 0) + (int64_t)first * DIGITS;
}

static int64_t counts_of(const struct refinement_args *args, int band)
{
    int first;

    return bins_of(args, band) + (int64_t)chosen_of(args, band, &first) * DIGITS;
}

const int64_t *refinement_bins(const struct refinement_args *args, const void *sum, int band)
{
    return (const int64_t *)sum + counts_before(args, band);
}

const int64_t *refinement_digits(const struct refinement_args *args, const void *sum, int chosen)
{
    const int band = (int)args->chosen.v[2 * chosen];
    int first;

    (void)chosen_of(args, band, &first);
    return refinement_bins(args, sum, band) + bins_of(args, band) +
           (int64_t)(chosen - first) * DIGITS;
}

/* What the arguments say of bands and keys is right. */
static bool is_sound(const struct refinement_args *args, struct format scene)
{
    const struct numbers *ends = &args->ends, *chosen = &args->chosen;
    const double most = ldexp(1, args->known);

    if ((args->bins > 0 && (!ends->v || ends->columns != 2 || ends->rows != scene.bands)) ||
        (chosen->v && chosen->columns != 2))
        return false;
    for (int i = 0; chosen->v && i < chosen->rows; i++) {
        const double band = chosen->v[2 * i], key = chosen->v[2 * i + 1];
        if (!(band >= 0 && band < scene.bands && key >= 0 && key < most) || band != rint(band) ||
            key != rint(key))
            return false;
        if (i > 0 && (band < chosen->v[2 * i - 2] ||
                      (band == chosen->v[2 * i - 2] && key <= chosen->v[2 * i - 1])))
            return false;
    }
    return args->known + DIGIT_BITS <= key_bits(scene.type) || !chosen->v;
}

static size_t bytes(const void *a, struct format scene)
{
    const struct refinement_args *args = a;

    if (!is_sound(args, scene))
        return 0;
    return (size_t)counts_before(args, scene.bands) * sizeof(int64_t) + 1; /* 0 would be none */
}

/* A pixel is one of at most one of the chosen. */
static size_t packed_most(const struct refinement_args *args, int bands, struct region chunk)
{
    const int64_t n = chunk.width * chunk.height;
    size_t most = 0;
    int first;

    for (int b = 0; b < bands; b++) {
        const int chosen = chosen_of(args, b, &first);
        most += sparse_counts_most(args->bins, n) + sparse_counts_most(chosen * DIGITS, n) +
                (size_t)chosen * sparse_counts_most(0, n);
    }
    return most;
}

/* A table says for each first digit which of the chosen begin with it. */
struct work {
    int64_t *counts; /* bins, then digits of each that is chosen */
    uint16 *first;   /* the first of the band's chosen with that first digit, counted from 1 */
};

static size_t work_bytes(const struct refinement_args *args, int bands)
{
    int64_t most = 0;

    for (int b = 0; b < bands; b++)
        most = counts_of(args, b) > most ? counts_of(args, b) : most;
    return (size_t)most * sizeof(int64_t) + DIGITS * sizeof(uint16);
}

static size_t part_bytes(const void *args, struct format scene, struct region chunk)
{
    return packed_most(args, scene.bands, chunk) + _Alignof(int64_t) +
           work_bytes(args, scene.bands);
}

/* --- gathering a band ------------------------------------------------------------------------- */

struct look {
    const struct reducible *r;
    int band;
    struct nodata_pixel nodata;
    struct bins bins; /* n is 0: none */
    int known;
    const double *chosen; /* of the band: rows of two numbers */
    int n_chosen;
    struct work work;
    int64_t *digits; /* behind the bins */
    struct inside_counts ignored;
    _Alignas(64) unsigned char scratch[STATISTICS_TILE * 8];
};

/* Of the chosen that begin with the key's first digit, few share that. */
#define TAKE(T)                                                                                    \
    static void take_##T(struct look *l, const void *pixels, int n)                                \
    {                                                                                              \
        enum { BITS = 8 * sizeof(T) };                                                             \
        const T *row = pixels;                                                                     \
        const int rest = BITS - l->known;                                                          \
                                                                                                   \
        for (int x = 0; x < n; x++) {                                                              \
            const uint64_t key = key_##T(row[x]), begin = key >> rest;                             \
            int i = l->work.first[key >> (BITS - DIGIT_BITS)];                                     \
            if (i == 0)                                                                            \
                continue;                                                                          \
            for (i--; i < l->n_chosen && (uint64_t)l->chosen[2 * i + 1] < begin;)                  \
                i++;                                                                               \
            if (i < l->n_chosen && (uint64_t)l->chosen[2 * i + 1] == begin)                        \
                l->digits[(int64_t)i * DIGITS +                                                    \
                          (int64_t)(key >> (rest - DIGIT_BITS) & (DIGITS - 1))]++;                 \
        }                                                                                          \
    }
TAKE(uint32)
TAKE(int32)
TAKE(float32)
TAKE(float64)
TAKE(uint64)
TAKE(int64)

typedef void take_fn(struct look *l, const void *row, int n);
static take_fn *const takes[PX_N_TYPES] = {
    [PX_UINT32] = take_uint32,   [PX_INT32] = take_int32,   [PX_FLOAT32] = take_float32,
    [PX_FLOAT64] = take_float64, [PX_UINT64] = take_uint64, [PX_INT64] = take_int64,
};

static void look_at_row(struct look *l, int64_t x, int64_t y, int n)
{
    const struct planes *p = l->r->pixels;
    const struct row_view row = {p->type, planes_at(p, l->band, x, y),
                                 l->r->mask ? planes_at(l->r->mask, 0, x, y) : NULL, n};
    int n_inside;
    const void *inside = inside_rows(&row, &l->nodata, l->scratch, &n_inside, &l->ignored);

    if (l->bins.n > 0)
        bins_count(&l->bins, p->type, inside, n_inside, l->work.counts);
    if (l->n_chosen > 0)
        takes[p->type](l, inside, n_inside);
}

static void gather_band(struct look *l)
{
    const struct region r = l->r->pixels->region;

    for (int64_t y = r.y; y < r.y + r.height; y++)
        for (int64_t x = r.x; x < r.x + r.width; x += STATISTICS_TILE) {
            const int64_t left = r.x + r.width - x;
            look_at_row(l, x, y, (int)(left < STATISTICS_TILE ? left : STATISTICS_TILE));
        }
}

static struct look look_of(const struct refinement_args *args, const struct reducible *r, int band,
                           struct work work)
{
    struct look l = {
        .r = r,
        .band = band,
        .nodata = nodata_pixel(r->pixels->type, r->has_nodata, r->nodata),
        .known = args->known,
        .work = work,
        .digits = work.counts + bins_of(args, band),
    };
    int first;

    if (bins_of(args, band) > 0)
        l.bins = bins_over(args->bins, args->ends.v[2 * band], args->ends.v[2 * band + 1]);
    if (!args->chosen.v)
        return l;
    l.n_chosen = chosen_of(args, band, &first);
    l.chosen = args->chosen.v + 2 * (size_t)first;
    for (int i = l.n_chosen - 1; i >= 0; i--)
        l.work.first[(uint64_t)l.chosen[2 * i + 1] >> (args->known - DIGIT_BITS)] = (uint16)(i + 1);
    return l;
}

static size_t gather(const void *a, const struct reducible *r, void *part)
{
    const struct refinement_args *args = a;
    const int bands = r->pixels->bands;
    unsigned char *begin = part, *out = begin;
    unsigned char *memory = begin + packed_most(args, bands, r->pixels->region);
    const size_t aligned = _Alignof(int64_t);

    memory += (aligned - (uintptr_t)memory % aligned) % aligned;
    for (int b = 0; b < bands; b++) {
        const int64_t n = counts_of(args, b);
        const struct work work = {(int64_t *)(void *)memory,
                                  (uint16 *)(void *)(memory + (size_t)n * sizeof(int64_t))};
        memset(memory, 0, (size_t)n * sizeof(int64_t) + DIGITS * sizeof(uint16));
        struct look l = look_of(args, r, b, work);
        gather_band(&l);
        if (bins_of(args, b) > 0)
            out += sparse_counts_write(work.counts, args->bins, out);
        for (int i = 0; i < l.n_chosen; i++)
            out += sparse_counts_write(l.digits + (int64_t)i * DIGITS, DIGITS, out);
    }
    return (size_t)(out - begin);
}

static bool merge(const void *a, struct format scene, const void *part, size_t n, void *sum)
{
    const struct refinement_args *args = a;
    const unsigned char *at = part, *end = at + n;
    int64_t *to = sum;
    int first;

    for (int b = 0; b < scene.bands; b++) {
        const int bins = bins_of(args, b), chosen = chosen_of(args, b, &first);
        if (bins > 0 && !sparse_counts_add(&at, end, to, bins))
            return false;
        to += bins;
        for (int i = 0; i < chosen; i++, to += DIGITS)
            if (!sparse_counts_add(&at, end, to, DIGITS))
                return false;
    }
    return at == end;
}

const struct reducer reducer_refinement = {
    .name = "refinement",
    .params = params,
    .args_size = sizeof(struct refinement_args),
    .bytes = bytes,
    .part_bytes = part_bytes,
    .gather = gather,
    .merge = merge,
};
