/* bulk.c - large writes to one file, past the page cache where that is faster.
 *
 * An output is synced before it gets its name, so the page cache saves no time: it costs a copy,
 * under a lock of the file that ranks of a host wait for in turn, pages that count as the job's
 * memory, and a long sync when the job is told to stop.
 * SPDX-License-Identifier: MIT */
#include "raster/bulk.h"

#include "whole_io.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

enum {
    ROOM = 1 << 20,  /* of one write, when the data have to be copied to where a block begins */
    LEAST = 1 << 16, /* of what is worth a write of its own */
};

const char *const direct_io_names[] = {"auto", "on", "off", NULL};

static bool is_fast(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && (fs.f_type == EXT4_SUPER_MAGIC || fs.f_type == XFS_SUPER_MAGIC);
}

/* The page cache is asked for by the descriptor, which has both kinds of writes. */
static bool set_direct(int fd, bool direct)
{
    const int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && fcntl(fd, F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

struct bulk bulk_begin(int fd, enum direct_io direct)
{
    const bool wanted = direct == DIRECT_IO_ON || (direct == DIRECT_IO_AUTO && is_fast(fd));

    return (struct bulk){.fd = fd,
                         .direct = wanted && set_direct(fd, true) && set_direct(fd, false)};
}

void bulk_end(struct bulk *b)
{
    free(b->room);
    *b = (struct bulk){.fd = -1};
}

/* Whole blocks, to the beginning of one. */
static bool write_blocks(struct bulk *b, const unsigned char *bytes, size_t n, uint64_t offset)
{
    if ((uintptr_t)bytes % BULK_BLOCK == 0)
        return write_whole(b->fd, bytes, n, offset);
    if (!b->room)
        b->room = aligned_alloc(BULK_BLOCK, ROOM);
    if (!b->room) { /* as if its blocks were larger than ours */
        errno = EINVAL;
        return false;
    }
    for (size_t at = 0; at < n; at += ROOM) {
        const size_t size = n - at < ROOM ? n - at : ROOM;
        memcpy(b->room, bytes + at, size);
        if (!write_whole(b->fd, b->room, size, offset + at))
            return false;
    }
    return true;
}

bool bulk_write(struct bulk *b, const void *bytes, size_t n, uint64_t offset)
{
    const unsigned char *from = bytes;
    const size_t head = (size_t)(-offset % BULK_BLOCK);
    const size_t blocks = n > head ? (n - head) / BULK_BLOCK * BULK_BLOCK : 0;
    const size_t tail = head + blocks;

    if (!b->direct || blocks < LEAST)
        return write_whole(b->fd, bytes, n, offset);
    if (!write_whole(b->fd, from, head, offset) ||
        !write_whole(b->fd, from + tail, n - tail, offset + tail) || !set_direct(b->fd, true))
        return false;
    const bool ok = write_blocks(b, from + head, blocks, offset + head);
    const int why = errno;
    if (!set_direct(b->fd, false))
        return false;
    if (!ok && why == EINVAL) { /* its blocks are larger than ours: through the page cache */
        b->direct = false;
        return write_whole(b->fd, from + head, blocks, offset + head);
    }
    errno = why;
    return ok;
}
