/* shared_bytes.c - bytes that a process and its descendants see.
 * SPDX-License-Identifier: MIT */
#include "shared_bytes.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 1 << 20 }; /* files grow by whole ones of these */

bool shared_bytes_new(struct shared_bytes *s, struct err *e)
{
    *s = (struct shared_bytes){.fd = memfd_create("tilery", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    /* One that shrinks would turn a look at it into a signal. */
    if (s->fd < 0 || fcntl(s->fd, F_ADD_SEALS, F_SEAL_SHRINK) != 0)
        return err_errno(e, "shared memory cannot be had");
    return true;
}

void shared_bytes_free(struct shared_bytes *s)
{
    if (s->at)
        munmap(s->at, s->mapped);
    if (s->fd >= 0)
        close(s->fd);
    *s = (struct shared_bytes){.fd = -1};
}

static bool map(struct shared_bytes *s, size_t n, struct err *e)
{
    void *at = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);

    if (at == MAP_FAILED)
        return err_errno(e, "%zu bytes of shared memory cannot be had", n);
    if (s->at)
        munmap(s->at, s->mapped);
    s->at = at;
    s->mapped = n;
    return true;
}

bool shared_bytes_grow(struct shared_bytes *s, size_t n, struct err *e)
{
    struct stat st;

    if (n <= s->mapped && s->at)
        return true;
    if (n > PTRDIFF_MAX / 2)
        return err_set(e, "%zu bytes are more than an address can reach", n);
    const size_t wanted = (n + n / 8 + STEP) / STEP * STEP;
    if (fstat(s->fd, &st) != 0 ||
        (st.st_size < (off_t)wanted && ftruncate(s->fd, (off_t)wanted) != 0))
        return err_errno(e, "%zu bytes of shared memory cannot be had", wanted);
    return map(s, wanted, e);
}

bool shared_bytes_see(struct shared_bytes *s, size_t n, struct err *e)
{
    struct stat st;

    if (n <= s->mapped)
        return true;
    if (fstat(s->fd, &st) != 0)
        return err_errno(e, "shared memory cannot be had");
    if ((uint64_t)st.st_size < n)
        return err_set(e, "the bytes in shared memory are damaged: %zu of %lld", n,
                       (long long)st.st_size);
    return map(s, (size_t)st.st_size, e);
}
