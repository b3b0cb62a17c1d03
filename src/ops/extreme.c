/* extreme.c - the lowest or the highest of the pixels under an element of any shape.
 *
 * Rectangles: extremes of columns, then along the row. The windows of up to height - 1 output rows
 * have rows in common; their extreme is found once, and those of the rows above and below it
 * gathered row by row (van Herk, Gil and Werman). Along the row, windows grow to four times their
 * length until four of them cover the rectangle's width.
 *
 * Other elements: each row of cells is cut into runs, and a run is covered by two windows whose
 * length is a power of two. Such windows are made of a row of pixels once for all the output rows
 * that want them.
 * SPDX-License-Identifier: MIT */
#include "ops/extreme.h"

#include "ops/row_blocks.h"
#include "ops/row_sums.h"

#include <string.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Rows of scratch are this much longer than need be, so that they do not begin at the same place
 * of a page: loads would wait for stores to other rows. */
enum { ROW_SPARE = 192 };

/* Pixels done at once, so that scratch stays in the level-1 cache. */
#define TILE(T) (sizeof(T) == 1 ? 1024 : 512)

struct rectangle {
    int width, height, left;
    size_t scratch_row; /* in pixels */
};

/* The window of 2^level pixels from pixel x of the element's row y on. */
struct term {
    int y, x, level;
};

/* Terms are taken by bands of rows, so that the windows of a band stay in cache. */
enum { BAND = 32 };

struct shape {
    int width, left, n_terms;
    struct term *terms; /* in the order of y */
    size_t scratch_row; /* in pixels */
    size_t level_rows;  /* rows of scratch for the windows of one length */
};

/* --- rows ------------------------------------------------------------------------------------- */

#define EXTREME_ROWS(NAME, T, OF)                                                                  \
    SIMD static void NAME##_2_##T(const T *restrict a, const T *restrict b, T *restrict out,       \
                                  int n)                                                           \
    {                                                                                              \
        IN_ROW_BLOCKS(x, n, out[x] = OF(a[x], b[x]));                                              \
    }                                                                                              \
    SIMD static void NAME##_4_##T(const T *restrict a, const T *restrict b, const T *restrict c,   \
                                  const T *restrict d, T *restrict out, int n)                     \
    {                                                                                              \
        IN_ROW_BLOCKS(x, n, {                                                                      \
            const T ab = OF(a[x], b[x]), cd = OF(c[x], d[x]);                                      \
            out[x] = OF(ab, cd);                                                                   \
        });                                                                                        \
    }                                                                                              \
    SIMD static void NAME##_5_##T(const T *restrict a, const T *restrict b, const T *restrict c,   \
                                  const T *restrict d, T *restrict out, int n)                     \
    {                                                                                              \
        IN_ROW_BLOCKS(x, n, {                                                                      \
            const T ab = OF(a[x], b[x]), cd = OF(c[x], d[x]), all = OF(ab, cd);                    \
            out[x] = OF(out[x], all);                                                              \
        });                                                                                        \
    }                                                                                              \
    SIMD static void NAME##_into_##T(const T *restrict a, T *restrict out, int n)                  \
    {                                                                                              \
        IN_ROW_BLOCKS(x, n, out[x] = OF(out[x], a[x]));                                            \
    }                                                                                              \
    /* The same, and then into a second row. */                                                    \
    SIMD static void NAME##_into_both_##T(const T *restrict a, T *restrict out,                    \
                                          T *restrict second, int n)                               \
    {                                                                                              \
        IN_ROW_BLOCKS(x, n, {                                                                      \
            const T v = OF(out[x], a[x]);                                                          \
            out[x] = v;                                                                            \
            second[x] = OF(second[x], v);                                                          \
        });                                                                                        \
    }                                                                                              \
    /* Of many rows from pixel -left on, taken by fours; beyond the last one it counts again. \
     * `more`: and of what is in out. */    \
    static void NAME##_many_##T(const void *const *rows, int n_rows, int left, bool more, T *out,  \
                                int n)                                                             \
    {                                                                                              \
        for (int i = 0; i < n_rows; i += 4, more = true) {                                         \
            const T *const a = rows[i], *const b = rows[MIN(i + 1, n_rows - 1)];                   \
            const T *const c = rows[MIN(i + 2, n_rows - 1)];                                       \
            const T *const d = rows[MIN(i + 3, n_rows - 1)];                                       \
            if (!more && n_rows <= 2)                                                              \
                NAME##_2_##T(a - left, b - left, out, n);                                          \
            else                                                                                   \
                (more ? NAME##_5_##T : NAME##_4_##T)(a - left, b - left, c - left, d - left, out,  \
                                                     n);                                           \
        }                                                                                          \
    }

