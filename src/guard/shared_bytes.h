/* shared_bytes.h - bytes that a process and its descendants see.
 * SPDX-License-Identifier: MIT */
#ifndef GUARD_SHARED_BYTES_H
#define GUARD_SHARED_BYTES_H

#include "base/err.h"

#include <stddef.h>

struct shared_bytes {
    int fd; /* a file without a name, inherited by those who are forked later */
    unsigned char *at;
    size_t size;
};

/* Without bytes yet. To be freed with shared_bytes_free, also after a failure; start from {.fd =
 * -1}. */
bool shared_bytes_new(struct shared_bytes *s, struct err *e) MUST_CHECK;
void shared_bytes_free(struct shared_bytes *s);

/* Makes there be n bytes, once, and maps them. Only those that are written take memory. */
bool shared_bytes_size(struct shared_bytes *s, size_t n, struct err *e) MUST_CHECK;

/* In another process: maps all there are. */
bool shared_bytes_map(struct shared_bytes *s, struct err *e) MUST_CHECK;

#endif
