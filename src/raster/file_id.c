/* file_id.c - what tells a file from another of the same name on another host.
 * SPDX-License-Identifier: MIT */
#include "raster/file_id.h"

#include "base/crc.h"

#include "whole_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROBE = 4096, PROBES = 3 };

/* The whole of a small file, three parts of a large one. */
static bool probe(int fd, int64_t size, uint32_t *crc)
{
    unsigned char bytes[PROBES * PROBE];
    size_t n = 0;

    for (int i = 0; i < PROBES; i++) {
        const int64_t at = size > PROBES * PROBE ? (size - PROBE) / (PROBES - 1) * i : i * PROBE;
        const ssize_t got = read_whole(fd, bytes + n, PROBE, (uint64_t)at);
        if (got < 0)
            return false;
        n += (size_t)got;
    }
    *crc = crc_of(bytes, n);
    return true;
}

bool file_identify(const char *path, struct file_id *id, struct err *e)
{
    struct stat st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_errno(e, "%s", path);
    bool ok = fstat(fd, &st) == 0;
    if (ok && S_ISREG(st.st_mode)) {
        *id = (struct file_id){
            .size = st.st_size,
            .mtime_s = st.st_mtim.tv_sec,
            .mtime_ns = (uint32_t)st.st_mtim.tv_nsec,
        };
        ok = probe(fd, id->size, &id->crc);
    }
    if (!ok)
        err_errno(e, "%s: cannot be read", path);
    else if (!S_ISREG(st.st_mode))
        ok = err_set(e, "%s: is not a regular file", path);
    close(fd);
    return ok;
}

bool file_id_equal(const struct file_id *a, const struct file_id *b)
{
    return a->size == b->size && a->mtime_s == b->mtime_s && a->mtime_ns == b->mtime_ns &&
           a->crc == b->crc;
}
