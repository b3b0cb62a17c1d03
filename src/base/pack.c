/* pack.c - values as bytes and back, for messages and files.
 * SPDX-License-Identifier: MIT */
#include "base/pack.h"

#include <stdlib.h>
#include <string.h>

static bool pack_u64(struct buffer *b, uint64_t v, int n_bytes, struct err *e)
{
    unsigned char bytes[8];

    for (int i = 0; i < n_bytes; i++)
        bytes[i] = (unsigned char)(v >> (8 * i));
    return buffer_append(b, bytes, (size_t)n_bytes, e);
}

bool pack_u32(struct buffer *b, uint32_t v, struct err *e)
{
    return pack_u64(b, v, 4, e);
}

bool pack_i64(struct buffer *b, int64_t v, struct err *e)
{
    return pack_u64(b, (uint64_t)v, 8, e);
}

bool pack_f64(struct buffer *b, double v, struct err *e)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    return pack_u64(b, bits, 8, e);
}

bool pack_bytes(struct buffer *b, const void *bytes, size_t n, struct err *e)
{
    return pack_u64(b, n, 8, e) && buffer_append(b, bytes, n, e);
}

bool pack_text(struct buffer *b, const char *text, struct err *e)
{
    return pack_bytes(b, text, strlen(text), e);
}

struct unpack unpack_begin(const void *bytes, size_t n)
{
    const unsigned char *at = bytes;

    return (struct unpack){at, n ? at + n : at, true};
}

const unsigned char *unpack_raw(struct unpack *u, size_t n)
{
    const unsigned char *at = u->at;

    if (!u->ok || n > (size_t)(u->end - at)) {
        u->ok = false;
        return NULL;
    }
    u->at += n;
    return at;
}

static uint64_t unpack_u64(struct unpack *u, int n_bytes)
{
    const unsigned char *at = unpack_raw(u, (size_t)n_bytes);
    uint64_t v = 0;

    for (int i = 0; at && i < n_bytes; i++)
        v |= (uint64_t)at[i] << (8 * i);
    return v;
}

uint32_t unpack_u32(struct unpack *u)
{
    return (uint32_t)unpack_u64(u, 4);
}

int64_t unpack_i64(struct unpack *u)
{
    return (int64_t)unpack_u64(u, 8);
}

double unpack_f64(struct unpack *u)
{
    uint64_t bits = unpack_u64(u, 8);
    double v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

const unsigned char *unpack_bytes(struct unpack *u, size_t *n)
{
    uint64_t length = unpack_u64(u, 8);
    const unsigned char *at = u->ok && length <= SIZE_MAX ? unpack_raw(u, (size_t)length) : NULL;

    *n = at ? (size_t)length : 0;
    return at;
}

char *unpack_text(struct unpack *u)
{
    size_t n;
    const unsigned char *at = unpack_bytes(u, &n);
    char *text = at ? malloc(n + 1) : NULL;

    if (!text) {
        u->ok = false;
        return NULL;
    }
    memcpy(text, at, n);
    text[n] = '\0';
    return text;
}
