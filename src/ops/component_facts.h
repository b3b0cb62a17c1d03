/* component_facts.h - what is known of a component, or of the part of it in a band: as bands tell it,
 * and as it is joined.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_COMPONENT_FACTS_H
#define OPS_COMPONENT_FACTS_H

#include "base/pack.h"
#include "ops/components.h"

struct facts {
    int64_t area, sum_x, sum_y;
    int32_t left, top, right, bottom; /* the last column and row are of it */
    bool seed;
};

extern const struct facts no_facts;

void facts_add(struct facts *sum, const struct facts *f);

/* Those that the end wants, in facts_bytes bytes. */
size_t facts_bytes(const struct components *c);
bool facts_pack(const struct components *c, const struct facts *f, struct buffer *out,
                struct err *e) MUST_CHECK;
struct facts facts_unpack(const struct components *c, struct unpack *u);

/* components_join.c: what the sweep does on one rank. */
bool components_resolve(const void *state, struct format f, const struct sweep_bytes *bytes,
                        struct err *e) MUST_CHECK;
bool components_table(const void *state, struct format f, const struct sweep_bytes *bytes,
                      FILE *out, struct err *e) MUST_CHECK;

#endif
