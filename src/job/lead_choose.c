/* lead_choose.c - what rank 0 settles before a pixel moves: plans, nodata, tiles, overviews,
 * chunks.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

#include "foresee.h"

#include "base/text.h"
#include "ops/sweep.h"

#include <math.h>
#include <string.h>

/* The nodata value of the scenes: of the first that has one. What a temporary scene has stands for
 * that of the scenes behind it. */
static bool find_nodata(const struct lead *l, double *value, const char **path)
{
    const struct segment *segment = l->options->segment;
    const bool continues = segment && segment->continues;
    const int first = continues && !segment->has_nodata;

    *value = 0;
    *path = NULL;
    for (int i = first; i < l->sources.n; i++) {
        const struct scene_info *info = scene_info(l->sources.list[i].scene);
        if (!l->sources.outside[i].has_value)
            continue;
        *value = continues && i == 0 ? segment->nodata : info->nodata;
        *path = info->path;
        return true;
    }
    return false;
}

static bool any_floats(const struct sources *s)
{
    for (int i = 0; i < s->n; i++)
        if (pixel_is_float(s->format[i].type))
            return true;
    return false;
}

/* A temporary scene has a value that ops hardly make: what the next ones read as outside the data
 * has then been so from the beginning. */
static void choose_temporary_nodata(struct lead *l, enum pixel_type type)
{
    struct output_options *sink = &l->ends.sink;
    const char *path;
    double value;
    const bool has = find_nodata(l, &value, &path);

    if (!has && !any_floats(&l->sources)) /* a mask tells */
        return;
    if (pixel_is_float(type))
        value = NAN;
    else if (!has || !output_holds_nodata(type, value))
        value = pixel_highest(type);
    sink->has_nodata = true;
    sink->nodata = l->nodata = value;
}

/* The value of pixels outside the data in the output: what `write` was given, else that of the
 * first scene that has one, else NaN or 0. */
static bool choose_nodata(struct lead *l, enum pixel_type type, struct err *e)
{
    const struct segment *segment = l->options->segment;
    struct output_options *sink = &l->ends.sink;
    const char *path;
    double value;
    const bool has = find_nodata(l, &value, &path);

    if (l->options->ignores_nodata || !sources_have_outside(&l->sources)) {
        if (segment && segment->continues && !sink->has_nodata && has &&
            output_holds_nodata(type, value)) {
            sink->has_nodata = true;
            sink->nodata = value;
        }
        return true;
    }
    if (segment && segment->is_temporary) {
        choose_temporary_nodata(l, type);
        return true;
    }
    if (sink->has_nodata || !has) {
        l->nodata = sink->has_nodata ? sink->nodata : pixel_is_float(type) ? NAN : 0;
        return true;
    }
    if (!output_holds_nodata(type, value))
        return err_usage(e,
                         "%s: its nodata value %.17g cannot be had in the output's %s pixels; give "
                         "another one (write --nodata=VALUE) or compute with it as with any pixel "
                         "(run --nodata=ignore)",
                         path, value, pixel_name(type));
    sink->has_nodata = true;
    sink->nodata = l->nodata = value;
    return true;
}

/* The value of the pixels of a chunk that is given up: what marks pixels outside the data in the
 * output. Left out, a chunk reads as 0 where nothing does. */
static bool choose_fill(struct lead *l, enum pixel_type type, struct err *e)
{
    const struct scene_info *scene = scene_info(l->sources.list[0].scene);
    struct output_options *sink = &l->ends.sink;

    sink->may_have_gaps = l->options->on_error == ON_ERROR_SKIP || l->options->resume;
    if (sink->has_nodata)
        l->fill = sink->nodata;
    else if (scene->has_nodata && !sink->continues && output_holds_nodata(type, scene->nodata))
        l->fill = scene->nodata;
    else if (pixel_is_float(type))
        l->fill = NAN;
    else if (l->options->on_error == ON_ERROR_NODATA)
        return err_usage(e,
                         "--on-error=nodata: %s has no nodata value to fill chunks with; give it "
                         "one (write --nodata=VALUE), or leave them out (--on-error=skip)",
                         sink->path);
    return true;
}

