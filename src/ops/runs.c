/* runs.c - the connected components of a band of rows, found by runs of pixels.
 * SPDX-License-Identifier: MIT */
#include "ops/runs.h"

#include "base/memory.h"
#include "ops/op.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the parent of each component met so far; the one met first is the root. */
struct forest {
    int32_t *parent;
    int32_t n;
    int64_t capacity;
};

/* --- the runs of a row ------------------------------------------------------------------------ */

/* One byte a pixel: 1 where it belongs to a component. */
#define BELONGS_WHOLE(T)                                                                           \
    SIMD static void belongs_##T(const void *row, const struct runs_of *of, int width, uint8 *out) \
    {                                                                                              \
        const T *restrict in = row;                                                                \
        const T outside = of->has_outside ? (T)of->outside : 0;                                    \
        const int n = width;                                                                       \
                                                                                                   \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = in[x] != 0 && in[x] != outside;                                               \
    }
BELONGS_WHOLE(uint8)
BELONGS_WHOLE(uint16)
BELONGS_WHOLE(int16)
BELONGS_WHOLE(uint32)
BELONGS_WHOLE(int32)

#define BELONGS_FLOAT(T)                                                                           \
    SIMD static void belongs_##T(const void *row, const struct runs_of *of, int width, uint8 *out) \
    {                                                                                              \
        const T *restrict in = row;                                                                \
        const bool nans = of->has_outside && isnan(of->outside);                                   \
        const T outside = of->has_outside && !nans ? (T)of->outside : 0;                           \
        const int n = width;                                                                       \
                                                                                                   \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = (in[x] != 0) & (in[x] != outside) & (!nans | (in[x] == in[x]));               \
    }
BELONGS_FLOAT(float32)
BELONGS_FLOAT(float64)

typedef void belongs_row(const void *row, const struct runs_of *of, int width, uint8 *out);

#define ROW(T) belongs_##T,
static belongs_row *const belongs[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW)};
#undef ROW

enum { WORD = 64 }; /* pixels looked at together */

/* The bytes of 64 pixels, each 0 or 1, as bits: the product brings byte i to bit i of the top. */
static uint64_t bits_of(const uint8 *bytes)
{
    uint64_t bits = 0;

    for (int i = 0; i < WORD / 8; i++) {
        uint64_t eight;
        memcpy(&eight, bytes + 8 * (size_t)i, sizeof eight);
        bits |= (eight * 0x0102040810204080U >> 56) << (8 * i);
    }
    return bits;
}

/* Puts the runs of a row into `out`, which has room for width / 2 + 1 of them; returns how many.
 * `bytes` has zeros from width to a multiple of 64. */
static int find_row(const uint8 *bytes, int width, struct run *out)
{
    uint64_t before = 0;
    int n = 0;
    bool open = false;

    for (int x = 0; x < width; x += WORD) {
        const uint64_t bits = bits_of(bytes + x);
        uint64_t edges = bits ^ (bits << 1 | before);
        before = bits >> (WORD - 1);
        for (; edges; edges &= edges - 1) {
            const int at = x + __builtin_ctzll(edges);
            if (open)
                out[n++].end = at;
            else
                out[n] = (struct run){at, at, -1};
            open = !open;
        }
    }
    if (open)
        out[n++].end = width;
    return n;
}

/* --- components ------------------------------------------------------------------------------- */

