/* file_id.h - what tells a file from another of the same name on another host.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_FILE_ID_H
#define RASTER_FILE_ID_H

#include "base/err.h"

#include <stdint.h>

struct file_id {
    int64_t size, mtime_s;
    uint32_t mtime_ns, crc; /* of some KiB at the file's beginning, middle and end */
};

/* Fails, naming the path, if it is no regular file that can be read. */
bool file_identify(const char *path, struct file_id *id, struct err *e) MUST_CHECK;

bool file_id_equal(const struct file_id *a, const struct file_id *b);

#endif
