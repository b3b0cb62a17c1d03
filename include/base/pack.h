/* pack.h - values as bytes and back, for messages and files. Little-endian, no padding.
 *
 * Packing appends to a buffer and fails only for memory. Unpacking never reads past its end: a
 * value that is not there comes back as 0 and clears ok, so that a reader checks once, at the end.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "base/memory.h"

bool pack_u32(struct buffer *b, uint32_t v, struct err *e) MUST_CHECK;
bool pack_i64(struct buffer *b, int64_t v, struct err *e) MUST_CHECK;
bool pack_f64(struct buffer *b, double v, struct err *e) MUST_CHECK;
/* Length and bytes. */
bool pack_bytes(struct buffer *b, const void *bytes, size_t n, struct err *e) MUST_CHECK;
bool pack_text(struct buffer *b, const char *text, struct err *e) MUST_CHECK;

struct unpack {
    const unsigned char *at, *end;
    bool ok;
};

struct unpack unpack_begin(const void *bytes, size_t n);
uint32_t unpack_u32(struct unpack *u);
int64_t unpack_i64(struct unpack *u);
double unpack_f64(struct unpack *u);
/* What pack_bytes stored, borrowed from the buffer; NULL and *n = 0 when it is not whole. */
const unsigned char *unpack_bytes(struct unpack *u, size_t *n);
/* n bytes as they lie there; NULL when there are fewer. */
const unsigned char *unpack_raw(struct unpack *u, size_t n);
/* A copy with a final NUL, to be freed; NULL when it is not whole or memory is short. */
char *unpack_text(struct unpack *u);

#endif
