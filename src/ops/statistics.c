/* statistics.c - the first pass for a scene's statistics: counts, sums, extremes, first digits.
 *
 * A part is its region and, for each band: what it has at once, its extremes, its digits (sparse),
 * its tiles. A band is gathered in the memory behind.
 * SPDX-License-Identifier: MIT */
#include "ops/statistics.h"

#include "base/pack.h"
#include "ops/percentiles.h"
#include "ops/pixel_key.h"
#include "ops/sparse_counts.h"

#include <assert.h>
#include <string.h>

static const struct param params[] = {
    {"extremes", "how many lowest and highest pixels", P_INT,
     offsetof(struct statistics_args, extremes), "0", NULL, 0, 100000},
    {"digits", "count first digits of keys that have several", P_BOOL,
     offsetof(struct statistics_args, digits), "false", NULL, 0, 0},
    {0},
};

static bool is_short(enum pixel_type type)
{
    return pixel_size(type) <= 2;
}

static int digits_of(const struct statistics_args *args, enum pixel_type type)
{
    if (is_short(type))
        return 1 << key_bits(type);
    return args->digits ? DIGITS : 0;
}

/* Tiles in a region that begins with one. */
static int64_t tiles_of(enum pixel_type type, int64_t width, int64_t height)
{
    return pixel_is_float(type)
               ? ceil_div(width, STATISTICS_TILE) * ceil_div(height, STATISTICS_TILE)
               : 0;
}

static size_t band_bytes(const struct statistics_args *args, enum pixel_type type, int64_t n_tiles)
{
    return sizeof(struct band_sum) + 2 * (size_t)args->extremes * sizeof(struct extreme_pixel) +
           (size_t)digits_of(args, type) * sizeof(int64_t) +
           (size_t)n_tiles * sizeof(struct moments);
}

static struct band_sums sums_at(const struct statistics_args *args, enum pixel_type type,
                                int64_t n_tiles, void *memory)
{
    struct band_sums b = {.sum = memory, .n_tiles = n_tiles, .n_digits = digits_of(args, type)};

    b.low = (struct extreme_pixel *)(b.sum + 1);
    b.high = b.low + args->extremes;
    b.digits = (int64_t *)(b.high + args->extremes);
    b.tiles = (struct moments *)(b.digits + b.n_digits);
    return b;
}

struct band_sums statistics_band(const struct statistics_args *args, struct format scene, void *sum,
                                 int band)
{
    const int64_t n = tiles_of(scene.type, scene.width, scene.height);

    return sums_at(args, scene.type, n,
                   (unsigned char *)sum + (size_t)band * band_bytes(args, scene.type, n));
}

static size_t bytes(const void *args, struct format scene)
{
    return (size_t)scene.bands *
           band_bytes(args, scene.type, tiles_of(scene.type, scene.width, scene.height));
}

/* What a band of a chunk takes when it is packed, at most. */
static size_t packed_most(const struct statistics_args *args, enum pixel_type type,
                          struct region chunk)
{
    const int digits = digits_of(args, type);
    const int64_t n_tiles = tiles_of(type, chunk.width, chunk.height);

    return sizeof(struct band_sum) + 2 * (size_t)args->extremes * sizeof(struct extreme_pixel) +
           (digits ? sparse_counts_most(digits, chunk.width * chunk.height) : 0) +
           (size_t)n_tiles * sizeof(struct moments);
}

static size_t part_bytes(const void *args, struct format scene, struct region chunk)
{
    const int64_t n_tiles = tiles_of(scene.type, chunk.width, chunk.height);

    return sizeof chunk + (size_t)scene.bands * packed_most(args, scene.type, chunk) +
           _Alignof(struct band_sum) + band_bytes(args, scene.type, n_tiles);
}

/* --- gathering a band ------------------------------------------------------------------------- */

enum { TABLES = 4 }; /* as a run of one value would wait for itself */

struct look {
    const struct reducible *r;
    int band;
    struct nodata_pixel nodata;
    struct band_sums to;
    struct extremes low, high;
    uint32_t bytes[TABLES][1 << 8]; /* of uint8, how often each occurs */
    struct moments tile;
    _Alignas(64) unsigned char scratch[STATISTICS_TILE * 8];
};

