/* commands.h - the commands of the program, one file each. They return the exit status.
 * SPDX-License-Identifier: MIT */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "base/err.h"

#include <stdbool.h>

/* What follows the command's name. */
struct words {
    int n;
    const char *const *item;
};

int command_run(struct words words);
int command_info(struct words words);
int command_ops(struct words words);
int command_version(struct words words);

/* Whether --help or -h is among the words. */
bool wants_help(struct words words);

/* Prints "tilery: " and the failure; returns its exit status. */
int complain(const struct err *e);

/* Ends standard output; EXIT_FAILED when it could not be written (a full disk, a closed pipe). */
int end_output(void);

#endif
