/* components_join.c - the parts of components that bands tell of, joined on one rank.
 * SPDX-License-Identifier: MIT */
#include "component_facts.h"

#include "ops/runs.h"

#include <stdio.h>
#include <stdlib.h>

/* What one band of rows says of one raster band. */
struct told {
    uint32_t n, n_edge;
    struct unpack edges, upper, lower, inside; /* where they lie in the summary */
    uint32_t n_upper, n_lower;
    int64_t first; /* of all parts of components at edges: the number of its first one */
};

/* The parts of components at the edges of all bands of rows, of one raster band. */
struct joined {
    struct told *told;
    int64_t n_told, n;
    int64_t *parent;     /* the root is the one that comes first */
    struct facts *facts; /* of a root: of all that is joined to it; NULL: none are wanted */
    uint32_t *label;
};

static struct unpack skip(struct unpack *u, size_t count, size_t bytes)
{
    const struct unpack at = *u;

    if (count > SIZE_MAX / bytes || !unpack_raw(u, count * bytes))
        u->ok = false;
    return at;
}

static bool read_told(const struct components *c, struct unpack *u, struct told *t)
{
    enum { RUN = 12 };

    if (u->at == u->end) { /* could not be had */
        *t = (struct told){0};
        return true;
    }
    t->n = unpack_u32(u);
    t->n_edge = unpack_u32(u);
    t->edges = skip(u, t->n_edge, 4 + facts_bytes(c));
    t->n_upper = unpack_u32(u);
    t->upper = skip(u, t->n_upper, RUN);
    t->n_lower = unpack_u32(u);
    t->lower = skip(u, t->n_lower, RUN);
    if (!u->ok || t->n_edge > t->n || t->n > INT32_MAX)
        return false;
    t->inside = *u;
    if (c->end == COMPONENT_STATS)
        t->inside = skip(u, t->n - t->n_edge, facts_bytes(c));
    return u->ok;
}

static int64_t root_of(const struct joined *j, int64_t i)
{
    while (j->parent[i] != i)
        i = j->parent[i] = j->parent[j->parent[i]];
    return i;
}

static void join(struct joined *j, int64_t a, int64_t b)
{
    a = root_of(j, a);
    b = root_of(j, b);
    if (a == b)
        return;
    const int64_t root = a < b ? a : b, other = a < b ? b : a;
    j->parent[other] = root;
    if (j->facts)
        facts_add(&j->facts[root], &j->facts[other]);
}

static struct run next_run(struct unpack *u)
{
    const uint32_t start = unpack_u32(u), end = unpack_u32(u);

    return (struct run){(int32_t)start, (int32_t)end, (int32_t)unpack_u32(u)};
}

/* Joins what touches on the last row of a band and the first of the next. */
static bool join_bands(const struct components *c, struct joined *j, const struct told *above,
                       const struct told *below)
{
    struct unpack a = above->lower, b = below->upper;
    uint32_t left_a = above->n_lower, left_b = below->n_upper;
    struct run upper, lower;

    if (left_a == 0 || left_b == 0)
        return true;
    upper = next_run(&a);
    lower = next_run(&b);
    for (;;) {
        if (upper.component < 0 || lower.component < 0 ||
            (uint32_t)upper.component >= above->n_edge ||
            (uint32_t)lower.component >= below->n_edge)
            return false;
        if (runs_touch(&upper, &lower, c->connectivity))
            join(j, above->first + upper.component, below->first + lower.component);
        /* The one that ends first touches none of the other row's next ones. */
        const bool down = upper.end <= lower.end;
        uint32_t *left = down ? &left_a : &left_b;
        if (--*left == 0)
            return true;
        if (down)
            upper = next_run(&a);
        else
            lower = next_run(&b);
    }
}

static void joined_free(struct joined *j)
{
    free(j->told);
    free(j->parent);
    free(j->facts);
    free(j->label);
}

static bool damaged(int64_t i, struct err *e)
{
    return err_set(e, "what chunk %lld tells of its components is damaged", (long long)i);
}

static bool join_all(const struct components *c, struct joined *j, struct err *e)
{
    for (int64_t i = 0; i < j->n_told; i++) {
        struct told *t = &j->told[i];
        struct unpack u = t->edges;
        for (uint32_t k = 0; k < t->n_edge; k++) {
            const int64_t at = t->first + k;
            unpack_u32(&u);
            j->parent[at] = at;
            const struct facts f = facts_unpack(c, &u);
            if (j->facts)
                j->facts[at] = f;
        }
        if (i > 0 && !join_bands(c, j, t - 1, t))
            return damaged(i, e);
    }
    return true;
}

/* Reads what is told of the next raster band (at[] moves on) and joins it. To be freed with
 * joined_free, also after a failure. */
static bool joined_new(const struct components *c, struct unpack *at, int64_t n, struct joined *j,
                       struct err *e)
{
    *j = (struct joined){.n_told = n, .told = memory_new((size_t)n, sizeof *j->told, e)};
    if (!j->told)
        return false;
    for (int64_t i = 0; i < n; i++) {
        if (!read_told(c, &at[i], &j->told[i]))
            return damaged(i, e);
        j->told[i].first = j->n;
        j->n += j->told[i].n_edge;
    }
    j->parent = memory_raw((size_t)j->n, sizeof *j->parent, e);
    j->label = j->parent ? memory_raw((size_t)j->n, sizeof *j->label, e) : NULL;
    if (!j->label)
        return false;
    if (c->end != COMPONENT_LABEL) {
        j->facts = memory_raw((size_t)j->n, sizeof *j->facts, e);
        if (!j->facts)
            return false;
    }
    return join_all(c, j, e);
}

