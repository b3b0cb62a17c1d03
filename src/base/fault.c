/* fault.c - faults on purpose, for tests.
 * SPDX-License-Identifier: MIT */
#include "base/fault.h"

#ifdef FAULTS

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNTERS = 32 };

/* How often this process has asked for each entry, by its place in the list. */
static uint32_t asked[COUNTERS];
static uint32_t flipped;

/* A number in 0..1 that looks random; another one in each process, as a new try must not fail
 * like the last. */
static double draw(uint64_t seed, int64_t key, uint32_t nth)
{
    uint64_t h = seed * 0x9e3779b97f4a7c15u + (uint64_t)key * 0xbf58476d1ce4e5b9u +
                 ((uint64_t)getpid() << 32) + nth;

    for (int i = 0; i < 3; i++)
        h = (h ^ (h >> 29)) * 0x94d049bb133111ebu;
    return (double)(h >> 11) / (double)(1ull << 53);
}

static bool entry_is_due(const char *rule, int64_t key, uint32_t nth)
{
    char *end;

    if (*rule == '#')
        return strtoul(rule + 1, NULL, 10) == nth;
    if (*rule == '@')
        return strtoll(rule + 1, NULL, 10) == key;
    const double p = strtod(rule + 1, &end);
    return draw(*end == ':' ? strtoull(end + 1, NULL, 10) : 0, key, nth) < p;
}

bool fault_due(const char *name, int64_t key)
{
    const char *list = getenv("TILERY_FAULTS");
    const size_t n = strlen(name);
    bool due = false;

    for (int i = 0; list && *list && i < COUNTERS; i++) {
        if (strncmp(list, name, n) == 0 && list[n] != '\0' && strchr("#@%", list[n]))
            due |= entry_is_due(list + n, key, ++asked[i]);
        list += strcspn(list, ",");
        list += *list == ',';
    }
    return due;
}

static void take_all_memory(void)
{
    enum { PIECE = 16 << 20 };

    for (char *p = malloc(PIECE); p; p = malloc(PIECE))
        memset(p, 1, PIECE);
    abort();
}

void fault_kernel(int64_t chunk)
{
    if (fault_due("kernel-crash", chunk))
        raise(SIGSEGV);
    if (fault_due("kernel-memory", chunk))
        take_all_memory();
    if (fault_due("kernel-hang", chunk))
        for (;;)
            pause();
}

void fault_flip(const char *name, int64_t key, unsigned char *bytes, size_t n)
{
    if (n == 0 || !fault_due(name, key))
        return;
    const size_t bit = (size_t)(draw(1, key, ++flipped) * 8 * (double)n);
    bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
}

static bool fails(const char *name, int why)
{
    if (!fault_due(name, 0))
        return false;
    errno = why;
    return true;
}

bool fault_write(void)
{
    return !fails("write-nospace", ENOSPC) && !fails("write-io", EIO);
}

bool fault_read(void)
{
    return !fails("read-io", EIO);
}

size_t fault_short(size_t n)
{
    enum { BLOCK = 4096 };
    const size_t half = n % BLOCK == 0 ? n / 2 / BLOCK * BLOCK : n / 2;

    return half > 0 && fault_due("write-short", 0) ? half : n;
}

#endif
