/* placeholders.c - `{name}` in a path or text, replaced by what it stands for.
 * SPDX-License-Identifier: MIT */
#include "placeholders.h"

#include "base/memory.h"

#include <string.h>

/* The bytes of "{name}" if the text begins with it, else 0. */
static size_t length_at(const char *text, const char *name)
{
    const size_t n = strlen(name);

    return text[0] == '{' && strncmp(text + 1, name, n) == 0 && text[1 + n] == '}' ? n + 2 : 0;
}

static const struct placeholder *find(const char *text, const struct placeholder *list)
{
    while (list->name && !length_at(text, list->name))
        list++;
    return list->name ? list : NULL;
}

char *placeholders_fill(const char *text, const struct placeholder *list, struct err *e)
{
    struct buffer out = {0};
    bool ok = true;

    while (ok && *text) {
        const struct placeholder *p = find(text, list);
        ok = p ? buffer_append(&out, p->value, strlen(p->value), e)
               : buffer_append(&out, text, 1, e);
        text += p ? length_at(text, p->name) : 1;
    }
    if (ok && buffer_append(&out, "", 1, e))
        return (char *)out.data;
    buffer_free(&out);
    return NULL;
}

bool placeholders_has(const char *text, const char *name)
{
    for (; *text; text++)
        if (length_at(text, name))
            return true;
    return false;
}
