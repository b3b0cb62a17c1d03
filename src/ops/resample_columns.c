/* resample_columns.c - the sums along y, and what becomes of them.
 *
 * OpenCV's own loops round in two ways: most of a row by vectors, its last few elements one by one.
 * `tail` is where those begin.
 * SPDX-License-Identifier: MIT */
#include "ops/resample.h"
#include "ops/saturate.h"

#include <string.h>

enum { BLOCK_ROWS = 16, FEW_TAPS = 8 };

/* Columns 0 .. n - 1 of one output row, out of the rows r with weights w; columns from `tail` on
 * are OpenCV's tail. */
typedef void sum_rows(const void *const *r, const float *w, int count, void *out, int n, int tail);

struct vertical {
    struct resampling r;
    sum_rows *sum;
};

/* --- sums ------------------------------------------------------------------------------------- */

#define ROW_NAMES_2 *restrict r0 = r[0], *restrict r1 = r[1]
#define ROW_NAMES_4 ROW_NAMES_2, *restrict r2 = r[2], *restrict r3 = r[3]
#define ROW_NAMES_8                                                                                \
    ROW_NAMES_4, *restrict r4 = r[4], *restrict r5 = r[5], *restrict r6 = r[6], *restrict r7 = r[7]

/* T is the type of the pixels, W that of the sums of rows, V that of the weights. */
#define SUM_ROWS(NAME, TAPS, T, W, V, SETUP, BODY, TAIL)                                           \
    SIMD static void resample_##NAME##_##T(const void *const *r, const float *weights, int count,  \
                                           void *to, int n, int tail)                              \
    {                                                                                              \
        const W ROW_NAMES_##TAPS;                                                                  \
        T *restrict out = to;                                                                      \
        V w[TAPS];                                                                                 \
                                                                                                   \
        for (int k = 0; k < TAPS; k++)                                                             \
            w[k] = (V)weights[k] SETUP;                                                            \
        for (int x = 0; x < tail; x++)                                                             \
            out[x] = (BODY);                                                                       \
        for (int x = tail; x < n; x++)                                                             \
            out[x] = (TAIL);                                                                       \
    }

#define P(k) r##k[x] * w[k]
#define FROM_LEFT_4 P(0) + P(1) + P(2) + P(3)
#define FROM_LEFT_8 FROM_LEFT_4 + P(4) + P(5) + P(6) + P(7)
#define FROM_RIGHT_4 P(0) + (P(1) + (P(2) + P(3)))
#define FROM_RIGHT_8 P(0) + (P(1) + (P(2) + (P(3) + (P(4) + (P(5) + (P(6) + P(7)))))))

/* Weights of uint8 are integers, in units of 1/2048. Those of cubic sums become factors. */
#define UNSCALE *(1.0F / (2048.0F * 2048.0F))
#define RESCALE(k) (int32) r##k[x] * (int32)(w[k] * 2048.0F * 2048.0F)
#define SCALED(k) (int32) r##k[x] * w[k]
#define SHIFTED(SUM) within_uint8(((SUM) + (1 << 21)) >> 22)

static inline uint8 within_uint8(int32 v)
{
    return (uint8)(v < 0 ? 0 : v > UINT8_MAX ? UINT8_MAX : v);
}

#define HALF_LINE(k) (w[k] * r##k[x] >> 16)
#define FIXED_LINE (uint8)((HALF_LINE(0) + HALF_LINE(1) + 2) >> 2)
SUM_ROWS(linear, 2, uint8, int16, int16, , FIXED_LINE, FIXED_LINE)
SUM_ROWS(cubic, 4, uint8, float, float, UNSCALE, saturate_uint8(FROM_RIGHT_4),
         SHIFTED(RESCALE(0) + RESCALE(1) + RESCALE(2) + RESCALE(3)))
#define FIXED_LANCZOS                                                                              \
    SHIFTED(SCALED(0) + SCALED(1) + SCALED(2) + SCALED(3) + SCALED(4) + SCALED(5) + SCALED(6) +    \
            SCALED(7))
SUM_ROWS(lanczos, 8, uint8, float, int32, , FIXED_LANCZOS, FIXED_LANCZOS)

