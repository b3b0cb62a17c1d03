/* fuzz_files.c - rank 0's list of files, by which a rank finds out whether it sees the same.
 *
 * Input: the list behind the name of the output's part and its token. An empty file of the year
 * 1970 is there as /proc/self/fd/100.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "fixture.h"

#include "base/pack.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LISTED = 100 };

static char part[PATH_MAX];
static struct part_probe probe;

bool fuzz_accepted;

static void end(void)
{
    part_probe_free(&probe);
    unlink(part);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct timespec long_ago[2] = {{0}};
    const int fd = memfd_create("listed", MFD_CLOEXEC);
    struct err e;

    snprintf(part, sizeof part, "%s/OUT.tif.part", fixture_directory());
    FILE *f = fopen(part, "w");
    if (!f || fclose(f) != 0 || !part_probe_new(&probe, part, &e) || dup2(fd, LISTED) != LISTED ||
        futimens(LISTED, long_ago) != 0)
        abort();
    atexit(end);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ticket ticket = {0};
    const struct sources none = {0};
    const struct shared_options options = {0};
    const struct shared_own own = {0};
    struct buffer list = {0};
    struct shared *s = NULL;
    struct err e;

    if (pack_text(&list, part, &e) && buffer_append(&list, probe.token, PART_TOKEN, &e) &&
        buffer_append(&list, data, size, &e))
        fuzz_accepted = shared_open(&s, &list, &ticket, &none, &options, &own, &e);
    shared_close(s);
    buffer_free(&list);
    return 0;
}
