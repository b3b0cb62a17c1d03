/* fuzz_journal.c - any file read as a journal.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "fixture.h"

#include "guard/journal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[PATH_MAX];

bool fuzz_accepted;

static void end(void)
{
    unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    snprintf(path, sizeof path, "%s/journal", fixture_directory());
    atexit(end);
    return 0;
}

static bool take(void *ctx, const unsigned char *bytes, size_t n, struct err *e)
{
    fuzz_accepted = true;
    return buffer_append(ctx, bytes, n, e); /* reads them all */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    struct buffer head = {0}, records = {0};
    struct journal *j = NULL;
    struct err e;

    if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        abort();
    if (!journal_open(&j, path, &head, take, &records, &e) || !j)
        fuzz_accepted = false;
    journal_close(j);
    buffer_free(&head);
    buffer_free(&records);
    return 0;
}
