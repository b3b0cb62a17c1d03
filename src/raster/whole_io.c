/* whole_io.c - pread and pwrite that go on until all is done.
 * SPDX-License-Identifier: MIT */
#include "whole_io.h"

#include "base/fault.h"

#include <errno.h>
#include <unistd.h>

ssize_t read_whole(int fd, void *out, size_t n, uint64_t offset)
{
    size_t done = 0;

    while (done < n) {
        ssize_t got =
            fault_read() ? pread(fd, (char *)out + done, n - done, (off_t)(offset + done)) : -1;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

bool write_whole(int fd, const void *bytes, size_t n, uint64_t offset)
{
    size_t done = 0;

    while (done < n) {
        ssize_t put = fault_write() ? pwrite(fd, (const char *)bytes + done, fault_short(n - done),
                                             (off_t)(offset + done))
                                    : -1;
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        done += (size_t)put;
    }
    return true;
}
