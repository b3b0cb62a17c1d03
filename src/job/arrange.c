/* arrange.c - where the parts of a scene go.
 * SPDX-License-Identifier: MIT */
#include "arrange.h"

#include "parts.h"
#include "placeholders.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pixels by which places on the map may be off: what is written with few digits is off by less. */
static const double off_most = 0.01;

static bool take_order(struct arrangement *a, const int *cell, struct err *e)
{
    struct mosaic_part *sorted = memory_new((size_t)a->n, sizeof *sorted, e);

    if (!sorted)
        return false;
    for (int i = 0; i < a->n; i++)
        sorted[cell[i]] = a->parts[i];
    memcpy(a->parts, sorted, (size_t)a->n * sizeof *sorted);
    free(sorted);
    return true;
}

/* Room for the cell of each part, and for the part in each of n cells: -1, none so far. Both are to
 * be freed, also after a failure. */
static bool new_cells(const struct arrangement *a, int n, int **cell, int **part, struct err *e)
{
    *cell = memory_new((size_t)a->n, sizeof **cell, e);
    *part = *cell ? memory_raw((size_t)n, sizeof **part, e) : NULL;
    for (int k = 0; *part && k < n; k++)
        (*part)[k] = -1;
    return *part != NULL;
}

/* --- by what they say of themselves --- */

/* The name that `split` gave a part, to be freed; NULL without memory. */
static char *first_name(const struct part_place *p, int row, int column)
{
    char numbers[3][24];
    struct err ignored;

    snprintf(numbers[0], sizeof numbers[0], "%d", row);
    snprintf(numbers[1], sizeof numbers[1], "%d", column);
    snprintf(numbers[2], sizeof numbers[2], "%d", row * p->of.columns + column);
    const struct placeholder list[] = {
        {"row", numbers[0]}, {"column", numbers[1]}, {"index", numbers[2]}, {NULL, NULL}};
    return placeholders_fill(p->name, list, &ignored);
}

/* The rows and columns, of all that there are, which are wanted: from the first ones on. */
struct block {
    int row, column, rows, columns;
};

static int cell_of(const struct block *b, const struct part_place *p)
{
    return (p->row - b->row) * b->columns + p->column - b->column;
}

/* Fails, naming the parts that are in no cell. */
static bool check_missing(const struct part_place *first, const struct block *b, const int *of,
                          struct err *e)
{
    const int n = b->rows * b->columns;
    char names[600] = "";
    int missing = 0;

    for (int cell = 0; cell < n; cell++) {
        const size_t used = strlen(names);
        const int row = b->row + cell / b->columns, column = b->column + cell % b->columns;
        if (of[cell] >= 0)
            continue;
        missing++;
        char *name = first_name(first, row, column);
        if (used < sizeof names / 2)
            snprintf(names + used, sizeof names - used, "%s%s (row %d, column %d)",
                     used ? ", " : "", name ? name : "?", row, column);
        else if (used < sizeof names - 8 && names[used - 1] != '.')
            snprintf(names + used, sizeof names - used, " ...");
        free(name);
    }
    return missing == 0 ||
           err_usage(e,
                     "concat: %d of the %d parts are missing: %s; for some of the parts alone say "
                     "--layout=ROWSxCOLUMNS",
                     missing, n, names);
}

static bool check_told(const struct arrangement *a, int i, const struct part_place *p,
                       const struct part_place *first, struct err *e)
{
    const struct mosaic_part *part = &a->parts[i];

    if (p->of.rows != first->of.rows || p->of.columns != first->of.columns ||
        p->of.width != first->of.width || p->of.height != first->of.height)
        return err_usage(e,
                         "%s: says that it is of %dx%d parts of %" PRId64 "x%" PRId64
                         " pixels, %s of %dx%d of %" PRId64 "x%" PRId64,
                         part->path, p->of.rows, p->of.columns, p->of.width, p->of.height,
                         a->parts[0].path, first->of.rows, first->of.columns, first->of.width,
                         first->of.height);
    if (p->region.width != part->width || p->region.height != part->height)
        return err_usage(e,
                         "%s: has %" PRId64 "x%" PRId64 " pixels, and had %" PRId64 "x%" PRId64
                         " as row %d, column %d of the parts",
                         part->path, part->width, part->height, p->region.width, p->region.height,
                         p->row, p->column);
    return true;
}

/* Whether all say where they go, in a block of the wanted layout. */
static bool read_places(const struct arrangement *a, struct part_place *places, struct block *b)
{
    int last_row = 0, last_column = 0;

    for (int i = 0; i < a->n; i++) {
        if (!a->parts[i].place || !part_place_read(&places[i], a->parts[i].place))
            return false;
        const int row = places[i].row, column = places[i].column;
        b->row = i == 0 || row < b->row ? row : b->row;
        b->column = i == 0 || column < b->column ? column : b->column;
        last_row = row > last_row ? row : last_row;
        last_column = column > last_column ? column : last_column;
    }
    if (a->rows == 0 || (a->rows == places[0].of.rows && a->columns == places[0].of.columns)) {
        *b = (struct block){0, 0, places[0].of.rows, places[0].of.columns};
        return true;
    }
    b->rows = a->rows;
    b->columns = a->columns;
    return last_row < b->row + b->rows && last_column < b->column + b->columns &&
           (int64_t)b->rows * b->columns <= PARTS_MOST;
}

