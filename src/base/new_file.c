/* new_file.c - files made anew.
 * SPDX-License-Identifier: MIT */
#include "base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool new_file(const char *path, int *fd, struct err *e)
{
    if (unlink(path) != 0 && errno != ENOENT) /* of a directory, or in a sticky one: not ours */
        return err_errno(e, "%s: cannot be removed", path);
    *fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    return *fd >= 0 || err_errno(e, "%s: cannot be created", path);
}
