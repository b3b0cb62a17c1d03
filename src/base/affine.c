/* affine.c - the places of one grid's pixels in another's.
 * SPDX-License-Identifier: MIT */
#include "base/affine.h"

#include <math.h>

struct affine affine_identity(void)
{
    return (struct affine){{0, 1, 0, 0, 0, 1}};
}

bool affine_equal(const struct affine *a, const struct affine *b)
{
    bool equal = true;

    for (int i = 0; i < 6; i++)
        equal &= a->m[i] == b->m[i];
    return equal;
}

struct affine affine_compose(const struct affine *a, const struct affine *b)
{
    const double *p = a->m, *q = b->m;

    return (struct affine){{p[0] + p[1] * q[0] + p[2] * q[3], p[1] * q[1] + p[2] * q[4],
                            p[1] * q[2] + p[2] * q[5], p[3] + p[4] * q[0] + p[5] * q[3],
                            p[4] * q[1] + p[5] * q[4], p[4] * q[2] + p[5] * q[5]}};
}

bool affine_invert(const struct affine *a, struct affine *back)
{
    const double *m = a->m, d = m[1] * m[5] - m[2] * m[4];

    if (d == 0 || !isfinite(d))
        return false;
    *back = (struct affine){{(m[2] * m[3] - m[0] * m[5]) / d, m[5] / d, -m[2] / d,
                             (m[0] * m[4] - m[1] * m[3]) / d, -m[4] / d, m[1] / d}};
    return true;
}

void affine_apply(const struct affine *a, double x, double y, double *to_x, double *to_y)
{
    *to_x = a->m[0] + a->m[1] * x + a->m[2] * y;
    *to_y = a->m[3] + a->m[4] * x + a->m[5] * y;
}
