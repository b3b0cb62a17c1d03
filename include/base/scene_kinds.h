/* scene_kinds.h - how many of many scenes are of which size and type.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_SCENE_KINDS_H
#define BASE_SCENE_KINDS_H

#include "base/memory.h"
#include "base/pixel.h"

struct scene_kind {
    int64_t width, height;
    int bands;
    enum pixel_type type;
    const char *name; /* of a scene of it: the first in the list; borrowed */
    int n;            /* scenes; of those that are given, 1 each */
};

/* Puts scenes of one kind together: *n of them become as many as there are kinds, those with the
 * most scenes first, then the larger ones. Fails for memory. */
bool scene_kinds_join(struct scene_kind *list, int *n, struct err *e) MUST_CHECK;

/* Appends them as a table. Fails for memory. */
bool scene_kinds_print(const struct scene_kind *list, int n, struct buffer *out,
                       struct err *e) MUST_CHECK;

#endif
