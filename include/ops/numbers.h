/* numbers.h - rows of numbers, such as a filter's kernel, out of text or a file.
 *
 * In text, numbers are apart by commas and rows by semicolons; in a file, white space and line
 * breaks do as well. 255..0 stands for all whole numbers from 255 to 0. All rows have the same
 * length.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_NUMBERS_H
#define OPS_NUMBERS_H

#include "base/err.h"

struct numbers {
    double *v; /* rows * columns of them, row after row; NULL: none */
    int rows, columns;
};

/* Whether the text names a file, as it cannot be numbers. */
bool numbers_is_file(const char *text);

/* Reads the text, or the file it names; to be freed with numbers_free. Fails with err_usage if it
 * is empty, ragged, or holds anything else, or if the file cannot be read. */
bool numbers_read(struct numbers *out, const char *text, struct err *e) MUST_CHECK;
void numbers_free(struct numbers *n);

/* "--name=numbers" out of the file, to be freed. */
bool numbers_inline(const char *path, const char *name, char **arg, struct err *e) MUST_CHECK;

#endif
