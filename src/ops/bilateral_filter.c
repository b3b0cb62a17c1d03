/* bilateral_filter.c - OpenCV's bilateralFilter: a mean of the pixels around each, weighed by how
 * far they are and by how much they differ.
 *
 * float32's table of weights spans the range of the whole scene, as in OpenCV; so it must be given.
 * SPDX-License-Identifier: MIT */
#include "ops/bilateral.h"

#include "ops/neighborhood.h"
#include "ops/saturate.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

struct args {
    int d, border_type;
    double sigma_color, sigma_space, border_value, min, max;
};

static const struct param params[] = {
    {"d", "diameter of the neighbourhood; 0: from sigma-space", P_INT, offsetof(struct args, d),
     NULL, NULL, 0, KSIZE_MAX},
    {"sigma-color", "standard deviation of differences; over 3 bands, of their sum", P_REAL,
     offsetof(struct args, sigma_color), NULL, NULL, 0, 0},
    {"sigma-space", "standard deviation of distances, in pixels", P_REAL,
     offsetof(struct args, sigma_space), NULL, NULL, 0, 0},
    {"min", "lowest value of the scene, for float32", P_MAYBE, offsetof(struct args, min), NULL,
     NULL, 0, 0},
    {"max", "highest value of the scene, for float32", P_MAYBE, offsetof(struct args, max), NULL,
     NULL, 0, 0},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "reflect-101", border_names, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {0},
};

struct tap {
    int x, y;
    float weight;
};

struct bilateral {
    int bands, radius, n_taps;
    double per_color, per_space; /* a weight is exp(per x²) */
    bilateral_add *add;
    struct bilateral_table table;
    const struct tap *taps;
};

/* --- kernels ---------------------------------------------------------------------------------- */

/* WEIGHT is of pixels x of a[0], a[1] … and b[0], b[1] … */
#define ADD(NAME, T, BANDS, WEIGHT)                                                                \
    SIMD static void bilateral_add_##NAME(const struct bilateral_table *table, float space,        \
                                          const void *const *rows, float *restrict sums, int n)    \
    {                                                                                              \
        const struct bilateral_table t = *table;                                                   \
        const T *const *a = (const T *const *)rows, *const *b = a + BANDS;                         \
                                                                                                   \
        for (int x = 0; x < n; x++) {                                                              \
            const float w = space * WEIGHT(t, a, b, x);                                            \
            sums[x] += w;                                                                          \
            for (int i = 0; i < BANDS; i++) {                                                      \
                float *const sum = &sums[x + (1 + i) * BILATERAL_TILE];                            \
                *sum = fmaf((float)b[i][x], w, *sum);                                              \
            }                                                                                      \
        }                                                                                          \
    }

/* A weight between two of the table's, along a line. */
static inline float weight_between(const struct bilateral_table *t, float difference)
{
    const float scaled = difference * t->per_unit, most = t->most;
    const float at = scaled < most ? scaled : most; /* of NaN too */
    const int i = (int)at;
    const float part = at - (float)i;

    return fmaf(t->weights[i + 1], part, t->weights[i] * (1 - part));
}

#define APART(i) abs(a[i][x] - b[i][x])
#define BETWEEN_UINT8(t, a, b, x) t.weights[APART(0)]
#define BETWEEN_UINT8_3(t, a, b, x) t.weights[APART(0) + APART(1) + APART(2)]
ADD(uint8, uint8, 1, BETWEEN_UINT8)
ADD(uint8_3, uint8, 3, BETWEEN_UINT8_3)
#define APART_F(i) fabsf(a[i][x] - b[i][x])
#define BETWEEN_FLOAT32(t, a, b, x) weight_between(&t, APART_F(0))
#define BETWEEN_FLOAT32_3(t, a, b, x) weight_between(&t, APART_F(0) + APART_F(1) + APART_F(2))
ADD(float32, float, 1, BETWEEN_FLOAT32)
ADD(float32_3, float, 3, BETWEEN_FLOAT32_3)

bilateral_add *const bilateral_plain[BILATERAL_KINDS] = {
    bilateral_add_uint8, bilateral_add_uint8_3, bilateral_add_float32, bilateral_add_float32_3};

/* The pixel itself is among the taps of uint8. */
SIMD static void bilateral_finish_uint8(const float *restrict sums, int bands, int band,
                                        const void *own, void *restrict out_, int n)
{
    const float *restrict sum = sums + (1 + band) * BILATERAL_TILE;
    uint8 *out = out_;

    if (bands == 1)
        for (int x = 0; x < n; x++)
            out[x] = saturate_uint8(sum[x] / sums[x]);
    else
        for (int x = 0; x < n; x++)
            out[x] = saturate_uint8(sum[x] * (1 / sums[x]));
}

