/* memory.h - checked allocation, growable byte buffers, and how much memory there is.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* n * size bytes, zeroed, aligned to 64 bytes, to be freed with free(); NULL with *e set when they
 * overflow or are not to be had. n * size == 0 gives a pointer that may be freed. */
void *memory_new(size_t n, size_t size, struct err *e) MUST_CHECK;

/* The same, not zeroed: for buffers that are written before they are read. */
void *memory_raw(size_t n, size_t size, struct err *e) MUST_CHECK;

/* Bytes that grow. Start from {0}; end with buffer_free. */
struct buffer {
    unsigned char *data;
    size_t size, capacity;
    bool lent; /* the memory is another's: it stays where it is, and does not grow */
};

/* Room for extra more bytes; contents and size stay. Fails if memory is short. */
bool buffer_reserve(struct buffer *b, size_t extra, struct err *e) MUST_CHECK;
bool buffer_append(struct buffer *b, const void *bytes, size_t n, struct err *e) MUST_CHECK;
void buffer_free(struct buffer *b);

/* From now on memory that is freed stays with the process, to be had again without the system: for
 * many jobs of the same size, one after the other. */
void memory_keep(void);

/* What has been freed goes back to the system at once: others are to have it. */
void memory_give_back(void);

/* The most memory this process has had resident so far, and what it has now, in bytes. */
size_t memory_peak(void);
size_t memory_resident(void);

/* Bytes this host can still give to one job: the least of free memory, the cgroup's limit and
 * Slurm's, where they are set. */
size_t memory_available(void);

#endif
