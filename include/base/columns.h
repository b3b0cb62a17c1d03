/* columns.h - a table of short texts, as wide as they are.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_COLUMNS_H
#define BASE_COLUMNS_H

#include "base/memory.h"

/* Cells row after row. Begin with the number of columns, end with columns_free. */
struct columns {
    int n;      /* of a row */
    int n_left; /* so many columns begin at the left; numbers end at the right */
    char **cell;
    size_t n_cells, room;
};

bool columns_add(struct columns *c, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);
void columns_free(struct columns *c);

/* Appends all rows, columns two blanks apart. Fails for memory. */
bool columns_print(const struct columns *c, struct buffer *out, struct err *e) MUST_CHECK;

#endif
