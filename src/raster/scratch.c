/* scratch.c - blobs that have no place in the output yet.
 * SPDX-License-Identifier: MIT */
#include "raster/scratch.h"

#include "base/signals.h"

#include "whole_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
    int64_t blob;
    uint64_t at;
    uint32_t size;
    int fd;
};

struct scratch {
    int fd;
    char *path, *name;
    uint64_t end;
    uint32_t rank;
    struct entry *list;
    size_t n, capacity;
    /* Those of an earlier run, by rank: descriptors, -1 where there is none. */
    int *old;
    uint32_t n_old;
};

/* PATH.part.blobs-RANK, to be freed. */
static char *name_of(const char *path, uint32_t rank, struct err *e)
{
    const size_t n = strlen(path) + sizeof ".part.blobs-4294967295";
    char *name = memory_raw(1, n, e);

    if (name)
        snprintf(name, n, "%s.part.blobs-%u", path, rank);
    return name;
}

static bool open_file(struct scratch *s, bool resumes, struct err *e)
{
    struct stat st;

    if (!resumes && unlink(s->name) != 0 && errno != ENOENT)
        return err_errno(e, "%s: cannot be removed", s->name);
    s->fd =
        open(s->name,
             O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (resumes ? 0 : O_EXCL), 0666);
    if (s->fd < 0 || fstat(s->fd, &st) != 0)
        return err_errno(e, "%s: a file for what is not placed yet cannot be made", s->name);
    if (!S_ISREG(st.st_mode))
        return err_set(e, "%s: is not a regular file", s->name);
    s->end = (uint64_t)st.st_size;
    return true;
}

bool scratch_new(struct scratch **out, const char *path, int rank, bool resumes, struct err *e)
{
    struct scratch *s = memory_new(1, sizeof *s, e);

    if (!s)
        return false;
    *s = (struct scratch){.fd = -1, .rank = (uint32_t)rank, .path = strdup(path)};
    s->name = name_of(path, s->rank, e);
    if (!s->path)
        err_set(e, "out of memory for a name");
    if (!s->path || !s->name || !open_file(s, resumes, e)) {
        scratch_free(s);
        return false;
    }
    *out = s;
    return true;
}

void scratch_free(struct scratch *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < s->n_old; i++)
        if (s->old[i] >= 0)
            close(s->old[i]);
    if (s->fd >= 0)
        close(s->fd);
    free(s->old);
    free(s->path);
    free(s->name);
    free(s->list);
    free(s);
}

void scratch_remove(struct scratch *s)
{
    struct err ignored;

    if (!s)
        return;
    unlink(s->name);
    for (uint32_t i = 0; i < s->n_old; i++) {
        char *name = s->old[i] >= 0 ? name_of(s->path, i, &ignored) : NULL;
        if (name)
            unlink(name);
        free(name);
    }
}

void scratch_sweep(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const size_t n = strlen(base);
    char folder[PATH_MAX] = ".";
    const struct dirent *file;

    if (slash && snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path) >= PATH_MAX)
        return;
    DIR *d = opendir(folder);
    while (d && (file = readdir(d)))
        if (strncmp(file->d_name, base, n) == 0 &&
            strncmp(file->d_name + n, ".part.blobs-", strlen(".part.blobs-")) == 0)
            unlinkat(dirfd(d), file->d_name, 0);
    if (d)
        closedir(d);
}

int scratch_fd(const struct scratch *s)
{
    return s->fd;
}

uint64_t scratch_end(const struct scratch *s)
{
    return s->end;
}

static bool list(struct scratch *s, struct entry entry, struct err *e)
{
    if (s->n == s->capacity) {
        const size_t capacity = 2 * s->capacity + 64;
        struct entry *grown = realloc(s->list, capacity * sizeof *grown);
        if (!grown)
            return err_set(e, "out of memory: a list of %zu blobs was wanted", capacity);
        s->list = grown;
        s->capacity = capacity;
    }
    s->list[s->n++] = entry;
    return true;
}

bool scratch_keep(struct scratch *s, const void *bytes, size_t n, struct err *e)
{
    if (!write_whole(s->fd, bytes, n, s->end))
        return err_errno(e, "%s: cannot write %zu bytes at offset %llu", s->name, n,
                         (unsigned long long)s->end);
    s->end += n;
    return true;
}

