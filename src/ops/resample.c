/* resample.c - which input pixels an output pixel of an axis is made of, and by what weights.
 *
 * The numbers are OpenCV's: positions in float32, weights rounded where it rounds them.
 * SPDX-License-Identifier: MIT */
#include "ops/resample.h"

#include <math.h>

enum { LINEAR_TAPS = 2, CUBIC_TAPS = 4, LANCZOS_TAPS = 8, FIXED_ONE = 2048 };

/* --- weights of a position f between two pixels ----------------------------------------------- */

static void cubic_weights(float f, float *w)
{
    const float a = -0.75F, g = 1 - f;

    w[0] = ((a * (f + 1) - 5 * a) * (f + 1) + 8 * a) * (f + 1) - 4 * a;
    w[1] = ((a + 2) * f - (a + 3)) * f * f + 1;
    w[2] = ((a + 2) * g - (a + 3)) * g * g + 1;
    w[3] = 1 - w[0] - w[1] - w[2];
}

/* The sines of the eight distances come from that of the first one, turned by quarters of pi. A
 * distance of nothing gets so large a weight that it alone counts, but for traces of the others
 * that OpenCV's results show in floats. */
static void lanczos_weights(float f, float *w)
{
    const double q = 0.70710678118654752440084436210485;
    const double turns[LANCZOS_TAPS][2] = {{1, 0},  {-q, -q}, {0, 1},  {q, -q},
                                           {-1, 0}, {q, q},   {0, -1}, {-q, q}};
    const double y0 = -(double)(f + 3) * M_PI * 0.25, sine = sin(y0), cosine = cos(y0);
    float sum = 0;

    for (int i = 0; i < LANCZOS_TAPS; i++) {
        const float distance = f + 3 - (float)i;
        const double y = -(double)distance * M_PI * 0.25;
        w[i] = fabsf(distance) < 1e-6F
                   ? 1e30F
                   : (float)((turns[i][0] * sine + turns[i][1] * cosine) / (y * y));
        sum += w[i];
    }
    sum = 1 / sum;
    for (int i = 0; i < LANCZOS_TAPS; i++)
        w[i] *= sum;
}

/* --- axes ------------------------------------------------------------------------------------- */

/* Where output pixel i lies: *f after input pixel *at. */
static void find_position(const struct axis_rule *rule, double scale, int64_t i, int64_t *at,
                          float *f)
{
    if (rule->enlarges) {
        *at = (int64_t)floor((double)i * scale);
        *f = (float)((double)(i + 1) - (double)(*at + 1) * rule->factor);
        *f = *f <= 0 ? 0 : *f - floorf(*f);
    } else {
        *f = (float)(((double)i + 0.5) * scale - 0.5);
        *at = (int64_t)floorf(*f);
        *f -= (float)*at;
    }
}

static void interpolate(const struct axis_rule *rule, struct axis *a, int64_t i)
{
    float f, *w = a->weights + i * a->taps;
    int64_t at;

    find_position(rule, a->scale, i, &at, &f);
    a->count[i] = a->taps;
    if (rule->is_x && a->taps == LINEAR_TAPS && (at < 0 || at >= a->in - 1)) {
        at = axis_clamp(a, at);
        f = 0;
        if (at == a->in - 1)
            a->count[i] = 1; /* past the last pixel, there is none to add, not even 0 times */
    }
    a->first[i] = (int)(at - a->taps / 2 + 1);
    if (a->taps == LINEAR_TAPS) {
        w[0] = 1 - f;
        w[1] = f;
    } else if (a->taps == CUBIC_TAPS) {
        cubic_weights(f, w);
    } else {
        lanczos_weights(f, w);
    }
    for (int k = 0; rule->fixed && k < a->taps; k++)
        w[k] = rintf(w[k] * FIXED_ONE);
}

/* What part of each pixel lies in the cell of an output pixel; less than a thousandth is left
 * out. */
static void share_out(struct axis *a, int64_t i)
{
    const double start = (double)i * a->scale, end = start + a->scale;
    const double width = fmin(a->scale, (double)a->in - start);
    const int64_t last = (int64_t)fmin(floor(end), (double)a->in - 1);
    const int64_t first = (int64_t)fmin(ceil(start), (double)last);
    float *w = a->weights + i * a->taps;
    int n = 0;

    a->first[i] = (int)first;
    if ((double)first - start > 1e-3) {
        a->first[i]--;
        w[n++] = (float)(((double)first - start) / width);
    }
    for (int64_t k = first; k < last; k++)
        w[n++] = (float)(1 / width);
    if (end - (double)last > 1e-3)
        w[n++] = (float)(fmin(fmin(end - (double)last, 1), width) / width);
    a->count[i] = n;
}

static int count_taps(const struct axis_rule *rule, double scale)
{
    if (rule->interpolation == RESIZE_CUBIC)
        return CUBIC_TAPS;
    if (rule->interpolation == RESIZE_LANCZOS4)
        return LANCZOS_TAPS;
    if (rule->interpolation == RESIZE_AREA && !rule->enlarges)
        return (int)fmin(ceil(scale), (double)rule->in) + 2;
    return LINEAR_TAPS;
}

const struct axis *axis_new(struct stages *s, const struct axis_rule *rule, struct err *e)
{
    struct axis *a = stages_state(s, sizeof *a, e);
    size_t n_weights;

    if (!a)
        return NULL;
    *a = (struct axis){rule->in, rule->out, 1 / rule->factor, .unit = 1};
    a->taps = count_taps(rule, a->scale);
    if (__builtin_mul_overflow((size_t)a->out, (size_t)a->taps, &n_weights) ||
        n_weights > SIZE_MAX / sizeof *a->weights) {
        err_set(e, "%lld sums of %d pixels cannot be held in memory", (long long)a->out, a->taps);
        return NULL;
    }
    a->first = stages_state(s, (size_t)a->out * sizeof *a->first, e);
    a->count = a->first ? stages_state(s, (size_t)a->out * sizeof *a->count, e) : NULL;
    a->weights = a->count ? stages_state(s, n_weights * sizeof *a->weights, e) : NULL;
    if (!a->weights)
        return NULL;
    if (rule->fixed)
        a->unit = 1.0F / FIXED_ONE;
    for (int64_t i = 0; i < a->out; i++)
        if (rule->interpolation == RESIZE_AREA && !rule->enlarges)
            share_out(a, i);
        else
            interpolate(rule, a, i);
    return a;
}

void axis_need(const struct axis *a, int64_t *from, int64_t *to)
{
    const int64_t last = *to - 1, below = axis_clamp(a, a->first[*from]);
    const int64_t above = axis_clamp(a, (int64_t)a->first[last] + a->count[last] - 1);
    const int64_t start = axis_centre(a, *from), end = axis_centre(a, last);

    *from = below < start ? below : start;
    *to = (above > end ? above : end) + 1;
}
