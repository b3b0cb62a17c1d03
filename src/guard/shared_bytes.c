/* shared_bytes.c - bytes that a process and its descendants see.
 * SPDX-License-Identifier: MIT */
#include "shared_bytes.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool shared_bytes_new(struct shared_bytes *s, struct err *e)
{
    *s = (struct shared_bytes){.fd = memfd_create("tilery", MFD_CLOEXEC)};
    return s->fd >= 0 || err_errno(e, "shared memory cannot be had");
}

void shared_bytes_free(struct shared_bytes *s)
{
    if (s->at)
        munmap(s->at, s->size);
    if (s->fd >= 0)
        close(s->fd);
    *s = (struct shared_bytes){.fd = -1};
}

bool shared_bytes_size(struct shared_bytes *s, size_t n, struct err *e)
{
    if (n > PTRDIFF_MAX || ftruncate(s->fd, (off_t)(n ? n : 1)) != 0)
        return err_errno(e, "%zu bytes of shared memory cannot be had", n);
    return shared_bytes_map(s, e);
}

bool shared_bytes_map(struct shared_bytes *s, struct err *e)
{
    struct stat st;

    if (fstat(s->fd, &st) != 0)
        return err_errno(e, "shared memory cannot be had");
    const size_t n = (size_t)st.st_size;
    void *at = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
    if (at == MAP_FAILED)
        return err_errno(e, "%zu bytes of shared memory cannot be mapped", n);
    if (s->at)
        munmap(s->at, s->size);
    s->at = at;
    s->size = n;
    return true;
}
