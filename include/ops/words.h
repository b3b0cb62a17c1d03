/* words.h - an op and its arguments as words, made while it runs: each with its NUL, one after the
 * other.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_WORDS_H
#define OPS_WORDS_H

#include "base/memory.h"

/* Appends to the last word, or ends it. Fail if memory is short. */
bool words_print(struct buffer *words, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);
bool words_end(struct buffer *words, struct err *e) MUST_CHECK;

/* Appends "--name=a,b,c". */
bool words_numbers(struct buffer *words, const char *name, const double *v, int n,
                   struct err *e) MUST_CHECK;

#endif
