/* box_sums.c - sums over boxes: along columns first, then along the row.
 *
 * Where sums are exact, that of a column of the box is the one above it, less a pixel, plus one.
 * Otherwise windows grow from a length n to 2 n or 2 n + 1 by adding two of them, and a pixel,
 * until they are as long as the box; which is done for all rows of a block at once and depends on
 * nothing outside the box. Along the row, windows always grow so.
 *
 * Sums of float32 in double are exact when the pixels' exponents differ little enough. Then both
 * ways give the same, and the first is faster.
 * SPDX-License-Identifier: MIT */
#include "box_kernels.h"

#include "ops/row_blocks.h"
#include "ops/row_sums.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Rows of scratch are this much longer than need be, so that they do not begin at the same place
 * of a page: loads would wait for stores to other rows. */
enum { ROW_SPARE = 24 };

/* --- rows of pixels --------------------------------------------------------------------------- */

/* T is the type of the pixels, W that of the sums, VALUE what is summed of a pixel. */
#define BOX_ROWS(NAME, T, W, VALUE)                                                                \
    SIMD static void box_one_##NAME(const void *restrict a_, void *restrict sums_, int n)          \
    {                                                                                              \
        const T *a = a_;                                                                           \
        W *sums = sums_;                                                                           \
                                                                                                   \
        IN_ROW_BLOCKS(x, n, sums[x] = (W)VALUE(W, a[x]));                                          \
    }                                                                                              \
    SIMD static void box_two_##NAME(const void *restrict a_, const void *restrict b_,              \
                                    void *restrict sums_, int n)                                   \
    {                                                                                              \
        const T *a = a_, *b = b_;                                                                  \
        W *sums = sums_;                                                                           \
                                                                                                   \
        IN_ROW_BLOCKS(x, n, sums[x] = (W)(VALUE(W, a[x]) + VALUE(W, b[x])));                       \
    }                                                                                              \
    SIMD static void box_three_##NAME(const void *restrict a_, const void *restrict b_,            \
                                      const void *restrict c_, void *restrict sums_, int n)        \
    {                                                                                              \
        const T *a = a_, *b = b_, *c = c_;                                                         \
        W *sums = sums_;                                                                           \
                                                                                                   \
        IN_ROW_BLOCKS(x, n, sums[x] = (W)(VALUE(W, a[x]) + VALUE(W, b[x]) + VALUE(W, c[x])));      \
    }                                                                                              \
    SIMD static void box_add_##NAME(const void *restrict old_, const void *restrict a_,            \
                                    const void *restrict b_, void *restrict sums_, int n)          \
    {                                                                                              \
        const T *a = a_, *b = b_;                                                                  \
        const W *old = old_;                                                                       \
        W *sums = sums_;                                                                           \
                                                                                                   \
        IN_ROW_BLOCKS(x, n, sums[x] = (W)(old[x] + VALUE(W, a[x]) + VALUE(W, b[x])));              \
    }                                                                                              \
    SIMD static void box_slide_##NAME(const void *restrict old_, const void *restrict a_,          \
                                      const void *restrict b_, void *restrict sums_, int n)        \
    {                                                                                              \
        const T *a = a_, *b = b_;                                                                  \
        const W *old = old_;                                                                       \
        W *sums = sums_;                                                                           \
                                                                                                   \
        IN_ROW_BLOCKS(x, n, sums[x] = (W)(old[x] - VALUE(W, a[x]) + VALUE(W, b[x])));              \
    }                                                                                              \
    SIMD static void box_join_##NAME(const void *restrict old_, const void *restrict other_,       \
                                     const void *restrict a_, void *restrict sums_, int n)         \
    {                                                                                              \
        const T *a = a_;                                                                           \
        const W *old = old_, *other = other_;                                                      \
        W *sums = sums_;                                                                           \
                                                                                                   \
        IN_ROW_BLOCKS(x, n, sums[x] = (W)(old[x] + other[x] + VALUE(W, a[x])));                    \
    }                                                                                              \
    static const struct box_rows rows_##NAME = {                                                   \
        box_one_##NAME, box_two_##NAME,   box_three_##NAME,                                        \
        box_add_##NAME, box_slide_##NAME, box_join_##NAME,                                         \
    };

