/* test_kernels.c - row kernels of ops on neighbourhoods, called as the executor calls them.
 * SPDX-License-Identifier: MIT */
#include "ops/gauss_fixed.h"
#include "ops/gauss_kernel.h"
#include "ops/op.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

enum { GUARD = 64, CANARY = 0xa5 };

/* Repeatable noise (Marsaglia's xorshift32). */
static uint32_t noise(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Rows of pixels that touch nothing but memory of their own: n rows from -left to width + right,
 * each allocated by itself, so that a sanitizer sees every step outside. */
struct strip {
    void **memory;
    const void **rows;
    int n;
};

static struct strip strip_new(int n, int left, int right, int width, size_t size)
{
    struct strip s = {calloc((size_t)n, sizeof(void *)), calloc((size_t)n, sizeof(void *)), n};

    for (int i = 0; i < n; i++) {
        s.memory[i] = malloc((size_t)(left + width + right) * size);
        s.rows[i] = (char *)s.memory[i] + (size_t)left * size;
    }
    return s;
}

static void strip_free(struct strip *s)
{
    for (int i = 0; i < s->n; i++)
        free(s->memory[i]);
    free(s->memory);
    free((void *)s->rows);
}

/* Runs a kernel on a strip; the row it gives, to be freed. Checks that it wrote that row only. */
static unsigned char *run(row_kernel *row, const void *state, const struct strip *strip, int width,
                          size_t size, size_t scratch_bytes)
{
    const size_t bytes = (size_t)width * size;
    unsigned char *memory = malloc(bytes + 2 * GUARD);
    void *out = memory + GUARD;
    void *scratch = aligned_alloc(64, (scratch_bytes + 64) / 64 * 64);
    const struct window w = {
        .rows = strip->rows, .outs = &out, .width = width, .height = 1, .scratch = scratch};

    memset(memory, CANARY, bytes + 2 * GUARD);
    row(state, &w);
    for (int i = 0; i < GUARD; i++)
        ck_assert_msg(memory[i] == CANARY && memory[GUARD + bytes + (size_t)i] == CANARY,
                      "written outside the row of %d pixels", width);
    free(scratch);
    memmove(memory, out, bytes);
    return memory;
}

/* --- the Gaussian in fixed point -------------------------------------------------------------- */

/* Noise, or the highest value everywhere, or the two ends of the range. */
static void fill(const struct strip *s, int pixels, enum pixel_type type, int kind, uint32_t *seed)
{
    for (int i = 0; i < s->n; i++)
        for (int x = 0; x < pixels; x++) {
            const uint32_t v = noise(seed) >> 8;
            const uint16 pixel = (uint16)(kind == 0 ? v : kind == 1 || v & 1 ? UINT16_MAX : 0);
            if (type == PX_UINT8)
                ((uint8 *)s->memory[i])[x] = (uint8)pixel;
            else
                ((uint16 *)s->memory[i])[x] = pixel;
        }
}

/* The sums as they are defined: in 64 bits, both directions at once. */
static uint16 gauss_naive(const struct gauss_fixed *g, const struct strip *s, int x)
{
    const int bits = g->type == PX_UINT8 ? 16 : 32;
    uint64_t sum = (uint64_t)1 << (bits - 1);

    for (int i = 0; i < g->y.n; i++)
        for (int j = 0; j < g->x.n; j++) {
            const int at = x + j - g->x.n / 2;
            const uint64_t pixel = g->type == PX_UINT8 ? ((const uint8 *)s->rows[i])[at]
                                                       : ((const uint16 *)s->rows[i])[at];
            sum += (uint64_t)g->x.weights[j] * g->y.weights[i] * pixel;
        }
    return (uint16)(sum >> bits);
}

static void check_gauss(const struct gauss_fixed *g, int width, int kind, uint32_t *seed)
{
    const size_t size = pixel_size(g->type);
    const int reach = g->x.n / 2;
    struct strip s = strip_new(g->y.n, reach, reach, width, size);
    row_kernel *kernels[GAUSS_FIXED_KERNELS];
    const int n = gauss_fixed_kernels(g, kernels);

    fill(&s, width + 2 * reach, g->type, kind, seed);
    for (int k = 0; k < n; k++) {
        unsigned char *out = run(kernels[k], g, &s, width, size, gauss_fixed_scratch(g));
        for (int x = 0; x < width; x += k == 0 ? 1 + width / 16 : 1) {
            const uint16 got = g->type == PX_UINT8 ? out[x] : ((const uint16 *)(void *)out)[x];
            ck_assert_msg(got == gauss_naive(g, &s, x), "%s, %d x %d taps, kernel %d, x %d of %d",
                          pixel_name(g->type), g->x.n, g->y.n, k, x, width);
        }
        free(out);
    }
    strip_free(&s);
}

/* Small sigmas put nearly all weight in the middle, where it no longer fits int16. */
static const struct {
    int n_x, n_y;
    double sigma;
} gaussians[] = {{1, 1, 0},    {3, 3, 0},   {5, 5, 0},  {9, 7, 0},  {3, 5, 0.2}, {7, 3, 0.35},
                 {5, 9, 0.45}, {17, 17, 2}, {13, 1, 2}, {1, 13, 2}, {41, 5, 5},  {101, 3, 30}};

START_TEST(gauss_kernels_equal_the_naive_sum)
{
    static const enum pixel_type types[] = {PX_UINT8, PX_UINT16};
    static const int widths[] = {1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 97};
    uint32_t seed = 1;

    for (size_t i = 0; i < sizeof gaussians / sizeof *gaussians; i++)
        for (int t = 0; t < 2; t++) {
            struct stages s = {0};
            struct err e;
            double x[101], y[101];
            gauss_weights(gaussians[i].n_x, gaussians[i].sigma, x);
            gauss_weights(gaussians[i].n_y, gaussians[i].sigma, y);
            const struct gauss_fixed *g =
                gauss_fixed_new(&s, types[t], gaussians[i].n_x, x, gaussians[i].n_y, y, &e);
            ck_assert_ptr_nonnull(g);
            for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
                for (int kind = 0; kind < 3; kind++)
                    check_gauss(g, widths[w], kind, &seed);
            stages_free(&s);
        }
}
END_TEST

START_TEST(gauss_weights_add_up_to_one)
{
    for (int n = 1; n <= 2001; n += n < 60 ? 2 : 200)
        for (double sigma = 0; sigma < 1000; sigma = sigma * 1.7 + 0.1)
            for (int bits = 8; bits <= 16; bits += 8) {
                double weights[2001];
                uint32_t fixed[2001], sum = 0;
                gauss_weights(n, sigma, weights);
                gauss_weights_fixed(n, weights, bits, fixed);
                for (int i = 0; i < n; i++)
                    sum += fixed[i];
                ck_assert_uint_eq(sum, 1U << bits);
                ck_assert_uint_eq(fixed[n / 2] % 2, 0);
                for (int i = 0; i < n; i++)
                    ck_assert_uint_le(fixed[i], 1U << bits);
            }
}
END_TEST

/* --- all stages of an op ---------------------------------------------------------------------- */

enum { MAX_ARGS = 6 };

static struct stages prepared(const char *const words[MAX_ARGS], enum pixel_type type)
{
    const struct stage scene = {.out = {type, 1, 1000, 1000}};
    struct stages s = {0};
    struct err e;
    int n = 0;

    while (n < MAX_ARGS - 1 && words[1 + n])
        n++;
    ck_assert(stages_add(&s, &scene, &e));
    ck_assert_msg(op_prepare(words[0], n, words + 1, &s, &e), "%s", e.text);
    return s;
}

/* By the 0-1 principle a network of minima and maxima that is right for all images of zeros and
 * ones is right for all. As columns are sorted first, only their numbers of ones matter. */
static void check_median(int side, int n_windows)
{
    const char *const words[MAX_ARGS] = {"median-blur", side == 3 ? "--ksize=3" : "--ksize=5"};
    struct stages s = prepared(words, PX_UINT8);
    const struct stage *stage = &s.list[1];
    struct strip strip = strip_new(side, side / 2, side / 2, side, 1);

    for (int i = 0; i < n_windows; i++) {
        int ones = 0;
        for (int x = 0, rest = i; x < 2 * side - 1; x++, rest /= side + 1) {
            const int in_column = x < side ? rest % (side + 1) : 0;
            ones += in_column;
            for (int y = 0; y < side; y++)
                ((uint8 *)strip.memory[y])[x] = (y * (1 + i % (side - 1)) + i) % side < in_column;
        }
        unsigned char *out = run(stage->row, stage->state, &strip, side, 1, stage->scratch_bytes);
        ck_assert_msg(out[0] == (ones > side * side / 2), "window %d of side %d", i, side);
        free(out);
    }
    strip_free(&strip);
    stages_free(&s);
}

START_TEST(median_is_right_for_every_window_of_zeros_and_ones)
{
    check_median(3, 4 * 4 * 4);
    check_median(5, 6 * 6 * 6 * 6 * 6);
}
END_TEST

/* Along y, the constant outside is what the filter along x makes of a row of it. Short kernels are
 * one stage and need none of it. */
START_TEST(separable_filters_carry_the_border_constant_to_their_second_stage)
{
    static const char *const along_x[MAX_ARGS] = {"sobel", "--border-type=constant",
                                                  "--border-value=7", "--ksize=11"};
    static const char *const smooth[MAX_ARGS] = {"gaussian-blur", "--border-type=constant",
                                                 "--border-value=7", "--ksize=1x11"};
    struct stages x = prepared(along_x, PX_UINT16), y = prepared(smooth, PX_FLOAT64);

    ck_assert_double_eq(x.list[1].in[0].border.value, 7);
    ck_assert_double_eq(x.list[2].in[0].border.value, 0);
    ck_assert_double_eq(y.list[2].in[0].border.value, 7);
    stages_free(&x);
    stages_free(&y);
}
END_TEST

static const char *const ops_and_args[][MAX_ARGS] = {
    {"gaussian-blur", "--sigma-x=1.5"},
    {"gaussian-blur", "--ksize=3x5", "--border-type=constant"},
    {"blur", "--ksize=3"},
    {"blur", "--ksize=1"},
    {"blur", "--ksize=31x2", "--anchor=30,0"},
    {"blur", "--ksize=300x200"},
    {"median-blur", "--ksize=3"},
    {"median-blur", "--ksize=5"},
    {"box-filter", "--ksize=17x20", "--normalize=false", "--ddepth=float64"},
    {"sqr-box-filter", "--ksize=5x16"},
    {"sobel"},
    {"sobel", "--ksize=7", "--scale=0.3", "--delta=7"},
    {"sobel", "--ksize=-1", "--ddepth=float64"},
    {"sobel", "--ksize=11"},
    {"sobel", "--magnitude"},
    {"scharr"},
    {"laplacian"},
    {"laplacian", "--ksize=5"},
    {"filter-2d", "--kernel=0,-1,0;-1,5,-1;0,-1,0"},
    {"filter-2d", "--kernel=0.3,0,1,2;-1,5.5,-1,3", "--anchor=3,1"},
    {"sep-filter-2d", "--kernel-x=1,2,3,4", "--kernel-y=0.5,-1", "--anchor=0,1"},
    {"erode", "--ksize=1"},
    {"dilate", "--ksize=6x3", "--anchor=0,2", "--iterations=3"},
    {"erode", "--ksize=9x7", "--shape=ellipse"},
    {"dilate", "--kernel=1,0,1;0,0,1;1,1,1", "--anchor=0,1"},
    {"morphology-ex", "--op=tophat"},
    {"morphology-ex", "--op=gradient", "--ksize=9x1"},
};

/* A stage computes a row as a whole and in two pieces; the bytes are the same. */
static void check_stage(const struct stages *s, const struct stage *stage, int width,
                        uint32_t *seed)
{
    const struct reach *r = &stage->in[0].reach;
    const size_t in_size = pixel_size(s->list[stage->in[0].stage].out.type);
    const size_t size = pixel_size(stage->out.type);
    const int n_rows = stage->n_in == 2 ? 2 : r->up + r->down + 1;
    const int cut = width / 3;
    struct strip strip = strip_new(n_rows, r->left, r->right, width, in_size);

    for (int i = 0; i < n_rows; i++)
        for (int x = 0; x < r->left + width + r->right; x++)
            pixel_store(s->list[stage->in[0].stage].out.type, noise(seed) >> 17,
                        (char *)strip.memory[i] + (size_t)x * in_size);
    unsigned char *all = run(stage->row, stage->state, &strip, width, size, stage->scratch_bytes);
    unsigned char *left = run(stage->row, stage->state, &strip, cut, size, stage->scratch_bytes);
    for (int i = 0; i < n_rows; i++)
        strip.rows[i] = (const char *)strip.rows[i] + (size_t)cut * in_size;
    unsigned char *right =
        run(stage->row, stage->state, &strip, width - cut, size, stage->scratch_bytes);
    ck_assert_mem_eq(all, left, (size_t)cut * size);
    ck_assert_mem_eq(all + (size_t)cut * size, right, (size_t)(width - cut) * size);
    free(all);
    free(left);
    free(right);
    strip_free(&strip);
}

START_TEST(kernels_keep_inside_their_row_and_do_not_depend_on_its_start)
{
    uint32_t seed = 7;

    for (size_t i = 0; i < sizeof ops_and_args / sizeof *ops_and_args; i++)
        for (int t = 0; t < PX_N_KERNEL_TYPES; t++) {
            const enum pixel_type type = (enum pixel_type)t;
            const bool filter = op_find(ops_and_args[i][0])->nodata == NODATA_NORMALIZED &&
                                strcmp(ops_and_args[i][0], "blur") != 0;
            const bool magnitude = ops_and_args[i][1] && strstr(ops_and_args[i][1], "magnitude");
            if ((filter && (type == PX_UINT32 || type == PX_INT32)) ||
                (magnitude && type == PX_FLOAT64))
                continue;
            struct stages s = prepared(ops_and_args[i], type);
            for (int k = 1; k < s.n; k++)
                for (int width = 3; width <= 300; width += width < 70 ? 13 : 97)
                    check_stage(&s, &s.list[k], width, &seed);
            check_stage(&s, &s.list[s.n - 1], STRIP_MAX, &seed);
            stages_free(&s);
        }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        gauss_kernels_equal_the_naive_sum,
        gauss_weights_add_up_to_one,
        median_is_right_for_every_window_of_zeros_and_ones,
        separable_filters_carry_the_border_constant_to_their_second_stage,
        kernels_keep_inside_their_row_and_do_not_depend_on_its_start,
    };

    return UNIT_RUN("kernels", tests);
}
