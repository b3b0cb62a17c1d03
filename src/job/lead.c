/* lead.c - rank 0's part of a job: the files, the order of chunks, the results.
 * SPDX-License-Identifier: MIT */
#include "lead.h"

#include "lead_mask.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static bool same_file(const char *a, const char *b)
{
    struct stat sa, sb;

    return strcmp(a, b) == 0 || (stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
                                 sa.st_ino == sb.st_ino);
}

/* That the report can be written is found out before hours of work, not after. */
static bool check_report(const struct lead *l, struct err *e)
{
    const char *path = l->options->report;
    struct stat st;

    if (!path)
        return true;
    if (same_file(path, l->ends.source.path) || same_file(path, l->ends.sink.path))
        return err_usage(e, "--report=%s is the scene's or the output's own file", path);
    const bool existed = stat(path, &st) == 0;
    FILE *f = fopen(path, "a");
    if (!f)
        return err_errno(e, "--report=%s cannot be written", path);
    fclose(f);
    if (!existed) /* a job that fails leaves nothing behind */
        remove(path);
    return true;
}

bool lead_check(struct lead *l, const struct job_options *options, struct err *e)
{
    *l = (struct lead){.options = options, .start_s = clock_s()};
    return endpoints_read(&l->ends, options->pipeline, e) && check_report(l, e);
}

/* Keeps allocated memory until lead_end. */
static bool keep(struct lead *l, char *memory, struct err *e)
{
    char **grown = realloc(l->inlined, ((size_t)l->n_inlined + 1) * sizeof *grown);

    if (!grown) {
        free(memory);
        return err_set(e, "out of memory: a list of %d texts was wanted", l->n_inlined + 1);
    }
    l->inlined = grown;
    l->inlined[l->n_inlined++] = memory;
    return true;
}

/* Workers may not see files that arguments name: their numbers take their place. */
static bool inline_files(struct lead *l, struct step *step, struct err *e)
{
    const struct op *op = op_find(step->name);
    const char **args = NULL;
    int n = 0;

    for (int i = 0; op && i < step->n_args; i++) {
        char *arg;
        if (!params_inline(op->params, step->n_args, step->args, i, &arg, e))
            return false;
        if (arg && !keep(l, arg, e))
            return false;
        if (arg && !args) {
            args = memory_new((size_t)step->n_args, sizeof *args, e);
            if (!args || !keep(l, (char *)args, e))
                return false;
            memcpy(args, step->args, (size_t)i * sizeof *args);
        }
        if (args)
            args[n] = arg ? arg : step->args[i];
        i += arg && !strchr(step->args[i], '='); /* the value stood alone */
        n++;
    }
    if (args)
        *step = (struct step){step->name, n, args};
    return true;
}

/* The ops' steps, and one more for --ot. */
static bool collect_steps(struct lead *l, struct err *e)
{
    const struct pipeline *p = l->options->pipeline;

    l->steps = memory_new((size_t)p->n_steps, sizeof *l->steps, e);
    if (!l->steps)
        return false;
    for (int i = 1; i < p->n_steps - 1; i++) {
        l->steps[l->n_steps] = p->steps[i];
        if (!inline_files(l, &l->steps[l->n_steps++], e))
            return false;
    }
    if (l->ends.sink_type != PX_SAME) {
        snprintf(l->ot_arg, sizeof l->ot_arg, "--type=%s",
                 pixel_name((enum pixel_type)l->ends.sink_type));
        l->ot_args[0] = l->ot_arg;
        l->steps[l->n_steps++] = (struct step){"convert-to", 1, l->ot_args};
    }
    return true;
}

static bool open_sources(struct lead *l, struct err *e)
{
    const size_t cache = sources_cache_bytes(l->memory_bytes);
    size_t blocks;

    if (!raster_begin(cache, &l->options->config, e) ||
        !sources_open(&l->sources, &l->ends.source, l->steps, l->n_steps,
                      sources_blob_most(l->memory_bytes), e))
        return false;
    if (sources_use_gdal(&l->sources, &blocks)) /* its cache will fill, and holds any one block */
        l->used_bytes += cache + blocks;
    size_t now = memory_resident();
    if (now > l->used_bytes)
        l->used_bytes = now;
    return true;
}

static bool choose_sizing(struct lead *l, struct err *e)
{
    struct sizing_wish wish = {
        .division = l->options->division,
        .chunk_width = l->options->chunk.width,
        .chunk_height = l->options->chunk.height,
        .memory_bytes = l->memory_bytes,
        .message_most = FARM_MESSAGE_MAX,
        .used_bytes = l->used_bytes,
        .n_ranks = l->n_ranks,
        .output = &l->overviews.level[0],
        .unit = 1 << l->overviews.local,
        .lead_more = apex_bytes(&l->overviews),
        .at_once = l->overviews.cog,
        .also = l->careful ? l->plan : NULL,
    };

    for (int i = 0; i < l->sources.n; i++)
        if (l->sources.list[i].blobs)
            wish.inputs[i] = blobs_layout(l->sources.list[i].blobs);
    return sizing_choose(&l->sizing, &wish, l->careful ? l->careful : l->plan, e);
}

