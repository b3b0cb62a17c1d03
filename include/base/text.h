/* text.h - numbers and sizes out of text, and the nearest of some names.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each takes the whole text or nothing: trailing characters, overflow and emptiness give false. */
bool text_to_i64(const char *text, int64_t *v);
bool text_to_real(const char *text, double *v); /* finite numbers only; decimal point is '.' */
bool text_to_bool(const char *text, bool *v);   /* true yes on 1, false no off 0 */
/* "512", "400M", "1.5G": bytes, with binary multiples K M G T. */
bool text_to_bytes(const char *text, size_t *v);
/* n numbers apart by separator ("3,4", "512x256"). */
bool text_to_i64s(const char *text, char separator, int n, int64_t *v);

/* The name nearest to text by edit distance (with transpositions), or NULL when none is near. */
const char *text_nearest(const char *text, const char *const *names, int n_names);

/* What makes a word of n things a plural: "1 band", "3 bands". */
const char *text_s(int n);

/* a and b in one, to be freed; NULL with *e set when memory is short. */
char *text_join(const char *a, const char *b, struct err *e) MUST_CHECK;

/* "1.5 MiB" and the like, in out. */
const char *text_bytes(size_t bytes, char *out, size_t out_size);

#endif
