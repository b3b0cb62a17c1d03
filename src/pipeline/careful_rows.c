/* careful_rows.c - the row kernels of the stages that mind pixels outside the data.
 * SPDX-License-Identifier: MIT */
#include "careful_rows.h"

#include <string.h>

/* --- which pixels are outside ----------------------------------------------------------------- */

/* A float32 scene's nodata may be a decimal that no float32 equals: as a pixel it is rounded. An
 * integer scene's may lie outside its type: then no pixel has it. */
struct careful_value careful_value(enum pixel_type type, const struct outside *outside)
{
    struct careful_value v = {.has_mask = outside->mask > 0};

    pixel_store(type, outside->value, v.value);
    v.has_value = outside->has_value &&
                  (pixel_is_float(type) || pixel_load(type, v.value, 0) == outside->value);
    return v;
}

/* NaN is outside too: it differs from itself. */
#define FIND(T)                                                                                    \
    SIMD static void careful_find_##T(const void *state, const struct window *w)                   \
    {                                                                                              \
        const struct careful_value *v = state;                                                     \
        const T *restrict in = w->rows[0];                                                         \
        const uint8 *restrict mask = v->has_mask ? w->rows[1] : NULL;                              \
        uint8 *restrict out = w->outs[0];                                                          \
        const int width = w->width;                                                                \
        T value;                                                                                   \
                                                                                                   \
        memcpy(&value, v->value, sizeof value);                                                    \
        if (v->has_value)                                                                          \
            for (int x = 0; x < width; x++)                                                        \
                out[x] = in[x] == in[x] && in[x] != value ? UINT8_MAX : 0;                         \
        else                                                                                       \
            for (int x = 0; x < width; x++)                                                        \
                out[x] = in[x] == in[x] ? UINT8_MAX : 0;                                           \
        for (int x = 0; mask && x < width; x++)                                                    \
            out[x] = mask[x] ? out[x] : 0;                                                         \
    }
FIND(uint8)
FIND(uint16)
FIND(int16)
FIND(uint32)
FIND(int32)
FIND(float32)
FIND(float64)
FIND(uint64)
FIND(int64)

row_kernel *const careful_find[PX_N_TYPES] = {
    [PX_UINT8] = careful_find_uint8,     [PX_UINT16] = careful_find_uint16,
    [PX_INT16] = careful_find_int16,     [PX_UINT32] = careful_find_uint32,
    [PX_INT32] = careful_find_int32,     [PX_FLOAT32] = careful_find_float32,
    [PX_FLOAT64] = careful_find_float64, [PX_UINT64] = careful_find_uint64,
    [PX_INT64] = careful_find_int64,
};

SIMD static void careful_from_mask(const uint8 *restrict mask, uint8 *restrict out, int n)
{
    for (int x = 0; x < n; x++)
        out[x] = mask[x] ? UINT8_MAX : 0;
}

void careful_copy_mask(const void *state, const struct window *w)
{
    const struct careful_value *v = state;

    if (v->has_mask)
        careful_from_mask(w->rows[0], w->outs[0], w->width);
    else
        memset(w->outs[0], UINT8_MAX, (size_t)w->width);
}

SIMD static void careful_and(uint8 *restrict out, const uint8 *restrict in, int n)
{
    for (int x = 0; x < n; x++)
        out[x] &= in[x];
}

void careful_join(const void *state, const struct window *w)
{
    const struct careful_joined *joined = state;

    memcpy(w->outs[0], w->rows[0], (size_t)w->width);
    for (int i = 1; i < joined->n_rows; i++)
        careful_and(w->outs[0], w->rows[i], w->width);
    for (int b = 1; b < joined->bands; b++)
        memcpy(w->outs[b], w->outs[0], (size_t)w->width);
}

/* --- pixels outside replaced ------------------------------------------------------------------ */

#define FILL(T)                                                                                    \
    SIMD static void careful_fill_##T(const void *state, const struct window *w)                   \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        const uint8 *restrict valid = w->rows[1];                                                  \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
        T value;                                                                                   \
                                                                                                   \
        memcpy(&value, state, sizeof value);                                                       \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = valid[x] ? in[x] : value;                                                     \
    }