SIMD static void bilateral_finish_float32(const float *restrict sums, int bands, int band,
                                          const void *restrict own_, void *restrict out_, int n)
{
    const float *restrict sum = sums + (1 + band) * BILATERAL_TILE, *own = own_;
    float *out = out_;

    if (bands == 1)
        for (int x = 0; x < n; x++)
            out[x] = (sum[x] + own[x]) / (sums[x] + 1);
    else
        for (int x = 0; x < n; x++)
            out[x] = (sum[x] + own[x]) * (1 / (sums[x] + 1));
}

typedef void finish_row(const float *sums, int bands, int band, const void *own, void *out, int n);

static inline void bilateral_rows(const struct window *w, const struct bilateral *f, size_t pixel,
                                  finish_row *finish)
{
    const int n_rows = w->height + 2 * f->radius;
    float *const sums = w->scratch;
    const void *rows[2 * BILATERAL_BANDS];

    for (int x = 0, n; x < w->width; x += n) {
        n = w->width - x < BILATERAL_TILE ? w->width - x : BILATERAL_TILE;
        for (int y = 0; y < w->height; y++) {
            const void *const *const own = w->rows + y + f->radius;
            for (int b = 0; b < f->bands; b++)
                rows[b] = (const char *)own[b * n_rows] + (size_t)x * pixel;
            memset(sums, 0, (size_t)(1 + f->bands) * BILATERAL_TILE * sizeof *sums);
            for (int i = 0; i < f->n_taps; i++) {
                const struct tap tap = f->taps[i];
                for (int b = 0; b < f->bands; b++)
                    rows[f->bands + b] =
                        (const char *)own[b * n_rows + tap.y] + (x + tap.x) * (ptrdiff_t)pixel;
                f->add(&f->table, tap.weight, rows, sums, n);
            }
            for (int b = 0; b < f->bands; b++)
                finish(sums, f->bands, b, rows[b],
                       (char *)w->outs[b * w->height + y] + (size_t)x * pixel, n);
        }
    }
}

static void bilateral_uint8(const void *state, const struct window *w)
{
    bilateral_rows(w, state, sizeof(uint8), bilateral_finish_uint8);
}

static void bilateral_float32(const void *state, const struct window *w)
{
    bilateral_rows(w, state, sizeof(float), bilateral_finish_float32);
}

/* --- weights ---------------------------------------------------------------------------------- */

/* The neighbours no farther than the radius, row by row; without the pixel itself, unless `itself`.
 * Returns their number; taps may be NULL. */
static int find_taps(const struct bilateral *f, bool itself, struct tap *taps)
{
    int n = 0;

    for (int y = -f->radius; y <= f->radius; y++)
        for (int x = -f->radius; x <= f->radius; x++) {
            const double far = sqrt((double)x * x + (double)y * y);
            if (far > f->radius || (x == 0 && y == 0 && !itself))
                continue;
            if (taps)
                taps[n] = (struct tap){x, y, (float)exp(far * far * f->per_space)};
            n++;
        }
    return n;
}

static bool set_taps(struct bilateral *f, bool itself, struct stages *s, struct err *e)
{
    f->n_taps = find_taps(f, itself, NULL);
    struct tap *const taps = stages_state(s, (size_t)(f->n_taps + 1) * sizeof *taps, e);
    if (!taps)
        return false;
    find_taps(f, itself, taps);
    f->taps = taps;
    return true;
}

static bool set_table_uint8(struct bilateral *f, struct stages *s, struct err *e)
{
    const int n = BILATERAL_LEVELS * f->bands;
    float *const weights = stages_state(s, (size_t)n * sizeof *weights, e);
    uint8 *const bytes = weights ? stages_state(s, BILATERAL_LEVELS * sizeof *weights, e) : NULL;

    if (!bytes)
        return false;
    for (int i = 0; i < n; i++)
        weights[i] = (float)exp((double)i * i * f->per_color);
    for (size_t i = 0; i < BILATERAL_LEVELS * sizeof *weights; i++)
        bytes[i % sizeof *weights * BILATERAL_LEVELS + i / sizeof *weights] =
            ((const uint8 *)weights)[i];
    f->table = (struct bilateral_table){.weights = weights, .bytes = bytes};
    return true;
}

/* A range of 0 means that no pixel differs from another: then there are no taps. */
static bool set_table_float32(struct bilateral *f, double range, struct stages *s, struct err *e)
{
    enum { BINS = 4096 };
    const int n = BINS * f->bands;
    float *const weights = stages_state(s, (size_t)(n + 2) * sizeof *weights, e);

    if (!weights)
        return false;
    f->table = (struct bilateral_table){.weights = weights,
                                        .per_unit = (float)n / ((float)range * (float)f->bands),
                                        .most = nextafterf((float)(n + 1), 0)};
    for (int i = 0; i < n + 2 && (i == 0 || weights[i - 1] > 0); i++) {
        const double v = (double)((float)i / f->table.per_unit);
        weights[i] = (float)exp(v * v * f->per_color);
    }
    return true;
}

/* --- pixels outside the data ------------------------------------------------------------------ */