/* Labels the parts that begin in band i, where *label was the last label before it, and then the
 * last one there. Labels that uint32 does not hold are left out: resolve sees that by *label. */
static bool label_band(const struct components *c, struct joined *j, int64_t i, int64_t *label)
{
    const struct told *t = &j->told[i];
    struct unpack u = t->edges;
    uint32_t visited = 0; /* components of the band */

    for (uint32_t k = 0; k < t->n_edge; k++) {
        const int64_t at = t->first + k;
        const uint32_t place = unpack_u32(&u);
        facts_unpack(c, &u);
        if (place < visited || place >= t->n)
            return false;
        *label += place - visited; /* those at no edge */
        visited = place + 1;
        if (root_of(j, at) != at)
            continue;
        ++*label;
        j->label[at] = (uint32_t)*label;
    }
    *label += t->n - visited;
    return true;
}

/* What a part's component is worth to its band. */
static uint32_t worth(const struct components *c, struct joined *j, int64_t part)
{
    const int64_t root = root_of(j, part);

    switch (c->end) {
    case COMPONENT_LABEL:
    case COMPONENT_STATS:
        return j->label[root];
    case COMPONENT_AREA:
        return j->facts[root].area >= c->area;
    case COMPONENT_SEED:
        break;
    }
    return j->facts[root].seed;
}

static bool pack_contexts(const struct components *c, struct joined *j,
                          const struct sweep_bytes *bytes, struct err *e)
{
    int64_t label = 0;
    bool ok = true;

    for (int64_t i = 0; ok && i < j->n_told; i++) {
        const struct told *t = &j->told[i];
        struct buffer *out = &bytes->context[i];
        ok = pack_u32(out, (uint32_t)label, e) && pack_u32(out, t->n_edge, e);
        if (!label_band(c, j, i, &label))
            return damaged(i, e);
        for (uint32_t k = 0; ok && k < t->n_edge; k++)
            ok = pack_u32(out, worth(c, j, t->first + k), e);
    }
    if (ok && label >= UINT32_MAX)
        return err_set(e, "%lld components are more than uint32 labels can tell apart",
                       (long long)label);
    return ok;
}

/* Where each summary begins, to be freed. */
static struct unpack *begin_all(const struct sweep_bytes *bytes, struct err *e)
{
    struct unpack *at = memory_new((size_t)bytes->n, sizeof *at, e);

    for (int64_t i = 0; at && i < bytes->n; i++)
        at[i] = unpack_begin(bytes->summary[i].data, bytes->summary[i].size);
    return at;
}

bool components_resolve(const void *state, struct format f, const struct sweep_bytes *bytes,
                        struct err *e)
{
    const struct components *c = state;
    struct unpack *at = begin_all(bytes, e);
    bool ok = at != NULL;

    for (int band = 0; ok && band < f.bands; band++) {
        struct joined j;
        ok = joined_new(c, at, bytes->n, &j, e) && pack_contexts(c, &j, bytes, e);
        joined_free(&j);
    }
    free(at);
    return ok;
}

/* --- the table -------------------------------------------------------------------------------- */

static void put(FILE *out, int64_t label, const struct facts *f)
{
    fprintf(out, "%lld,%d,%d,%d,%d,%lld,%.17g,%.17g\n", (long long)label, f->left, f->top,
            f->right - f->left + 1, f->bottom - f->top + 1, (long long)f->area,
            (double)f->sum_x / (double)f->area, (double)f->sum_y / (double)f->area);
}

/* The components that begin in a band, in their order. */
static bool put_band(const struct components *c, struct joined *j, int64_t i, int64_t *label,
                     FILE *out, struct err *e)
{
    const struct told *t = &j->told[i];
    struct unpack edges = t->edges, inside = t->inside;
    uint32_t k = 0, place = t->n_edge > 0 ? unpack_u32(&edges) : t->n;

    for (uint32_t at = 0; at < t->n; at++) {
        if (at < place) {
            const struct facts f = facts_unpack(c, &inside);
            put(out, ++*label, &f);
            continue;
        }
        const int64_t part = t->first + k;
        if (root_of(j, part) == part)
            put(out, ++*label, &j->facts[part]);
        facts_unpack(c, &edges);
        place = ++k < t->n_edge ? unpack_u32(&edges) : t->n;
        if (place <= at)
            return damaged(i, e);
    }
    return true;
}

bool components_table(const void *state, struct format f, const struct sweep_bytes *bytes,
                      FILE *out, struct err *e)
{
    const struct components *c = state;
    struct unpack *at = begin_all(bytes, e);
    bool ok = at != NULL;

    fputs("label,left,top,width,height,area,centroid_x,centroid_y\n", out);

    for (int band = 0; ok && band < f.bands; band++) {
        struct joined j;
        int64_t label = 0;
        ok = joined_new(c, at, bytes->n, &j, e);
        for (int64_t i = 0; ok && i < bytes->n; i++)
            ok = put_band(c, &j, i, &label, out, e);
        joined_free(&j);
    }
    free(at);
    return ok;
}
