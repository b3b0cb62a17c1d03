/* shared_bytes.h - bytes that a process and its descendants see, and that one of them may make more.
 * SPDX-License-Identifier: MIT */
#ifndef GUARD_SHARED_BYTES_H
#define GUARD_SHARED_BYTES_H

#include "base/err.h"

#include <stddef.h>

struct shared_bytes {
    int fd; /* a file without a name, inherited by those who are forked later */
    unsigned char *at;
    size_t mapped; /* here */
};

/* To be freed with shared_bytes_free, also after a failure; start from {.fd = -1}. */
bool shared_bytes_new(struct shared_bytes *s, struct err *e) MUST_CHECK;
void shared_bytes_free(struct shared_bytes *s);

/* For the process that writes: n bytes are there at s->at, those of before among them. Fails if memory is
 * short. */
bool shared_bytes_grow(struct shared_bytes *s, size_t n, struct err *e) MUST_CHECK;

/* For one that reads: n bytes that have been written can be seen at s->at. Fails if there are not so
 * many. */
bool shared_bytes_see(struct shared_bytes *s, size_t n, struct err *e) MUST_CHECK;

#endif
