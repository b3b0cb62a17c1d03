/* separable.c - OpenCV's separable filter: the stages and their states.
 *
 * Short kernels are one stage, long ones a stage for each direction.
 * SPDX-License-Identifier: MIT */
#include "ops/separable.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Up to here one stage is faster; two filters at once are always one stage. Along y, long kernels
 * make fewer rows at once, so that those they look at stay in the level-1 cache. */
enum { SHORT_MOST = 9, LONG_BLOCK = 16 };

/* --- what to compute in ---------------------------------------------------------------------- */

static enum form form_of(const double *weights, int n, int before)
{
    bool sym = true, asym = true;

    if (n != 2 * before + 1)
        return GENERAL;
    for (int i = 0; i <= n / 2; i++) {
        sym &= weights[i] == weights[n - 1 - i];
        asym &= weights[i] == -weights[n - 1 - i];
    }
    return sym ? SYM : asym ? ASYM : GENERAL;
}

/* The sum of absolute weights; infinite when one is no whole number. */
static double whole_sum(const double *weights, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += weights[i] == rint(weights[i]) ? fabs(weights[i]) : INFINITY;
    return sum;
}

void separable_choose_work(struct separable *f, enum pixel_type in)
{
    double most = 0;
    bool centred = true;

    for (int i = 0; i < f->n_kernels; i++) {
        const struct linear *k = &f->kernel[i];
        most += UINT8_MAX * whole_sum(k->x, k->n_x) * whole_sum(k->y, k->n_y);
        centred &=
            form_of(k->x, k->n_x, k->left) != GENERAL && form_of(k->y, k->n_y, k->up) != GENERAL;
    }
    f->work = row_work(in, f->sums);
    if (in != PX_UINT8 || !isfinite(most))
        return;
    /* here OpenCV computes in integers */
    const bool integers = centred && f->sums == PX_INT16;
    for (int i = 0; integers && i < f->n_kernels; i++)
        f->kernel[i].delta = rint(f->kernel[i].delta);
    const double delta = f->kernel[0].delta;
    if (delta == rint(delta) && most + fabs(delta) <= INT16_MAX &&
        (f->finish ? f->finish[INT16] != NULL : row_narrows(INT16, f->out)))
        f->work = INT16;
    else if (integers && most + fabs(delta) >= 1 << 24)
        f->work = FLOAT64;
}

/* --- the states ------------------------------------------------------------------------------- */

static bool make_taps(struct stages *s, struct taps *taps, const double *weights, int n, int before,
                      enum work work, struct err *e)
{
    const size_t size = pixel_size(work_types[work]);
    char *copy = stages_state(s, (size_t)n * size, e);

    if (!copy)
        return false;
    for (int i = 0; i < n; i++)
        pixel_store(work_types[work], weights[i], copy + (size_t)i * size);
    *taps = (struct taps){
        .n = n, .before = before, .form = form_of(weights, n, before), .weights = copy};
    return true;
}

static struct separable_rows *rows_new(struct stages *s, const struct separable *f,
                                       enum pixel_type in, struct err *e)
{
    struct separable_rows *rows = stages_state(s, sizeof *rows, e);

    if (!rows)
        return NULL;
    *rows = (struct separable_rows){
        .in = in,
        .out = f->out,
        .work = f->work,
        .n_filters = f->n_kernels,
        .delta = f->kernel[0].delta,
        .widen = row_widen[f->work][in],
        .narrow = f->finish ? NULL : row_narrow[f->work][f->out],
        .finish = f->finish ? f->finish[f->work] : NULL,
        .finish_state = f->finish_state,
    };
    for (int i = 0; i < f->n_kernels; i++) {
        const struct linear *k = &f->kernel[i];
        struct taps *y = &rows->y[i];
        if (!make_taps(s, &rows->x[i], k->x, k->n_x, k->left, f->work, e) ||
            !make_taps(s, y, k->y, k->n_y, k->up, f->work, e))
            return NULL;
        if (y->form == SYM && y->n == 3 && k->y[0] == 1 && fabs(k->y[1]) == 2 &&
            f->work == FLOAT32 && f->out == PX_FLOAT32)
            y->form = BINOMIAL;
    }
    return rows;
}

/* Along y, what lies outside the scene is what the first stage makes of a row of constants. */
static bool border_along_y(struct border *border, const struct separable_rows *rows, struct err *e)
{
    const struct taps *x = &rows->x[0];

    if (border->type != BORDER_CONSTANT)
        return true;
    char *constants = memory_raw((size_t)x->n, sizeof(double), e);
    void *scratch = memory_raw(1, separable_scratch(rows), e);
    if (constants && scratch) {
        const void *pixel = constants + (size_t)x->before * pixel_size(rows->in);
        double sum;
        void *out = &sum;
        pixel_fill(rows->in, border->value, constants, (size_t)x->n);
        separable_along_x(
            rows, &(struct window){
                      .rows = &pixel, .outs = &out, .width = 1, .height = 1, .scratch = scratch});
        border->value = pixel_load(work_types[rows->work], out, 0);
    }
    free(constants);
    free(scratch);
    return constants && scratch;
}

/* --- the stages ------------------------------------------------------------------------------- */

/* The last stage of the filter, whose input as a whole is `input`. */
static bool add_last(struct stages *s, struct stage *stage, const struct stage_input *input,
                     const struct separable *f, struct err *e)
{
    stage->patch = f->patch;
    stage->patch_state = f->patch_state;
    stage->patch_input = *input;
    return (f->patch || linear_correct(s, stage, input, &f->kernel[0], e)) &&
           stages_add(s, stage, e);
}

bool separable_add(struct stages *s, const struct separable *f, struct format in, struct err *e)
{
    const struct linear *k = &f->kernel[0];
    const struct reach reach = {
        .left = k->left, .right = k->n_x - 1 - k->left, .up = k->up, .down = k->n_y - 1 - k->up};
    const struct stage_input input = {.stage = s->current, .reach = reach, .border = f->border};
    const struct separable_rows *rows = rows_new(s, f, in.type, e);
    struct stage stage = {.in = {input}, .n_in = 1, .out = in, .state = rows};

    if (!rows)
        return false;
    stage.scratch_bytes = separable_scratch(rows);
    if (f->n_kernels > 1 || k->n_y <= SHORT_MOST) {
        stage.out.type = f->out;
        stage.row = separable_fused;
        stage.block = BLOCK_MAX;
        return add_last(s, &stage, &input, f, e);
    }
    struct border border_y = f->border;
    stage.block = LONG_BLOCK;
    stage.row = separable_along_x;
    stage.in[0].reach.up = stage.in[0].reach.down = 0;
    stage.out.type = work_types[f->work];
    if (!border_along_y(&border_y, rows, e) || !stages_add(s, &stage, e))
        return false;
    stage.in[0] = (struct stage_input){
        .stage = s->current, .reach = {.up = reach.up, .down = reach.down}, .border = border_y};
    stage.row = separable_along_y;
    stage.out.type = f->out;
    return add_last(s, &stage, &input, f, e);
}
