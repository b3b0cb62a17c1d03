/* scratch.c - blobs that have no place in the output yet.
 * SPDX-License-Identifier: MIT */
#include "raster/scratch.h"

#include "base/pack.h"

#include "whole_io.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
    int64_t blob;
    uint64_t at;
    uint32_t size;
};

struct scratch {
    int fd;
    char *beside;
    uint64_t end;
    struct entry *list;
    size_t n, capacity;
};

/* A file that is gone when the process is. */
static int open_nameless(const char *beside, struct err *e)
{
    const size_t n = strlen(beside) + sizeof ".XXXXXX";
    char *name = memory_raw(1, n, e);

    if (!name)
        return -1;
    snprintf(name, n, "%s.XXXXXX", beside);
    const int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        err_errno(e, "%s: a file for what is not placed yet cannot be made beside it", beside);
    else
        unlink(name);
    free(name);
    return fd;
}

bool scratch_new(struct scratch **out, const char *beside, struct err *e)
{
    struct scratch *s = memory_new(1, sizeof *s, e);

    if (!s)
        return false;
    s->fd = open_nameless(beside, e);
    s->beside = s->fd >= 0 ? strdup(beside) : NULL;
    if (s->fd >= 0 && !s->beside)
        err_set(e, "out of memory for a name");
    if (!s->beside) {
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
    if (s->fd >= 0)
        close(s->fd);
    free(s->beside);
    free(s->list);
    free(s);
}

bool scratch_add(struct scratch *s, int64_t blob, const void *bytes, size_t n, struct err *e)
{
    if (n == 0)
        return true;
    if (s->n == s->capacity) {
        const size_t capacity = 2 * s->capacity + 64;
        struct entry *grown = realloc(s->list, capacity * sizeof *grown);
        if (!grown)
            return err_set(e, "out of memory: a list of %zu blobs was wanted", capacity);
        s->list = grown;
        s->capacity = capacity;
    }
    if (!write_whole(s->fd, bytes, n, s->end))
        return err_errno(e, "%s: cannot write %zu bytes to the file beside it", s->beside, n);
    s->list[s->n++] = (struct entry){blob, s->end, (uint32_t)n};
    s->end += n;
    return true;
}

enum { FRAME = 4 };

/* One blob, and in `bytes` room for it and its frame. */
static bool copy_one(const struct scratch *s, const struct entry *x, int fd, const char *name,
                     uint64_t at, bool framed, unsigned char *bytes, struct err *e)
{
    unsigned char *blob = bytes + FRAME;
    const ssize_t got = read_whole(s->fd, blob, x->size, x->at);

    if (got != (ssize_t)x->size)
        return err_errno(e, "%s: cannot read back from the file beside it", s->beside);
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

bool scratch_copy(struct scratch *s, int fd, const char *name, const uint64_t *at, bool framed,
                  struct err *e)
{
    uint32_t largest = 0;

    for (size_t i = 0; i < s->n; i++)
        largest = s->list[i].size > largest ? s->list[i].size : largest;
    unsigned char *bytes = memory_raw(1, (size_t)largest + 2 * FRAME, e);
    bool ok = bytes != NULL;
    for (size_t i = 0; ok && i < s->n; i++)
        ok = copy_one(s, &s->list[i], fd, name, at[s->list[i].blob], framed, bytes, e);
    free(bytes);
    return ok;
}