/* Chunks of 2^local tiles squared make so many overviews themselves, and leave less to rank 0; but
 * there must be enough of them for all ranks, and each must fit into memory. */
static bool choose_local(struct lead *l, struct err *e)
{
    enum { LOCAL_MOST = 3, CHUNKS_PER_RANK = 8 };
    struct overviews *o = &l->overviews;
    const struct layout *full = &o->level[0];

    for (int local = o->n < LOCAL_MOST ? o->n : LOCAL_MOST;; local--) {
        const int64_t side_x = (int64_t)full->tile_width << local;
        const int64_t side_y = (int64_t)full->tile_height << local;
        const int64_t n = ceil_div(full->width, side_x) * ceil_div(full->height, side_y);
        o->local = local;
        if (local > 1 && n < (int64_t)CHUNKS_PER_RANK * l->n_ranks)
            continue;
        if (choose_sizing(l, e))
            return true;
        fprintf(stderr,
                "DBG local %d: %s; cache %zu held window %lld w %zu l %zu used %zu more %zu\n",
                local, e->text, l->sizing.cache_bytes, (long long)l->sizing.window,
                l->sizing.worker_bytes, l->sizing.lead_bytes, l->used_bytes, apex_bytes(o));
        if (local <= 1 || e->status != EXIT_USAGE)
            return false;
    }
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
    overviews_lay_out(&l->overviews, full, n);
    if (n > 0 && (full->strips || !overviews_can_tile(full)))
        return err_usage(e,
                         "%s: overviews need square tiles with sides of 64, 128, 256, 512, 1024, "
                         "2048 or 4096 pixels",
                         sink->path);
    return true;
}

static void tell_sources(const struct lead *l)
{
    for (int i = 0; i < l->sources.n; i++) {
        const struct source *one = &l->sources.list[i];
        const struct scene_info *in = scene_info(one->scene);
        fprintf(stderr, "tilery: %s: %lldx%lld, %d band%s of %s, %s %dx%d, %s%s\n", in->path,
                (long long)in->width, (long long)in->height, in->bands, in->bands == 1 ? "" : "s",
                pixel_name(in->type), in->compression, in->block_width, in->block_height,
                one->blobs ? "sent as blobs" : "read through GDAL: ", one->blobs ? "" : one->why);
    }
    if (l->careful)
        fprintf(stderr,
                "tilery: pixels outside the data stay outside; they are %.17g in the output\n",
                l->nodata);
}

static void tell(const struct lead *l)
{
    const struct division *d = &l->sizing.division;
    char text[4][32];

    tell_sources(l);
    fprintf(stderr,
            "tilery: %lld chunks of %lldx%lld (division %s), %d credits, window %lld, tile cache "
            "%s\n",
            (long long)division_chunks(d), (long long)d->chunk_width, (long long)d->chunk_height,
            division_names[d->kind], l->sizing.credits, (long long)l->sizing.window,
            text_bytes(l->sizing.cache_bytes, text[0], sizeof text[0]));
    fprintf(stderr, "tilery: memory %s a rank; at most %s expected on workers, %s on rank 0\n",
            text_bytes(l->memory_bytes, text[1], sizeof text[1]),
            text_bytes(l->sizing.worker_bytes, text[2], sizeof text[2]),
            text_bytes(l->sizing.lead_bytes, text[3], sizeof text[3]));
}

/* What the ranks must know of a source; *bands and *decoder are to be freed. */
static bool describe_source(const struct source *one, struct ticket_source *out,
                            struct buffer *decoder, struct err *e)
{
    const struct scene_info *info = scene_info(one->scene);

    out->by_blobs = one->blobs != NULL;
    out->grid.window =
        one->blobs ? blobs_window(one->blobs) : (struct region){0, 0, info->width, info->height};
    out->sparse = one->blobs ? blobs_sparse_value(one->blobs) : 0;
    out->bands = memory_new((size_t)info->bands, sizeof *out->bands, e);
    if (!out->bands)
        return false;
    for (int b = 0; b < info->bands; b++)
        out->bands[b] = one->blobs ? blobs_band(one->blobs, b) : b;
    return !one->blobs || blobs_header(one->blobs, decoder, e);
}