#define PIXEL(W, v) ((W)(v))
#define SQUARE(W, v) ((W)(v) * (W)(v))

BOX_ROWS(uint16_uint8, uint8, uint16, PIXEL)
#define BOX_INT32(T) BOX_ROWS(int32_##T, T, int32, PIXEL)
BOX_INT32(uint8)
BOX_INT32(uint16)
BOX_INT32(int16)
BOX_ROWS(int32_squares_uint8, uint8, int32, SQUARE)
#define BOX_FLOAT64(T)                                                                             \
    BOX_ROWS(float64_##T, T, float64, PIXEL) BOX_ROWS(float64_squares_##T, T, float64, SQUARE)
FOR_EACH_PIXEL_TYPE(BOX_FLOAT64)

static const struct box_rows *const in_int32[2][PX_N_KERNEL_TYPES] = {
    {[PX_UINT8] = &rows_int32_uint8,
     [PX_UINT16] = &rows_int32_uint16,
     [PX_INT16] = &rows_int32_int16},
    {[PX_UINT8] = &rows_int32_squares_uint8},
};

#define ROWS(T) &rows_float64_##T,
#define ROWS_SQUARES(T) &rows_float64_squares_##T,
static const struct box_rows *const in_float64[2][PX_N_KERNEL_TYPES] = {
    {FOR_EACH_PIXEL_TYPE(ROWS)},
    {FOR_EACH_PIXEL_TYPE(ROWS_SQUARES)},
};

const struct box_rows *box_rows(enum box_sums sums, bool squares, enum pixel_type type)
{
    if (sums == BOX_UINT16)
        return type == PX_UINT8 && !squares ? &rows_uint16_uint8 : NULL;
    return (sums == BOX_INT32 ? in_int32 : in_float64)[squares][type];
}

/* --- rows of sums ----------------------------------------------------------------------------- */

static int highest_bit(int v)
{
    int bit = 1;

    while (2 * bit <= v)
        bit *= 2;
    return bit;
}

/* Row i of a window's rows, where the box of pixel x begins. */
static const void *box_row(const struct box_kernel *k, const struct window *w, int i, int x)
{
    return (const char *)w->rows[i] + (x - k->left) * (ptrdiff_t)k->pixel;
}

static void *box_out(const struct box_kernel *k, const struct window *w, int i, int x)
{
    return (char *)w->outs[i] + (size_t)x * k->out_pixel;
}

#define BOX_SUMS(W)                                                                                \
    SIMD static void box_join_2_##W(const W *restrict a, const W *restrict b, W *restrict out,     \
                                    int n)                                                         \
    {                                                                                              \
        IN_ROW_BLOCKS(x, n, out[x] = (W)(a[x] + b[x]));                                            \
    }                                                                                              \
    SIMD static void box_join_3_##W(const W *restrict a, const W *restrict b, const W *restrict c, \
                                    W *restrict out, int n)                                        \
    {                                                                                              \
        IN_ROW_BLOCKS(x, n, out[x] = (W)(a[x] + b[x] + c[x]));                                     \
    }                                                                                              \
    /* Makes pixels of columns. The last step to longer windows is left to k->finish. */           \
    static void box_along_##W(const struct box_kernel *k, const W *columns, W *spare, void *out,   \
                              int n)                                                               \
    {                                                                                              \
        const W *from = columns, *const zeros = k->zeros;                                          \
        int length = 1;                                                                            \
                                                                                                   \
        for (int bit = highest_bit(k->width) / 2; bit > 1; bit /= 2) {                             \
            const bool odd = k->width & bit;                                                       \
            const int longer = 2 * length + odd, m = n + k->width - longer;                        \
            W *const to = from == spare ? spare + k->scratch_row : spare;                          \
            if (odd)                                                                               \
                box_join_3_##W(from, from + length, columns + 2 * length, to, m);                  \
            else                                                                                   \
                box_join_2_##W(from, from + length, to, m);                                        \
            from = to;                                                                             \
            length = longer;                                                                       \
        }                                                                                          \
        const void *const b = k->width > 1 ? from + length : zeros;                                \
        const void *const c = k->width > 1 && k->width % 2 ? columns + 2 * length : zeros;         \
        k->finish(k, from, b, c, out, n);                                                          \
    }                                                                                              \
    /* The columns of the first row's boxes. */                                                    \
    static W *box_start_##W(const struct box_kernel *k, const struct window *w, int x, W *sums,    \
                            W *spare, int n)                                                       \
    {                                                                                              \
        int i = k->height == 1 ? 1 : k->height % 2 == 0 ? 2 : 3;                                   \
        const void *const a = box_row(k, w, 0, x);                                                 \
                                                                                                   \
        if (i == 1)                                                                                \
            k->rows->one(a, sums, n);                                                              \
        else if (i == 2)                                                                           \
            k->rows->two(a, box_row(k, w, 1, x), sums, n);                                         \
        else                                                                                       \
            k->rows->three(a, box_row(k, w, 1, x), box_row(k, w, 2, x), sums, n);                  \
        for (; i < k->height; i += 2) {                                                            \
            W *const old = sums;                                                                   \
            k->rows->add(old, box_row(k, w, i, x), box_row(k, w, i + 1, x), spare, n);             \
            sums = spare;                                                                          \
            spare = old;                                                                           \
        }                                                                                          \
        return sums;                                                                               \
    }                                                                                              \
    void box_exact_##W(const void *state, const struct window *w)                                  \
    {                                                                                              \
        const struct box_kernel *k = state;                                                        \
        W *const first = w->scratch, *const second = first + k->scratch_row,                       \
                 *const spare = second + k->scratch_row;                                           \
                                                                                                   \
        for (int x = 0, width; x < w->width; x += width) {                                         \
            width = MIN(w->width - x, k->tile);                                                    \
            const int n = width + k->width - 1;                                                    \
            W *sums = box_start_##W(k, w, x, first, second, n);                                    \
            box_along_##W(k, sums, spare, box_out(k, w, 0, x), width);                             \
            for (int i = 1; i < w->height; i++) {                                                  \
                W *const next = sums == first ? second : first;                                    \
                k->rows->slide(sums, box_row(k, w, i - 1, x), box_row(k, w, i - 1 + k->height, x), \
                               next, n);                                                           \
                row_prefetch_ahead(w, i + k->height - 1, k->height - 1, x, width, k->pixel,        \
                                   k->out_pixel);                                                  \
                sums = next;                                                                       \
                box_along_##W(k, sums, spare, box_out(k, w, i, x), width);                         \
            }                                                                                      \
        }                                                                                          \
    }
