/* nearest_avx512.c - pixels of a row picked by AVX-512, whose permutations take any bytes, words …
 * out of two registers.
 *
 * Output columns are taken in groups that fill a register and whose pixels lie within two; the
 * table of a group is used for a whole block of rows. Bytes need AVX-512 VBMI.
 * SPDX-License-Identifier: MIT */
#include "ops/resize_nearest.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { REGISTER = 64 };

struct pick {
    unsigned char at[REGISTER]; /* numbers of the pixels' size, from `base` on */
    int64_t base;
};

struct nearest_picks {
    size_t n;
    struct pick pick[];
};

/* The bits of positions from .. to - 1 among the `group` ones from `base` on. */
static uint64 bits_between(int64_t from, int64_t to, int64_t base, int group)
{
    const int64_t first = from > base ? from - base : 0;
    const int64_t end = to - base < group ? to - base : group;

    return first >= end ? 0 : (UINT64_MAX >> (REGISTER - (end - first))) << first;
}

/* Few rows at a time: many, a power of two apart, would push each other out of the cache. */
enum { ROWS_AT_ONCE = 4 };

#define PICK(T, BITS, MASK, FEATURES)                                                              \
    __attribute__((target(FEATURES))) static void pick_rows_##T(                                   \
        const struct nearest *n, const struct window *w, int first, int last)                      \
    {                                                                                              \
        enum { GROUP = REGISTER / sizeof(T) };                                                     \
        const int64_t end = w->x + w->width, in_end = w->in.x + w->in.width;                       \
        const T *rows[ROWS_AT_ONCE];                                                               \
                                                                                                   \
        for (int i = first; i < last; i++)                                                         \
            rows[i - first] = w->rows[nearest_pixel(w->y + i, n->scale_y, n->height) - w->in.y];   \
        for (int64_t column = w->x / GROUP * GROUP; column < end; column += GROUP) {               \
            const struct pick *pick = &n->picks->pick[column / GROUP];                             \
            const MASK stores = (MASK)bits_between(w->x, end, column, GROUP);                      \
            const MASK low = (MASK)bits_between(w->in.x, in_end, pick->base, GROUP);               \
            const MASK high = (MASK)bits_between(w->in.x, in_end, pick->base + GROUP, GROUP);      \
            const int64_t from = pick->base - w->in.x, to = column - w->x;                         \
            const __m512i at = _mm512_loadu_si512(pick->at);                                       \
            for (int i = first; i < last; i++) {                                                   \
                const T *in = rows[i - first] + from;                                              \
                const __m512i a = _mm512_maskz_loadu_epi##BITS(low, in);                           \
                const __m512i b = _mm512_maskz_loadu_epi##BITS(high, in + GROUP);                  \
                _mm512_mask_storeu_epi##BITS((T *)w->outs[i] + to, stores,                         \
                                             _mm512_permutex2var_epi##BITS(a, at, b));             \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void pick_##T(const void *state, const struct window *w)                                \
    {                                                                                              \
        for (int i = 0; i < w->height; i += ROWS_AT_ONCE)                                          \
            pick_rows_##T(state, w, i,                                                             \
                          i + ROWS_AT_ONCE < w->height ? i + ROWS_AT_ONCE : w->height);            \
    }
PICK(uint8, 8, __mmask64, "avx512f,avx512bw,avx512vbmi")
PICK(uint16, 16, __mmask32, "avx512f,avx512bw")
PICK(uint32, 32, __mmask16, "avx512f")
PICK(uint64, 64, __mmask8, "avx512f")

static row_kernel *kernel_for(size_t pixel_bytes)
{
    const bool words = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");

    switch (words ? pixel_bytes : 0) {
    case 1:
        return __builtin_cpu_supports("avx512vbmi") ? pick_uint8 : NULL;
    case 2:
        return pick_uint16;
    case 4:
        return pick_uint32;
    case 8:
        return pick_uint64;
    }
    return NULL;
}

/* False when the pixels of the group do not lie within two registers. */
static bool fill(struct pick *p, const struct nearest *n, int64_t x, int group)
{
    p->base = n->columns[x];
    for (int i = 0; i < group && x + i < n->n_columns; i++) {
        const int64_t at = n->columns[x + i] - p->base;
        if (at >= 2 * group)
            return false;
        p->at[i * (REGISTER / group)] = (unsigned char)at; /* the lowest byte of the number */
    }
    return true;
}

bool nearest_picks_avx512(struct stages *s, struct nearest *n, size_t pixel_bytes, row_kernel **row,
                          struct err *e)
{
    const int group = REGISTER / (int)pixel_bytes;
    const size_t n_groups = (size_t)ceil_div(n->n_columns, group);
    row_kernel *const kernel = kernel_for(pixel_bytes);

    if (!kernel || n->scale_x > 2)
        return true;
    struct nearest_picks *picks =
        stages_state(s, sizeof *picks + n_groups * sizeof(struct pick), e);
    if (!picks)
        return false;
    picks->n = (size_t)ceil_div(n->n_columns, group);
    for (size_t i = 0; i < picks->n; i++)
        if (!fill(&picks->pick[i], n, (int64_t)i * group, group))
            return true;
    n->picks = picks;
    *row = kernel;
    return true;
}

#else

bool nearest_picks_avx512(struct stages *s, struct nearest *n, size_t pixel_bytes, row_kernel **row,
                          struct err *e)
{
    return true;
}

#endif
