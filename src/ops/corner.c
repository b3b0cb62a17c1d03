/* corner.c - OpenCV's cornerHarris and cornerMinEigenVal: how much the gradient varies in a block.
 *
 * Two stages make the gradient in float32; a third one adds up its products over the block in
 * double and makes one number of the three sums.
 * SPDX-License-Identifier: MIT */
#include "ops/border.h"
#include "ops/derivative.h"
#include "ops/neighborhood.h"

struct args {
    int block_size, ksize, border_type;
    double k;
};

enum { BLOCK_LARGEST = 255 };

#define BLOCK_SIZE                                                                                 \
    {                                                                                              \
        "block-size", "side of the block that gradients are added up over", P_INT,                 \
            offsetof(struct args, block_size), NULL, NULL, 1, BLOCK_LARGEST                        \
    }
#define KSIZE                                                                                      \
    {                                                                                              \
        "ksize", "size of Sobel's kernel: odd, or -1 for Scharr", P_INT,                           \
            offsetof(struct args, ksize), "3", NULL, SCHARR, DERIVATIVE_LARGEST                    \
    }
#define BORDER_TYPE                                                                                \
    {                                                                                              \
        "border-type", "what lies outside the scene; constant: 0", P_CHOICE,                       \
            offsetof(struct args, border_type), "reflect-101", border_names, 0, 0                  \
    }

static const struct param harris_params[] = {
    BLOCK_SIZE,
    KSIZE,
    {"k", "weight of the squared sum", P_REAL, offsetof(struct args, k), "0.04", NULL, 0, 0},
    BORDER_TYPE,
    {0},
};

static const struct param min_eigen_val_params[] = {BLOCK_SIZE, KSIZE, BORDER_TYPE, {0}};

/* --- the kernel ------------------------------------------------------------------------------- */

/* The sums of dx dx, dx dy and dy dy. */
enum { XX, XY, YY, N_PRODUCTS };

typedef void response(const struct args *a, const double *const sums[N_PRODUCTS], float *out,
                      int n);

struct corner {
    struct args args;
    response *respond;
    const double *ones; /* TAPS_MOST of them, for row_chain */
    int before;         /* pixels of the block before its own one */
    const struct linear *dx, *dy;
    enum border_type border; /* of the gradients, like that of the pixels */
    int64_t width, height;   /* of the scene */
};

/* OpenCV makes no use of fma here. */
SIMD static void corner_harris(const struct args *args, const double *const sums[N_PRODUCTS],
                               float *restrict out, int n)
{
    const double *restrict xx = sums[XX], *restrict xy = sums[XY], *restrict yy = sums[YY];
    const float k = (float)args->k;

    for (int x = 0; x < n; x++) {
        const float a = (float)xx[x], b = (float)xy[x], c = (float)yy[x];
        out[x] = a * c - b * b - k * ((a + c) * (a + c));
    }
}

SIMD static void corner_min_eigen_val(const struct args *args, const double *const sums[N_PRODUCTS],
                                      float *restrict out, int n)
{
    const double *restrict xx = sums[XX], *restrict xy = sums[XY], *restrict yy = sums[YY];

    for (int x = 0; x < n; x++) {
        const float a = (float)xx[x] * 0.5F, b = (float)xy[x], c = (float)yy[x] * 0.5F;
        out[x] = (a + c) - sqrtf((a - c) * (a - c) + b * b);
    }
}

/* The products are rounded to float32. */
SIMD static void corner_products(const float *restrict dx, const float *restrict dy,
                                 double *restrict xx, double *restrict xy, double *restrict yy,
                                 int n)
{
    for (int x = 0; x < n; x++) {
        xx[x] = (double)(dx[x] * dx[x]);
        xy[x] = (double)(dx[x] * dy[x]);
        yy[x] = (double)(dy[x] * dy[x]);
    }
}

static size_t row_length(const struct corner *c, int n)
{
    return ((size_t)n + (size_t)c->args.block_size + 15) / 8 * 8;
}

/* Rows of products, of sums along x for each row of the block, and of sums over the block. */
static size_t scratch_bytes(const struct corner *c)
{
    const size_t rows = N_PRODUCTS * ((size_t)c->args.block_size + 2);

    return rows * row_length(c, STRIP_MAX) * sizeof(double);
}