BOX_SUMS(uint16)
BOX_SUMS(int32)
BOX_SUMS(float64)

/* --- sums that are not exact ------------------------------------------------------------------ */

/* Makes columns for all rows of the block from pixel x on, in rows of scratch. A step to longer
 * windows puts each into the row before that of the first of those it is made of, so that none is
 * overwritten that is still needed. Returns the first row. */
static double *columns_afresh(const struct box_kernel *k, const struct window *w, int x,
                              double *scratch, int n)
{
    const struct box_rows *const rows = k->rows;
    const size_t row = k->scratch_row;
    double *first = scratch + (size_t)k->steps * row;
    int length = 1;

    for (int i = 0; i < w->height && k->height == 1; i++)
        rows->one(box_row(k, w, i, x), first + (size_t)i * row, n);
    for (int bit = highest_bit(k->height) / 2; bit > 0; bit /= 2) {
        const bool odd = k->height & bit;
        const int longer = 2 * length + odd;
        first -= row;
        for (int i = 0; i < w->height + k->height - longer; i++) {
            double *const to = first + (size_t)i * row;
            const double *const a = to + row, *const b = a + (size_t)length * row;
            const void *const last = odd ? box_row(k, w, i + 2 * length, x) : NULL;
            if (length > 1 && odd)
                rows->join(a, b, last, to, n);
            else if (length > 1)
                box_join_2_float64(a, b, to, n);
            else if (odd)
                rows->three(box_row(k, w, i, x), box_row(k, w, i + 1, x), last, to, n);
            else
                rows->two(box_row(k, w, i, x), box_row(k, w, i + 1, x), to, n);
        }
        length = longer;
    }
    return first;
}

