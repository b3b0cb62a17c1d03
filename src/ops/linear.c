/* linear.c - weighted sums near pixels outside the data.
 * SPDX-License-Identifier: MIT */
#include "ops/linear.h"

#include <string.h>

static const double *copy(struct stages *s, const double *v, size_t n, struct err *e)
{
    double *own = stages_state(s, n * sizeof *own, e);

    if (own)
        memcpy(own, v, n * sizeof *own);
    return own;
}

const struct linear *linear_new(struct stages *s, const struct linear *f, struct err *e)
{
    const size_t n_x = (size_t)f->n_x, n_y = (size_t)f->n_y;
    struct linear *own = stages_state(s, sizeof *own, e);

    if (!own)
        return NULL;
    *own = *f;
    if (f->weights) {
        own->weights = copy(s, f->weights, n_x * n_y, e);
        return own->weights ? own : NULL;
    }
    own->x = copy(s, f->x, n_x, e);
    own->y = own->x ? copy(s, f->y, n_y, e) : NULL;
    return own->y ? own : NULL;
}

bool linear_patch(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                  double *results)
{
    const struct linear *f = state;
    bool misses = false;

    for (int b = 0; b < v->bands; b++) {
        struct linear_sum s = {0};
        double middle;
        patch_pixel(v, b, x, y, &middle);
        for (int j = 0; j < f->n_y; j++)
            for (int i = 0; i < f->n_x; i++)
                linear_add(&s, v, b, x + i - f->left, y + j - f->up,
                           f->weights ? f->weights[j * f->n_x + i] : f->x[i] * f->y[j]);
        results[b] = linear_total(&s, middle) + f->delta;
        misses |= s.misses;
    }
    return misses;
}

bool linear_correct(struct stages *s, struct stage *stage, const struct stage_input *input,
                    const struct linear *f, struct err *e)
{
    stage->patch = linear_patch;
    stage->patch_state = linear_new(s, f, e);
    stage->patch_input = *input;
    return stage->patch_state != NULL;
}
