/* careful.c - the stages of a pipeline, made to mind pixels outside the data.
 *
 * The stages are copied one by one into a new list. For each, `pixels` is the stage of the new list
 * that has its result, corrected, and `valid` the one that has its validity.
 * SPDX-License-Identifier: MIT */
#include "careful.h"

#include "base/memory.h"

#include "careful_rows.h"

#include <assert.h>
#include <stdlib.h>

struct copying {
    const struct stages *from;
    struct stages to;
    bool by_masks;       /* pixels are outside where masks say so, whatever they hold */
    int *pixels, *valid; /* for each stage of `from` */
};

static struct format validity_of(struct format f)
{
    f.type = PX_UINT8;
    return f;
}

/* What the validity of an input is like: beyond the scene's edge, constants are inside. */
static struct stage_input for_validity(struct stage_input in, int stage)
{
    in.stage = stage;
    if (in.border.type == BORDER_CONSTANT)
        in.border.value = UINT8_MAX;
    return in;
}

static struct stage_input at_pixel(int stage)
{
    return (struct stage_input){.stage = stage, .border = {BORDER_REPLICATE, 0}};
}

static bool find_outside(struct copying *c, const struct plan_sources *sources, int i,
                         struct err *e)
{
    const struct outside *outside = &sources->outside[i];
    struct careful_value *value = stages_state(&c->to, sizeof *value, e);
    const struct format format = c->from->list[i].out;
    struct stage stage = {.out = validity_of(format), .state = value};

    if (!value)
        return false;
    *value = careful_value(format.type, outside);
    if (c->by_masks) {
        stage.in[0] = at_pixel(outside->mask);
        stage.n_in = outside->mask > 0 ? 1 : 0;
        stage.row = careful_copy_mask;
    } else {
        stage.in[0] = at_pixel(i);
        stage.in[1] = at_pixel(outside->mask);
        stage.n_in = outside->mask > 0 ? 2 : 1;
        stage.row = careful_find[format.type];
    }
    return stages_add(&c->to, &stage, e);
}

/* Sources keep their places; their validities follow. */
static bool copy_sources(struct copying *c, const struct plan_sources *sources, struct err *e)
{
    c->to.op_name = "source";
    for (int i = 0; i < c->from->n_sources; i++)
        if (!stages_add(&c->to, &c->from->list[i], e))
            return false;
    c->to.op_name = "nodata";
    for (int i = 0; i < c->from->n_sources; i++) {
        if (!find_outside(c, sources, i, e))
            return false;
        c->pixels[i] = i;
        c->valid[i] = c->to.current;
    }
    return true;
}

/* The pixels of a stage with `value` where they are outside the data. */
static bool fill(struct copying *c, int pixels, int valid, double value, struct err *e)
{
    assert(c->to.list);
    const struct format format = c->to.list[pixels].out;
    void *state = stages_state(&c->to, sizeof(double), e); /* room for any pixel */

    if (!state)
        return false;
    pixel_store(format.type, value, state);
    const struct stage stage = {
        .in = {at_pixel(pixels), at_pixel(valid)},
        .n_in = 2,
        .out = format,
        .row = careful_fill[format.type],
        .state = state,
    };
    return stages_add(&c->to, &stage, e);
}