/* Who says how hard to compress wants that done. */
static bool has_level(const struct output_options *sink)
{
    static const char *const levels[] = {"LEVEL=", "ZLEVEL=", "ZSTD_LEVEL="};

    for (int i = 0; i < sink->creation_options.n; i++)
        for (size_t k = 0; k < sizeof levels / sizeof levels[0]; k++)
            if (strncasecmp(sink->creation_options.item[i], levels[k], strlen(levels[k])) == 0)
                return true;
    return false;
}

static bool pack(struct lead *l, struct buffer *ticket, struct err *e)
{
    struct ticket_source sources[PLAN_MAX_SOURCES] = {0};
    struct buffer decoders[PLAN_MAX_SOURCES] = {0}, encoder = {0};
    const struct ticket_content content = {
        .scene = scene_info(l->sources.list[0].scene)->path,
        .sources = sources,
        .decoders = decoders,
        .n_sources = l->sources.n,
        .steps = l->steps,
        .n_steps = l->n_steps,
        .careful = l->careful != NULL,
        .nodata = l->nodata,
        .recodes = has_level(&l->ends.sink),
        .encoder = &encoder,
        .overviews = &l->overviews,
        .sizing = &l->sizing,
    };
    bool ok = output_template(l->output, &encoder, e);

    for (int i = 0; ok && i < l->sources.n; i++) {
        sources[i].format = l->sources.format[i];
        sources[i].outside = l->sources.outside[i];
        sources[i].name = (char *)l->sources.name[i]; /* only read */
        ok = describe_source(&l->sources.list[i], &sources[i], &decoders[i], e);
    }
    ok = ok && ticket_pack(ticket, &content, e);
    for (int i = 0; i < l->sources.n; i++) {
        free(sources[i].bands);
        buffer_free(&decoders[i]);
    }
    buffer_free(&encoder);
    return ok;
}

/* The value of pixels outside the data in the output: what `write` was given, else that of the first
 * scene that has one, else NaN or 0. */
static bool choose_nodata(struct lead *l, enum pixel_type type, struct err *e)
{
    const struct scene_info *from = sources_nodata(&l->sources);
    struct output_options *sink = &l->ends.sink;

    if (l->options->ignores_nodata || !sources_have_outside(&l->sources))
        return true;
    if (sink->has_nodata || !from) {
        l->nodata = sink->has_nodata ? sink->nodata : pixel_is_float(type) ? NAN : 0;
        return true;
    }
    if (!output_holds_nodata(type, from->nodata))
        return err_usage(e,
                         "%s: its nodata value %.17g cannot be had in the output's %s pixels; give "
                         "another one (write --nodata=VALUE) or compute with it as with any pixel "
                         "(run --nodata=ignore)",
                         from->path, from->nodata, pixel_name(type));
    sink->has_nodata = true;
    sink->nodata = l->nodata = from->nodata;
    return true;
}

static bool make_plans(struct lead *l, struct err *e)
{
    const struct plan_sources sources = sources_for_plan(&l->sources);

    if (!plan_new(&l->plan, l->steps, l->n_steps, &sources, e) ||
        !sources_check_grids(&l->sources, l->plan, e))
        return false;
    if (!choose_nodata(l, plan_output(l->plan).type, e))
        return false;
    return l->options->ignores_nodata || !sources_have_outside(&l->sources) ||
           plan_new_careful(&l->careful, l->steps, l->n_steps, &sources, l->nodata, e);
}

/* A tile of an output that is much smaller than the scene takes in a lot of it: tiles are made
 * smaller until that is bearable. Of the job alone, not of memory or ranks, so that the output is the
 * same everywhere. */
static int choose_tile(const struct plan *plan)
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

/* What the output's bands were in the scenes, to be freed. */
static struct output_band *find_bands(const struct lead *l, struct err *e)
{
    const int n = plan_output(l->plan).bands;
    struct output_band *bands = memory_new((size_t)n, sizeof *bands, e);

    for (int b = 0; bands && b < n; b++) {
        const struct plan_band from = plan_band(l->plan, b);
        bands[b] = (struct output_band){
            .scene = from.source < 0 ? NULL : l->sources.list[from.source].scene,
            .band = from.band,
            .colour = from.colour,
            .keeps_values = from.keeps_values,
        };
    }
    return bands;
}

static bool create_output(struct lead *l, struct err *e)
{
    struct lead_mask *mask = NULL;
    struct output_grid grid;

    plan_to_source(l->plan, l->plan->last, &grid.to_scene);
    if (!lead_mask_new(&mask, &l->sources, l->steps, l->n_steps, e))
        return false;
    grid.mask = mask ? lead_mask_fill : NULL;
    grid.ctx = mask;
    if (mask && l->overviews.n + l->overviews.cog > 0) {
        lead_mask_free(mask);
        return err_usage(e,
                         "%s: overviews and COG are not written for scenes with a mask; write "
                         "without them, or give the pixels outside the data a value first",
                         l->ends.sink.path);
    }
    struct output_band *bands = find_bands(l, e);
    grid.bands = bands;
    bool ok = bands && output_create(&l->output, &l->ends.sink, l->sources.list[0].scene, &grid,
                                     &l->overviews, e);
    free(bands);
    lead_mask_free(mask);
    return ok;
}

