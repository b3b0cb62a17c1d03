/* components.c - the connected components of a whole scene: what bands tell, and are told.
 *
 * A summary has for each raster band: how many components the band of rows has; for each that
 * touches its first or last row its number there and its facts; then the runs of its first and of
 * its last row (their number; start, end and which of those components). Behind it all, for tables,
 * come the facts of the components that touch neither. A context has for each raster band the label
 * before the first one that begins in this band of rows, then a number for each of the components at
 * its edges: its label, or whether it stays.
 * SPDX-License-Identifier: MIT */
#include "ops/components.h"

#include "base/memory.h"
#include "base/pack.h"
#include "ops/runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is known of a component, or of the part of it in a band. */
struct facts {
    int64_t area, sum_x, sum_y;
    int32_t left, top, right, bottom; /* the last column and row are of it */
    bool seed;
};

static const struct facts no_facts = {
    .left = INT32_MAX, .top = INT32_MAX, .right = -1, .bottom = -1};

static void facts_add(struct facts *sum, const struct facts *f)
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

/* A band's components. */
struct found {
    struct runs runs;
    struct facts *facts; /* of each; NULL where none are wanted */
    uint8 *at_edge;      /* of each, whether it touches the first or the last row */
};

static void found_free(struct found *f)
{
    runs_free(&f->runs);
    free(f->facts);
    free(f->at_edge);
}

static bool has_seed(const struct components *c, const uint8 *row, const struct run *r)
{
    return memchr(row + r->start, (int)c->seed, (size_t)(r->end - r->start)) != NULL;
}

static void add_run(struct facts *f, const struct run *r, int64_t y)
{
    const int64_t n = r->end - r->start;

    f->area += n;
    f->sum_x += (r->start + (int64_t)r->end - 1) * n / 2;
    f->sum_y += y * n;
    f->left = r->start < f->left ? r->start : f->left;
    f->right = r->end - 1 > f->right ? r->end - 1 : f->right;
    f->top = y < f->top ? (int32_t)y : f->top;
    f->bottom = (int32_t)y; /* rows come from above */
}

/* The facts that are wanted, for every component. */
static bool find_facts(const struct components *c, const struct planes *p, int band,
                       struct found *out, struct err *e)
{
    const struct runs *r = &out->runs;

    if (c->end == COMPONENT_LABEL)
        return true;
    out->facts = memory_raw((size_t)r->n_components, sizeof *out->facts, e);
    if (!out->facts)
        return false;
    for (int32_t i = 0; i < r->n_components; i++)
        out->facts[i] = no_facts;
    for (int y = 0; y < r->height; y++) {
        const uint8 *row = planes_at(p, band, p->region.x, p->region.y + y);
        for (const struct run *at = r->run + r->row[y]; at < r->run + r->row[y + 1]; at++) {
            struct facts *f = &out->facts[at->component];
            if (c->end == COMPONENT_AREA)
                f->area += at->end - at->start;
            else if (c->end == COMPONENT_STATS)
                add_run(f, at, p->region.y + y);
            else if (!f->seed)
                f->seed = has_seed(c, row, at);
        }
    }
    return true;
}

static void mark_edges(struct found *f)
{
    const struct runs *r = &f->runs;

    for (int64_t i = r->row[0]; i < r->row[1]; i++)
        f->at_edge[r->run[i].component] = 1;
    for (int64_t i = r->row[r->height - 1]; i < r->row[r->height]; i++)
        f->at_edge[r->run[i].component] = 1;
}

/* To be freed with found_free, also after a failure. */
static bool find(const struct components *c, const struct sweep_band *b, int band,
                 struct found *out, struct err *e)
{
    const bool by_value = c->end == COMPONENT_AREA;
    const struct runs_of of = {
        .pixels = b->pixels,
        .band = band,
        .connectivity = c->connectivity,
        .has_outside = b->minds || !by_value,
        .outside = by_value                   ? b->nodata
                   : c->end == COMPONENT_SEED ? COMPONENT_OUTSIDE_SEED
                                              : COMPONENT_OUTSIDE_LABEL,
    };

    *out = (struct found){0};
    if (!runs_find(&out->runs, &of, e) || !find_facts(c, b->pixels, band, out, e))
        return false;
    out->at_edge = memory_new((size_t)out->runs.n_components, 1, e);
    if (!out->at_edge)
        return false;
    mark_edges(out);
    return true;
}

/* --- a band tells ----------------------------------------------------------------------------- */

