/* border.c - OpenCV's rules for pixels outside the scene, on one axis.
 * SPDX-License-Identifier: MIT */
#include "ops/border.h"

static int64_t modulo(int64_t p, int64_t n)
{
    return p - floor_div(p, n) * n;
}

int64_t border_map(enum border_type type, int64_t p, int64_t len)
{
    if (p >= 0 && p < len)
        return p;
    switch (type) {
    case BORDER_REPLICATE:
        return p < 0 ? 0 : len - 1;
    case BORDER_REFLECT: {
        int64_t q = modulo(p, 2 * len);
        return q < len ? q : 2 * len - 1 - q;
    }
    case BORDER_REFLECT_101: {
        if (len == 1)
            return 0;
        int64_t q = modulo(p, 2 * len - 2);
        return q < len ? q : 2 * len - 2 - q;
    }
    case BORDER_WRAP:
        return modulo(p, len);
    case BORDER_CONSTANT:
        break;
    }
    return -1;
}

/* Takes the pixels shown at first .. end - 1, all outside the axis, into [*from, *to). */
static void include(enum border_type type, int64_t first, int64_t end, int64_t len, int64_t *from,
                    int64_t *to)
{
    if (end - first > 2 * len) /* the longest period of any rule */
        end = first + 2 * len;
    for (int64_t p = first; p < end; p++) {
        const int64_t q = border_map(type, p, len);
        if (q < 0)
            return;
        if (q < *from)
            *from = q;
        if (q >= *to)
            *to = q + 1;
    }
}

void border_shown(enum border_type type, int64_t len, int64_t *from, int64_t *to)
{
    const int64_t first = *from, end = *to;

    if (type == BORDER_WRAP)
        return;
    *from = first < 0 ? 0 : first;
    *to = end > len ? len : end;
    if (*from >= *to) {
        *from = len;
        *to = 0;
    }
    include(type, first, end < 0 ? end : 0, len, from, to);
    include(type, first > len ? first : len, end, len, from, to);
    if (*from >= *to)
        *from = *to = 0;
}

void border_span(enum border_type type, int64_t len, int before, int after, int64_t *from,
                 int64_t *to)
{
    *from -= before;
    *to += after;
    if (before > 0 || after > 0)
        border_shown(type, len, from, to);
}
