/* words.c - an op and its arguments as words, made while it runs.
 * SPDX-License-Identifier: MIT */
#include "ops/words.h"

#include "base/base64.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool word_list_new(struct word_list *out, const struct buffer *words, struct err *e)
{
    *out = (struct word_list){0};
    if (words->size == 0 || words->data[words->size - 1] != '\0')
        return err_set(e, "words without an end (a defect)");
    const char *at = (const char *)words->data, *end = at + words->size;
    size_t n = 0;
    out->name = at;
    for (const char *w = at; w < end; w += strlen(w) + 1)
        n++;
    out->args = memory_new(n, sizeof *out->args, e);
    if (!out->args)
        return false;
    for (const char *w = at + strlen(at) + 1; w < end; w += strlen(w) + 1)
        out->args[out->n_args++] = w;
    return true;
}

void word_list_free(struct word_list *l)
{
    free(l->args);
    *l = (struct word_list){0};
}

static bool print(struct buffer *words, struct err *e, const char *format, va_list ap)
{
    char text[400];
    const int n = vsnprintf(text, sizeof text, format, ap);

    if (n < 0 || (size_t)n >= sizeof text)
        return err_set(e, "a word is too long (a defect)");
    return buffer_append(words, text, (size_t)n, e);
}

bool words_print(struct buffer *words, struct err *e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    const bool ok = print(words, e, format, ap);
    va_end(ap);
    return ok;
}

bool words_add(struct buffer *words, struct err *e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    const bool ok = print(words, e, format, ap);
    va_end(ap);
    return ok && words_end(words, e);
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

bool words_base64(struct buffer *words, const char *name, const void *bytes, size_t n,
                  struct err *e)
{
    const size_t length = base64_length(n);

    if (!words_print(words, e, "--%s=", name) || !buffer_reserve(words, length + 1, e))
        return false;
    base64_encode(bytes, n, (char *)words->data + words->size);
    words->size += length;
    return words_end(words, e);
}
