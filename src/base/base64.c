/* base64.c - bytes as text and back: three bytes are four characters, of the last "=" fills up.
 * SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include <stdint.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_length(size_t n)
{
    return (n + 2) / 3 * 4;
}

size_t base64_bytes(size_t n)
{
    return n / 4 * 3;
}

void base64_encode(const void *bytes, size_t n, char *text)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < n; i += 3, text += 4) {
        const uint32_t v = (uint32_t)at[i] << 16 | (i + 1 < n ? (uint32_t)at[i + 1] << 8 : 0) |
                           (i + 2 < n ? at[i + 2] : 0);
        text[0] = digits[v >> 18];
        text[1] = digits[v >> 12 & 63];
        text[2] = '=';
        text[3] = '=';
        if (i + 1 < n)
            text[2] = digits[v >> 6 & 63];
        if (i + 2 < n)
            text[3] = digits[v & 63];
    }
}

/* What each character stands for, plus 1; 0: nothing. */
static void make_values(unsigned char values[256])
{
    for (int i = 0; i < 256; i++)
        values[i] = 0;
    for (int i = 0; i < 64; i++)
        values[(unsigned char)digits[i]] = (unsigned char)(i + 1);
}

bool base64_decode(const char *text, size_t n, void *bytes, size_t *size)
{
    const unsigned char *at = (const unsigned char *)text;
    unsigned char values[256], *out = bytes;
    size_t fill = 0;

    make_values(values);
    while (fill < 2 && fill < n && at[n - 1 - fill] == '=')
        fill++;
    for (size_t i = 0; i < n - fill; i++)
        if (!values[at[i]])
            return false;
    if (n % 4 != 0)
        return false;
    *size = base64_bytes(n) - fill;
    for (size_t i = 0; i < *size; i++) {
        /* Byte i begins in character i / 3 * 4 + i % 3 and ends in the next. */
        const unsigned char *two = at + i / 3 * 4 + i % 3;
        const int v = (values[two[0]] - 1) << 6 | (values[two[1]] - 1);
        out[i] = (unsigned char)(v >> (4 - 2 * (i % 3)));
    }
    return true;
}
