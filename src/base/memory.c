/* memory.c - checked allocation, growable byte buffers, and how much memory there is.
 * SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ALIGNMENT = 64 };

static bool keeps; /* memory_keep has been called */

void *memory_raw(size_t n, size_t size, struct err *e)
{
    size_t bytes;
    void *p = NULL;

    if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX - ALIGNMENT) {
        err_set(e, "%zu x %zu bytes are more than an address can reach", n, size);
        return NULL;
    }
    if (posix_memalign(&p, ALIGNMENT, bytes ? bytes : 1) != 0) {
        err_set(e, "out of memory: %zu bytes were wanted", bytes);
        return NULL;
    }
    return p;
}

void *memory_new(size_t n, size_t size, struct err *e)
{
    void *p = memory_raw(n, size, e);

    if (p)
        memset(p, 0, n * size);
    return p;
}

bool buffer_reserve(struct buffer *b, size_t extra, struct err *e)
{
    size_t wanted;

    if (__builtin_add_overflow(b->size, extra, &wanted))
        return err_set(e, "a buffer of %zu + %zu bytes is more than an address can reach", b->size,
                       extra);
    if (wanted <= b->capacity)
        return true;
    if (b->lent)
        return err_set(e, "%zu bytes do not fit into the %zu that were set aside", wanted,
                       b->capacity);
    size_t grown = b->capacity + b->capacity / 2; /* so that many small appends stay cheap */
    if (grown < wanted)
        grown = wanted;
    unsigned char *p = realloc(b->data, grown);
    if (!p)
        return err_set(e, "out of memory: %zu bytes were wanted", grown);
    b->data = p;
    b->capacity = grown;
    return true;
}

bool buffer_append(struct buffer *b, const void *bytes, size_t n, struct err *e)
{
    if (!buffer_reserve(b, n, e))
        return false;
    if (n > 0)
        memcpy(b->data + b->size, bytes, n);
    b->size += n;
    return true;
}

void buffer_free(struct buffer *b)
{
    if (!b->lent)
        free(b->data);
    *b = (struct buffer){0};
}

void memory_keep(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    keeps = true;
#endif
}

void memory_give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

size_t memory_peak(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return (size_t)use.ru_maxrss * 1024;
}

/* What is free, and will be used again. */
static size_t memory_kept(void)
{
#ifdef __GLIBC__
    if (keeps)
        return mallinfo2().fordblks;
#endif
    return 0;
}

size_t memory_resident(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (!f)
        return memory_peak();
    if (fscanf(f, "%*s %lu", &pages) != 1)
        pages = 0;
    fclose(f);
    const size_t all = pages * (size_t)sysconf(_SC_PAGESIZE), kept = memory_kept();
    return all > kept ? all - kept : 0;
}

/* The number in a one-line file ("max" and absence give SIZE_MAX). */
static size_t limit_in_file(const char *path)
{
    unsigned long long v;
    size_t limit = SIZE_MAX;
    FILE *f = fopen(path, "r");

    if (!f)
        return SIZE_MAX;
    if (fscanf(f, "%llu", &v) == 1)
        limit = (size_t)v;
    fclose(f);
    return limit;
}

static size_t limit_in_meminfo(void)
{
    char line[200];
    unsigned long long kib = 0;
    FILE *f = fopen("/proc/meminfo", "r");

    if (!f)
        return SIZE_MAX;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
            break;
    fclose(f);
    return kib ? (size_t)kib * 1024 : SIZE_MAX;
}

/* The least limit of a cgroup and those above it: root/path/file, root/…/file, root/file. */
static size_t limit_in_cgroups(const char *root, const char *path, const char *file)
{
    char at[4200], inner[4096];
    size_t least = SIZE_MAX;

    snprintf(inner, sizeof inner, "%s", path);
    for (;;) {
        snprintf(at, sizeof at, "%s%s/%s", root, inner, file);
        size_t limit = limit_in_file(at);
        least = limit < least ? limit : least;
        char *slash = strrchr(inner, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

/* The limits of this process's memory cgroup, version 2 ("0::/path") or 1 ("N:memory:/path"). */
static size_t limit_of_cgroup(void)
{
    char line[4096];
    size_t least = SIZE_MAX;
    FILE *f = fopen("/proc/self/cgroup", "r");

    if (!f)
        return SIZE_MAX;
    while (fgets(line, sizeof line, f)) {
        size_t limit = SIZE_MAX;
        char *v1 = strstr(line, ":memory:");
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::", 3) == 0)
            limit = limit_in_cgroups("/sys/fs/cgroup", line + 3, "memory.max");
        else if (v1)
            limit = limit_in_cgroups("/sys/fs/cgroup/memory", v1 + 8, "memory.limit_in_bytes");
        least = limit < least ? limit : least;
    }
    fclose(f);
    return least;
}

static unsigned long long number_in_environment(const char *name)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 10) : 0;
}

/* Slurm gives its limits in MiB, for the node or for each of its CPUs. */
static size_t limit_of_slurm(void)
{
    unsigned long long mib = number_in_environment("SLURM_MEM_PER_NODE");

    if (mib == 0)
        mib = number_in_environment("SLURM_MEM_PER_CPU") *
              number_in_environment("SLURM_CPUS_ON_NODE");
    return mib > 0 && mib < (SIZE_MAX >> 20) ? (size_t)mib << 20 : SIZE_MAX;
}

size_t memory_available(void)
{
    const size_t limits[] = {
        limit_in_meminfo(),
        limit_of_cgroup(),
        limit_of_slurm(),
    };
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (limits[i] < least)
            least = limits[i];
    return least;
}
