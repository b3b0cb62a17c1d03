/* box.c - sums and means over boxes: which sums, how they become pixels, and the stage.
 * SPDX-License-Identifier: MIT */
#include "ops/box.h"

#include "box_kernels.h"
#include "ops/linear.h"
#include "ops/row_blocks.h"
#include "ops/saturate.h"

/* --- from sums to pixels ---------------------------------------------------------------------- */

#define BOX_FINISH(NAME, W, T, RESULT)                                                             \
    SIMD static void box_finish_##NAME##_##T(const struct box_kernel *k, const void *restrict a_,  \
                                             const void *restrict b_, const void *restrict c_,     \
                                             void *restrict out_, int n)                           \
    {                                                                                              \
        const W *a = a_, *b = b_, *c = c_;                                                         \
        T *out = out_;                                                                             \
        const double scale = k->scale;                                                             \
        const float scale_f = (float)scale;                                                        \
        const uint32 addend = k->addend, factor = k->factor;                                       \
                                                                                                   \
        (void)scale_f, (void)addend, (void)factor;                                                 \
        IN_ROW_BLOCKS(x, n, {                                                                      \
            const W s = (W)(a[x] + b[x] + c[x]);                                                   \
            out[x] = RESULT;                                                                       \
        });                                                                                        \
    }

/* The mean of two 255 comes out as 256. */
static inline uint8 at_most_255(uint32 v)
{
    return v < UINT8_MAX ? (uint8)v : UINT8_MAX;
}

/* OpenCV's ways: means of small boxes of uint8 by a fixed-point factor; of other integers whose
 * sums fit int32 in float; of all else in double. */
BOX_FINISH(fixed, uint16, uint8, at_most_255(((uint32)s + addend) * factor >> 23))
#define BOX_FLOAT(T) BOX_FINISH(float, int32, T, saturate_##T((float)s *scale_f))
FOR_EACH_PIXEL_TYPE(BOX_FLOAT)
#define BOX_DOUBLE(T) BOX_FINISH(double, int32, T, saturate_##T##_d(s *scale))
FOR_EACH_PIXEL_TYPE(BOX_DOUBLE)
#define BOX_DOUBLES(T) BOX_FINISH(doubles, float64, T, saturate_##T##_d(s *scale))
FOR_EACH_PIXEL_TYPE(BOX_DOUBLES)

typedef void finish_sums(const struct box_kernel *k, const void *a, const void *b, const void *c,
                         void *out, int n);
#define FLOAT(T) box_finish_float_##T,
#define DOUBLE(T) box_finish_double_##T,
#define DOUBLES(T) box_finish_doubles_##T,
static finish_sums *const in_float[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(FLOAT)};
static finish_sums *const in_double[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(DOUBLE)};
static finish_sums *const of_doubles[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(DOUBLES)};

/* --- which sums ------------------------------------------------------------------------------- */

enum { SMALL_AREA = 256 };

/* The largest area for which OpenCV takes means in int32. */
static const int64_t most_area[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = 1 << 23,
    [PX_UINT16] = 1 << 15,
    [PX_INT16] = 1 << 16,
};

/* The factor is 2^23 / area, rounded; the addend makes up for what rounding it changed. */
static void set_factor(struct box_kernel *k, int area)
{
    const double factor = (double)(1 << 23) / area, whole = floor(factor);
    const bool down = factor - whole < 0.5;

    k->factor = (uint32)whole + !down;
    k->addend = (uint32)(area / 2 + (down && area > 1));
}

/* The largest sum there can be. */
static double largest_sum(const struct box *b, enum pixel_type in)
{
    const double most = fmax(pixel_highest(in), -pixel_lowest(in));

    return (b->squares ? most * most : most) * b->ksize.width * b->ksize.height;
}

/* By how much exponents of float32 (24 bits) may differ if sums over the area are to be exact in
 * double (53 bits). */
static int exact_bits(int64_t area)
{
    int bits = 0;

    while ((int64_t)1 << bits < area)
        bits++;
    return 53 - 24 - bits;
}

static row_kernel *choose(struct box_kernel *k, const struct box *b, enum pixel_type in,
                          enum box_sums *sums, bool *exact)
{
    const int64_t area = (int64_t)b->ksize.width * b->ksize.height;
    const double largest = largest_sum(b, in);

