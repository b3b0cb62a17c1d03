/* words.h - an op and its arguments as words, made while it runs: each with its NUL, one after the
 * other.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_WORDS_H
#define OPS_WORDS_H

#include "base/memory.h"

/* The words of a buffer, borrowed from it. */
struct word_list {
    const char *name;
    const char **args; /* owned */
    int n_args;
};

/* To be freed with word_list_free, also after a failure. Fails if memory is short, or if the buffer
 * does not hold at least one word, or does not end with a NUL. */
bool word_list_new(struct word_list *out, const struct buffer *words, struct err *e) MUST_CHECK;
void word_list_free(struct word_list *l);

/* Appends a word. Fails if memory is short. */
bool words_add(struct buffer *words, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);

/* Appends to the last word, or ends it. Fail if memory is short. */
bool words_print(struct buffer *words, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);
bool words_end(struct buffer *words, struct err *e) MUST_CHECK;

/* Appends "--name=a,b,c". */
bool words_numbers(struct buffer *words, const char *name, const double *v, int n,
                   struct err *e) MUST_CHECK;

/* Appends "--name=" and n bytes as base64, for a parameter of the kind P_BASE64. */
bool words_base64(struct buffer *words, const char *name, const void *bytes, size_t n,
                  struct err *e) MUST_CHECK;

#endif
