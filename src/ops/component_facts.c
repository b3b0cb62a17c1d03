/* component_facts.c - what is known of a component.
 * SPDX-License-Identifier: MIT */
#include "component_facts.h"

const struct facts no_facts = {.left = INT32_MAX, .top = INT32_MAX, .right = -1, .bottom = -1};

void facts_add(struct facts *sum, const struct facts *f)
{
    sum->area += f->area;
    sum->sum_x += f->sum_x;
    sum->sum_y += f->sum_y;
    sum->left = f->left < sum->left ? f->left : sum->left;
    sum->top = f->top < sum->top ? f->top : sum->top;
    sum->right = f->right > sum->right ? f->right : sum->right;
    sum->bottom = f->bottom > sum->bottom ? f->bottom : sum->bottom;
    sum->seed |= f->seed;
}

size_t facts_bytes(const struct components *c)
{
    static const size_t bytes[] = {
        [COMPONENT_LABEL] = 0, [COMPONENT_STATS] = 40, [COMPONENT_AREA] = 8, [COMPONENT_SEED] = 4};

    return bytes[c->end];
}

bool facts_pack(const struct components *c, const struct facts *f, struct buffer *out,
                struct err *e)
{
    switch (c->end) {
    case COMPONENT_LABEL:
        return true;
    case COMPONENT_AREA:
        return pack_i64(out, f->area, e);
    case COMPONENT_SEED:
        return pack_u32(out, f->seed, e);
    case COMPONENT_STATS:
        break;
    }
    return pack_i64(out, f->area, e) && pack_i64(out, f->sum_x, e) && pack_i64(out, f->sum_y, e) &&
           pack_u32(out, (uint32_t)f->left, e) && pack_u32(out, (uint32_t)f->top, e) &&
           pack_u32(out, (uint32_t)f->right, e) && pack_u32(out, (uint32_t)f->bottom, e);
}

struct facts facts_unpack(const struct components *c, struct unpack *u)
{
    struct facts f = no_facts;

    if (c->end == COMPONENT_AREA || c->end == COMPONENT_STATS)
        f.area = unpack_i64(u);
    if (c->end == COMPONENT_SEED)
        f.seed = unpack_u32(u) != 0;
    if (c->end == COMPONENT_STATS) {
        f.sum_x = unpack_i64(u);
        f.sum_y = unpack_i64(u);
        f.left = (int32_t)unpack_u32(u);
        f.top = (int32_t)unpack_u32(u);
        f.right = (int32_t)unpack_u32(u);
        f.bottom = (int32_t)unpack_u32(u);
    }
    return f;
}
