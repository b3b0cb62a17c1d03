/* bulk.h - large writes to one file, past the page cache where that is faster.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_BULK_H
#define RASTER_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The alignment of direct writes. Data that begin at such offsets take this way as a whole, others
 * without their first and last block. */
enum { BULK_BLOCK = 4096 };

/* Whether large writes go past the page cache (O_DIRECT); auto: on the file systems where that was
 * measured to be faster, ext4 and XFS. */
enum direct_io { DIRECT_IO_AUTO, DIRECT_IO_ON, DIRECT_IO_OFF };
extern const char *const direct_io_names[];

struct bulk {
    int fd;              /* borrowed; nobody else may write to it meanwhile */
    bool direct;         /* false: as any other write */
    unsigned char *room; /* for what does not begin at a block in memory, once there is any */
};

/* For a file that is open for writing. Never fails: where the file system has no direct writes,
 * they go through the page cache. */
struct bulk bulk_begin(int fd, enum direct_io direct);
void bulk_end(struct bulk *b); /* leaves fd open */

/* False on failure (errno). */
bool bulk_write(struct bulk *b, const void *bytes, size_t n, uint64_t offset);

#endif
