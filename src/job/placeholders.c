/* placeholders.c - `{name}` in a path or text, replaced by what it stands for.
 * SPDX-License-Identifier: MIT */
#include "placeholders.h"

#include "base/memory.h"

#include <string.h>

/* The bytes of "{name}" or "{name:03}" if the text begins with it, else 0; *digits: 3, or 0. */
static size_t length_at(const char *text, const char *name, int *digits)
{
    const size_t n = strlen(name);

    *digits = 0;
    if (text[0] != '{' || strncmp(text + 1, name, n) != 0)
        return 0;
    text += 1 + n;
    if (text[0] == '}')
        return n + 2;
    if (text[0] != ':' || text[1] != '0' || text[2] < '1' || text[2] > '9' || text[3] != '}')
        return 0;
    *digits = text[2] - '0';
    return n + 5;
}

static bool is_number(const char *value)
{
    return *value && value[strspn(value, "0123456789")] == '\0';
}

/* Appends what the text begins with, and says how long that is. */
static bool append_next(struct buffer *out, const char *text, const struct placeholder *list,
                        size_t *length, struct err *e)
{
    int digits;

    *length = 0;
    while (list->name && (*length = length_at(text, list->name, &digits)) == 0)
        list++;
    if (*length == 0) {
        *length = 1;
        return buffer_append(out, text, 1, e);
    }
    const size_t n = strlen(list->value);
    for (size_t i = n; is_number(list->value) && i < (size_t)digits; i++)
        if (!buffer_append(out, "0", 1, e))
            return false;
    return buffer_append(out, list->value, n, e);
}

char *placeholders_fill(const char *text, const struct placeholder *list, struct err *e)
{
    struct buffer out = {0};
    bool ok = true;

    for (size_t length; ok && *text; text += length)
        ok = append_next(&out, text, list, &length, e);
    if (ok && buffer_append(&out, "", 1, e))
        return (char *)out.data;
    buffer_free(&out);
    return NULL;
}

bool placeholders_has(const char *text, const char *name)
{
    int digits;

    for (; *text; text++)
        if (length_at(text, name, &digits))
            return true;
    return false;
}
