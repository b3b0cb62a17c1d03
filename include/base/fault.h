/* fault.h - faults on purpose, for tests: built with FAULTS=1 alone (-DFAULTS), else nothing of
 * it is left.
 *
 * A point in the code asks whether its fault is due. TILERY_FAULTS says when, in entries apart
 * by commas:
 *
 *   NAME#N        at the N-th time that this process asks (from 1)
 *   NAME@KEY      whenever the point asks with this key (a chunk's number, a rank …)
 *   NAME%P[:SEED] each time with probability P; another SEED gives other draws
 *
 * Points with the chunk as key: kernel-crash, kernel-hang, kernel-memory, errors on a rank
 * (chunk-error) and in storing a result (store-error), which ends the job, a wrong pixel at the
 * chunk's upper left (pixel-flip). With the rank as key: a wrong bit in a message, of a task
 * (task-flip) or any other (result-flip). With key 0, of scenes, outputs and journals: write-nospace,
 * write-io, write-short, read-io.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef FAULTS

bool fault_due(const char *name, int64_t key);

/* A kernel goes wrong, if one of the kernel's faults is due: it crashes, hangs, or takes all
 * memory it gets and then crashes. */
void fault_kernel(int64_t chunk);

/* One bit of the bytes, anywhere, is another one, if that fault is due. */
void fault_flip(const char *name, int64_t key, unsigned char *bytes, size_t n);

/* Before a call that writes or reads: false, with errno set, if it is to fail. */
bool fault_write(void);
bool fault_read(void);

/* How many of n bytes a call writes; whole blocks, where n is. */
size_t fault_short(size_t n);

#else

static inline bool fault_due(const char *name, int64_t key)
{
    (void)name, (void)key;
    return false;
}

static inline void fault_kernel(int64_t chunk)
{
    (void)chunk;
}

static inline void fault_flip(const char *name, int64_t key, unsigned char *bytes, size_t n)
{
    (void)name, (void)key, (void)bytes, (void)n;
}

static inline bool fault_write(void)
{
    return true;
}

static inline bool fault_read(void)
{
    return true;
}

static inline size_t fault_short(size_t n)
{
    return n;
}

#endif
#endif