FILL(uint8)
FILL(uint16)
FILL(int16)
FILL(uint32)
FILL(int32)
FILL(float32)
FILL(float64)
FILL(uint64)
FILL(int64)

row_kernel *const careful_fill[PX_N_TYPES] = {
    [PX_UINT8] = careful_fill_uint8,     [PX_UINT16] = careful_fill_uint16,
    [PX_INT16] = careful_fill_int16,     [PX_UINT32] = careful_fill_uint32,
    [PX_INT32] = careful_fill_int32,     [PX_FLOAT32] = careful_fill_float32,
    [PX_FLOAT64] = careful_fill_float64, [PX_UINT64] = careful_fill_uint64,
    [PX_INT64] = careful_fill_int64,
};

/* --- results corrected ------------------------------------------------------------------------ */

/* The region that the rows of the pixels looked at show, and where they are in the window: after
 * the rows of input 0, then those of their validity, then that of the output. */
struct seen {
    struct region in;
    const void *const *rows, *const *valid, *const *out_valid;
};

static struct seen find_rows(const struct careful_patch *p, const struct window *w)
{
    const struct reach *r = &p->input.reach;
    const struct region made = {w->x, w->y, w->width, 1};
    struct seen s = {
        .in = {w->x, w->y - r->up, w->width, 1 + r->up + r->down},
        .rows = w->rows + (p->across ? p->out.bands : 1),
    };

    if (p->input.need)
        s.in = p->input.need(p->input.need_state, made);
    const int64_t n = s.in.height * (p->across ? p->in.bands : 1);
    s.valid = s.rows + n;
    s.out_valid = s.valid + n;
    return s;
}

/* Marks in `near` the columns around which a pixel of a validity row is outside. */
static void mark_near(const uint8 *valid, const struct reach *r, int width, uint8 *near)
{
    const uint8 *const end = valid + width + r->right;

    for (const uint8 *at = valid - r->left; (at = memchr(at, 0, (size_t)(end - at))); at++) {
        const ptrdiff_t x = at - valid;
        const ptrdiff_t from = x - r->right > 0 ? x - r->right : 0;
        const ptrdiff_t to = x + r->left < width - 1 ? x + r->left : width - 1;
        if (to >= from)
            memset(near + from, 1, (size_t)(to - from + 1));
    }
}

/* The columns where the patch is to be asked. */
static void find_near(const struct careful_patch *p, const struct window *w, const struct seen *s,
                      uint8 *near)
{
    const int64_t n = s->in.height * (p->across ? p->in.bands : 1);

    memset(near, 0, (size_t)w->width);
    for (int64_t i = 0; i < n; i++) {
        if (!p->input.need)
            mark_near(s->valid[i], &p->input.reach, w->width, near);
        else if (memchr(s->valid[i], 0, (size_t)s->in.width))
            memset(near, 1, (size_t)w->width);
    }
}

void careful_correct(const void *state, const struct window *w)
{
    const struct careful_patch *p = state;
    const struct seen s = find_rows(p, w);
    const int bands = p->across ? p->out.bands : 1;
    const size_t size = pixel_size(p->out.type);
    uint8 *near = w->scratch;
    double results[CAREFUL_BANDS_MOST];
    const struct patch_view view = {
        .type = p->in.type,
        .bands = p->across ? p->in.bands : 1,
        .in = s.in,
        .rows = s.rows,
        .valid = (const uint8 *const *)s.valid,
    };

    for (int b = 0; b < bands; b++)
        memcpy(w->outs[b], w->rows[b], size * (size_t)w->width);
    find_near(p, w, &s, near);
    for (const uint8 *at = near; (at = memchr(at, 1, (size_t)(near + w->width - at))); at++) {
        const int x = (int)(at - near);
        if (((const uint8 *)s.out_valid[0])[x] &&
            p->patch(p->state, &view, w->x + x, w->y, results))
            for (int b = 0; b < bands; b++)
                pixel_store(p->out.type, results[b], (char *)w->outs[b] + (size_t)x * size);
    }
}