bool lead_open(struct lead *l, int n_ranks, size_t memory_bytes, size_t used_bytes,
               struct buffer *ticket, struct err *e)
{
    struct format out;
    struct layout full;

    l->n_ranks = n_ranks;
    l->memory_bytes = memory_bytes;
    l->used_bytes = used_bytes;
    if (!collect_steps(l, e) || !open_sources(l, e) || !make_plans(l, e))
        return false;
    out = plan_output(l->plan);
    l->ends.sink.tile_side = choose_tile(l->plan);
    if ((l->ends.sink.cog && !cog_options(&l->ends.sink, out.type, &l->cog, e)) ||
        !output_check(&l->ends.sink, out.type, out.bands, out.width, out.height, &full, e) ||
        !choose_overviews(l, &full, e) || !choose_local(l, e))
        return false;
    if (l->options->verbose)
        tell(l);
    return create_output(l, e) && pack(l, ticket, e);
}

bool lead_begin(struct lead *l, const struct ticket *t, struct scratch *scratch, struct err *e)
{
    const struct division *d = &t->sizing.division;

    progress_begin(&l->progress, l->options->progress, d->width * d->height, l->n_ranks);
    return feed_new(&l->feed, t, &l->sources, l->n_ranks, e) && apex_new(&l->apex, t, e) &&
           collect_new(&l->collect, l->output, d, scratch, l->apex,
                       l->shares ? l->options->align : 1, e) &&
           schedule_new(&l->schedule, division_chunks(d), t->sizing.stride, t->sizing.window,
                        l->n_ranks, e);
}

bool lead_describe(struct lead *l, struct buffer *files, struct err *e)
{
    const char *part = output_part(l->output);
    const struct shared_files described = {
        .sources = &l->sources,
        .part = part,
        .token = l->probe.token,
    };

    return part_probe_new(&l->probe, part, e) && shared_describe(files, &described, e);
}

void lead_share(struct lead *l)
{
    part_probe_free(&l->probe);
    l->shares = true;
}

static int64_t pick(void *ctx, int rank, int held)
{
    struct lead *l = ctx;

    return schedule_pick(l->schedule, rank, held);
}

static bool load(void *ctx, int64_t chunk, int rank, struct buffer *payload, struct err *e)
{
    struct lead *l = ctx;

    return l->shares || feed_load(l->feed, chunk, rank, payload, e);
}

static bool store(void *ctx, int64_t chunk, int rank, struct buffer *result, struct err *e)
{
    struct lead *l = ctx;
    const struct region r = division_chunk(&l->sizing.division, chunk);

    if (!collect_store(l->collect, chunk, rank, result, e))
        return false;
    schedule_done(l->schedule, chunk);
    progress_add(&l->progress, r.width * r.height);
    return true;
}

static bool answer(void *ctx, int *rank, int64_t *chunk, struct buffer *payload)
{
    struct lead *l = ctx;

    return collect_due(l->collect, rank, chunk, payload);
}

static bool finished(void *ctx)
{
    const struct lead *l = ctx;

    return schedule_finished(l->schedule) && !collect_has_due(l->collect);
}

struct farm_lead lead_farm(struct lead *l)
{
    return (struct farm_lead){l, pick, load, store, answer, finished};
}

bool lead_lay_out(struct lead *l, struct scratch *scratch, struct buffer *places, struct err *e)
{
    const size_t n = (size_t)overviews_blobs(&l->overviews) * sizeof(uint64_t);

    return apex_finish(l->apex, scratch, l->output, e) && output_lay_out(l->output, e) &&
           buffer_append(places, output_places(l->output), n, e);
}

bool lead_finish(struct lead *l, struct err *e)
{
    const double start = clock_s();
    struct output *output = l->output;

    progress_end(&l->progress);
    l->output = NULL;
    bool ok = output_finish(output, e);
    l->finish_s = clock_s() - start;
    return ok;
}

void lead_end(struct lead *l)
{
    progress_end(&l->progress);
    schedule_free(l->schedule);
    collect_free(l->collect);
    apex_free(l->apex);
    cog_options_free(&l->cog);
    part_probe_free(&l->probe);
    feed_free(l->feed);
    output_abandon(l->output);
    plan_free(l->plan);
    plan_free(l->careful);
    sources_close(&l->sources);
    for (int i = 0; i < l->n_inlined; i++)
        free(l->inlined[i]);
    free(l->inlined);
    free(l->steps);
    endpoints_free(&l->ends);
    *l = (struct lead){0};
}