bool lead_make_plans(struct lead *l, struct err *e)
{
    const struct plan_sources sources = sources_for_plan(&l->sources);

    for (int i = 0; !l->is_trial && i < l->steps.n; i++) {
        const struct step *s = &l->steps.list[i];
        struct buffer needed = {0};
        const bool ok = op_needs(s->name, s->n_args, s->args, &needed, e);
        const bool any = needed.size > 0;
        buffer_free(&needed);
        if (!ok)
            return false;
        if (any)
            return err_set(e, "%s: the scene was not gone through for it (a defect)", s->name);
    }
    if (!plan_new(&l->plan, l->steps.list, l->steps.n, &sources, e) ||
        !sources_check_grids(&l->sources, l->plan, e))
        return false;
    if (!choose_nodata(l, plan_output(l->plan).type, e) ||
        !choose_fill(l, plan_output(l->plan).type, e))
        return false;
    if (sources_have_mask(&l->sources) &&
        !plan_new_validity(&l->validity, l->steps.list, l->steps.n, &sources, e))
        return false;
    return l->options->ignores_nodata || !sources_have_outside(&l->sources) ||
           plan_new_careful(&l->careful, l->steps.list, l->steps.n, &sources, l->nodata, e);
}

int lead_choose_tile(const struct plan *plan)
{
    enum { SMALLEST = 16, TAKES_IN_MOST = 32 << 20 };
    const struct format in = plan->stages.list[STAGE_SOURCE].out, out = plan_output(plan);
    int side = OUTPUT_TILE;

    for (; side > SMALLEST; side /= 2) {
        const int64_t w = side < out.width ? side : out.width;
        const int64_t h = side < out.height ? side : out.height;
        const struct region need = plan_need(
            plan, STAGE_SOURCE, (struct region){(out.width - w) / 2, (out.height - h) / 2, w, h});
        if ((double)need.width * (double)need.height * (double)pixel_size(in.type) * in.bands <=
            TAKES_IN_MOST)
            break;
    }
    return side;
}

/* What GDAL takes where pixels go through it: its cache will fill, and it decodes whole blocks. */
static bool add_gdal(const struct lead *l, size_t *used, struct err *e)
{
    size_t blocks;
    char text[2][32];

    if (!sources_use_gdal(&l->sources, &blocks))
        return true;
    if (blocks > l->memory_bytes)
        return err_usage(e,
                         "%s: --memory=%s a rank is too little: GDAL decodes whole blocks of the "
                         "scenes, which take %s; give more memory, or rewrite them in tiles first "
                         "(gdal_translate -co TILED=YES)",
                         l->ends.source.path, text_bytes(l->memory_bytes, text[0], sizeof text[0]),
                         text_bytes(blocks, text[1], sizeof text[1]));
    *used += sources_cache_bytes(l->memory_bytes) + blocks;
    return true;
}

/* An op that sweeps has bands of the scene's full width, which begin at even rows (ops/runs.h). On
 * rank 0 lie all summaries, then all contexts with a summary more. */
static void wish_sweep(const struct lead *l, struct sizing_wish *wish)
{
    const struct sweep_use *use = &l->plan->sweep;
    const struct format f = plan_output(l->plan);

    if (!use->how)
        return;
    wish->division = DIVISION_ROWS;
    if (wish->chunk_width > 0)
        wish->chunk_width = f.width;
    wish->bands = true;
    wish->task_more = use->how->context_bytes(use->state, f);
    wish->work_bytes = use->how->work_bytes;
    wish->work_state = use->state;
}

/* Of what settled ops know: words of theirs are in the ticket and beside it, decoded, and in the
 * state of each plan. */
static size_t known_bytes(const struct lead *l)
{
    enum { TIMES = 5 };
    size_t n = 0;

    for (int i = 0; i < l->steps.n; i++)
        for (int k = 0; k < l->steps.list[i].n_args; k++)
            n += TIMES * strlen(l->steps.list[i].args[k]);
    return n;
}

