/* placeholders.h - `{name}` in a path or text, replaced by what it stands for; `{name:03}` for a number
 * with zeros before it, so that it has at least three digits.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_PLACEHOLDERS_H
#define JOB_PLACEHOLDERS_H

#include "base/err.h"

struct placeholder {
    const char *name; /* without its braces */
    const char *value;
};

/* The text with every {name} of the list (which ends with {0}) replaced, to be freed; what else is
 * in braces stays. NULL with *e set if memory is short. */
char *placeholders_fill(const char *text, const struct placeholder *list, struct err *e) MUST_CHECK;

/* Whether the text holds {name}. */
bool placeholders_has(const char *text, const char *name);

#endif
