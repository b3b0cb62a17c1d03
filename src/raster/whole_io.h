/* whole_io.h - pread and pwrite that go on until all is done.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_WHOLE_IO_H
#define RASTER_WHOLE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Up to n bytes at offset; fewer only at the end of the file, -1 on failure (errno). */
ssize_t read_whole(int fd, void *out, size_t n, uint64_t offset);

/* False on failure (errno). */
bool write_whole(int fd, const void *bytes, size_t n, uint64_t offset);

#endif
