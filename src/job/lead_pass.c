/* lead_pass.c - rank 0's part of a pass that only gathers what an op must know of the whole scene.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

void lead_lay_out_tiles(struct lead *l, int width, int height)
{
    const struct format f = plan_output(l->plan);
    const struct layout full = {
        .width = f.width,
        .height = f.height,
        .type = f.type,
        .bands = f.bands,
        .tile_width = width,
        .tile_height = height,
        .across = ceil_div(f.width, width),
        .down = ceil_div(f.height, height),
    };

    overviews_lay_out(&l->overviews, &full, 0, sources_have_mask(&l->sources));
}

bool lead_try(struct lead *l, const struct job_options *options, const struct lead_means *means,
              struct err *e)
{
    if (!lead_check(l, options, e))
        return false;
    l->is_trial = true;
    lead_take_means(l, means);
    l->chunk = options->chunk;
    l->ends.sink.overwrite |= options->resume; /* then it may be there, and is looked at later */
    return lead_open_sources(l, l->ends.sink_type, e) &&
           (l->ends.sink.overwrite || lead_check_anew(l, e)) &&
           (l->ends.driver ? lead_make_plans(l, e) : lead_choose(l, e));
}

bool lead_open_pass(struct lead *l, const struct lead_pass *pass, struct buffer *ticket,
                    struct err *e)
{
    if (!lead_check(l, pass->options, e))
        return false;
    lead_take_means(l, pass->means);
    l->gathers = pass->needs;
    if (!lead_open_sources(l, PX_SAME, e) || !lead_make_plans(l, e))
        return false;
    const struct format f = plan_output(l->plan);
    const struct step *op = pass->op;
    if (op && !op_settle(op->name, op->n_args, op->args, f, NULL, NULL, e))
        return false;
    struct reducing how;
    if (!reducing_new(&how, pass->needs, e)) {
        reducing_free(&how);
        return false;
    }
    if (!gathering_new(&l->gathering, &how, f, e))
        return op ? err_context(e, "%s", op->name) : false;
    const int side =
        gathering_how(l->gathering)->how->by_tiles ? REDUCER_TILE : lead_choose_tile(l->plan);
    lead_lay_out_tiles(l, side, side);
    return lead_choose_sizing(l, l->options->division, l->options->chunk, &l->overviews, &l->sizing,
                              e) &&
           lead_pack(l, &l->overviews, &l->sizing, ticket, e);
}

bool lead_begin_pass(struct lead *l, const struct ticket *t, struct err *e)
{
    const struct division *d = &t->sizing.division;

    l->pixels_of = memory_new((size_t)l->ranks.n, sizeof *l->pixels_of, e);
    if (!l->pixels_of || !retries_new(&l->retries, l->options->retries, ON_ERROR_FAIL, d, e) ||
        !(l->shares || feed_new(&l->feed, t, &l->sources, l->ranks.n, e)) ||
        !schedule_new(&l->schedule, division_chunks(d), t->sizing.stride, t->sizing.window,
                      l->ranks.n, e))
        return false;
    progress_begin(&l->progress, l->options->progress, d->width * d->height, 0, l->ranks.n,
                   l->ranks.n_nodes);
    return true;
}