/* --- rectangles ------------------------------------------------------------------------------- */

#define EXTREME_RECTANGLE(NAME, T, OF)                                                             \
    /* Row i < n_out of scratch is made from in[i] .. in[i + height - 1]; n_out < height, or 1. */ \
    static void NAME##_columns_##T(const struct rectangle *r, const void *const *in, int x,        \
                                   int n_out, T *scratch, int n)                                   \
    {                                                                                              \
        T *const common = scratch + (size_t)(n_out - 1) * r->scratch_row;                          \
        T *const below = common + r->scratch_row;                                                  \
                                                                                                   \
        NAME##_many_##T(in + n_out - 1, r->height - n_out + 1, -x, false, common, n);              \
        for (int i = n_out - 2; i >= 0; i--) {                                                     \
            T *const row = scratch + (size_t)i * r->scratch_row;                                   \
            NAME##_2_##T((const T *)in[i] + x, row + r->scratch_row, row, n);                      \
        }                                                                                          \
        for (int i = 1; i < n_out; i++) {                                                          \
            const T *const next = (const T *)in[r->height - 1 + i] + x;                            \
            T *const row = scratch + (size_t)i * r->scratch_row;                                   \
            if (i == 1 && n_out > 2)                                                               \
                memcpy(below, next, (size_t)n * sizeof *below);                                    \
            if (i == 1)                                                                            \
                NAME##_into_##T(next, row, n);                                                     \
            else                                                                                   \
                NAME##_into_both_##T(next, below, row, n);                                         \
        }                                                                                          \
    }                                                                                              \
    static void NAME##_along_##T(const struct rectangle *r, T *from, T *to, T *out, int width)     \
    {                                                                                              \
        int length = 1;                                                                            \
                                                                                                   \
        for (; 4 * length < r->width; length *= 4) {                                               \
            T *const done = from;                                                                  \
            NAME##_4_##T(from, from + length, from + 2 * length, from + 3 * length, to,            \
                         width + r->width - 4 * length);                                           \
            from = to;                                                                             \
            to = done;                                                                             \
        }                                                                                          \
        const int last = r->width - length;                                                        \
        NAME##_4_##T(from, from + MIN(length, last), from + MIN(2 * length, last), from + last,    \
                     out, width);                                                                  \
    }                                                                                              \
    static void NAME##_rectangle_##T(const void *state, const struct window *w)                    \
    {                                                                                              \
        const struct rectangle *r = state;                                                         \
        T *const spare = w->scratch, *const columns = spare + r->scratch_row;                      \
        const int last = r->height - 1;                                                            \
                                                                                                   \
        for (int y = 0, n_out; y < w->height; y += n_out) {                                        \
            n_out = MIN(w->height - y, MAX(last, 1));                                              \
            for (int x = 0; x < w->width; x += TILE(T)) {                                          \
                const int width = MIN(w->width - x, TILE(T));                                      \
                NAME##_columns_##T(r, w->rows + y, x - r->left, n_out, columns,                    \
                                   width + r->width - 1);                                          \
                for (int i = 0; i < n_out; i++) {                                                  \
                    NAME##_along_##T(r, columns + (size_t)i * r->scratch_row, spare,               \
                                     (T *)w->outs[y + i] + x, width);                              \
                    row_prefetch_ahead(w, y + n_out + i + last - ROWS_AHEAD, last, x, width,       \
                                       sizeof(T), sizeof(T));                                      \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

/* --- other shapes ----------------------------------------------------------------------------- */

static int band_end(const struct shape *s, int first)
{
    int end = first;

    while (end < s->n_terms && s->terms[end].y < s->terms[first].y + BAND)
        end++;
    return end;
}

/* The longest windows that terms [first, end) want of each input row, for n_out output rows;
 * returns the number of input rows. */
static int find_levels(const struct shape *s, int first, int end, int n_out, int *levels)
{
    const int top = s->terms[first].y, n = s->terms[end - 1].y - top + n_out;

    for (int i = 0; i < n; i++)
        levels[i] = 0;
    for (int k = first; k < end; k++)
        for (int i = 0; i < n_out; i++) {
            int *const level = &levels[s->terms[k].y - top + i]; /* all n are set: */
            /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
            *level = MAX(*level, s->terms[k].level);
        }
    return n;
}

#define EXTREME_SHAPE(NAME, T, OF)                                                                 \
    /* Row i of scratch + level_rows * (level - 1) gets the windows of that level of in[i]. */     \
    static void NAME##_windows_##T(const struct shape *s, const T *in, int level, T *scratch,      \
                                   int n)                                                          \
    {                                                                                              \
        const T *from = in;                                                                        \
                                                                                                   \
        for (int k = 0; k < level; k++) {                                                          \
            T *const to = scratch + (size_t)k * s->level_rows * s->scratch_row;                    \
            n -= 1 << k;                                                                           \
            NAME##_2_##T(from, from + (1 << k), to, n);                                            \
            from = to;                                                                             \
        }                                                                                          \
    }                                                                                              \
    /* n pixels of output row y from x on: the extreme of terms [first, end) and, if first > 0, */ \
    /* of what is there. */                                                                        \
    static void NAME##_terms_##T(const struct shape *s, const struct window *w, int first,         \
                                 int end, int x, int y, int n)                                     \
    {                                                                                              \
        enum { AT_ONCE = 16 };                                                                     \
        const void *rows[AT_ONCE];                                                                 \
        const int top = s->terms[first].y;                                                         \
                                                                                                   \
        for (int k = first; k < end; k += AT_ONCE) {                                               \
            const int n_rows = MIN(end - k, AT_ONCE);                                              \
            for (int i = 0; i < n_rows; i++) {                                                     \
                const struct term t = s->terms[k + i];                                             \
                const size_t level = (size_t)(t.level - 1) * s->level_rows;                        \
                const T *const row = t.level == 0                                                  \
                                         ? (const T *)w->rows[y + t.y] - s->left + x               \
                                         : (const T *)w->scratch +                                 \
                                               (level + (size_t)(y + t.y - top)) * s->scratch_row; \
                rows[i] = row + t.x;                                                               \
            }                                                                                      \
            NAME##_many_##T(rows, n_rows, 0, k > 0, (T *)w->outs[y] + x, n);                       \
        }                                                                                          \
    }                                                                                              \
    static void NAME##_band_##T(const struct shape *s, const struct window *w, int first, int end, \
                                int x, int n)                                                      \
    {                                                                                              \
        const void *const *const in = w->rows + s->terms[first].y;                                 \
        int levels[BAND + BLOCK_MAX];                                                              \
        const int n_rows = find_levels(s, first, end, w->height, levels);                          \
                                                                                                   \
        for (int i = 0; i < n_rows; i++) {                                                         \
            NAME##_windows_##T(s, (const T *)in[i] - s->left + x, levels[i],                       \
                               (T *)w->scratch + (size_t)i * s->scratch_row, n + s->width - 1);    \
            if (i + ROWS_AHEAD < n_rows)                                                           \
                row_prefetch((const T *)in[i + ROWS_AHEAD] + x, (size_t)n * sizeof(T));            \
        }                                                                                          \
        for (int y = 0; y < w->height; y++) {                                                      \
            NAME##_terms_##T(s, w, first, end, x, y, n);                                           \
            if (y + ROWS_AHEAD < w->height)                                                        \
                row_prefetch((const T *)w->outs[y + ROWS_AHEAD] + x, (size_t)n * sizeof(T));       \
        }                                                                                          \
    }                                                                                              \
    static void NAME##_shape_##T(const void *state, const struct window *w)                        \
    {                                                                                              \
        const struct shape *s = state;                                                             \
                                                                                                   \
        for (int first = 0, end; first < s->n_terms; first = end) {                                \
            end = band_end(s, first);                                                              \
            for (int x = 0; x < w->width; x += TILE(T))                                            \
                NAME##_band_##T(s, w, first, end, x, MIN(w->width - x, TILE(T)));                  \
        }                                                                                          \
    }