static int32_t find(int32_t *parent, int32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

static int32_t unite(int32_t *parent, int32_t a, int32_t b)
{
    a = find(parent, a);
    b = find(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
    return a < b ? a : b;
}

static bool add_component(struct forest *f, int32_t *component, struct err *e)
{
    if (f->n == f->capacity) {
        const int64_t capacity = 2 * f->capacity;
        int32_t *grown = realloc(f->parent, (size_t)capacity * sizeof *grown);
        if (!grown)
            return err_set(e, "out of memory: a list of %lld components was wanted",
                           (long long)capacity);
        f->parent = grown;
        f->capacity = capacity;
    }
    f->parent[f->n] = f->n;
    *component = f->n++;
    return true;
}

/* Joins the runs of row y to those above that they touch; those that touch none begin a
 * component. */
static bool join_row(const struct runs *r, int y, int connectivity, struct forest *f, struct err *e)
{
    const struct run *above = r->run + (y > 0 ? r->row[y - 1] : r->row[y]);
    const struct run *above_end = r->run + r->row[y];
    const int beside = connectivity == 8;

    for (struct run *at = r->run + r->row[y]; at < r->run + r->row[y + 1]; at++) {
        while (above < above_end && above->end + beside <= at->start)
            above++;
        for (const struct run *a = above; a < above_end && a->start < at->end + beside; a++)
            at->component = at->component < 0 ? find(f->parent, a->component)
                                              : unite(f->parent, at->component, a->component);
        if (at->component < 0 && !add_component(f, &at->component, e))
            return false;
    }
    return true;
}

/* The next of two rows' runs in the order of 2x2 blocks; the upper row's where both are in one. */
static struct run *next_of(struct run **upper, const struct run *upper_end, struct run **lower,
                           const struct run *lower_end)
{
    if (*upper < upper_end && (*lower == lower_end || (*upper)->start / 2 <= (*lower)->start / 2))
        return (*upper)++;
    return *lower < lower_end ? (*lower)++ : NULL;
}

/* Numbers the components, in the order in which their first runs come, and gives runs these. */
static void number_runs(struct runs *r, int rows_at_once, struct forest *f, int32_t *number)
{
    for (int32_t i = 0; i < f->n; i++)
        number[i] = -1;
    for (int y = 0; y < r->height; y += rows_at_once) {
        const int middle = y + 1, end = y + rows_at_once < r->height ? y + rows_at_once : r->height;
        struct run *upper = r->run + r->row[y], *lower = r->run + r->row[middle];
        const struct run *upper_end = lower, *lower_end = r->run + r->row[end];
        for (struct run *at; (at = next_of(&upper, upper_end, &lower, lower_end));) {
            const int32_t root = find(f->parent, at->component);
            if (number[root] < 0)
                number[root] = r->n_components++;
            at->component = number[root];
        }
    }
}

/* --- a band ----------------------------------------------------------------------------------- */

/* Room for one more row behind the first n runs. */
static bool reserve(struct runs *r, int64_t n, struct err *e)
{
    const int64_t wanted = n + r->width / 2 + 1;

    if (wanted <= r->capacity)
        return true;
    const int64_t grown = wanted + wanted / 4;
    struct run *run = realloc(r->run, (size_t)grown * sizeof *run);
    if (!run)
        return err_set(e, "out of memory: a list of %lld runs was wanted", (long long)grown);
    r->run = run;
    r->capacity = grown;
    return true;
}

static bool find_runs(struct runs *r, const struct runs_of *of, uint8 *bytes, struct forest *f,
                      struct err *e)
{
    const struct region region = of->pixels->region;
    int64_t n = 0;

    for (int y = 0; y < r->height; y++) {
        if (!reserve(r, n, e))
            return false;
        belongs[of->pixels->type](planes_at(of->pixels, of->band, region.x, region.y + y), of,
                                  r->width, bytes);
        r->row[y] = n;
        n += find_row(bytes, r->width, r->run + n);
        if (n > INT32_MAX)
            return err_set(e, "a band of %dx%d pixels has too many runs; give a smaller --chunk",
                           r->width, r->height);
        r->row[y + 1] = n;
        if (!join_row(r, y, of->connectivity, f, e))
            return false;
    }
    return true;
}

bool runs_find(struct runs *out, const struct runs_of *of, struct err *e)
{
    const struct region region = of->pixels->region;
    enum { SOME = 1024 };
    struct forest f = {memory_raw(SOME, sizeof *f.parent, e), 0, SOME};

    *out = (struct runs){.width = (int)region.width, .height = (int)region.height};
    out->row = memory_new((size_t)region.height + 1, sizeof *out->row, e);
    uint8 *bytes = out->row ? memory_new(1, (size_t)region.width + WORD, e) : NULL;
    bool ok = f.parent && bytes && find_runs(out, of, bytes, &f, e);
    int32_t *number = ok ? memory_raw((size_t)f.n, sizeof *number, e) : NULL;
    if (number)
        number_runs(out, of->connectivity == 8 ? 2 : 1, &f, number);
    free(number);
    free(bytes);
    free(f.parent);
    return ok && number;
}

void runs_free(struct runs *r)
{
    free(r->run);
    free(r->row);
    *r = (struct runs){0};
}

size_t runs_bytes(int64_t pixels)
{
    const size_t most = (size_t)pixels / 2 + 1;

    /* The list of runs has a quarter of room, that of parents at most twice its size; the C library
     * moves what is as large as that without a copy. */
    return most * (sizeof(struct run) * 5 / 4 + 2 * sizeof(int32_t) + sizeof(int32_t));
}
