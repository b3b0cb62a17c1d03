/* replay.c - feeds the files named on the command line to a fuzz target, without libFuzzer.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole file, in memory of just its size, so that AddressSanitizer sees where it ends. */
static unsigned char *read_file(const char *path, size_t *size, struct err *e)
{
    FILE *f = fopen(path, "rb");
    unsigned char *bytes = NULL;

    if (!f || fseek(f, 0, SEEK_END) != 0) {
        err_set_errno(e, "%s", path);
    } else {
        const long n = ftell(f);
        *size = n > 0 ? (size_t)n : 0;
        rewind(f);
        bytes = malloc(*size ? *size : 1);
        if (bytes && fread(bytes, 1, *size, f) != *size) {
            free(bytes);
            bytes = NULL;
        }
        if (!bytes)
            err_set_text(e, "%s: cannot be read", path);
    }
    if (f)
        fclose(f);
    return bytes;
}

int main(int argc, char **argv)
{
    int failed = 0, accepted = 0;

    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        const char *name = slash ? slash + 1 : argv[i];
        size_t size;
        struct err e;
        unsigned char *bytes = read_file(argv[i], &size, &e);
        if (!bytes) {
            fprintf(stderr, "%s\n", e.text);
            return EXIT_FAILURE;
        }
        fuzz_accepted = false;
        LLVMFuzzerTestOneInput(bytes, size);
        free(bytes);
        accepted += fuzz_accepted;
        if (!fuzz_accepted && strncmp(name, "valid", 5) == 0) {
            fprintf(stderr, "%s: is not taken any more; has the format changed?\n", argv[i]);
            failed++;
        }
    }
    printf("%s: %d inputs, %d taken, %d refused that should not be\n", argv[0], argc - 1, accepted,
           failed);
    return failed == 0 && accepted > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
