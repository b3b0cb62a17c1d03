/* same_file.h - whether two paths lead to one file.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_SAME_FILE_H
#define BASE_SAME_FILE_H

#include <stdbool.h>

/* By name, or because both are there and are one file; NULL is none. */
bool same_file(const char *a, const char *b);

#endif
