/* components.c - the connected components of a whole scene: what bands tell, and are told.
 *
 * A summary has for each raster band: how many components the band of rows has; for each that
 * touches its first or last row its number there and its facts; then the runs of its first and of
 * its last row (their number; start, end and which of those components). Behind it all, for tables,
 * come the facts of the components that touch neither. A context has for each raster band the label
 * before the first one that begins in this band of rows, then a number for each of the components at
 * its edges: its label, or whether it stays.
 * SPDX-License-Identifier: MIT */
#include "component_facts.h"

#include "base/memory.h"
#include "ops/runs.h"

#include <stdlib.h>
#include <string.h>

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
                 facts_pack(c, f->facts ? &f->facts[i] : &no_facts, out, e);
    ok = ok && pack_row(&f->runs, 0, rank, out, e) &&
         pack_row(&f->runs, f->runs.height - 1, rank, out, e);
    for (int32_t i = 0; ok && c->end == COMPONENT_STATS && i < n; i++)
        if (!f->at_edge[i])
            ok = facts_pack(c, &f->facts[i], out, e);
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
                               .resolve = components_resolve,                                      \
                               .finish = finish,                                                   \
                               __VA_ARGS__}
COMPONENTS(components_labels, .has_outside = true, .outside = COMPONENT_OUTSIDE_LABEL);
COMPONENTS(components_stats, .has_outside = true, .outside = COMPONENT_OUTSIDE_LABEL,
           .table = components_table);
COMPONENTS(components_seeds, .has_outside = true, .outside = COMPONENT_OUTSIDE_SEED);
COMPONENTS(components_areas, .has_outside = false);
