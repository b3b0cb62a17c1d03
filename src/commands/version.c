/* version.c - `tilery version`.
 * SPDX-License-Identifier: MIT */
#include "commands.h"

#include "base/version.h"

#include <stdio.h>

int command_version(struct words words)
{
    if (wants_help(words)) {
        puts("Usage: tilery version\n\nPrints the version.");
        return end_output();
    }
    if (words.n > 0) {
        struct err e;
        err_usage(&e, "version: '%s' is not expected here", words.item[0]);
        return complain(&e);
    }
    puts("tilery " TILERY_VERSION);
    return end_output();
}