static bool by_places(struct arrangement *a, const struct part_place *places, const struct block *b,
                      struct err *e)
{
    int *cell, *part;
    bool ok = new_cells(a, b->rows * b->columns, &cell, &part, e);

    for (int i = 0; ok && i < a->n; i++) {
        ok = check_told(a, i, &places[i], &places[0], e);
        if (!ok)
            break;
        cell[i] = cell_of(b, &places[i]);
        if (part[cell[i]] >= 0)
            ok = err_usage(e, "%s: says that it is row %d, column %d, as %s does", a->parts[i].path,
                           places[i].row, places[i].column, a->parts[part[cell[i]]].path);
        part[cell[i]] = i;
    }
    ok = ok && check_missing(&places[0], b, part, e) && take_order(a, cell, e);
    a->rows = b->rows;
    a->columns = b->columns;
    free(cell);
    free(part);
    return ok;
}

/* --- by where they lie on the map --- */

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Sorts them, and leaves each once. */
static int sort_once(int64_t *list, int n)
{
    int kept = 0;

    qsort(list, (size_t)n, sizeof *list, by_value);
    for (int i = 0; i < n; i++)
        if (kept == 0 || list[i] != list[kept - 1])
            list[kept++] = list[i];
    return kept;
}

static int find(const int64_t *list, int n, int64_t value)
{
    const int64_t *at = bsearch(&value, list, (size_t)n, sizeof *list, by_value);

    return (int)(at - list);
}

/* Where each lies in the pixels of the first. */
static bool find_offsets(const struct arrangement *a, int64_t *x, int64_t *y, struct err *e)
{
    struct affine back;

    if (!affine_invert(&a->parts[0].to_map, &back))
        return err_usage(e,
                         "%s: its geotransform puts all pixels on one line; say "
                         "--layout=ROWSxCOLUMNS",
                         a->parts[0].path);
    for (int i = 0; i < a->n; i++) {
        const struct affine to_first = affine_compose(&back, &a->parts[i].to_map);
        const double at_x = to_first.m[0], at_y = to_first.m[3];
        if (!(fabs(at_x) < INT32_MAX && fabs(at_y) < INT32_MAX) ||
            fabs(at_x - rint(at_x)) > off_most || fabs(at_y - rint(at_y)) > off_most)
            return err_usage(e,
                             "%s: lies at %.2f,%.2f in pixels of %s, on no whole pixel: where the "
                             "parts go cannot be told",
                             a->parts[i].path, at_x, at_y, a->parts[0].path);
        x[i] = (int64_t)rint(at_x);
        y[i] = (int64_t)rint(at_y);
    }
    return true;
}

static bool find_cells(struct arrangement *a, const int64_t *x, const int64_t *y, int64_t *xs,
                       int64_t *ys, struct err *e)
{
    memcpy(xs, x, (size_t)a->n * sizeof *xs);
    memcpy(ys, y, (size_t)a->n * sizeof *ys);
    a->columns = sort_once(xs, a->n);
    a->rows = sort_once(ys, a->n);
    const int64_t n = (int64_t)a->rows * a->columns;
    if (n > PARTS_MOST)
        return err_usage(e, "concat: the %d parts lie on no grid: say --layout=ROWSxCOLUMNS", a->n);
    int *cell, *part;
    bool ok = new_cells(a, (int)n, &cell, &part, e);
    for (int i = 0; ok && i < a->n; i++) {
        cell[i] = find(ys, a->rows, y[i]) * a->columns + find(xs, a->columns, x[i]);
        if (part[cell[i]] >= 0)
            ok = err_usage(e, "%s: lies where %s lies", a->parts[i].path,
                           a->parts[part[cell[i]]].path);
        part[cell[i]] = i;
    }
    for (int k = 0; ok && k < n; k++)
        if (part[k] < 0) /* beside a part that is there */
            ok = err_usage(e,
                           "concat: by their places on the map the %d parts are %d rows and %d "
                           "columns, but that of row %d, column %d is missing, at %" PRId64
                           ",%" PRId64 " in pixels of %s",
                           a->n, a->rows, a->columns, k / a->columns, k % a->columns,
                           xs[k % a->columns], ys[k / a->columns], a->parts[0].path);
    ok = ok && take_order(a, cell, e);
    free(cell);
    free(part);
    return ok;
}

static bool by_map(struct arrangement *a, struct err *e)
{
    int64_t *at = memory_new(4 * (size_t)a->n, sizeof *at, e);
    const bool ok = at && find_offsets(a, at, at + a->n, e) &&
                    find_cells(a, at, at + a->n, at + 2 * a->n, at + 3 * a->n, e);

    free(at);
    return ok;
}

/* --- whether they fit --- */

