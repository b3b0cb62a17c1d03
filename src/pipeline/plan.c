/* plan.c - a pipeline compiled for a given scene.
 * SPDX-License-Identifier: MIT */
#include "pipeline/plan.h"

#include "careful.h"

#include "base/memory.h"
#include "ops/border.h"
#include "ops/sweep.h"

#include <stdlib.h>
#include <string.h>

/* A stage that only copies: for pipelines without ops, and to give a second border to a stage. */
static void copy_row(const void *state, const struct window *w)
{
    memcpy(w->outs[0], w->rows[0], (size_t)w->width * *(const size_t *)state);
}

static bool add_copy(struct stages *s, int from, struct err *e)
{
    size_t *size = stages_state(s, sizeof *size, e);
    const struct format format = s->list[from].out;

    if (!size)
        return false;
    *size = pixel_size(format.type);
    s->op_name = "copy";
    s->current = from;
    const bool ok = stages_add_row(s, copy_row, size, format, (struct reach){0},
                                   (struct border){BORDER_REPLICATE, 0}, e);
    s->list[s->n - 1].keeps_values = true;
    return ok;
}

static bool reaches_sideways(const struct stage_input *in)
{
    return !in->need && (in->reach.left > 0 || in->reach.right > 0);
}

static bool reaches(const struct stage_input *in)
{
    return in->need || reaches_sideways(in) || in->reach.up > 0 || in->reach.down > 0;
}

static bool same_border(struct border a, struct border b)
{
    return a.type == b.type && (a.type != BORDER_CONSTANT || a.value == b.value);
}

/* The border's columns are written beside a stage's own row, so all that read them must want the
 * same: a reader that wants another border gets a copy of the stage. */
static bool separate_borders(struct stages *s, struct err *e)
{
    struct stages sorted = {
        .owned = s->owned,
        .n_owned = s->n_owned,
        .n_sources = s->n_sources,
        .source_names = s->source_names,
    };
    int *at = memory_raw((size_t)s->n, sizeof *at, e); /* old index to new */
    bool ok = at != NULL;

    for (int i = 0; ok && i < s->n; i++) {
        struct stage stage = s->list[i];
        for (int k = 0; ok && k < stage.n_in; k++) {
            struct stage_input *in = &stage.in[k];
            in->stage = at[in->stage];
            for (int j = 0; j < sorted.n && reaches_sideways(in); j++)
                for (int l = 0; l < sorted.list[j].n_in; l++) {
                    const struct stage_input *other = &sorted.list[j].in[l];
                    if (ok && other->stage == in->stage && reaches_sideways(other) &&
                        !same_border(other->border, in->border)) {
                        ok = add_copy(&sorted, in->stage, e);
                        in->stage = sorted.current;
                    }
                }
        }
        sorted.op_name = stage.name;
        ok = ok && stages_add(&sorted, &stage, e);
        if (ok)
            at[i] = sorted.current;
    }
    if (ok)
        sorted.current = at[s->current];
    free(at);
    free(s->list);
    *s = sorted;
    return ok;
}

/* A border of type wrap looks at the other end of what is before it; that cannot itself end there
 * in another border, or a chunk would need pixels from two places; nor can it be on a grid that
 * another stage has made, which has no pixels past its edges. */
static bool check_wraps(const struct stages *s, struct err *e)
{
    const char **wraps =
        memory_new((size_t)s->n, sizeof *wraps, e); /* the stage that wraps over it */
    bool ok = wraps != NULL;

    for (int i = s->n - 1; ok && i > 0; i--)
        for (int k = 0; k < s->list[i].n_in; k++) {
            const struct stage_input *in = &s->list[i].in[k];
            bool wrapping = in->border.type == BORDER_WRAP && reaches(in);
            if (ok && wraps[i] && in->need)
                ok = err_usage(e,
                               "%s with --border-type=wrap cannot come after %s, which makes "
                               "another grid; write the scene in between",
                               wraps[i], s->list[i].name);
            else if (ok && wraps[i] && reaches(in) && !wrapping)
                ok = err_usage(e,
                               "%s with --border-type=wrap cannot come after %s with another "
                               "border; give both the same border, or write the scene in between",
                               wraps[i], s->list[i].name);
            if (wrapping)
                wraps[in->stage] = s->list[i].name;
            else if (wraps[i])
                wraps[in->stage] = wraps[i];
        }
    free(wraps);
    return ok;
}

static int count_bands_at_once(const struct stages *s)
{
    int most = 1;
    bool across = false;

    for (int i = 0; i < s->n; i++) {
        across |= s->list[i].across;
        if (s->list[i].out.bands > most)
            most = s->list[i].out.bands;
    }
    return across ? most : 1;
}