static bool pack_facts(const struct components *c, const struct facts *f, struct buffer *out,
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

static struct facts unpack_facts(const struct components *c, struct unpack *u)
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

/* The runs of a row; rank[component] is its place among those at the edges. */
static bool pack_row(const struct runs *r, int y, const int32_t *rank, struct buffer *out,
                     struct err *e)
{
    bool ok = pack_u32(out, (uint32_t)(r->row[y + 1] - r->row[y]), e);

    for (int64_t i = r->row[y]; ok && i < r->row[y + 1]; i++)
        ok = pack_u32(out, (uint32_t)r->run[i].start, e) &&
             pack_u32(out, (uint32_t)r->run[i].end, e) &&
             pack_u32(out, (uint32_t)rank[r->run[i].component], e);
    return ok;
}

static bool pack_found(const struct components *c, const struct found *f, struct buffer *out,
                       struct err *e)
{
    const int32_t n = f->runs.n_components;
    int32_t *rank = memory_raw((size_t)n, sizeof *rank, e);
    uint32_t n_edge = 0;

    if (!rank)
        return false;
    for (int32_t i = 0; i < n; i++)
        rank[i] = f->at_edge[i] ? (int32_t)n_edge++ : -1;
    bool ok = pack_u32(out, (uint32_t)n, e) && pack_u32(out, n_edge, e);
    for (int32_t i = 0; ok && i < n; i++)
        if (f->at_edge[i])
            ok = pack_u32(out, (uint32_t)i, e) &&
                 pack_facts(c, f->facts ? &f->facts[i] : &no_facts, out, e);
    ok = ok && pack_row(&f->runs, 0, rank, out, e) &&
         pack_row(&f->runs, f->runs.height - 1, rank, out, e);
    for (int32_t i = 0; ok && c->end == COMPONENT_STATS && i < n; i++)
        if (!f->at_edge[i])
            ok = pack_facts(c, &f->facts[i], out, e);
    free(rank);
    return ok;
}

static bool summarise(const void *state, const struct sweep_band *b, struct buffer *summary,
                      struct err *e)
{
    const struct components *c = state;
    bool ok = true;

    for (int band = 0; ok && band < b->pixels->bands; band++) {
        struct found f;
        ok = find(c, b, band, &f, e) && pack_found(c, &f, summary, e);
        found_free(&f);
    }
    return ok;
}

/* --- all bands together ----------------------------------------------------------------------- */

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

static size_t facts_bytes(const struct components *c)
{
    static const size_t bytes[] = {
        [COMPONENT_LABEL] = 0, [COMPONENT_STATS] = 40, [COMPONENT_AREA] = 8, [COMPONENT_SEED] = 4};

    return bytes[c->end];
}

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
            const struct facts f = unpack_facts(c, &u);
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
        unpack_facts(c, &u);
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

static bool resolve(const void *state, struct format f, const struct sweep_bytes *bytes,
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
            const struct facts f = unpack_facts(c, &inside);
            put(out, ++*label, &f);
            continue;
        }
        const int64_t part = t->first + k;
        if (root_of(j, part) == part)
            put(out, ++*label, &j->facts[part]);
        unpack_facts(c, &edges);
        place = ++k < t->n_edge ? unpack_u32(&edges) : t->n;
        if (place <= at)
            return damaged(i, e);
    }
    return true;
}

static bool table(const void *state, struct format f, const struct sweep_bytes *bytes, FILE *out,
                  struct err *e)
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

/* --- a band is finished ----------------------------------------------------------------------- */

/* What each component of the band becomes, in worths[]. */
static bool read_context(const struct components *c, const struct found *f, struct unpack *u,
                         uint32_t *worths)
{
    uint32_t label = unpack_u32(u), left = unpack_u32(u);
    const uint32_t before = label;

    for (int32_t i = 0; i < f->runs.n_components; i++) {
        if (f->at_edge[i]) {
            if (left-- == 0)
                return false;
            worths[i] = unpack_u32(u);
            label += worths[i] > before && worths[i] == label + 1; /* it begins here */
            continue;
        }
        switch (c->end) {
        case COMPONENT_LABEL:
        case COMPONENT_STATS:
            worths[i] = ++label;
            break;
        case COMPONENT_AREA:
            worths[i] = f->facts[i].area >= c->area;
            break;
        case COMPONENT_SEED:
            worths[i] = f->facts[i].seed;
        }
    }
    return u->ok && left == 0;
}

