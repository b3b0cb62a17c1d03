/* json_file.h - a file of JSON that has its name only when it is whole.
 * SPDX-License-Identifier: MIT */
#ifndef REPORT_JSON_FILE_H
#define REPORT_JSON_FILE_H

#include "base/err.h"

#include <stdio.h>

/* Whether the file can be written one day: found out before hours of work. option: what named it,
 * for errors ("--report"). */
bool json_file_check(const char *option, const char *path, struct err *e) MUST_CHECK;

/* Writes what `dump` puts out. Fails naming the file. */
bool json_file_write(const char *option, const char *path, bool (*dump)(const void *ctx, FILE *to),
                     const void *ctx, struct err *e) MUST_CHECK;

#endif
