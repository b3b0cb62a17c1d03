/* owned.c - memory that is freed together.
 * SPDX-License-Identifier: MIT */
#include "base/owned.h"

#include <stdlib.h>

bool owned_add(struct owned *o, void *memory, struct err *e)
{
    void **grown = memory ? realloc(o->list, ((size_t)o->n + 1) * sizeof *grown) : NULL;

    if (!grown) {
        free(memory);
        return err_set(e, "out of memory: a list of %d texts was wanted", o->n + 1);
    }
    o->list = grown;
    o->list[o->n++] = memory;
    return true;
}

void owned_free(struct owned *o)
{
    for (int i = 0; i < o->n; i++)
        free(o->list[i]);
    free(o->list);
    *o = (struct owned){0};
}
