/* norm.c - sums of magnitudes or squares of all pixels, without rounding.
 * SPDX-License-Identifier: MIT */
#include "ops/norm.h"

#include "ops/reducer.h"

#include <math.h>
#include <string.h>

struct args {
    int norm;
};

const char *const norm_names[] = {"l1", "l2", NULL};

static const struct param params[] = {
    {"of", "the norm", P_CHOICE, offsetof(struct args, norm), param_required, norm_names, 0, 0},
    {0},
};

/* A sum of whole numbers below 2^128: their lower and upper 64 bits are summed up apart, each in
 * two words. */
struct whole {
    uint64_t low, low_carry, high, high_carry;
};

static inline void add(struct whole *w, unsigned __int128 v)
{
    w->low_carry += __builtin_add_overflow(w->low, (uint64_t)v, &w->low);
    w->high_carry += __builtin_add_overflow(w->high, (uint64_t)(v >> 64), &w->high);
}

static void add_wholes(struct whole *w, const struct whole *more)
{
    w->low_carry += more->low_carry + __builtin_add_overflow(w->low, more->low, &w->low);
    w->high_carry += more->high_carry + __builtin_add_overflow(w->high, more->high, &w->high);
}

/* --- by type ---------------------------------------------------------------------------------- */

/* A float is a whole number times a power of 2, of which there are as many as exponents. */
static int n_wholes(enum pixel_type type)
{
    return type == PX_FLOAT32 ? 1 << 8 : type == PX_FLOAT64 ? 1 << 11 : 1;
}

/* Sums of magnitudes of a row stay below 2^64, as do those of squares of 16 bits. W holds all values
 * of T, and their magnitudes. */
#define MAGNITUDES(T, W)                                                                           \
    SIMD static void l1_##T(const void *row, int64_t n, struct whole *sum)                         \
    {                                                                                              \
        const T *restrict at = row;                                                                \
        int64_t s = 0;                                                                             \
                                                                                                   \
        for (int64_t x = 0; x < n; x++) {                                                          \
            const W v = at[x];                                                                     \
            s += v < 0 ? -v : v;                                                                   \
        }                                                                                          \
        add(sum, (uint64_t)s);                                                                     \
    }
MAGNITUDES(uint8, int32_t)
MAGNITUDES(uint16, int32_t)
MAGNITUDES(int16, int32_t)
MAGNITUDES(uint32, int64_t)
MAGNITUDES(int32, int64_t)

#define SMALL_SQUARES(T)                                                                           \
    SIMD static void l2_##T(const void *row, int64_t n, struct whole *sum)                         \
    {                                                                                              \
        const T *restrict at = row;                                                                \
        uint64_t s = 0;                                                                            \
                                                                                                   \
        for (int64_t x = 0; x < n; x++)                                                            \
            s += (uint32_t)at[x] * (uint32_t)at[x];                                                \
        add(sum, s);                                                                               \
    }
SMALL_SQUARES(uint8)
SMALL_SQUARES(uint16)
SMALL_SQUARES(int16)

#define LARGE_SQUARES(T)                                                                           \
    static void l2_##T(const void *row, int64_t n, struct whole *sum)                              \
    {                                                                                              \
        const T *at = row;                                                                         \
                                                                                                   \
        for (int64_t x = 0; x < n; x++)                                                            \
            add(sum, (uint64_t)at[x] * (uint64_t)at[x]);                                           \
    }
LARGE_SQUARES(uint32)
LARGE_SQUARES(int32)

/* NaN is outside the data. */
#define REAL(T, BITS, FRACTION, EXPONENT, POWER, NAME)                                             \
    static void NAME##_##T(const void *row, int64_t n, struct whole *sums)                         \
    {                                                                                              \
        const T *at = row;                                                                         \
                                                                                                   \
        for (int64_t x = 0; x < n; x++) {                                                          \
            BITS b;                                                                                \
            memcpy(&b, &at[x], sizeof b);                                                          \
            const unsigned exponent = (unsigned)(b >> (FRACTION)) & ((1u << (EXPONENT)) - 1);      \
            const BITS fraction = b & (((BITS)1 << (FRACTION)) - 1);                               \
            const BITS whole = fraction | (BITS)(exponent > 0) << (FRACTION);                      \
            if (at[x] == at[x])                                                                    \
                add(&sums[exponent], (POWER) == 1 ? whole : (unsigned __int128)whole * whole);     \
        }                                                                                          \
    }