#define IN_FLOAT(T, LANCZOS)                                                                       \
    SUM_ROWS(linear, 2, T, float, float, , saturate_##T(P(0) + P(1)), saturate_##T(P(0) + P(1)))   \
    SUM_ROWS(cubic, 4, T, float, float, , saturate_##T(FROM_RIGHT_4), saturate_##T(FROM_LEFT_4))   \
    SUM_ROWS(lanczos, 8, T, float, float, , saturate_##T(LANCZOS), saturate_##T(FROM_LEFT_8))
IN_FLOAT(uint16, FROM_LEFT_8)
IN_FLOAT(int16, FROM_RIGHT_8)
IN_FLOAT(float32, FROM_RIGHT_8)

#define IN_DOUBLE(T)                                                                               \
    SUM_ROWS(linear, 2, T, double, double, , P(0) + P(1), P(0) + P(1))                             \
    SUM_ROWS(cubic, 4, T, double, double, , FROM_LEFT_4, FROM_LEFT_4)                              \
    SUM_ROWS(lanczos, 8, T, double, double, , FROM_LEFT_8, FROM_LEFT_8)
IN_DOUBLE(float64)

/* Of any number of rows: in pieces that stay in registers and level-1 cache. */
#define SUM_AREA(T, W, SATURATE)                                                                   \
    SIMD static void resample_area_##T(const void *const *r, const float *w, int count, void *to,  \
                                       int n, int tail)                                            \
    {                                                                                              \
        enum { PIECE = 256 };                                                                      \
        W sums[PIECE];                                                                             \
                                                                                                   \
        for (int x0 = 0; x0 < n; x0 += PIECE) {                                                    \
            const int m = n - x0 < PIECE ? n - x0 : PIECE;                                         \
            T *restrict out = (T *)to + x0;                                                        \
            const W *restrict first = (const W *)r[0] + x0;                                        \
            for (int x = 0; x < m; x++)                                                            \
                sums[x] = first[x] * w[0];                                                         \
            for (int k = 1; k < count; k++) {                                                      \
                const W *restrict row = (const W *)r[k] + x0;                                      \
                for (int x = 0; x < m; x++)                                                        \
                    sums[x] += row[x] * w[k];                                                      \
            }                                                                                      \
            for (int x = 0; x < m; x++)                                                            \
                out[x] = SATURATE(sums[x]);                                                        \
        }                                                                                          \
    }
SUM_AREA(uint8, float, saturate_uint8)
SUM_AREA(uint16, float, saturate_uint16)
SUM_AREA(int16, float, saturate_int16)
SUM_AREA(float32, float, saturate_float32)
SUM_AREA(float64, double, saturate_float64_d)

#define SUMS(NAME)                                                                                 \
    {                                                                                              \
        [PX_UINT8] = resample_##NAME##_uint8, [PX_UINT16] = resample_##NAME##_uint16,              \
        [PX_INT16] = resample_##NAME##_int16, [PX_FLOAT32] = resample_##NAME##_float32,            \
        [PX_FLOAT64] = resample_##NAME##_float64                                                   \
    }
static sum_rows *const sums[][PX_N_KERNEL_TYPES] = {
    [RESIZE_LINEAR] = SUMS(linear),
    [RESIZE_CUBIC] = SUMS(cubic),
    [RESIZE_AREA] = SUMS(area),
    [RESIZE_LANCZOS4] = SUMS(lanczos),
};

/* --- the stage -------------------------------------------------------------------------------- */

/* Of the rows between the stages: the one that output row y's k-th weight belongs to. */
static int64_t row_between(const struct resampling *r, int64_t y, int64_t k)
{
    return r->skips ? y * r->y->taps + k : axis_clamp(r->y, r->y->first[y] + k);
}

/* The first column of the tail in the scene. OpenCV's rows have all bands of a pixel side by
 * side. */
static int64_t find_tail(const struct resampling *r, int band)
{
    const int lanes = r->type == PX_FLOAT32 ? 4 : 8;
    const int64_t elements = r->x->out * r->bands;

    return ceil_div(elements - elements % lanes - band, r->bands);
}

static void columns_kernel(const void *state, const struct window *w)
{
    const struct vertical *v = state;
    const struct axis *a = v->r.y;
    const int64_t to_tail = find_tail(&v->r, w->band) - w->x;
    const int tail = to_tail < 0 ? 0 : to_tail < w->width ? (int)to_tail : w->width;

    for (int i = 0; i < w->height; i++) {
        const int64_t y = w->y + i;
        const void *few[FEW_TAPS];
        const void *const *rows = few;
        if (v->r.interpolation == RESIZE_AREA)
            rows = w->rows + (a->first[y] - w->in.y);
        else
            for (int k = 0; k < a->taps; k++)
                few[k] = w->rows[row_between(&v->r, y, k) - w->in.y];
        v->sum(rows, a->weights + y * a->taps, a->count[y], w->outs[i], w->width, tail);
    }
}

static struct region need(const void *state, struct region out)
{
    const struct resampling *r = &((const struct vertical *)state)->r;
    int64_t y0 = out.y, y1 = out.y + out.height;

    if (r->skips) {
        y0 *= r->y->taps;
        y1 *= r->y->taps;
    } else {
        axis_need(r->y, &y0, &y1);
    }
    return (struct region){out.x, y0, out.width, y1 - y0};
}

static void valid_kernel(const void *state, const struct window *w)
{
    const struct resampling *r = &((const struct vertical *)state)->r;

    for (int i = 0; i < w->height; i++) {
        const int64_t y = w->y + i, centre = axis_centre(r->y, y);
        const int64_t row = r->skips ? row_between(r, y, centre - r->y->first[y]) : centre;
        memcpy(w->outs[i], w->rows[row - w->in.y], (size_t)w->width);
    }
}

bool resample_columns(struct stages *s, const struct resampling *r, struct format in,
                      struct stage *last, struct err *e)
{
    struct vertical *v = stages_state(s, sizeof *v, e);
    struct format out = in;

    if (!v)
        return false;
    *v = (struct vertical){*r, sums[r->interpolation][r->type]};
    out.width = r->x->out;
    out.height = r->y->out;
    *last = (struct stage){
        .in = {{.stage = s->current, .need = need, .need_state = v}},
        .n_in = 1,
        .out = out,
        .block = BLOCK_ROWS,
        .row = columns_kernel,
        .state = v,
        .regrids = true,
        .to_input = {{0, 1, 0, 0, 0, r->y->scale}},
        .valid = valid_kernel,
        .valid_state = v,
    };
    return true;
}
