/* separable.c - OpenCV's separable filter in floating point: the stages and their states.
 * SPDX-License-Identifier: MIT */
#include "ops/separable.h"

#include "base/memory.h"
#include "ops/separable_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum pixel_type work_types[N_WORKS] = {PX_FLOAT32, PX_FLOAT64};

static enum work work_for(enum pixel_type in, enum pixel_type out)
{
    return in == PX_FLOAT64 || out == PX_FLOAT64 ? FLOAT64 : FLOAT32;
}

bool separable_takes(const char *op, enum pixel_type in, enum pixel_type out, struct err *e)
{
    char possible[200] = "";

    if (!op_takes(op, separable_along_x[FLOAT64], in, e))
        return false;
    if (out < PX_N_KERNEL_TYPES && separable_along_x[work_for(in, out)][in] &&
        separable_along_y[work_for(in, out)][out])
        return true;
    for (int t = 0; t < PX_N_KERNEL_TYPES; t++)
        if (separable_along_y[work_for(in, (enum pixel_type)t)][t]) {
            const size_t used = strlen(possible);
            snprintf(possible + used, sizeof possible - used, "%s%s", used ? ", " : "",
                     pixel_name((enum pixel_type)t));
        }
    return err_usage(e, "%s: --ddepth=%s cannot be had from %s pixels; there are %s", op,
                     pixel_name(out), pixel_name(in), possible);
}

static enum form form_of(const double *weights, int n)
{
    bool sym = true, asym = true;

    for (int i = 0; i <= n / 2; i++) {
        sym &= weights[i] == weights[n - 1 - i];
        asym &= weights[i] == -weights[n - 1 - i];
    }
    return sym ? SYM : asym ? ASYM : GENERAL;
}

static bool all_whole(const double *weights, int n, double *sum)
{
    *sum = 0;
    for (int i = 0; i < n; i++) {
        if (weights[i] != rint(weights[i]))
            return false;
        *sum += fabs(weights[i]);
    }
    return true;
}

/* From uint8 to int16 with whole weights, OpenCV computes in integers. Floating point that never
 * leaves the whole numbers it can hold gives the same. */
static bool in_integers(const struct separable *f, struct format in, enum work *work)
{
    double sum_x, sum_y;

    if (in.type != PX_UINT8 || f->out != PX_INT16 || !all_whole(f->x, f->n_x, &sum_x) ||
        !all_whole(f->y, f->n_y, &sum_y))
        return false;
    if (UINT8_MAX * sum_x * sum_y + fabs(f->delta) >= 1 << 24)
        *work = FLOAT64;
    return true;
}

static struct taps *taps_new(struct stages *s, const double *weights, int n, enum work work,
                             struct err *e)
{
    struct taps *taps = stages_state(s, sizeof *taps, e);
    void *copy = stages_state(s, (size_t)n * sizeof(double), e);

    if (!taps || !copy)
        return NULL;
    for (int i = 0; i < n; i++)
        pixel_store(work_types[work], weights[i],
                    (char *)copy + (size_t)i * pixel_size(work_types[work]));
    *taps = (struct taps){.n = n, .form = form_of(weights, n), .weights = copy};
    return taps;
}

/* Along y, what lies outside the scene is what the first stage makes of a row of constants. */
static bool border_along_y(struct border *border, row_kernel *row, const struct taps *taps,
                           enum pixel_type in, enum work work, struct err *e)
{
    if (border->type != BORDER_CONSTANT)
        return true;
    char *constants = memory_raw((size_t)taps->n, sizeof(double), e);
    void *scratch = memory_raw(1, SEPARABLE_SCRATCH(taps->n), e);
    if (constants && scratch) {
        const void *middle = constants + (size_t)(taps->n / 2) * pixel_size(in);
        float narrow;
        double wide;
        void *out = work == FLOAT32 ? (void *)&narrow : (void *)&wide;
        pixel_fill(in, border->value, constants, (size_t)taps->n);
        row(taps, &(struct window){
                      .rows = &middle, .outs = &out, .width = 1, .height = 1, .scratch = scratch});
        border->value = work == FLOAT32 ? (double)narrow : wide;
    }
    free(constants);
    free(scratch);
    return constants && scratch;
}

/* One direction; reach has one side of it. */
static bool add_stage(struct stages *s, row_kernel *row, const struct taps *taps, struct format out,
                      struct reach reach, struct border border, struct err *e)
{
    const struct stage stage = {
        .in = {{.stage = s->current, .reach = reach, .border = border}},
        .n_in = 1,
        .out = out,
        .row = row,
        .state = taps,
        .scratch_bytes = SEPARABLE_SCRATCH(taps->n),
    };

    return stages_add(s, &stage, e);
}

bool separable_add(struct stages *s, const struct separable *f, struct format in, struct err *e)
{
    enum work work = work_for(in.type, f->out);
    const bool whole = in_integers(f, in, &work);
    struct taps *x = taps_new(s, f->x, f->n_x, work, e);
    struct taps *y = taps_new(s, f->y, f->n_y, work, e);
    struct format between = in, out = in;
    struct border border_y = f->border;
    row_kernel *row = separable_along_x[work][in.type];
    const int reach_x = f->n_x / 2, reach_y = f->n_y / 2;

    if (!x || !y || !border_along_y(&border_y, row, x, in.type, work, e))
        return false;
    y->delta = whole ? rint(f->delta) : f->delta;
    if (y->form == SYM && f->n_y == 3 && f->y[0] == 1 && fabs(f->y[1]) == 2 && work == FLOAT32 &&
        f->out == PX_FLOAT32)
        y->form = BINOMIAL;
    between.type = work_types[work];
    out.type = f->out;
    return add_stage(s, row, x, between, (struct reach){.left = reach_x, .right = reach_x},
                     f->border, e) &&
           add_stage(s, separable_along_y[work][f->out], y, out,
                     (struct reach){.up = reach_y, .down = reach_y}, border_y, e);
}
