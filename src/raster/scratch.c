/* scratch.c - blobs that have no place in the output yet.
 * SPDX-License-Identifier: MIT */
#include "raster/scratch.h"

#include "base/signals.h"
#include "base/text.h"

#include "whole_io.h"

#include <assert.h>
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
    struct buffer list; /* struct entry */
    /* Those of an earlier run, by rank: descriptors, -1 where there is none. */
    int *old;
    uint32_t n_old;
};

/* PATH.part.blobs-RANK, to be freed. */
static char *name_of(const char *path, uint32_t rank, struct err *e)
{
    char ending[sizeof ".part.blobs-4294967295"];

    snprintf(ending, sizeof ending, ".part.blobs-%u", rank);
    return text_join(path, ending, e);
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
    buffer_free(&s->list);
    free(s);
}

void scratch_remove(struct scratch *s)
{
    if (s)
        unlink(s->name);
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

static const struct entry *entries(const struct scratch *s, size_t *n)
{
    *n = s->list.size / sizeof(struct entry);
    return (const struct entry *)(const void *)s->list.data;
}

static bool list(struct scratch *s, struct entry entry, struct err *e)
{
    return buffer_append(&s->list, &entry, sizeof entry, e);
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

    assert(n <= UINT32_MAX); /* tiles and messages are far smaller (job/sizing.c) */
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

enum { FRAME = 4, STAGE = 1 << 20 };

/* Blobs that follow one another in the output, to be written together. */
struct stage {
    struct bulk *to;
    const char *name; /* of the output */
    unsigned char *bytes;
    size_t n;
    uint64_t at;
};

static bool flush(struct stage *g, struct err *e)
{
    const size_t n = g->n;

    g->n = 0;
    return bulk_write(g->to, g->bytes, n, g->at) ||
           err_errno(e, "%s: cannot write %zu bytes at offset %llu", g->name, n,
                     (unsigned long long)g->at);
}

/* A blob of n bytes with its frame about it. */
static void frame(unsigned char *blob, uint32_t n)
{
    for (int i = 0; i < FRAME; i++)
        blob[i - FRAME] = (unsigned char)(n >> (8 * i));
    for (int i = 0; i < FRAME; i++) /* of a blob shorter than that, what is before it */
        blob[n + (uint32_t)i] = blob[(ptrdiff_t)n - FRAME + i];
}

static bool copy_one(const struct scratch *s, const struct entry *x, struct stage *g, uint64_t at,
                     size_t framed, struct err *e)
{
    if (g->n > 0 && (g->n >= STAGE || g->at + g->n != at - framed) && !flush(g, e))
        return false;
    if (g->n == 0)
        g->at = at - framed;
    unsigned char *blob = g->bytes + g->n + framed;
    const ssize_t got = read_whole(x->fd, blob, x->size, x->at);
    if (got < 0)
        return err_errno(e, "%s.part: cannot read back %u bytes at offset %llu of its blobs",
                         s->path, x->size, (unsigned long long)x->at);
    if (got != (ssize_t)x->size)
        return err_set(e, "%s.part: its file of blobs has become shorter", s->path);
    if (framed)
        frame(blob, x->size);
    g->n += framed + x->size + framed;
    return true;
}

bool scratch_copy(struct scratch *s, struct bulk *to, const char *name, const uint64_t *at,
                  bool framed, struct err *e)
{
    size_t n;
    const struct entry *list = entries(s, &n);
    uint32_t largest = 0;

    for (size_t i = 0; i < n; i++)
        largest = list[i].size > largest ? list[i].size : largest;
    const size_t room = STAGE + (size_t)largest + 2 * FRAME;
    struct stage stage = {to, name, memory_raw(1, room, e), 0, 0};
    bool ok = stage.bytes != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ok = signals_none(e) &&
             copy_one(s, &list[i], &stage, at[list[i].blob], framed ? FRAME : 0, e);
    ok = ok && flush(&stage, e);
    free(stage.bytes);
    return ok;
}
