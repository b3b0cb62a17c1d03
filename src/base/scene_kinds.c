/* scene_kinds.c - how many of many scenes are of which size and type.
 * SPDX-License-Identifier: MIT */
#include "base/scene_kinds.h"

#include "base/columns.h"

#include <stdlib.h>

/* Larger ones first. */
static int by_kind(const struct scene_kind *a, const struct scene_kind *b)
{
    if (a->width != b->width)
        return a->width > b->width ? -1 : 1;
    if (a->height != b->height)
        return a->height > b->height ? -1 : 1;
    if (a->bands != b->bands)
        return a->bands > b->bands ? -1 : 1;
    return (a->type > b->type) - (a->type < b->type);
}

/* Scenes of a kind stay in the order of the list. */
struct placed {
    struct scene_kind kind;
    int place;
};

static int by_kind_and_place(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;
    const int order = by_kind(&p->kind, &q->kind);

    return order ? order : (p->place > q->place) - (p->place < q->place);
}

static int by_number(const void *a, const void *b)
{
    const struct scene_kind *p = a, *q = b;

    return p->n != q->n ? (p->n < q->n) - (p->n > q->n) : by_kind(p, q);
}

bool scene_kinds_join(struct scene_kind *list, int *n, struct err *e)
{
    struct placed *all = memory_raw((size_t)*n, sizeof *all, e);
    int kinds = 0;

    if (!all)
        return false;
    for (int i = 0; i < *n; i++)
        all[i] = (struct placed){list[i], i};
    qsort(all, (size_t)*n, sizeof *all, by_kind_and_place);
    for (int i = 0; i < *n; i++)
        if (i > 0 && by_kind(&all[i].kind, &all[i - 1].kind) == 0)
            list[kinds - 1].n += all[i].kind.n;
        else
            list[kinds++] = all[i].kind;
    free(all);
    *n = kinds;
    qsort(list, (size_t)kinds, sizeof *list, by_number);
    return true;
}

bool scene_kinds_print(const struct scene_kind *list, int n, struct buffer *out, struct err *e)
{
    static const char *const heads[] = {"scenes", "width", "height", "bands", "type", "e.g."};
    struct columns c = {.n = sizeof heads / sizeof heads[0]};
    bool ok = true;

    for (int i = 0; ok && i < c.n; i++)
        ok = columns_add(&c, e, "%s", heads[i]);
    for (int i = 0; ok && i < n; i++)
        ok = columns_add(&c, e, "%d", list[i].n) &&
             columns_add(&c, e, "%lld", (long long)list[i].width) &&
             columns_add(&c, e, "%lld", (long long)list[i].height) &&
             columns_add(&c, e, "%d", list[i].bands) &&
             columns_add(&c, e, "%s", pixel_name(list[i].type)) &&
             columns_add(&c, e, "%s", list[i].name);
    ok = ok && columns_print(&c, out, e);
    columns_free(&c);
    return ok;
}
