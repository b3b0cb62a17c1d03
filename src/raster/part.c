/* part.c - an output's .part file as the other ranks see it.
 * SPDX-License-Identifier: MIT */
#include "raster/part.h"

#include "base/new_file.h"
#include "base/text.h"

#include "whole_io.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* Of the file that lies beside the part file. */
static char *probe_path(const char *part, struct err *e)
{
    return text_join(part, ".probe", e);
}

bool part_probe_new(struct part_probe *p, const char *part, struct err *e)
{
    *p = (struct part_probe){.path = probe_path(part, e)};
    if (!p->path)
        return false;
    if (getrandom(p->token, PART_TOKEN, 0) != PART_TOKEN)
        return err_errno(e, "%s: no random numbers", p->path);
    int fd;
    if (!new_file(p->path, &fd, e)) /* in place of that of a run that was killed */
        return false;
    const bool ok = write_whole(fd, p->token, PART_TOKEN, 0) && fsync(fd) == 0;
    if (!ok)
        err_errno(e, "%s: cannot be written", p->path);
    close(fd);
    return ok;
}

void part_probe_free(struct part_probe *p)
{
    if (p->path)
        unlink(p->path);
    free(p->path);
    *p = (struct part_probe){0};
}

struct part {
    int fd;
    struct bulk bulk;
    char *name;
};

bool part_probe_seen(const char *part, const unsigned char token[PART_TOKEN], struct err *e)
{
    unsigned char seen[PART_TOKEN];
    char *path = probe_path(part, e);

    if (!path)
        return false;
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = fd >= 0 && read_whole(fd, seen, PART_TOKEN, 0) == PART_TOKEN;
    if (!ok)
        err_errno(e, "%s, just written by rank 0, is not seen here", path);
    else if (memcmp(seen, token, PART_TOKEN) != 0)
        ok = err_set(e, "%s is not the one that rank 0 has just written", path);
    if (fd >= 0)
        close(fd);
    free(path);
    return ok;
}

bool part_join(struct part **out, const char *part, const unsigned char token[PART_TOKEN],
               enum direct_io direct, struct err *e)
{
    if (!part_probe_seen(part, token, e))
        return false;
    struct part *p = memory_new(1, sizeof *p, e);
    if (!p)
        return false;
    p->fd = open(part, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    p->name = strdup(part);
    if (p->fd < 0 || !p->name) {
        err_errno(e, "%s: cannot be written from here", part);
        part_leave(p);
        return false;
    }
    p->bulk = bulk_begin(p->fd, direct);
    *out = p;
    return true;
}

int part_fd(const struct part *p)
{
    return p->fd;
}

bool part_write(struct part *p, const void *bytes, size_t n, uint64_t offset, struct err *e)
{
    return bulk_write(&p->bulk, bytes, n, offset) ||
           err_errno(e, "%s: cannot write %zu bytes at offset %llu", p->name, n,
                     (unsigned long long)offset);
}

bool part_copy(struct part *p, struct scratch *s, const uint64_t *at, bool framed, struct err *e)
{
    return scratch_copy(s, &p->bulk, p->name, at, framed, e);
}

bool part_sync(struct part *p, struct err *e)
{
    return fdatasync(p->fd) == 0 || err_errno(e, "%s: cannot be synced", p->name);
}

void part_leave(struct part *p)
{
    if (!p)
        return;
    bulk_end(&p->bulk);
    if (p->fd >= 0)
        close(p->fd);
    free(p->name);
    free(p);
}