/* Adds up `count` rows that lie `step` doubles apart. */
static void add_up(const struct corner *c, const double *const *rows, int count, double *sums,
                   int n)
{
    const double zero = 0;

    for (int i = 0, m; i < count; i += m) {
        m = taps_next(count - i, TAPS_MOST);
        row_chain[FLOAT64](sums, (const void *const *)(rows + i), c->ones, m, i == 0 ? &zero : NULL,
                           n);
    }
}

/* Sums along x of the products of row i. */
static void sum_along_x(const struct corner *c, const struct window *w, int i, double *products,
                        double *const sums[N_PRODUCTS])
{
    const int block = c->args.block_size, n = w->width + block - 1;
    const int n_rows = w->height + block - 1;
    const float *dx = (const float *)w->rows[i] - c->before;
    const float *dy = (const float *)w->rows[n_rows + i] - c->before;
    const size_t length = row_length(c, w->width);
    const double *shifted[BLOCK_LARGEST];

    corner_products(dx, dy, products, products + length, products + 2 * length, n);
    for (int p = 0; p < N_PRODUCTS; p++) {
        for (int j = 0; j < block; j++)
            shifted[j] = products + length * (size_t)p + j;
        add_up(c, shifted, block, sums[p], w->width);
    }
}

static void corner_rows(const void *state, const struct window *w)
{
    const struct corner *c = state;
    const int block = c->args.block_size;
    const size_t length = row_length(c, w->width);
    double *products = w->scratch, *ring = products + N_PRODUCTS * length;
    double *sums = ring + N_PRODUCTS * length * (size_t)block;

    for (int i = 0; i < w->height + block - 1; i++) {
        const double *of_block[BLOCK_LARGEST], *done[N_PRODUCTS];
        double *made[N_PRODUCTS];
        for (int p = 0; p < N_PRODUCTS; p++)
            made[p] = ring + length * (size_t)(p * block + i % block);
        sum_along_x(c, w, i, products, made);
        if (i < block - 1)
            continue;
        for (int p = 0; p < N_PRODUCTS; p++) {
            for (int j = 0; j < block; j++)
                of_block[j] = ring + length * (size_t)(p * block + (i + 1 + j) % block);
            add_up(c, of_block, block, sums + length * (size_t)p, w->width);
            done[p] = sums + length * (size_t)p;
        }
        c->respond(&c->args, done, w->outs[i + 1 - block], w->width);
    }
}

/* --- pixels outside the data ------------------------------------------------------------------ */

/* Where the gradient at a position shows; false: the border's constant does. */
static bool find_shown(const struct corner *c, int64_t *x, int64_t *y)
{
    if (c->border == BORDER_WRAP) /* the view goes on past the edge */
        return true;
    *x = border_map(c->border, *x, c->width);
    *y = border_map(c->border, *y, c->height);
    return *x >= 0 && *y >= 0;
}

/* Gradients of pixels inside the data only, which stand for those of the whole block. Those past
 * the scene's edge are 0 or, as in the kernel, gradients inside mirrored, not of mirrored
 * pixels. */
static bool patch_corner(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                         double *results)
{
    const struct corner *c = state;
    const int block = c->args.block_size;
    double sums[N_PRODUCTS] = {0}, ignored;
    int inside = 0;
    bool misses = false;

    for (int k = 0; k < block * block; k++) {
        int64_t i = x - c->before + k % block, j = y - c->before + k / block;
        double dx = 0, dy = 0;
        if (find_shown(c, &i, &j)) {
            if (!patch_pixel(v, 0, i, j, &ignored)) {
                misses = true;
                continue;
            }
            misses |= linear_patch(c->dx, v, i, j, &dx);
            misses |= linear_patch(c->dy, v, i, j, &dy);
        }
        sums[XX] += dx * dx;
        sums[XY] += dx * dy;
        sums[YY] += dy * dy;
        inside++;
    }
    float result;
    for (int p = 0; p < N_PRODUCTS && inside > 0; p++)
        sums[p] *= (double)block * block / inside;
    c->respond(&c->args, (const double *const[]){&sums[XX], &sums[XY], &sums[YY]}, &result, 1);
    results[0] = (double)result;
    return misses;
}

/* --- the ops ---------------------------------------------------------------------------------- */