void box_fresh(const void *state, const struct window *w)
{
    const struct box_kernel *k = state;
    double *const spare = w->scratch, *const scratch = spare + 2 * k->scratch_row;

    for (int x = 0, width; x < w->width; x += width) {
        width = MIN(w->width - x, k->tile);
        const double *columns = columns_afresh(k, w, x, scratch, width + k->width - 1);
        for (int i = 0; i < w->height; i++)
            box_along_float64(k, columns + (size_t)i * k->scratch_row, spare, box_out(k, w, i, x),
                              width);
    }
}

/* --- float32 ---------------------------------------------------------------------------------- */

/* The lowest absolute value but 0, and the highest, as the bits of a float: these are in the order
 * of the absolute values. One less, so that 0 is the highest. */
SIMD static void box_range(const void *restrict row, uint32 *lowest_less_1, uint32 *highest, int n)
{
    const uint32 *bits = row;
    uint32 low = *lowest_less_1, high = *highest;

    for (int x = 0; x < n; x++) {
        const uint32 v = bits[x] & INT32_MAX, less = v - 1;
        low = MIN(low, less);
        high = MAX(high, v);
    }
    *lowest_less_1 = low;
    *highest = high;
}

void box_float32(const void *state, const struct window *w)
{
    enum { MANTISSA = 23, NO_NUMBER = 255 };
    const struct box_kernel *k = state;
    uint32 lowest = UINT32_MAX, highest = 0;

    for (int i = 0; i < w->height + k->height - 1; i++)
        box_range(box_row(k, w, i, 0), &lowest, &highest, w->width + k->width - 1);
    const int low = (int)(lowest >> MANTISSA), high = (int)(highest >> MANTISSA);
    if (high < NO_NUMBER && high - low <= k->exact_bits)
        box_exact_float64(state, w);
    else
        box_fresh(state, w);
}

/* --- scratch ---------------------------------------------------------------------------------- */

enum {
    TILE_LEAST = 256,
    /* Rows that are summed afresh are to stay in a level-2 cache. */
    FRESH_BYTES = 384 * 1024,
};

size_t box_scratch(struct box_kernel *k, enum box_sums sums, bool exact)
{
    static const size_t sizes[] = {sizeof(uint16), sizeof(int32), sizeof(double)};
    size_t rows = 4;

    k->tile = k->pixel == 1 ? BOX_TILE : BOX_TILE / 2;
    if (!exact) {
        for (int bit = highest_bit(k->height); bit > 1; bit /= 2)
            k->steps++;
        rows = 2 + (size_t)k->steps + BLOCK_MAX + (size_t)k->height;
        const int64_t fits = FRESH_BYTES / (int64_t)(rows * sizeof(double)) - k->width;
        k->tile = (int)MIN(MAX(fits, TILE_LEAST), k->tile);
    }
    k->scratch_row = (size_t)k->tile + (size_t)k->width + ROW_SPARE;
    return rows * k->scratch_row * sizes[sums];
}
