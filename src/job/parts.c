/* parts.c - how a scene is divided into parts that are files of their own.
 * SPDX-License-Identifier: MIT */
#include "parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool parts_divide(struct parts *p, struct err *e)
{
    const bool tiles = p->tile_width > 0;
    const int64_t rows = tiles ? ceil_div(p->height, p->tile_height) : p->rows;
    const int64_t columns = tiles ? ceil_div(p->width, p->tile_width) : p->columns;

    if (rows > p->height || columns > p->width)
        return err_usage(e,
                         "split: %" PRId64 " rows and %" PRId64 " columns of parts are more than "
                         "the %" PRId64 "x%" PRId64 " pixels have",
                         rows, columns, p->width, p->height);
    if (rows * columns > PARTS_MOST)
        return err_usage(e, "split: %" PRId64 " parts are more than %d; make them larger",
                         rows * columns, PARTS_MOST);
    p->rows = rows > 0 ? (int)rows : 1;
    p->columns = columns > 0 ? (int)columns : 1;
    return true;
}

/* Where part i of n begins on an axis. */
static int64_t start(int64_t length, int64_t tile, int n, int i)
{
    const int64_t at = tile > 0 ? tile * i : length / n * i + length % n * i / n;

    return at < length ? at : length;
}

struct region parts_region(const struct parts *p, int row, int column)
{
    const int64_t x = start(p->width, p->tile_width, p->columns, column);
    const int64_t y = start(p->height, p->tile_height, p->rows, row);

    return (struct region){x, y, start(p->width, p->tile_width, p->columns, column + 1) - x,
                           start(p->height, p->tile_height, p->rows, row + 1) - y};
}

void part_place_write(char out[PART_PLACE_TEXT], const struct parts *p, int row, int column,
                      const char *name)
{
    const struct region r = parts_region(p, row, column);

    snprintf(out, PART_PLACE_TEXT,
             "row %d column %d of %dx%d, %" PRId64 "x%" PRId64 " pixels at %" PRId64 ",%" PRId64
             " of %" PRId64 "x%" PRId64 ", %s",
             row, column, p->rows, p->columns, r.width, r.height, r.x, r.y, p->width, p->height,
             name);
}

bool part_place_read(struct part_place *out, const char *text)
{
    struct parts *p = &out->of;
    struct region *r = &out->region;
    int used = 0;

    *out = (struct part_place){0};
    const int n =
        sscanf(text,
               "row %9d column %9d of %9dx%9d, %10" SCNd64 "x%10" SCNd64 " pixels at %10" SCNd64
               ",%10" SCNd64 " of %10" SCNd64 "x%10" SCNd64 ", %n",
               &out->row, &out->column, &p->rows, &p->columns, &r->width, &r->height, &r->x, &r->y,
               &p->width, &p->height, &used);
    out->name = text + used;
    return n == 10 && used > 0 && out->row >= 0 && out->row < p->rows && out->column >= 0 &&
           out->column < p->columns && (int64_t)p->rows * p->columns <= PARTS_MOST &&
           p->width <= INT32_MAX && p->height <= INT32_MAX && !region_is_empty(*r) &&
           region_contains((struct region){0, 0, p->width, p->height}, *r);
}
