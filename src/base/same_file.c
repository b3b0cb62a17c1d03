/* same_file.c - whether two paths lead to one file.
 * SPDX-License-Identifier: MIT */
#include "base/same_file.h"

#include <string.h>
#include <sys/stat.h>

bool same_file(const char *a, const char *b)
{
    struct stat sa, sb;

    if (!a || !b)
        return false;
    return strcmp(a, b) == 0 || (stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
                                 sa.st_ino == sb.st_ino);
}