static const struct mosaic_part *part_at(const struct arrangement *a, int row, int column)
{
    return &a->parts[row * a->columns + column];
}

/* All parts of a row are as high as its first one, all of a column as wide. */
static bool check_sizes(const struct arrangement *a, struct err *e)
{
    for (int row = 0; row < a->rows; row++)
        for (int column = 0; column < a->columns; column++) {
            const struct mosaic_part *p = part_at(a, row, column);
            const struct mosaic_part *left = part_at(a, row, 0), *top = part_at(a, 0, column);
            if (p->height != left->height || p->width != top->width)
                return err_usage(e,
                                 "%s: has %" PRId64 "x%" PRId64 " pixels; in row %d, column %d of "
                                 "%dx%d parts it must have %" PRId64 "x%" PRId64
                                 ", as wide as %s and as high as %s",
                                 p->path, p->width, p->height, row, column, a->rows, a->columns,
                                 top->width, left->height, top->path, left->path);
        }
    return true;
}

static bool lay_out(struct arrangement *a, struct err *e)
{
    a->width = a->height = 0;
    for (int column = 0; column < a->columns; column++)
        a->width += part_at(a, 0, column)->width;
    for (int row = 0; row < a->rows; row++)
        a->height += part_at(a, row, 0)->height;
    if (a->width > INT32_MAX || a->height > INT32_MAX)
        return err_usage(e, "concat: %" PRId64 "x%" PRId64 " pixels are too many for a raster",
                         a->width, a->height);
    int64_t y = 0;
    for (int row = 0; row < a->rows; row++) {
        int64_t x = 0;
        for (int column = 0; column < a->columns; column++) {
            struct mosaic_part *p = &a->parts[row * a->columns + column];
            p->x = x;
            p->y = y;
            x += p->width;
        }
        y += part_at(a, row, 0)->height;
    }
    return true;
}

/* Where the corner of a part lies in the pixels of the whole, as the map has it. */
static bool check_corner(const struct mosaic_part *p, const struct mosaic_part *first,
                         const struct affine *to_whole, double x, double y, struct err *e)
{
    double at_x, at_y;

    affine_apply(to_whole, x, y, &at_x, &at_y);
    if (fabs(at_x - x - (double)p->x) <= off_most && fabs(at_y - y - (double)p->y) <= off_most)
        return true;
    return err_usage(e,
                     "%s: by its geotransform its corner %g,%g lies at %.2f,%.2f in pixels of %s, "
                     "and belongs at %g,%g: the parts are in another order, or one has another "
                     "place or resolution",
                     p->path, x, y, at_x, at_y, first->path, x + (double)p->x, y + (double)p->y);
}

static bool check_map(const struct arrangement *a, struct err *e)
{
    const struct mosaic_part *first = &a->parts[0];
    struct affine back;

    for (int i = 1; i < a->n; i++)
        if (a->parts[i].has_map != first->has_map)
            return err_usage(e, "%s: has %s geotransform, and %s has %s", a->parts[i].path,
                             a->parts[i].has_map ? "a" : "no", first->path,
                             first->has_map ? "one" : "none");
    if (!first->has_map || !affine_invert(&first->to_map, &back))
        return true;
    for (int i = 1; i < a->n; i++) {
        const struct mosaic_part *p = &a->parts[i];
        const struct affine to_whole = affine_compose(&back, &p->to_map);
        const double w = (double)p->width, h = (double)p->height;
        if (!check_corner(p, first, &to_whole, 0, 0, e) ||
            !check_corner(p, first, &to_whole, w, 0, e) ||
            !check_corner(p, first, &to_whole, 0, h, e) ||
            !check_corner(p, first, &to_whole, w, h, e))
            return false;
    }
    return true;
}

static bool by_order(const struct arrangement *a, struct err *e)
{
    return (int64_t)a->rows * a->columns == a->n ||
           err_usage(e, "concat: --layout=%dx%d wants %" PRId64 " parts, and there are %d", a->rows,
                     a->columns, (int64_t)a->rows * a->columns, a->n);
}

static bool find_order(struct arrangement *a, struct err *e)
{
    struct part_place *places = memory_new((size_t)a->n, sizeof *places, e);
    struct block block = {0};
    bool on_map = true, ok;

    if (!places)
        return false;
    for (int i = 0; i < a->n; i++)
        on_map &= a->parts[i].has_map;
    if (read_places(a, places, &block)) {
        ok = by_places(a, places, &block, e);
    } else if (a->rows > 0) {
        ok = by_order(a, e);
    } else if (a->n == 1) {
        a->rows = a->columns = 1;
        ok = true;
    } else {
        ok = on_map ? by_map(a, e)
                    : err_usage(e, "concat: the parts say neither by themselves nor by a "
                                   "geotransform where they go; say --layout=ROWSxCOLUMNS");
    }
    free(places);
    return ok;
}

bool arrange(struct arrangement *a, struct err *e)
{
    return find_order(a, e) && check_sizes(a, e) && lay_out(a, e) && check_map(a, e);
}