/* The least and the greatest key of a row that is not empty. */
#define RANGE(T)                                                                                   \
    SIMD static void range_##T(const void *pixels, int n, uint64_t *least, uint64_t *most)         \
    {                                                                                              \
        const T *restrict row = pixels;                                                            \
        T low = row[0], high = row[0];                                                             \
                                                                                                   \
        for (int x = 1; x < n; x++) {                                                              \
            low = row[x] < low ? row[x] : low;                                                     \
            high = row[x] > high ? row[x] : high;                                                  \
        }                                                                                          \
        *least = key_##T(low);                                                                     \
        *most = key_##T(high);                                                                     \
    }
FOR_EACH_STORED_TYPE(RANGE)

static void take_uint8(struct look *l, const void *pixels, int n)
{
    const uint8 *row = pixels;
    int x = 0;

    for (; x + TABLES <= n; x += TABLES)
        for (int i = 0; i < TABLES; i++)
            l->bytes[i][row[x + i]]++;
    for (; x < n; x++)
        l->bytes[0][row[x]]++;
}

/* Of more bits than that. */
#define DIGIT(T, v) (key_##T(v) >> (8 * sizeof(T) - DIGIT_BITS))
#define COUNT_DIGITS(T)                                                                            \
    static void digits_##T(struct look *l, const void *pixels, int n)                              \
    {                                                                                              \
        const T *row = pixels;                                                                     \
                                                                                                   \
        for (int x = 0; x < n; x++)                                                                \
            l->to.digits[DIGIT(T, row[x])]++;                                                      \
    }
#define TAKE_INTEGERS(T)                                                                           \
    COUNT_DIGITS(T)                                                                                \
    static void take_##T(struct look *l, const void *pixels, int n)                                \
    {                                                                                              \
        key_sums_##T(&l->to.sum->sums, pixels, n);                                                 \
        if (l->to.n_digits)                                                                        \
            digits_##T(l, pixels, n);                                                              \
    }