#define EXTREME(NAME, T, OF)                                                                       \
    EXTREME_ROWS(NAME, T, OF) EXTREME_RECTANGLE(NAME, T, OF) EXTREME_SHAPE(NAME, T, OF)
#define EXTREMES(T) EXTREME(lowest, T, MIN) EXTREME(highest, T, MAX)
FOR_EACH_PIXEL_TYPE(EXTREMES)

#define LOWEST_RECTANGLE(T) lowest_rectangle_##T,
#define HIGHEST_RECTANGLE(T) highest_rectangle_##T,
static row_kernel *const rectangles[2][PX_N_KERNEL_TYPES] = {
    [LOWEST] = {FOR_EACH_PIXEL_TYPE(LOWEST_RECTANGLE)},
    [HIGHEST] = {FOR_EACH_PIXEL_TYPE(HIGHEST_RECTANGLE)},
};
#define LOWEST_SHAPE(T) lowest_shape_##T,
#define HIGHEST_SHAPE(T) highest_shape_##T,
static row_kernel *const shapes[2][PX_N_KERNEL_TYPES] = {
    [LOWEST] = {FOR_EACH_PIXEL_TYPE(LOWEST_SHAPE)},
    [HIGHEST] = {FOR_EACH_PIXEL_TYPE(HIGHEST_SHAPE)},
};

