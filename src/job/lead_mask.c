/* lead_mask.c - the output's mask, made on rank 0 of the scenes' masks.
 * SPDX-License-Identifier: MIT */
#include "lead_mask.h"

#include "base/memory.h"
#include "job/needs.h"
#include "pipeline/execute.h"

#include <stdlib.h>
#include <string.h>

struct lead_mask {
    const struct sources *sources;
    struct plan *plan; /* gives the validity, of masks alone */
    struct executor *executor;
};

bool lead_mask_new(struct lead_mask **out, const struct sources *s, const struct step *steps,
                   int n_steps, struct err *e)
{
    struct outside outside[PLAN_MAX_SOURCES] = {0};
    struct plan_sources sources = sources_for_plan(s);
    bool has_mask = false;

    *out = NULL;
    for (int i = 0; i < s->n; i++) {
        outside[i].mask = s->outside[i].mask;
        has_mask |= s->outside[i].mask > 0;
    }
    if (!has_mask)
        return true;
    struct lead_mask *m = memory_new(1, sizeof *m, e);
    if (!m)
        return false;
    m->sources = s;
    sources.outside = outside;
    if (!plan_new_validity(&m->plan, steps, n_steps, &sources, e) ||
        !executor_new(&m->executor, m->plan, e)) {
        lead_mask_free(m);
        return false;
    }
    *out = m;
    return true;
}

void lead_mask_free(struct lead_mask *m)
{
    if (!m)
        return;
    executor_free(m->executor);
    plan_free(m->plan);
    free(m);
}

struct reading {
    struct scene *mask;
    const struct planes *into;
};

static bool read_piece(void *ctx, const struct piece *piece, struct err *e)
{
    const struct reading *r = ctx;
    struct planes part = *r->into;

    part.region = piece->scene;
    part.data = planes_at(r->into, 0, piece->scene.x + piece->dx, piece->scene.y + piece->dy);
    return scene_read(r->mask, &part, e);
}

static bool go_on(void *ctx)
{
    return true;
}

/* The validity of all bands of a region. */
static bool compute(struct lead_mask *m, const struct planes *valid, struct err *e)
{
    const struct place place = {.chunk = valid->region};
    struct region needs[PLAN_MAX_STAGES];
    struct planes in[PLAN_MAX_SOURCES];
    void *memory[PLAN_MAX_SOURCES] = {NULL};
    bool ok = true;

    plan_needs(m->plan, valid->region, needs);
    for (int i = 0; ok && i < m->sources->n; i++) {
        const struct format *f = &m->sources->format[i];
        struct reading reading = {m->sources->list[i].scene, &in[i]};
        ok = planes_new(&in[i], &memory[i], f->type, f->bands, needs[i], plan_margin(m->plan, i),
                        e) &&
             needs_pieces(needs[i], f->width, f->height, read_piece, &reading, e);
    }
    ok = ok && executor_run(m->executor, in, valid, &place, (struct tick){go_on, NULL}, e);
    for (int i = 0; i < m->sources->n; i++)
        free(memory[i]);
    return ok;
}

/* A TIFF has one mask for all bands: that of the first. */
bool lead_mask_fill(void *lead_mask, const struct planes *out, struct err *e)
{
    enum { ROWS = 64 };
    struct lead_mask *m = lead_mask;
    const struct format f = plan_output(m->plan);
    const struct region all = out->region;
    bool ok = true;

    for (int64_t y = 0; ok && y < all.height; y += ROWS) {
        const struct region r =
            region_intersect(all, (struct region){all.x, all.y + y, all.width, ROWS});
        struct planes valid;
        void *memory = NULL;
        ok = planes_new(&valid, &memory, f.type, f.bands, r, 0, e) && compute(m, &valid, e);
        for (int64_t row = r.y; ok && row < r.y + r.height; row++)
            memcpy(planes_at(out, 0, r.x, row), planes_at(&valid, 0, r.x, row), (size_t)r.width);
        free(memory);
    }
    return ok;
}
