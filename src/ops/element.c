/* element.c - structuring elements: which of a pixel's neighbours count.
 * SPDX-License-Identifier: MIT */
#include "ops/element.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const element_shapes[] = {"rect", "cross", "ellipse", NULL};

static size_t area(const struct element *element)
{
    return (size_t)element->width * (size_t)element->height;
}

static bool place(struct element *out, const struct stages *s, struct size2 ksize,
                  struct point2 anchor, struct err *e)
{
    struct reach reach;

    if (!reach_around(&reach, s->op_name, ksize, anchor, e))
        return false;
    *out = (struct element){ksize.width, ksize.height, reach.left, reach.up, NULL};
    return true;
}

static void fill_cross(bool *cells, struct size2 ksize)
{
    for (int y = 0; y < ksize.height; y++)
        for (int x = 0; x < ksize.width; x++)
            *cells++ = y == ksize.height / 2 || x == ksize.width / 2;
}

/* Half the width of row y is w / 2 sqrt(1 - (dy / (h / 2))²), in whole pixels. */
static void fill_ellipse(bool *cells, struct size2 ksize)
{
    const int r = ksize.height / 2, c = ksize.width / 2;
    const double inverse = r > 0 ? 1.0 / ((double)r * r) : 0;

    for (int y = 0; y < ksize.height; y++) {
        const int dy = y - r;
        const int dx = (int)rint(c * sqrt(((double)r * r - (double)dy * dy) * inverse));
        for (int x = 0; x < ksize.width; x++)
            *cells++ = abs(x - c) <= dx;
    }
}

bool element_of_shape(struct element *out, struct stages *s, enum element_shape shape,
                      struct size2 ksize, struct point2 anchor, struct err *e)
{
    if (!place(out, s, ksize, anchor, e))
        return false;
    if (shape == ELEMENT_RECT)
        return true;
    bool *const cells = stages_state(s, area(out) * sizeof *cells, e);
    if (!cells)
        return false;
    out->cells = cells;
    (shape == ELEMENT_CROSS ? fill_cross : fill_ellipse)(cells, ksize);
    return true;
}

bool element_of_numbers(struct element *out, struct stages *s, const struct numbers *kernel,
                        int sign, struct point2 anchor, struct err *e)
{
    const struct size2 ksize = {kernel->columns, kernel->rows};

    if (ksize.width > KSIZE_MAX || ksize.height > KSIZE_MAX)
        return err_usage(e, "%s: --kernel has %dx%d cells; %d is the most each way", s->op_name,
                         ksize.width, ksize.height, KSIZE_MAX);
    if (!place(out, s, ksize, anchor, e))
        return false;
    bool *const cells = stages_state(s, area(out) * sizeof *cells, e);
    if (!cells)
        return false;
    for (size_t i = 0; i < area(out); i++)
        cells[i] = sign == 0 ? kernel->v[i] != 0 : sign * kernel->v[i] > 0;
    out->cells = cells;
    return true;
}

static bool has(const struct element *element, bool cell)
{
    return memchr(element->cells, cell, area(element)) != NULL;
}

bool element_is_full(const struct element *element)
{
    return !element->cells || !has(element, false);
}

bool element_is_empty(const struct element *element)
{
    return element->cells && !has(element, true);
}

bool element_repeat(struct element *full, const char *op, int n, struct err *e)
{
    const int64_t width = (full->width - 1) * (int64_t)n + 1;
    const int64_t height = (full->height - 1) * (int64_t)n + 1;

    if (width > KSIZE_MAX || height > KSIZE_MAX)
        return err_usage(e, "%s: %d iterations of %dx%d reach too far: no more than %d pixels", op,
                         n, full->width, full->height, KSIZE_MAX);
    *full = (struct element){(int)width, (int)height, full->left * n, full->up * n, NULL};
    return true;
}