static bool all_inside(const struct patch_view *v, int64_t x, int64_t y, double *values)
{
    bool inside = true;

    for (int b = 0; b < v->bands; b++)
        inside &= patch_pixel(v, b, x, y, &values[b]);
    return inside;
}

static bool patch(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                  double *results)
{
    const struct bilateral *f = state;
    double own[BILATERAL_BANDS], values[BILATERAL_BANDS], sum[BILATERAL_BANDS] = {0}, all = 1;
    bool misses = false;

    all_inside(v, x, y, own);
    for (int i = 0; i < f->n_taps; i++) {
        const struct tap tap = f->taps[i];
        double apart = 0;
        if (tap.x == 0 && tap.y == 0)
            continue;
        if (!all_inside(v, x + tap.x, y + tap.y, values)) {
            misses = true;
            continue;
        }
        for (int b = 0; b < v->bands; b++)
            apart += fabs(values[b] - own[b]);
        const double weight =
            exp((tap.x * tap.x + tap.y * tap.y) * f->per_space) * exp(apart * apart * f->per_color);
        for (int b = 0; b < v->bands; b++)
            sum[b] += weight * values[b];
        all += weight;
    }
    for (int b = 0; b < v->bands; b++)
        results[b] = (sum[b] + own[b]) / all;
    return misses;
}

/* --- the op ----------------------------------------------------------------------------------- */

static bool read_range(const struct args *a, double *range, struct err *e)
{
    const double apart = a->max - a->min;

    if (isnan(apart))
        return err_usage(e, "bilateral-filter: float32 pixels need --min and --max, the lowest and "
                            "highest value of the scene");
    if (apart < 0)
        return err_usage(e, "bilateral-filter: --max=%g is less than --min=%g", a->max, a->min);
    *range = apart < (double)FLT_EPSILON ? 0 : apart;
    return true;
}

static bool set_filter(struct bilateral *f, const struct args *a, struct format in,
                       struct stages *s, struct err *e)
{
    const double color = a->sigma_color > 0 ? a->sigma_color : 1;
    const double space = a->sigma_space > 0 ? a->sigma_space : 1;
    const int radius = a->d > 0 ? a->d / 2 : (int)fmin(rint(space * 1.5), KSIZE_MAX);
    const bool is_float = in.type == PX_FLOAT32;
    const int kind = (is_float ? BILATERAL_FLOAT32 : BILATERAL_UINT8) + in.bands / 2;
    bilateral_add *variants[BILATERAL_VARIANTS];
    const int n = bilateral_variants(kind, variants);
    double range = 0;

    if (radius > KSIZE_MAX / 2)
        return err_usage(e,
                         "bilateral-filter: --sigma-space=%g reaches too far; give --d, which is "
                         "at most %d",
                         space, KSIZE_MAX);
    *f = (struct bilateral){
        .bands = in.bands,
        .radius = radius < 1 ? 1 : radius,
        .per_color = -0.5 / (color * color),
        .per_space = -0.5 / (space * space),
        .add = variants[n - 1],
    };
    if (is_float && !read_range(a, &range, e))
        return false;
    if (is_float && range == 0)
        return true;
    return set_taps(f, !is_float, s, e) &&
           (is_float ? set_table_float32(f, range, s, e) : set_table_uint8(f, s, e));
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    static row_kernel *const kernels[PX_N_KERNEL_TYPES] = {
        [PX_UINT8] = bilateral_uint8, [PX_FLOAT32] = bilateral_float32};
    const struct args *a = args;

    if (!op_takes("bilateral-filter", kernels, in.type, e))
        return false;
    if (in.bands != 1 && in.bands != BILATERAL_BANDS)
        return err_usage(e, "bilateral-filter: it takes 1 or 3 bands together; its input has %d",
                         in.bands);
    struct bilateral *f = stages_state(out, sizeof *f, e);
    if (!f || !set_filter(f, a, in, out, e))
        return false;
    const struct stage_input input = {
        .stage = out->current,
        .reach = {.left = f->radius, .right = f->radius, .up = f->radius, .down = f->radius},
        .border = {(enum border_type)a->border_type, a->border_value},
    };
    const struct stage stage = {
        .in = {input},
        .n_in = 1,
        .out = in,
        .across = true,
        .block = BLOCK_MAX,
        .row = kernels[in.type],
        .state = f,
        .scratch_bytes = (size_t)(1 + in.bands) * BILATERAL_TILE * sizeof(float),
        .patch = patch,
        .patch_state = f,
        .patch_input = input,
    };
    return stages_add(out, &stage, e);
}

const struct op op_bilateral_filter = {
    .name = "bilateral-filter",
    .summary = "mean of the pixels around each that are like it",
    .source = "OpenCV imgproc, bilateralFilter",
    .example = "--d=5 --sigma-color=50 --sigma-space=3",
    .nodata = NODATA_NORMALIZED,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
