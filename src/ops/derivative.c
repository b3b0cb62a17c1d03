/* derivative.c - the kernels of Sobel and Scharr.
 * SPDX-License-Identifier: MIT */
#include "ops/derivative.h"

/* The taps of one axis into k; returns how many. Those of Sobel are 1 1 convolved with itself, then
 * with -1 1 as often as the order says. */
static int make_taps(double k[DERIVATIVE_LARGEST], int ksize, int order)
{
    static const double scharr[2][3] = {{3, 10, 3}, {-1, 0, 1}};
    const int n = ksize == SCHARR || (ksize == 1 && order > 0) ? 3 : ksize;

    if (ksize == SCHARR) {
        for (int i = 0; i < n; i++)
            k[i] = scharr[order][i];
        return n;
    }
    k[0] = 1;
    for (int length = 1; length < n; length++) {
        const double first = length < n - order ? 1 : -1;
        k[length] = k[length - 1];
        for (int i = length - 1; i > 0; i--)
            k[i] = k[i - 1] + first * k[i];
        k[0] *= first;
    }
    return n;
}

void derivative_taps(struct derivative_taps *t, const struct derivative *d, bool wide)
{
    t->n_x = make_taps(t->x, d->ksize, d->dx);
    t->n_y = make_taps(t->y, d->ksize, d->dy);

    const int n = d->dx > 0 ? t->n_y : t->n_x;
    double *scaled = d->dx > 0 ? t->y : t->x;
    for (int i = 0; i < n; i++)
        scaled[i] = wide ? scaled[i] * d->scale : (float)scaled[i] * (float)d->scale;
}

struct linear derivative_kernel(const struct derivative_taps *t, double delta)
{
    return (struct linear){
        .n_x = t->n_x,
        .n_y = t->n_y,
        .left = t->n_x / 2,
        .up = t->n_y / 2,
        .x = t->x,
        .y = t->y,
        .delta = delta,
    };
}

bool derivative_add(struct stages *s, const struct derivative *d, struct border border,
                    struct format in, enum pixel_type out, struct err *e)
{
    struct derivative_taps taps;
    struct separable f = {.n_kernels = 1, .sums = out, .out = out, .border = border};

    derivative_taps(&taps, d, row_work(in.type, out) == FLOAT64);
    f.kernel[0] = derivative_kernel(&taps, d->delta);
    separable_choose_work(&f, in.type);
    return separable_add(s, &f, in, e);
}

bool derivative_check(const char *op, const struct derivative *d, struct err *e)
{
    const int below = d->ksize == SCHARR ? 2 : d->ksize < 3 ? 3 : d->ksize;

    if (d->dx + d->dy == 0 || (d->ksize == SCHARR && d->dx + d->dy > 1))
        return err_usage(e, "%s: --dx=%d --dy=%d is no derivative%s", op, d->dx, d->dy,
                         d->ksize == SCHARR ? " of Scharr: one of them is 1, the other 0" : "");
    if (d->dx >= below || d->dy >= below)
        return err_usage(e, "%s: with --ksize=%d, --dx and --dy go from 0 to %d", op, d->ksize,
                         below - 1);
    return true;
}
