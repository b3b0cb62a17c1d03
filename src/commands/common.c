/* common.c - what all commands share.
 * SPDX-License-Identifier: MIT */
#include "commands.h"

#include <stdio.h>
#include <string.h>

bool wants_help(struct words words)
{
    for (int i = 0; i < words.n; i++) {
        if (strcmp(words.item[i], "--help") == 0 || strcmp(words.item[i], "-h") == 0)
            return true;
    }
    return false;
}

int complain(const struct err *e)
{
    fprintf(stderr, "tilery: %s\n", e->text);
    return e->status;
}

int end_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    perror("tilery: standard output");
    return EXIT_FAILED;
}