/* The stage's own validity kernel, or the join of its inputs' validities. */
static bool add_validity(struct copying *c, const struct stage *stage, struct err *e)
{
    struct stage valid = *stage;
    int n = 0;

    valid.out = validity_of(stage->out);
    valid.regrids = false;
    if (stage->valid) {
        for (int k = 0; k < stage->n_in; k++)
            valid.in[k] = for_validity(stage->in[k], c->valid[stage->in[k].stage]);
        valid.row = stage->valid;
        valid.state = stage->valid_state;
        return stages_add(&c->to, &valid, e);
    }
    for (int k = 0; k < stage->n_in; k++) {
        const int of = c->valid[stage->in[k].stage];
        bool known = false;
        for (int j = 0; j < n; j++)
            known |= valid.in[j].stage == of;
        if (!known)
            valid.in[n++] = at_pixel(of);
    }
    if (n == 1 && (!stage->across ||
                   (stage->out.bands == 1 && c->to.list[valid.in[0].stage].out.bands == 1))) {
        c->to.current = valid.in[0].stage;
        return true;
    }
    struct careful_joined *joined = stages_state(&c->to, sizeof *joined, e);
    if (!joined)
        return false;
    joined->bands = stage->across ? stage->out.bands : 1;
    for (int k = 0; k < n; k++)
        joined->n_rows += stage->across ? c->to.list[valid.in[k].stage].out.bands : 1;
    valid.n_in = n;
    valid.row = careful_join;
    valid.state = joined;
    valid.block = 0;
    valid.scratch_bytes = 0;
    return stages_add(&c->to, &valid, e);
}

static bool correct(struct copying *c, const struct stage *stage, int made, int valid,
                    struct err *e)
{
    struct careful_patch *patch = stages_state(&c->to, sizeof *patch, e);
    struct stage_input pixels = stage->patch_input;
    const int seen = c->valid[pixels.stage];

    if (!patch)
        return false;
    if (stage->across && stage->out.bands > CAREFUL_BANDS_MOST)
        return err_usage(e, "%s: %d bands are too many where there is nodata; %d are the most",
                         stage->name, stage->out.bands, CAREFUL_BANDS_MOST);
    pixels.stage = c->pixels[pixels.stage];
    *patch = (struct careful_patch){
        .patch = stage->patch,
        .state = stage->patch_state,
        .input = pixels,
        .in = c->to.list[pixels.stage].out,
        .out = stage->out,
        .across = stage->across,
    };
    const struct stage corrected = {
        .in = {at_pixel(made), pixels, for_validity(pixels, seen), at_pixel(valid)},
        .n_in = 4,
        .out = stage->out,
        .across = stage->across,
        .row = careful_correct,
        .state = patch,
        .scratch_bytes = 2 * STRIP_MAX,
    };
    return stages_add(&c->to, &corrected, e);
}

static bool copy_stage(struct copying *c, int i, struct err *e)
{
    const struct stage *stage = &c->from->list[i];
    struct stage own = *stage;

    c->to.op_name = "nodata";
    for (int k = 0; k < stage->n_in; k++) {
        const int from = stage->in[k].stage;
        own.in[k].stage = c->pixels[from];
        if (stage->has_neutral) {
            if (!fill(c, c->pixels[from], c->valid[from], stage->neutral, e))
                return false;
            own.in[k].stage = c->to.current;
        }
    }
    c->to.op_name = stage->name;
    if (!stages_add(&c->to, &own, e))
        return false;
    c->pixels[i] = c->to.current;
    c->to.op_name = "nodata";
    if (!add_validity(c, stage, e))
        return false;
    c->valid[i] = c->to.current;
    if (!stage->patch)
        return true;
    if (!correct(c, stage, c->pixels[i], c->valid[i], e))
        return false;
    c->pixels[i] = c->to.current;
    return true;
}

bool careful_stages(struct stages *s, const struct plan_sources *sources, const double *nodata,
                    struct err *e)
{
    struct copying c = {
        .from = s,
        .to = {.owned = s->owned,
               .n_owned = s->n_owned,
               .n_sources = s->n_sources,
               .source_names = s->source_names},
        .pixels = memory_new((size_t)s->n, sizeof *c.pixels, e),
        .valid = memory_new((size_t)s->n, sizeof *c.valid, e),
        .by_masks = !nodata,
    };
    bool ok = c.pixels && c.valid && copy_sources(&c, sources, e);

    for (int i = s->n_sources; ok && i < s->n; i++)
        ok = copy_stage(&c, i, e);
    if (ok && nodata)
        ok = fill(&c, c.pixels[s->current], c.valid[s->current], *nodata, e);
    else if (ok)
        c.to.current = c.valid[s->current];
    free(c.pixels);
    free(c.valid);
    free(s->list);
    *s = c.to;
    return ok;
}
