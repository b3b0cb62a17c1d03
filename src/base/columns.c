/* columns.c - a table of short texts, as wide as they are.
 * SPDX-License-Identifier: MIT */
#include "base/columns.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(struct columns *c, struct err *e)
{
    const size_t room = c->room ? 2 * c->room : 64;
    char **grown;

    if (c->n_cells < c->room)
        return true;
    grown = realloc(c->cell, room * sizeof *grown);
    if (!grown)
        return err_set(e, "out of memory: a table of %zu cells was wanted", room);
    c->cell = grown;
    c->room = room;
    return true;
}

bool columns_add(struct columns *c, struct err *e, const char *format, ...)
{
    va_list ap;
    char *text = NULL;

    if (!grow(c, e))
        return false;
    va_start(ap, format);
    const int n = vasprintf(&text, format, ap);
    va_end(ap);
    if (n < 0)
        return err_set(e, "out of memory: a cell of a table was wanted");
    c->cell[c->n_cells++] = text;
    return true;
}

void columns_free(struct columns *c)
{
    for (size_t i = 0; i < c->n_cells; i++)
        free(c->cell[i]);
    free(c->cell);
    *c = (struct columns){.n = c->n, .n_left = c->n_left};
}

/* Characters of UTF-8 are counted, not its bytes. */
static size_t width_of(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static bool pad(struct buffer *out, size_t n, struct err *e)
{
    for (; n > 0; n--)
        if (!buffer_append(out, " ", 1, e))
            return false;
    return true;
}

static bool print_cell(const struct columns *c, size_t i, size_t width, struct buffer *out,
                       struct err *e)
{
    const int column = (int)(i % (size_t)c->n);
    const bool is_last = column == c->n - 1, is_left = column < c->n_left;
    const size_t blanks = width - width_of(c->cell[i]);

    return pad(out, (column > 0 ? 2 : 0) + (is_left ? 0 : blanks), e) &&
           buffer_append(out, c->cell[i], strlen(c->cell[i]), e) &&
           pad(out, is_left && !is_last ? blanks : 0, e) &&
           (!is_last || buffer_append(out, "\n", 1, e));
}

bool columns_print(const struct columns *c, struct buffer *out, struct err *e)
{
    size_t *width = memory_new((size_t)c->n, sizeof *width, e);
    bool ok = width != NULL;

    for (size_t i = 0; ok && i < c->n_cells; i++) {
        const size_t own = width_of(c->cell[i]);
        size_t *most = &width[i % (size_t)c->n];
        *most = own > *most ? own : *most;
    }
    for (size_t i = 0; ok && i < c->n_cells; i++)
        ok = print_cell(c, i, width[i % (size_t)c->n], out, e);
    free(width);
    return ok;
}