bool scratch_add(struct scratch *s, int64_t blob, const void *bytes, size_t n, struct err *e)
{
    const struct entry entry = {blob, s->end, (uint32_t)n, s->fd};

    return n == 0 || (list(s, entry, e) && scratch_keep(s, bytes, n, e));
}

/* --- what an earlier run left ----------------------------------------------------------------- */

/* The descriptor of a rank's file, -1 if there is none, in *fd. */
static bool open_old(struct scratch *s, uint32_t rank, int *fd, struct err *e)
{
    enum { RANKS_MOST = 1 << 20 };

    *fd = s->fd;
    if (rank == s->rank)
        return true;
    *fd = -1;
    if (rank >= RANKS_MOST)
        return true;
    if (rank >= s->n_old) {
        int *grown = realloc(s->old, ((size_t)rank + 1) * sizeof *grown);
        if (!grown)
            return err_set(e, "out of memory: a list of %u files was wanted", rank + 1);
        s->old = grown;
        while (s->n_old <= rank)
            s->old[s->n_old++] = -1;
    }
    if (s->old[rank] < 0) {
        char *name = name_of(s->path, rank, e);
        if (!name)
            return false;
        s->old[rank] = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        free(name);
    }
    *fd = s->old[rank];
    return true;
}

bool scratch_fetch(struct scratch *s, uint32_t rank, uint64_t at, void *out, size_t n, bool *seen,
                   struct err *e)
{
    int fd;

    if (!open_old(s, rank, &fd, e))
        return false;
    *seen = fd >= 0 && at <= INT64_MAX - n && read_whole(fd, out, n, at) == (ssize_t)n;
    return true;
}

bool scratch_adopt(struct scratch *s, uint32_t rank, uint64_t at, int64_t blob, uint32_t size,
                   struct err *e)
{
    int fd;

    return size == 0 ||
           (open_old(s, rank, &fd, e) && list(s, (struct entry){blob, at, size, fd}, e));
}

/* --- to the output ---------------------------------------------------------------------------- */

enum { FRAME = 4 };

/* One blob, and in `bytes` room for it and its frame. */
static bool copy_one(const struct scratch *s, const struct entry *x, int fd, const char *name,
                     uint64_t at, bool framed, unsigned char *bytes, struct err *e)
{
    unsigned char *blob = bytes + FRAME;
    const ssize_t got = read_whole(x->fd, blob, x->size, x->at);

    if (got != (ssize_t)x->size)
        return err_errno(e, "%s: cannot read back %u bytes at offset %llu", s->name, x->size,
                         (unsigned long long)x->at);
    if (framed) {
        for (int i = 0; i < FRAME; i++)
            bytes[i] = (unsigned char)(x->size >> (8 * i));
        for (int i = 0; i < FRAME; i++) /* of a blob shorter than that, what is before it */
            blob[x->size + (uint32_t)i] = blob[(ptrdiff_t)x->size - FRAME + i];
    }
    const uint64_t from = framed ? at - FRAME : at;
    const size_t n = x->size + (framed ? 2U * FRAME : 0);
    return write_whole(fd, framed ? bytes : blob, n, from) ||
           err_errno(e, "%s: cannot write %zu bytes at offset %llu", name, n,
                     (unsigned long long)from);
}

static bool stopped(struct err *e)
{
    const int signal = signals_caught();

    if (signal)
        err_stopped(e, "stopped by %s", signals_name(signal));
    return signal != 0;
}

bool scratch_copy(struct scratch *s, int fd, const char *name, const uint64_t *at, bool framed,
                  struct err *e)
{
    uint32_t largest = 0;

    for (size_t i = 0; i < s->n; i++)
        largest = s->list[i].size > largest ? s->list[i].size : largest;
    unsigned char *bytes = memory_raw(1, (size_t)largest + 2 * FRAME, e);
    bool ok = bytes != NULL;
    for (size_t i = 0; ok && i < s->n; i++)
        ok = !stopped(e) &&
             copy_one(s, &s->list[i], fd, name, at[s->list[i].blob], framed, bytes, e);
    free(bytes);
    return ok;
}