bool lead_choose_sizing(const struct lead *l, enum division_kind division, struct size2 chunk,
                        const struct overviews *overviews, struct sizing *sizing, struct err *e)
{
    struct sizing_wish wish = {
        .division = division,
        .chunk_width = chunk.width,
        .chunk_height = chunk.height,
        .memory_bytes = l->memory_bytes,
        .message_most = FARM_MESSAGE_MAX,
        .used_bytes = l->used_bytes + known_bytes(l),
        .n_ranks = l->ranks.n,
        .output = &overviews->level[0],
        .unit = 1 << overviews->local,
        .beyond = overviews_beyond(overviews, 0),
        .lead_more = apex_bytes(overviews) + (l->gathering ? gathering_bytes(l->gathering) : 0),
        .reducing = l->gathering ? gathering_how(l->gathering) : NULL,
        .isolated = l->options->isolate != NULL,
        .at_once = overviews->cog,
        .also = l->careful ? l->plan : NULL,
        .validity = overviews->mask ? l->validity : NULL,
    };

    wish_sweep(l, &wish);
    if (!add_gdal(l, &wish.used_bytes, e))
        return false;
    for (int i = 0; i < l->sources.n; i++)
        if (l->sources.list[i].blobs)
            wish.inputs[i] = blobs_layout(l->sources.list[i].blobs);
        else
            wish.rereads = true;
    return sizing_choose(sizing, &wish, l->careful ? l->careful : l->plan, e);
}

/* Chunks of 2^local tiles squared make so many overviews themselves, and leave less to rank 0; but
 * there must be enough of them for all ranks, and each must fit into memory. */
static bool choose_local(struct lead *l, struct err *e)
{
    enum { LOCAL_MOST = 3, CHUNKS_PER_RANK = 8 };
    struct overviews *o = &l->overviews;
    const struct layout *full = &o->level[0];

    if (l->resume) {
        o->local = (int)resume_head(l->resume).local;
        return lead_size(l, l->chunk, NULL, e);
    }
    for (int local = o->n < LOCAL_MOST ? o->n : LOCAL_MOST;; local--) {
        const int64_t side_x = (int64_t)full->tile_width << local;
        const int64_t side_y = (int64_t)full->tile_height << local;
        const int64_t n = ceil_div(full->width, side_x) * ceil_div(full->height, side_y);
        o->local = local;
        if (local > 1 && n < (int64_t)CHUNKS_PER_RANK * l->ranks.n)
            continue;
        if (lead_size(l, l->chunk, NULL, e))
            return true;
        if (local <= 1 || e->status != EXIT_USAGE)
            return false;
    }
}

/* A chunk of tiles takes in strips that are as wide as the scene: where these are too many, GDAL
 * reads the parts that are wanted. */
static bool give_up_strips(struct lead *l)
{
    for (int i = 0; i < l->sources.n; i++) {
        struct source *one = &l->sources.list[i];
        if (!one->blobs || !blobs_layout(one->blobs)->strips)
            continue;
        sources_give_up_blobs(one, "the strips under a chunk are too many for the memory");
        l->gave_up_blobs = true;
    }
    return l->gave_up_blobs;
}

static bool choose_chunks(struct lead *l, struct err *e)
{
    return choose_local(l, e) ||
           (e->status == EXIT_USAGE && give_up_strips(l) && choose_local(l, e));
}

/* Which overviews there will be. */
static bool choose_overviews(struct lead *l, const struct layout *full, struct err *e)
{
    const struct output_options *sink = &l->ends.sink;
    const bool any = sink->resampling >= 0;
    int n = 0;

    l->overviews.cog = sink->cog;
    l->overviews.how = any ? sink->resampling : 0;
    if (any)
        n = sink->n_overviews ? sink->n_overviews : overviews_default(full);
    if (n > overviews_most(full))
        n = overviews_most(full);
    overviews_lay_out(&l->overviews, full, n, sources_have_mask(&l->sources));
    if (n > 0 && (full->strips || !overviews_can_tile(full)))
        return err_usage(e,
                         "%s: overviews need square tiles with sides of 64, 128, 256, 512, 1024, "
                         "2048 or 4096 pixels",
                         sink->path);
    return true;
}

bool lead_choose(struct lead *l, struct err *e)
{
    struct output_options *sink = &l->ends.sink;
    struct layout full;

    if (!lead_make_plans(l, e))
        return false;
    const struct format out = plan_output(l->plan);
    sink->tile_side = lead_choose_tile(l->plan);
    return (!sink->cog || cog_options(sink, out.type, &l->cog, e)) &&
           output_check(sink, out.type, out.bands, out.width, out.height, &full, e) &&
           choose_overviews(l, &full, e) && foresee(l->options->segment, out, e) &&
           choose_chunks(l, e);
}