    *exact = true;
    k->exact_bits = exact_bits(area);
    if (in == PX_UINT8 && b->out == PX_UINT8 && area <= SMALL_AREA && b->normalize && !b->squares) {
        *sums = BOX_UINT16;
        k->finish = box_finish_fixed_uint8;
        set_factor(k, (int)area);
        return box_exact_uint16;
    }
    *sums = BOX_INT32;
    if (box_rows(*sums, b->squares, in) && largest <= 0x1p31 &&
        (!b->normalize || b->squares || area <= most_area[in])) {
        const bool as_float = b->normalize && b->out != PX_FLOAT64;
        k->finish = (as_float ? in_float : in_double)[b->out];
        return box_exact_int32;
    }
    *sums = BOX_FLOAT64;
    k->finish = of_doubles[b->out];
    *exact = !pixel_is_float(in) && largest <= 0x1p53;
    return *exact ? box_exact_float64 : in == PX_FLOAT32 && !b->squares ? box_float32 : box_fresh;
}

/* --- pixels outside the data ------------------------------------------------------------------ */

struct squares_patch {
    int width, height, left, up;
    double scale;
};

static bool patch_squares(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                          double *results)
{
    const struct squares_patch *p = state;
    const double area = (double)p->width * p->height;
    bool misses = false;

    for (int b = 0; b < v->bands; b++) {
        double sum = 0, n = 0, value;
        for (int64_t j = y - p->up; j < y - p->up + p->height; j++)
            for (int64_t i = x - p->left; i < x - p->left + p->width; i++)
                if (patch_pixel(v, b, i, j, &value)) {
                    sum += value * value;
                    n++;
                }
        if (n == 0) { /* the pixel itself stands for those around it */
            patch_pixel(v, b, x, y, &value);
            sum = value * value;
        }
        misses |= n < area;
        results[b] = sum * (area / fmax(n, 1)) * p->scale;
    }
    return misses;
}

static bool correct_squares(struct stages *s, struct stage *stage, const struct box_kernel *k,
                            struct err *e)
{
    struct squares_patch *p = stages_state(s, sizeof *p, e);

    if (!p)
        return false;
    *p = (struct squares_patch){k->width, k->height, k->left, stage->in[0].reach.up, k->scale};
    stage->patch = patch_squares;
    stage->patch_state = p;
    stage->patch_input = stage->in[0];
    return true;
}

static bool correct_sums(struct stages *s, struct stage *stage, const struct box_kernel *k,
                         struct err *e)
{
    const int n = k->width > k->height ? k->width : k->height;
    double *const weights = stages_state(s, 2 * (size_t)n * sizeof *weights, e);

    if (!weights)
        return false;
    for (int i = 0; i < n; i++) {
        weights[i] = 1;
        weights[n + i] = k->scale;
    }
    const struct linear f = {.n_x = k->width,
                             .n_y = k->height,
                             .left = k->left,
                             .up = stage->in[0].reach.up,
                             .x = weights,
                             .y = weights + n};
    return linear_correct(s, stage, &stage->in[0], &f, e);
}

/* --- the stage -------------------------------------------------------------------------------- */

static bool check_type(const char *op, enum pixel_type type, struct err *e)
{
    return type < PX_N_KERNEL_TYPES ||
           err_usage(e,
                     "%s: %s pixels are not supported; it takes and makes all types of up to 32 "
                     "bits and float64",
                     op, pixel_name(type));
}

bool box_add(struct stages *s, const struct box *b, struct format in, struct err *e)
{
    enum box_sums sums;
    bool exact;
    struct stage stage = {
        .in = {{.stage = s->current, .border = b->border}},
        .n_in = 1,
        .out = in,
        .block = BLOCK_MAX,
    };

    if (!check_type(s->op_name, in.type, e) || !check_type(s->op_name, b->out, e) ||
        !reach_around(&stage.in[0].reach, s->op_name, b->ksize, b->anchor, e))
        return false;
    struct box_kernel *k = stages_state(s, sizeof *k, e);
    const void *const zeros = k ? stages_state(s, BOX_TILE * sizeof(double), e) : NULL;
    if (!zeros)
        return false;
    *k = (struct box_kernel){
        .zeros = zeros,
        .width = b->ksize.width,
        .height = b->ksize.height,
        .left = stage.in[0].reach.left,
        .pixel = pixel_size(in.type),
        .out_pixel = pixel_size(b->out),
        .scale = b->normalize ? 1 / ((double)b->ksize.width * b->ksize.height) : 1,
    };
    stage.out.type = b->out;
    stage.row = choose(k, b, in.type, &sums, &exact);
    stage.state = k;
    k->rows = box_rows(sums, b->squares, in.type);
    stage.scratch_bytes = box_scratch(k, sums, exact);
    return (b->squares ? correct_squares : correct_sums)(s, &stage, k, e) &&
           stages_add(s, &stage, e);
}