static bool add_sources(struct stages *s, const struct plan_sources *sources, struct err *e)
{
    s->op_name = "source";
    s->n_sources = sources->n;
    s->source_names = sources->name;
    for (int i = 0; i < sources->n; i++)
        if (!stages_add(s, &(struct stage){.out = sources->format[i]}, e))
            return false;
    s->current = STAGE_SOURCE;
    return true;
}

bool plan_scenes(const struct step *steps, int n_steps, const char **names, int *n, int most,
                 struct err *e)
{
    for (int i = 0; i < n_steps; i++) {
        const char *scene;
        bool known = false;
        if (!op_scene(steps[i].name, steps[i].n_args, steps[i].args, &scene, e))
            return false;
        for (int k = 1; scene && k < *n; k++)
            known |= strcmp(names[k], scene) == 0;
        if (!scene || known)
            continue;
        if (*n == most)
            return err_usage(e, "the pipeline reads more than %d scenes", most);
        names[(*n)++] = scene;
    }
    return true;
}

/* Stages that move pixels may show another scene's, or a border's constant that is inside. */
static bool may_close_gaps(const struct stages *s)
{
    for (int i = s->n_sources; i < s->n; i++) {
        const struct stage *stage = &s->list[i];
        if (stage->valid && !stage->edge_is_outside &&
            (stage->n_in > 1 || (stage->in[0].need && stage->in[0].border.type == BORDER_CONSTANT)))
            return true;
    }
    return false;
}

/* How a plan treats pixels outside the data. */
struct care {
    bool restores, validates; /* gives the output, or its validity */
    double nodata;
};

/* Whether the scenes themselves say what is outside. A float scene that may hold NaN is like any
 * other at its edge, as in OpenCV. */
static bool have_outside(const struct plan_sources *sources)
{
    for (int i = 0; i < sources->n; i++)
        if (sources->outside[i].has_value || sources->outside[i].mask > 0)
            return true;
    return false;
}

double plan_fill(const struct plan *p, double nodata)
{
    return p->sweep.how && p->sweep.how->has_outside ? p->sweep.how->outside : nodata;
}

static bool compile(struct plan **out, const struct step *steps, int n_steps,
                    const struct plan_sources *sources, const struct care *care, struct err *e)
{
    struct plan *p = memory_new(1, sizeof *p, e);

    if (!p)
        return false;
    const bool minds = care->restores || care->validates;
    p->stages.edge_is_outside = minds && have_outside(sources);
    bool ok = add_sources(&p->stages, sources, e);
    for (int i = 0; ok && i < n_steps; i++)
        ok = op_prepare(steps[i].name, steps[i].n_args, steps[i].args, &p->stages, e);
    if (ok && p->stages.current < sources->n)
        ok = add_copy(&p->stages, p->stages.current, e);
    p->sweep = p->stages.sweep;
    p->gaps_may_close = ok && may_close_gaps(&p->stages);
    const double nodata = plan_fill(p, care->nodata);
    if (ok && minds)
        ok = careful_stages(&p->stages, sources, care->restores ? &nodata : NULL, e);
    ok = ok && check_wraps(&p->stages, e) && separate_borders(&p->stages, e);
    if (ok && p->stages.n > PLAN_MAX_STAGES)
        ok = err_usage(e, "the pipeline has %d stages; %d are the most", p->stages.n,
                       PLAN_MAX_STAGES);
    if (!ok) {
        plan_free(p);
        return false;
    }
    p->stages.source_names = NULL;
    p->last = p->stages.current;
    p->bands_at_once = count_bands_at_once(&p->stages);
    *out = p;
    return true;
}

bool plan_new(struct plan **out, const struct step *steps, int n_steps,
              const struct plan_sources *sources, struct err *e)
{
    return compile(out, steps, n_steps, sources, &(struct care){0}, e);
}

bool plan_new_careful(struct plan **out, const struct step *steps, int n_steps,
                      const struct plan_sources *sources, double nodata, struct err *e)
{
    const struct care care = {.restores = true, .nodata = nodata};

    return compile(out, steps, n_steps, sources, &care, e);
}

bool plan_new_validity(struct plan **out, const struct step *steps, int n_steps,
                       const struct plan_sources *sources, struct err *e)
{
    return compile(out, steps, n_steps, sources, &(struct care){.validates = true}, e);
}

int plan_mask_bands(const struct plan *validity)
{
    return validity->bands_at_once > 1 ? plan_output(validity).bands : 1;
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    stages_free(&p->stages);
    free(p);
}

