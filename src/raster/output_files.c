/* output_files.c - the names an output takes: PATH.part while it grows, PATH once it is whole.
 * SPDX-License-Identifier: MIT */
#include "output_files.h"

#include "base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* GDAL reads these along with PATH: of an older file they would garble the new one. */
static const char *const side_files[] = {".aux.xml", ".ovr", ".msk"};
enum { N_SIDE_FILES = sizeof side_files / sizeof side_files[0] };

/* PATH and the ending; false if that is too long to be a name. */
static bool side_file(char out[PATH_MAX], const char *path, int i)
{
    return snprintf(out, PATH_MAX, "%s%s", path, side_files[i]) < PATH_MAX;
}

/* The directory of path, "." if it names none. */
static bool directory_of(const char *path, char out[PATH_MAX], struct err *e)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 1;

    if (slash == path)
        n = 1; /* the root */
    if (strlen(path) + sizeof ".aux.xml" >= PATH_MAX)
        return err_set(e, "%.200s...: the name is too long", path);
    memcpy(out, slash ? path : ".", n);
    out[n] = '\0';
    return true;
}

bool output_files_check(const char *path, bool overwrite, struct err *e)
{
    char name[PATH_MAX];
    struct stat st;

    if (*path == '\0' || path[strlen(path) - 1] == '/')
        return err_usage(e, "'%s' names no output file", path);
    if (strncmp(path, "/vsi", 4) == 0)
        return err_usage(e, "%s: outputs are plain files; GDAL's virtual ones are not supported",
                         path);
    if (!directory_of(path, name, e))
        return false;
    if (stat(name, &st) != 0)
        return err_errno(e, "%s: its directory %s", path, name);
    if (!S_ISDIR(st.st_mode))
        return err_set(e, "%s: %s is not a directory", path, name);
    if (access(name, W_OK | X_OK) != 0)
        return err_errno(e, "%s: its directory %s", path, name);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(e, "%s: exists and is not a regular file", path);
    if (overwrite)
        return true;
    if (lstat(path, &st) == 0)
        return err_set(e, "%s: exists already; --overwrite replaces it", path);
    for (int i = 0; i < N_SIDE_FILES; i++)
        if (side_file(name, path, i) && lstat(name, &st) == 0)
            return err_set(e, "%s: %s exists and would be taken for a part of it; remove that file",
                           path, name);
    return true;
}

bool output_files_begin(const char *part, int *fd, struct err *e)
{
    int old = open(part, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (old >= 0) {
        bool busy = flock(old, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        close(old);
        if (busy)
            return err_set(e, "%s: another run is writing it", part);
    }
    if (!new_file(part, fd, e))
        return false;
    /* Held until the file is closed. Some file systems have no locks; then nobody is warned. */
    (void)flock(*fd, LOCK_EX | LOCK_NB);
    return true;
}

bool output_files_reopen(const char *part, int *fd, struct err *e)
{
    struct stat st;
    const int old = open(part, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (old < 0)
        return err_errno(e, "%s: cannot be gone on with", part);
    const bool busy = flock(old, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (busy || fstat(old, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
        close(old);
        return busy ? err_set(e, "%s: another run is writing it", part)
                    : err_set(e, "%s: is not a regular file of this user", part);
    }
    *fd = old;
    return true;
}

/* Not all file systems rename without clobbering, and of the others not all have hard links. */
static bool rename_to_new(const char *part, const char *path)
{
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    if (link(part, path) == 0)
        return unlink(part) == 0;
    if (errno == EEXIST)
        return false;
    if (access(path, F_OK) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(part, path) == 0;
}

static bool sync_directory(const char *path, struct err *e)
{
    char name[PATH_MAX];

    if (!directory_of(path, name, e))
        return false;
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); /* some cannot sync directories */
    if (!ok)
        err_errno(e, "%s: its directory %s cannot be synced", path, name);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool output_files_finish(const char *part, const char *path, bool overwrite, struct err *e)
{
    char name[PATH_MAX];

    if (overwrite ? rename(part, path) != 0 : !rename_to_new(part, path))
        return err_errno(e, "%s: cannot be renamed to %s", part, path);
    for (int i = 0; overwrite && i < N_SIDE_FILES; i++)
        if (side_file(name, path, i))
            unlink(name);
    return sync_directory(path, e);
}
