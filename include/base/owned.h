/* owned.h - memory that is freed together, where what points at it does not say whose it is.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_OWNED_H
#define BASE_OWNED_H

#include "base/err.h"

/* Starts from {0}. */
struct owned {
    void **list;
    int n;
};

/* Takes memory from malloc, freed at once if this fails: memory is short, or it is NULL already for
 * want of it. */
bool owned_add(struct owned *o, void *memory, struct err *e) MUST_CHECK;
void owned_free(struct owned *o);

#endif
