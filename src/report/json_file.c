/* json_file.c - a file of JSON that has its name only when it is whole.
 * SPDX-License-Identifier: MIT */
#include "json_file.h"

#include "base/new_file.h"
#include "base/text.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool open_part(const char *option, const char *path, const char *part, int *fd,
                      struct err *e)
{
    struct stat st;

    if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(e, "%s=%s exists and is not a regular file", option, path);
    return new_file(part, fd, e) || err_context(e, "%s=%s cannot be written", option, path);
}

bool json_file_check(const char *option, const char *path, struct err *e)
{
    char *part = text_join(path, ".part", e);
    int fd;
    const bool ok = part && open_part(option, path, part, &fd, e);

    if (ok) { /* a job that fails leaves nothing behind */
        close(fd);
        unlink(part);
    }
    free(part);
    return ok;
}

static bool fill(int fd, bool (*dump)(const void *ctx, FILE *to), const void *ctx)
{
    FILE *f = fdopen(fd, "w");

    if (!f) {
        close(fd);
        return false;
    }
    const bool ok = dump(ctx, f) && fputc('\n', f) != EOF;
    return fclose(f) == 0 && ok;
}

bool json_file_write(const char *option, const char *path, bool (*dump)(const void *ctx, FILE *to),
                     const void *ctx, struct err *e)
{
    char *part = text_join(path, ".part", e);
    int fd;
    bool ok = part && open_part(option, path, part, &fd, e);

    if (ok && !(fill(fd, dump, ctx) && rename(part, path) == 0)) {
        ok = err_errno(e, "%s=%s cannot be written", option, path);
        unlink(part);
    }
    free(part);
    return ok;
}
