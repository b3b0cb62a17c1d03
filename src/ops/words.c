/* words.c - an op and its arguments as words, made while it runs.
 * SPDX-License-Identifier: MIT */
#include "ops/words.h"

#include <stdarg.h>
#include <stdio.h>

bool words_print(struct buffer *words, struct err *e, const char *format, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, format);
    const int n = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof text)
        return err_set(e, "a word is too long (a defect)");
    return buffer_append(words, text, (size_t)n, e);
}

bool words_end(struct buffer *words, struct err *e)
{
    return buffer_append(words, "", 1, e);
}

bool words_numbers(struct buffer *words, const char *name, const double *v, int n, struct err *e)
{
    bool ok = words_print(words, e, "--%s=", name);

    for (int i = 0; ok && i < n; i++)
        ok = words_print(words, e, "%s%.17g", i ? "," : "", v[i]);
    return ok && words_end(words, e);
}