#define TAKE_FLOATS(T)                                                                             \
    COUNT_DIGITS(T)                                                                                \
    static void take_##T(struct look *l, const void *pixels, int n)                                \
    {                                                                                              \
        l->tile = moments_join(l->tile, moments_##T(pixels, n));                                   \
        if (l->to.n_digits)                                                                        \
            digits_##T(l, pixels, n);                                                              \
    }
COUNT_DIGITS(uint16)
COUNT_DIGITS(int16)
TAKE_INTEGERS(uint32)
TAKE_INTEGERS(int32)
TAKE_INTEGERS(uint64)
TAKE_INTEGERS(int64)
TAKE_FLOATS(float32)
TAKE_FLOATS(float64)

typedef void take_fn(struct look *l, const void *row, int n);
static take_fn *const takes[PX_N_TYPES] = {
    [PX_UINT8] = take_uint8,   [PX_UINT16] = digits_uint16, [PX_INT16] = digits_int16,
    [PX_UINT32] = take_uint32, [PX_INT32] = take_int32,     [PX_UINT64] = take_uint64,
    [PX_INT64] = take_int64,   [PX_FLOAT32] = take_float32, [PX_FLOAT64] = take_float64,
};

/* The keys of a row's pixels, for the few rows with extremes. */
static uint64_t key_at(enum pixel_type type, const void *row, int x)
{
    switch (type) {
    case PX_UINT8:
        return key_uint8(((const uint8 *)row)[x]);
    case PX_UINT16:
        return key_uint16(((const uint16 *)row)[x]);
    case PX_INT16:
        return key_int16(((const int16 *)row)[x]);
    case PX_UINT32:
        return key_uint32(((const uint32 *)row)[x]);
    case PX_INT32:
        return key_int32(((const int32 *)row)[x]);
    case PX_FLOAT32:
        return key_float32(((const float32 *)row)[x]);
    case PX_FLOAT64:
        return key_float64(((const float64 *)row)[x]);
    case PX_UINT64:
        return key_uint64(((const uint64 *)row)[x]);
    case PX_INT64:
        return key_int64(((const int64 *)row)[x]);
    case PX_N_TYPES:
        break;
    }
    return 0;
}

static void add_extremes(struct look *l, const struct row_view *row, int64_t x, int64_t y)
{
    for (int i = 0; i < row->n; i++) {
        if (!inside_at(row, &l->nodata, i))
            continue;
        const struct extreme_pixel p = {key_at(row->type, row->pixels, i), (int32_t)(x + i),
                                        (int32_t)y};
        extremes_add(&l->low, p);
        extremes_add(&l->high, p);
    }
}

/* A row of a tile. */
static void look_at_row(struct look *l, int64_t x, int64_t y, int n)
{
    typedef void range_fn(const void *row, int n, uint64_t *least, uint64_t *most);
#define RANGE_OF(T) range_##T,
    static range_fn *const ranges[PX_N_TYPES] = {FOR_EACH_STORED_TYPE(RANGE_OF)};
    const struct planes *p = l->r->pixels;
    struct band_sum *sum = l->to.sum;
    const struct row_view row = {p->type, planes_at(p, l->band, x, y),
                                 l->r->mask ? planes_at(l->r->mask, 0, x, y) : NULL, n};
    const bool is_first = sum->counts.valid == 0;
    uint64_t least, most;
    int n_inside;
    const void *inside = inside_rows(&row, &l->nodata, l->scratch, &n_inside, &sum->counts);

    if (n_inside == 0)
        return;
    takes[p->type](l, inside, n_inside);
    if (is_short(p->type) && l->low.n == 0)
        return;
    ranges[p->type](inside, n_inside, &least, &most);
    sum->least = is_first || least < sum->least ? least : sum->least;
    sum->most = is_first || most > sum->most ? most : sum->most;
    if (l->low.n > 0 && (extremes_takes(&l->low, least, (int32_t)x, (int32_t)y) ||
                         extremes_takes(&l->high, most, (int32_t)x, (int32_t)y)))
        add_extremes(l, &row, x, y);
}

/* The region of tile i, row after row, of a region that begins with one. */
static struct region tile_at(struct region r, int64_t i)
{
    const int64_t across = ceil_div(r.width, STATISTICS_TILE);
    const struct region tile = {r.x + i % across * STATISTICS_TILE,
                                r.y + i / across * STATISTICS_TILE, STATISTICS_TILE,
                                STATISTICS_TILE};

    return region_intersect(tile, r);
}

static void flush_bytes(struct look *l)
{
    for (int i = 0; i < TABLES; i++)
        for (int v = 0; v < 1 << 8; v++)
            l->to.digits[v] += l->bytes[i][v];
    memset(l->bytes, 0, sizeof l->bytes);
}

static void look_at_tile(struct look *l, struct region tile, int64_t i)
{
    l->tile = (struct moments){0};
    for (int64_t y = tile.y; y < tile.y + tile.height; y++)
        look_at_row(l, tile.x, y, (int)tile.width);
    if (l->r->pixels->type == PX_UINT8)
        flush_bytes(l);
    if (l->to.n_tiles > 0)
        l->to.tiles[i] = l->tile;
}

static void gather_band(const struct statistics_args *args, const struct reducible *r, int band,
                        struct band_sums *to)
{
    const struct region all = r->pixels->region;
    const int64_t n = ceil_div(all.width, STATISTICS_TILE) * ceil_div(all.height, STATISTICS_TILE);
    struct look l = {
        .r = r,
        .band = band,
        .nodata = nodata_pixel(r->pixels->type, r->has_nodata, r->nodata),
        .to = *to,
        .low = {LOWEST, args->extremes, 0, to->low},
        .high = {HIGHEST, args->extremes, 0, to->high},
    };

    for (int64_t i = 0; i < n; i++)
        look_at_tile(&l, tile_at(all, i), i);
    to->sum->n_low = l.low.held;
    to->sum->n_high = l.high.held;
}

/* --- parts ------------------------------------------------------------------------------------ */

static unsigned char *put(unsigned char *out, const void *bytes_of, size_t n)
{
    memcpy(out, bytes_of, n);
    return out + n;
}

static unsigned char *pack_band(unsigned char *out, const struct band_sums *b)
{
    out = put(out, b->sum, sizeof *b->sum);
    out = put(out, b->low, (size_t)b->sum->n_low * sizeof *b->low);
    out = put(out, b->high, (size_t)b->sum->n_high * sizeof *b->high);
    if (b->n_digits > 0)
        out += sparse_counts_write(b->digits, b->n_digits, out);
    return put(out, b->tiles, (size_t)b->n_tiles * sizeof *b->tiles);
}

static size_t gather(const void *args, const struct reducible *r, void *part)
{
    const struct region chunk = r->pixels->region;
    const enum pixel_type type = r->pixels->type;
    const int64_t n_tiles = tiles_of(type, chunk.width, chunk.height);
    const size_t aligned = _Alignof(struct band_sum);
    unsigned char *begin = part, *out = put(begin, &chunk, sizeof chunk);
    unsigned char *work = out + (size_t)r->pixels->bands * packed_most(args, type, chunk);
    struct band_sums b;

    assert(chunk.x % STATISTICS_TILE == 0 && chunk.y % STATISTICS_TILE == 0);
    work += (aligned - (uintptr_t)work % aligned) % aligned;
    b = sums_at(args, type, n_tiles, work);
    for (int band = 0; band < r->pixels->bands; band++) {
        memset(work, 0, band_bytes(args, type, n_tiles));
        gather_band(args, r, band, &b);
        out = pack_band(out, &b);
    }
    return (size_t)(out - begin);
}

static bool merge_extremes(struct extreme_pixel *list, int32_t *held, int n, enum extreme_end end,
                           struct unpack *u, int32_t more)
{
    struct extremes to = {end, n, *held, list};
    struct extreme_pixel p;

    for (int32_t i = 0; i < more; i++) {
        const unsigned char *at = unpack_raw(u, sizeof p);
        if (!at)
            return false;
        memcpy(&p, at, sizeof p);
        extremes_add(&to, p);
    }
    *held = to.held;
    return true;
}

static void merge_sums(struct band_sum *to, const struct band_sum *from)
{
    const bool is_first = to->counts.valid == 0;

    if (from->counts.valid > 0) {
        to->least = is_first || from->least < to->least ? from->least : to->least;
        to->most = is_first || from->most > to->most ? from->most : to->most;
    }
    to->counts.valid += from->counts.valid;
    to->counts.nodata += from->counts.nodata;
    to->counts.nan += from->counts.nan;
    key_sums_add(&to->sums, &from->sums);
}

/* Tiles take their places in the scene. */
static bool merge_tiles(struct format scene, struct region chunk, struct band_sums *to,
                        struct unpack *u)
{
    const int64_t n = tiles_of(scene.type, chunk.width, chunk.height);
    const int64_t across = ceil_div(scene.width, STATISTICS_TILE);

    for (int64_t i = 0; i < n; i++) {
        const struct region tile = tile_at(chunk, i);
        const unsigned char *at = unpack_raw(u, sizeof *to->tiles);
        if (!at)
            return false;
        memcpy(&to->tiles[tile.y / STATISTICS_TILE * across + tile.x / STATISTICS_TILE], at,
               sizeof *to->tiles);
    }
    return true;
}

static bool merge_band(const struct statistics_args *args, struct format scene, struct region chunk,
                       struct unpack *u, struct band_sums *to)
{
    const unsigned char *at = unpack_raw(u, sizeof(struct band_sum));
    struct band_sum from;

    if (!at)
        return false;
    memcpy(&from, at, sizeof from);
    const struct inside_counts *c = &from.counts;
    if (c->valid < 0 || c->nodata < 0 || c->nan < 0 || from.n_low < 0 || from.n_high < 0 ||
        from.n_low > args->extremes || from.n_high > args->extremes)
        return false;
    merge_sums(to->sum, &from);
    return merge_extremes(to->low, &to->sum->n_low, args->extremes, LOWEST, u, from.n_low) &&
           merge_extremes(to->high, &to->sum->n_high, args->extremes, HIGHEST, u, from.n_high) &&
           (to->n_digits == 0 || sparse_counts_add(&u->at, u->end, to->digits, to->n_digits)) &&
           merge_tiles(scene, chunk, to, u);
}

static bool merge(const void *args, struct format scene, const void *part, size_t n, void *sum)
{
    const struct region all = {0, 0, scene.width, scene.height};
    struct unpack u = unpack_begin(part, n);
    struct region chunk;
    const unsigned char *at = unpack_raw(&u, sizeof chunk);

    if (!at)
        return false;
    memcpy(&chunk, at, sizeof chunk);
    if (chunk.x < 0 || chunk.y < 0 || chunk.width < 1 || chunk.height < 1 ||
        chunk.x % STATISTICS_TILE || chunk.y % STATISTICS_TILE || !region_contains(all, chunk))
        return false;
    for (int b = 0; b < scene.bands; b++) {
        struct band_sums to = statistics_band(args, scene, sum, b);
        if (!merge_band(args, scene, chunk, &u, &to))
            return false;
    }
    return u.at == u.end;
}

const struct reducer reducer_statistics = {
    .name = "statistics",
    .params = params,
    .args_size = sizeof(struct statistics_args),
    .by_tiles = true,
    .bytes = bytes,
    .part_bytes = part_bytes,
    .gather = gather,
    .merge = merge,
};
