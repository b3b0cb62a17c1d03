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
              struct lead_outlook *outlook, struct err *e)
{
    if (!lead_check(l, options, e))
        return false;
    l->is_trial = true;
    lead_take_means(l, means);
    l->chunk = options->chunk;
    l->ends.sink.overwrite |= options->resume; /* then it may be there, and is looked at later */
    if (!lead_open_sources(l, l->ends.sink_type, e) ||
        !(l->ends.sink.overwrite || lead_check_anew(l, e)) ||
        !(l->ends.driver ? lead_make_plans(l, e) && lead_check_image(l, e) : lead_choose(l, e)))
        return false;
    lead_look_out(l, outlook);
    return true;
}

/* The chunks are to be like those of the output, where they are known, so that they can be kept for
 * it; NULL: they cannot be. */
static const struct division *lay_out(struct lead *l, const struct lead_outlook *outlook)
{
    const bool by_tiles = gathering_how(l->gathering)->how->by_tiles;
    const struct division *d = outlook && outlook->division.across > 0 ? &outlook->division : NULL;

    if (d && d->width == plan_output(l->plan).width && d->height == plan_output(l->plan).height &&
        (!by_tiles || (d->tile_width % REDUCER_TILE == 0 && d->tile_height % REDUCER_TILE == 0))) {
        lead_lay_out_tiles(l, (int)d->tile_width, (int)d->tile_height);
        return d;
    }
    const int side = by_tiles ? REDUCER_TILE : lead_choose_tile(l->plan);
    lead_lay_out_tiles(l, side, side);
    return NULL;
}

bool lead_open_pass(struct lead *l, const struct lead_pass *pass, const struct lead_means *means,
                    struct buffer *ticket, struct err *e)
{
    if (!lead_check(l, pass->options, e))
        return false;
    lead_take_means(l, means);
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
    const struct division *like = lay_out(l, pass->outlook);
    if (!lead_size(l, l->options->chunk, like, e))
        return false;
    lead_choose_keeping(l, pass);
    return lead_pack(l, &l->overviews, &l->sizing, ticket, e);
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
    if (l->held)
        schedule_prefer(l->schedule, kept_holders(l->held));
    progress_begin(&l->progress, l->options->progress, d->width * d->height, 0, l->ranks.n,
                   l->ranks.n_nodes);
    return true;
}