/* --- stages ----------------------------------------------------------------------------------- */

static size_t scratch_row(int width)
{
    return TILE(uint8) + (size_t)width + ROW_SPARE;
}

/* Puts the terms of the element behind `terms`, if that is not NULL; returns their number. */
static int find_terms(const struct element *e, struct term *terms)
{
    int n = 0;

    for (int y = 0; y < e->height; y++) {
        const bool *const cells = e->cells + (ptrdiff_t)y * e->width;
        for (int x = 0, run; x < e->width; x += run + 1) {
            int level = 0;
            for (run = 0; x + run < e->width && cells[x + run];)
                run++;
            while (2 << level <= run)
                level++;
            const int windows = run == 0 ? 0 : run == 1 << level ? 1 : 2;
            if (terms && windows > 0)
                terms[n] = (struct term){y, x, level};
            if (terms && windows > 1)
                terms[n + 1] = (struct term){y, x + run - (1 << level), level};
            n += windows;
        }
    }
    return n;
}

static bool set_rectangle(struct stages *s, struct stage *stage, const struct element *element,
                          size_t pixel, struct err *e)
{
    struct rectangle *r = stages_state(s, sizeof *r, e);

    if (!r)
        return false;
    *r = (struct rectangle){element->width, element->height, element->left,
                            scratch_row(element->width)};
    stage->state = r;
    stage->scratch_bytes = (BLOCK_MAX + 2) * r->scratch_row * pixel;
    return true;
}

static bool set_shape(struct stages *s, struct stage *stage, const struct element *element,
                      size_t pixel, struct err *e)
{
    const int n = find_terms(element, NULL);
    struct shape *shape = stages_state(s, sizeof *shape, e);
    struct term *terms = shape ? stages_state(s, (size_t)n * sizeof *terms, e) : NULL;
    int level = 0;

    if (!terms)
        return false;
    find_terms(element, terms);
    for (int i = 0; i < n; i++)
        level = MAX(level, terms[i].level);
    *shape = (struct shape){
        .width = element->width,
        .left = element->left,
        .n_terms = n,
        .terms = terms,
        .scratch_row = scratch_row(element->width),
        .level_rows = (size_t)MIN(element->height, BAND) + BLOCK_MAX - 1,
    };
    stage->state = shape;
    stage->scratch_bytes = (size_t)level * shape->level_rows * shape->scratch_row * pixel;
    return true;
}

bool extreme_stage(struct stages *s, struct stage *stage, const struct element *element,
                   enum extreme which, enum pixel_type type, struct err *e)
{
    const bool full = element_is_full(element);

    stage->in[0].reach = (struct reach){
        .left = element->left,
        .right = element->width - 1 - element->left,
        .up = element->up,
        .down = element->height - 1 - element->up,
    };
    stage->row = (full ? rectangles : shapes)[which][type];
    stage->block = BLOCK_MAX;
    stage->has_neutral = true;
    stage->neutral = which == LOWEST ? INFINITY : -INFINITY; /* clamped to the type's range */
    return (full ? set_rectangle : set_shape)(s, stage, element, pixel_size(type), e);
}