REAL(float32, uint32_t, 23, 8, 1, l1)
REAL(float32, uint32_t, 23, 8, 2, l2)
REAL(float64, uint64_t, 52, 11, 1, l1)
REAL(float64, uint64_t, 52, 11, 2, l2)

typedef void row_fn(const void *row, int64_t n, struct whole *sums);
#define L1_OF(T) l1_##T,
#define L2_OF(T) l2_##T,
static row_fn *const rows[NORM_N][PX_N_KERNEL_TYPES] = {
    [NORM_L1] = {FOR_EACH_PIXEL_TYPE(L1_OF)},
    [NORM_L2] = {FOR_EACH_PIXEL_TYPE(L2_OF)},
};

/* --- of a scene ------------------------------------------------------------------------------- */

static size_t bytes(const void *args, struct format f)
{
    return f.type < PX_N_KERNEL_TYPES ? (size_t)n_wholes(f.type) * sizeof(struct whole) : 0;
}

static bool is_inside(const struct reducible *r, const void *row, int64_t x, const uint8 *shown)
{
    return (!shown || shown[x]) &&
           !(r->has_nodata && pixel_load(r->pixels->type, row, x) == r->nodata);
}

/* Runs of pixels inside the data. */
static void add_runs(const struct reducible *r, const void *row, const uint8 *shown,
                     row_fn *add_row, struct whole *sums)
{
    const struct planes *p = r->pixels;
    const size_t size = pixel_size(p->type);

    for (int64_t x = 0, end; x < p->region.width; x = end + 1) {
        for (end = x; end < p->region.width && is_inside(r, row, end, shown);)
            end++;
        add_row((const char *)row + (size_t)x * size, end - x, sums);
    }
}

static size_t gather(const void *args, const struct reducible *r, void *part)
{
    const struct args *a = args;
    const struct planes *p = r->pixels;
    row_fn *add_row = rows[a->norm][p->type];

    for (int b = 0; b < p->bands; b++)
        for (int64_t y = p->region.y; y < p->region.y + p->region.height; y++) {
            const void *row = planes_at(p, b, p->region.x, y);
            if (r->mask || r->has_nodata)
                add_runs(r, row, r->mask ? planes_at(r->mask, 0, p->region.x, y) : NULL, add_row,
                         part);
            else
                add_row(row, p->region.width, part);
        }
    return bytes(args, r->scene);
}

static bool merge(const void *args, struct format f, const void *part, size_t n, void *sum)
{
    const struct whole *from = part;
    struct whole *to = sum;

    if (n != bytes(args, f))
        return false;
    for (int i = 0; i < n_wholes(f.type); i++)
        add_wholes(&to[i], &from[i]);
    return true;
}

/* A sum of doubles, and what has been rounded off it (Neumaier 1974). */
struct compensated {
    double sum, rest;
};

static void add_double(struct compensated *c, double v)
{
    const double s = c->sum + v;

    c->rest += c->sum >= v ? (c->sum - s) + v : (v - s) + c->sum;
    c->sum = s;
}

/* w times a power of 2, in halves of words, which are exact. */
static void add_scaled(struct compensated *c, const struct whole *w, int power)
{
    const uint64_t words[] = {w->low, w->low_carry, w->high, w->high_carry};
    static const int places[] = {0, 64, 64, 128};

    for (int i = 0; i < 4; i++) {
        add_double(c, ldexp((double)(words[i] & UINT32_MAX), power + places[i]));
        add_double(c, ldexp((double)(words[i] >> 32), power + places[i] + 32));
    }
}

/* The power of 2 of the floats of an exponent; integers have none. */
static int power_of(enum pixel_type type, int exponent)
{
    const int normal = exponent > 0 ? exponent : 1;

    return type == PX_FLOAT32 ? normal - 150 : type == PX_FLOAT64 ? normal - 1075 : 0;
}

double norm_of(enum norm norm, enum pixel_type type, const void *sum)
{
    const struct whole *wholes = sum;
    struct compensated c = {0};
    const int n = n_wholes(type);

    if (pixel_is_float(type) && (wholes[n - 1].low | wholes[n - 1].high))
        return INFINITY; /* there are infinite pixels */
    for (int i = 0; i < n; i++)
        add_scaled(&c, &wholes[i], power_of(type, i) * (norm == NORM_L2 ? 2 : 1));
    return norm == NORM_L2 ? sqrt(c.sum + c.rest) : c.sum + c.rest;
}

const struct reducer reducer_norm = {
    .name = "norm",
    .params = params,
    .args_size = sizeof(struct args),
    .bytes = bytes,
    .gather = gather,
    .merge = merge,
};