struct format plan_output(const struct plan *p)
{
    return p->stages.list[p->last].out;
}

bool plan_to_source(const struct plan *p, int stage, struct affine *to_source)
{
    bool regrids = false;

    *to_source = affine_identity();
    for (int i = stage; i >= p->stages.n_sources; i = p->stages.list[i].in[0].stage) {
        const struct stage *at = &p->stages.list[i];
        if (at->regrids)
            *to_source = affine_compose(&at->to_input, to_source);
        regrids |= at->regrids;
    }
    return regrids;
}

int plan_meets(const struct plan *p, int source)
{
    for (int i = p->stages.n_sources; i < p->stages.n; i++)
        for (int k = 1; k < p->stages.list[i].n_in; k++)
            if (p->stages.list[i].in[k].stage == source)
                return p->stages.list[i].in[0].stage;
    return -1;
}

struct region plan_input_need(const struct plan *p, const struct stage_input *in, struct region r)
{
    const struct format *format = &p->stages.list[in->stage].out;
    int64_t x0 = r.x, x1 = r.x + r.width, y0 = r.y, y1 = r.y + r.height;

    if (in->need)
        return in->need(in->need_state, r);
    border_span(in->border.type, format->width, in->reach.left, in->reach.right, &x0, &x1);
    border_span(in->border.type, format->height, in->reach.up, in->reach.down, &y0, &y1);
    return (struct region){x0, y0, x1 - x0, y1 - y0};
}

void plan_needs(const struct plan *p, struct region out, struct region *needs)
{
    for (int i = 0; i < p->stages.n; i++)
        needs[i] = (struct region){0};
    needs[p->last] = out;
    for (int i = p->stages.n - 1; i >= p->stages.n_sources; i--) {
        const struct stage *stage = &p->stages.list[i];
        if (region_is_empty(needs[i]))
            continue;
        for (int k = 0; k < stage->n_in; k++) {
            const struct stage_input *in = &stage->in[k];
            needs[in->stage] = region_join(needs[in->stage], plan_input_need(p, in, needs[i]));
        }
    }
}

void plan_source_needs(const struct plan *p, const struct plan *also, struct region out,
                       struct region *needs)
{
    struct region all[PLAN_MAX_STAGES];

    plan_needs(p, out, all);
    for (int i = 0; i < p->stages.n_sources; i++)
        needs[i] = all[i];
    if (!also)
        return;
    plan_needs(also, out, all);
    for (int i = 0; i < p->stages.n_sources; i++)
        needs[i] = region_join(needs[i], all[i]);
}

struct region plan_need(const struct plan *p, int source, struct region out)
{
    struct region needs[PLAN_MAX_STAGES];

    plan_needs(p, out, needs);
    return needs[source];
}

bool plan_looks_beyond(const struct plan *p, struct region out)
{
    struct region needs[PLAN_MAX_STAGES];
    bool beyond = false;

    plan_needs(p, out, needs);
    for (int i = p->stages.n_sources; i < p->stages.n; i++) {
        const struct stage_input *in = &p->stages.list[i].in[0];
        if (!p->stages.list[i].edge_is_outside || region_is_empty(needs[i]))
            continue;
        const struct format *f = &p->stages.list[in->stage].out;
        const struct region r = plan_input_need(p, in, needs[i]);
        beyond |= region_is_empty(r) || r.x == 0 || r.y == 0 || r.x + r.width == f->width ||
                  r.y + r.height == f->height;
    }
    return beyond;
}

bool plan_stays_in_place(const struct plan *p)
{
    for (int i = p->stages.n_sources; i < p->stages.n; i++)
        for (int k = 0; k < p->stages.list[i].n_in; k++)
            if (reaches(&p->stages.list[i].in[k]))
                return false;
    return true;
}

bool plan_is_pointwise(const struct plan *p)
{
    for (int i = p->stages.n_sources; i < p->stages.n; i++)
        if (p->stages.list[i].by_place)
            return false;
    return plan_stays_in_place(p);
}

int plan_margin(const struct plan *p, int source)
{
    int margin = 0;

    for (int i = 0; i < p->stages.n; i++)
        for (int k = 0; k < p->stages.list[i].n_in; k++) {
            const struct stage_input *in = &p->stages.list[i].in[k];
            if (in->stage == source && !in->need && in->reach.left > margin)
                margin = in->reach.left;
            if (in->stage == source && !in->need && in->reach.right > margin)
                margin = in->reach.right;
        }
    return margin;
}