/* Adds the derivative along one axis of stage `source`, and tells the corner of its kernel. */
static bool add_gradient(struct stages *s, int source, bool along_x, const struct args *a,
                         struct format in, const struct linear **kernel, struct err *e)
{
    const double longer = ldexp(a->block_size, (a->ksize == SCHARR ? 3 : a->ksize) - 1);
    const struct derivative d = {
        .dx = along_x,
        .dy = !along_x,
        .ksize = a->ksize,
        .scale =
            1 / (longer * (a->ksize == SCHARR ? 2 : 1) * (in.type == PX_UINT8 ? UINT8_MAX : 1)),
    };
    struct derivative_taps taps;

    derivative_taps(&taps, &d, false);
    const struct linear borrowed = derivative_kernel(&taps, 0);
    *kernel = linear_new(s, &borrowed, e);
    s->current = source;
    return *kernel && derivative_add(s, &d, (struct border){(enum border_type)a->border_type, 0},
                                     in, PX_FLOAT32, e);
}

static struct corner *corner_new(struct stages *s, const struct args *a, response *respond,
                                 struct err *e)
{
    struct corner *c = stages_state(s, sizeof *c, e);
    double *ones = c ? stages_state(s, TAPS_MOST * sizeof *ones, e) : NULL;

    if (!ones)
        return NULL;
    for (int i = 0; i < TAPS_MOST; i++)
        ones[i] = 1;
    *c = (struct corner){.args = *a, .respond = respond, .ones = ones, .before = a->block_size / 2};
    return c;
}

static bool add_corner(const char *op, struct stages *s, const struct args *a, struct format in,
                       response *respond, struct err *e)
{
    const struct border border = {(enum border_type)a->border_type, 0};
    const int source = s->current, side = (a->ksize < 3 ? 3 : a->ksize) / 2;
    const int before = a->block_size / 2, after = a->block_size - 1 - before;
    struct stage stage = {.n_in = 2, .out = in, .block = BLOCK_MAX, .row = corner_rows};

    if (in.type != PX_UINT8 && in.type != PX_FLOAT32)
        return err_usage(e,
                         "%s: %s pixels are not supported; it takes uint8, float32 (put "
                         "`convert-to --type=…` before it)",
                         op, pixel_name(in.type));
    if (a->ksize != SCHARR && a->ksize % 2 != 1)
        return err_usage(e, "%s: --ksize=%d is even; it is odd, or -1 for Scharr", op, a->ksize);
    struct corner *c = corner_new(s, a, respond, e);
    if (!c)
        return false;
    c->border = border.type;
    c->width = in.width;
    c->height = in.height;
    for (int k = 0; k < 2; k++) {
        if (!add_gradient(s, source, k == 0, a, in, k == 0 ? &c->dx : &c->dy, e))
            return false;
        stage.in[k] = (struct stage_input){
            .stage = s->current, .reach = {before, after, before, after}, .border = border};
    }
    stage.out.type = PX_FLOAT32;
    stage.state = c;
    stage.scratch_bytes = scratch_bytes(c);
    stage.patch = patch_corner;
    stage.patch_state = c;
    stage.patch_input = (struct stage_input){
        .stage = source,
        .reach = {before + side, before + side, before + side, before + side},
        .border = border,
    };
    return stages_add(s, &stage, e);
}

static bool prepare_harris(const void *args, struct format in, struct stages *out, struct err *e)
{
    return add_corner("corner-harris", out, args, in, corner_harris, e);
}

static bool prepare_min_eigen_val(const void *args, struct format in, struct stages *out,
                                  struct err *e)
{
    return add_corner("corner-min-eigen-val", out, args, in, corner_min_eigen_val, e);
}

const struct op op_corner_harris = {
    .name = "corner-harris",
    .summary = "Harris's measure of corners, float32",
    .source = "OpenCV imgproc, cornerHarris",
    .example = "--block-size=3",
    .nodata = NODATA_NORMALIZED,
    .params = harris_params,
    .args_size = sizeof(struct args),
    .prepare = prepare_harris,
};

const struct op op_corner_min_eigen_val = {
    .name = "corner-min-eigen-val",
    .summary = "smaller eigenvalue of the gradients' covariance, float32",
    .source = "OpenCV imgproc, cornerMinEigenVal",
    .example = "--block-size=3",
    .nodata = NODATA_NORMALIZED,
    .params = min_eigen_val_params,
    .args_size = sizeof(struct args),
    .prepare = prepare_min_eigen_val,
};
