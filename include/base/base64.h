/* base64.h - bytes as text and back (RFC 4648, section 4).
 * SPDX-License-Identifier: MIT */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* The text of n bytes has so many characters; none of them is a NUL, nor is one added. */
size_t base64_length(size_t n);
void base64_encode(const void *bytes, size_t n, char *text);

/* A text of n characters stands for at most so many bytes. */
size_t base64_bytes(size_t n);

/* False if the text is no base64; *size is how many bytes it was. */
bool base64_decode(const char *text, size_t n, void *bytes, size_t *size);

#endif