static void put_labels(const struct found *f, const uint32_t *worths, const struct planes *p,
                       int band)
{
    const struct runs *r = &f->runs;

    for (int y = 0; y < r->height; y++) {
        uint32 *row = (uint32 *)(void *)planes_at(p, band, p->region.x, p->region.y + y);
        for (const struct run *at = r->run + r->row[y]; at < r->run + r->row[y + 1]; at++) {
            const uint32_t label = worths[at->component];
            for (int32_t x = at->start; x < at->end; x++)
                row[x] = label;
        }
    }
}

/* Makes the pixels of components that are worth nothing 0. */
static void drop(const struct found *f, const uint32_t *worths, const struct planes *p, int band)
{
    const struct runs *r = &f->runs;
    const size_t size = pixel_size(p->type);

    for (int y = 0; y < r->height; y++) {
        unsigned char *row = planes_at(p, band, p->region.x, p->region.y + y);
        for (const struct run *at = r->run + r->row[y]; at < r->run + r->row[y + 1]; at++)
            if (!worths[at->component])
                memset(row + (size_t)at->start * size, 0, (size_t)(at->end - at->start) * size);
    }
}

static void mark_seeds(const struct found *f, const uint32_t *worths, const struct planes *p,
                       int band)
{
    const struct runs *r = &f->runs;

    for (int y = 0; y < r->height; y++) {
        unsigned char *row = planes_at(p, band, p->region.x, p->region.y + y);
        for (const struct run *at = r->run + r->row[y]; at < r->run + r->row[y + 1]; at++)
            memset(row + at->start, worths[at->component] ? UINT8_MAX : 0,
                   (size_t)(at->end - at->start));
    }
}

static void put_worths(const struct components *c, const struct found *f, const uint32_t *worths,
                       const struct planes *p, int band)
{
    if (c->end == COMPONENT_AREA)
        drop(f, worths, p, band);
    else if (c->end == COMPONENT_SEED)
        mark_seeds(f, worths, p, band);
    else
        put_labels(f, worths, p, band);
}

static bool finish_band(const struct components *c, const struct sweep_band *b, int band,
                        struct unpack *context, struct err *e)
{
    struct found f;
    uint32_t *worths = NULL;
    bool ok = find(c, b, band, &f, e);

    if (ok) {
        worths = memory_raw((size_t)f.runs.n_components, sizeof *worths, e);
        ok = worths != NULL;
    }
    if (ok && !read_context(c, &f, context, worths))
        ok = err_set(e, "what it is to know of other chunks' components is damaged");
    if (ok)
        put_worths(c, &f, worths, b->pixels, band);
    free(worths);
    found_free(&f);
    return ok;
}

static bool finish(const void *state, const struct sweep_band *b, const struct buffer *context,
                   struct err *e)
{
    const struct components *c = state;
    struct unpack u = unpack_begin(context->data, context->size);
    bool ok = true;

    for (int band = 0; ok && band < b->pixels->bands; band++)
        ok = finish_band(c, b, band, &u, e);
    if (ok && b->minds && c->end != COMPONENT_AREA)
        sweep_put_nodata(b, c->end == COMPONENT_SEED ? COMPONENT_OUTSIDE_SEED
                                                     : COMPONENT_OUTSIDE_LABEL);
    return ok;
}

/* --- memory ----------------------------------------------------------------------------------- */

/* One raster band's components are there at a time. */
static size_t work_bytes(const void *state, int64_t width, int64_t height)
{
    const int64_t pixels = width * height;
    const struct components *c = state;
    const size_t facts = c->end == COMPONENT_LABEL ? 0 : sizeof(struct facts);

    return runs_bytes(pixels) + ((size_t)pixels / 2 + 1) * (facts + 1 + sizeof(uint32_t));
}

static size_t context_bytes(const void *state, struct format f)
{
    const struct components *c = state;
    const size_t parts = (size_t)f.width + 2;        /* at both edges */
    const size_t part = 2 * 12 + 4 + facts_bytes(c); /* a summary is the larger */

    return (size_t)f.bands * (parts * part + 16);
}

#define COMPONENTS(name, ...)                                                                      \
    const struct sweep name = {.work_bytes = work_bytes,                                           \
                               .context_bytes = context_bytes,                                     \
                               .summarise = summarise,                                             \
                               .resolve = resolve,                                                 \
                               .finish = finish,                                                   \
                               __VA_ARGS__}
COMPONENTS(components_labels, .has_outside = true, .outside = COMPONENT_OUTSIDE_LABEL);
COMPONENTS(components_stats, .has_outside = true, .outside = COMPONENT_OUTSIDE_LABEL,
           .table = table);
COMPONENTS(components_seeds, .has_outside = true, .outside = COMPONENT_OUTSIDE_SEED);
COMPONENTS(components_areas, .has_outside = false);
