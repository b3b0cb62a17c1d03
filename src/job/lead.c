/* lead.c - rank 0's part of a job: the files, the order of chunks, the results.
 * SPDX-License-Identifier: MIT */
#include "lead.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    CACHE_LEAST = 16 << 20, /* of GDAL: a row of blocks of most scenes … */
    CACHE_MOST = 64 << 20,  /* … and more only makes reading slower */
};

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

    if (!path)
        return true;
    if (same_file(path, l->ends.source.path) || same_file(path, l->ends.sink.path))
        return err_usage(e, "--report=%s is the scene's or the output's own file", path);
    FILE *f = fopen(path, "a");
    if (!f)
        return err_errno(e, "--report=%s cannot be written", path);
    fclose(f);
    return true;
}

bool lead_check(struct lead *l, const struct job_options *options, struct err *e)
{
    *l = (struct lead){.options = options, .start_s = clock_s()};
    return endpoints_read(&l->ends, options->pipeline, e) && check_report(l, e);
}

/* The ops' steps, and one more for --ot. */
static bool collect_steps(struct lead *l, struct err *e)
{
    const struct pipeline *p = l->options->pipeline;

    l->steps = memory_new((size_t)p->n_steps, sizeof *l->steps, e);
    if (!l->steps)
        return false;
    for (int i = 1; i < p->n_steps - 1; i++)
        l->steps[l->n_steps++] = p->steps[i];
    if (l->ends.sink_type != PX_SAME) {
        snprintf(l->ot_arg, sizeof l->ot_arg, "--type=%s",
                 pixel_name((enum pixel_type)l->ends.sink_type));
        l->ot_args[0] = l->ot_arg;
        l->steps[l->n_steps++] = (struct step){"convert-to", 1, l->ot_args};
    }
    return true;
}

static struct format scene_format(const struct scene *s)
{
    const struct scene_info *info = scene_info(s);

    return (struct format){info->type, info->bands, info->width, info->height};
}

static size_t block_bytes(const struct scene_info *in)
{
    return (size_t)in->block_width * (size_t)in->block_height * pixel_size(in->type) *
           ((size_t)in->bands + 1);
}

static bool open_scene(struct lead *l, struct err *e)
{
    size_t cache = l->memory_bytes / 8;

    cache = cache < CACHE_LEAST ? CACHE_LEAST : cache > CACHE_MOST ? CACHE_MOST : cache;
    if (!raster_begin(cache, &l->options->config, e) ||
        !scene_open(&l->scene, &l->ends.source, e) ||
        !blobs_open(&l->blobs, l->scene, l->memory_bytes / 16, l->why, sizeof l->why, e))
        return false;
    if (!l->blobs) /* GDAL's cache will fill, and holds a block of all bands however large it is */
        l->used_bytes += cache + block_bytes(scene_info(l->scene));
    size_t now = memory_resident();
    if (now > l->used_bytes)
        l->used_bytes = now;
    return true;
}

static bool choose_sizing(struct lead *l, struct err *e)
{
    const struct sizing_wish wish = {
        .division = l->options->division,
        .chunk_width = l->options->chunk.width,
        .chunk_height = l->options->chunk.height,
        .memory_bytes = l->memory_bytes,
        .message_most = FARM_MESSAGE_MAX,
        .used_bytes = l->used_bytes,
        .n_ranks = l->n_ranks,
        .input = l->blobs ? blobs_layout(l->blobs) : NULL,
        .output = &l->layout,
    };

    return sizing_choose(&l->sizing, &wish, l->plan, e);
}

static void tell(const struct lead *l)
{
    const struct scene_info *in = scene_info(l->scene);
    const struct division *d = &l->sizing.division;
    char text[4][32];

    fprintf(stderr, "tilery: %s: %lldx%lld, %d band%s of %s, %s %dx%d, %s%s\n", in->path,
            (long long)in->width, (long long)in->height, in->bands, in->bands == 1 ? "" : "s",
            pixel_name(in->type), in->compression, in->block_width, in->block_height,
            l->blobs ? "sent as blobs" : "read through GDAL: ", l->blobs ? "" : l->why);
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

static bool pack(struct lead *l, struct buffer *ticket, struct err *e)
{
    const struct scene_info *info = scene_info(l->scene);
    struct buffer decoder = {0}, encoder = {0};
    struct ticket_content content = {
        .scene = info->path,
        .format = scene_format(l->scene),
        .steps = l->steps,
        .n_steps = l->n_steps,
        .by_blobs = l->blobs != NULL,
        .window =
            l->blobs ? blobs_window(l->blobs) : (struct region){0, 0, info->width, info->height},
        .sparse = l->blobs ? blobs_sparse_value(l->blobs) : 0,
        .decoder = &decoder,
        .encoder = &encoder,
        .output = &l->layout,
        .sizing = &l->sizing,
    };
    int *bands = memory_new((size_t)info->bands, sizeof *bands, e);
    bool ok = bands && (!l->blobs || blobs_header(l->blobs, &decoder, e)) &&
              output_template(l->output, &encoder, e);

    for (int b = 0; ok && b < info->bands; b++)
        bands[b] = l->blobs ? blobs_band(l->blobs, b) : b;
    content.bands = bands;
    ok = ok && ticket_pack(ticket, &content, e);
    free(bands);
    buffer_free(&decoder);
    buffer_free(&encoder);
    return ok;
}

static bool make_plan(struct lead *l, struct err *e)
{
    const struct format format = scene_format(l->scene);
    const char *name = NULL;

    return plan_new(&l->plan, l->steps, l->n_steps, &(struct plan_sources){&format, &name, 1}, e);
}

bool lead_open(struct lead *l, int n_ranks, size_t memory_bytes, size_t used_bytes,
               struct buffer *ticket, struct err *e)
{
    struct format out;

    l->n_ranks = n_ranks;
    l->memory_bytes = memory_bytes;
    l->used_bytes = used_bytes;
    if (!collect_steps(l, e) || !open_scene(l, e) ||
        !make_plan(l, e))
        return false;
    out = plan_output(l->plan);
    if (!output_check(&l->ends.sink, out.type, out.bands, out.width, out.height, &l->layout, e) ||
        !choose_sizing(l, e))
        return false;
    if (l->options->verbose)
        tell(l);
    return output_create(&l->output, &l->ends.sink, l->scene, &l->layout, e) && pack(l, ticket, e);
}

bool lead_begin(struct lead *l, const struct ticket *t, struct err *e)
{
    const struct division *d = &t->sizing.division;

    progress_begin(&l->progress, l->options->progress, d->width * d->height, l->n_ranks);
    return feed_new(&l->feed, t, l->scene, l->blobs, l->n_ranks, e) &&
           collect_new(&l->collect, l->output, d, e) &&
           schedule_new(&l->schedule, division_chunks(d), t->sizing.stride, t->sizing.window,
                        l->n_ranks, e);
}

static int64_t pick(void *ctx, int rank, int held)
{
    struct lead *l = ctx;

    return schedule_pick(l->schedule, rank, held);
}

static bool load(void *ctx, int64_t chunk, int rank, struct buffer *payload, struct err *e)
{
    struct lead *l = ctx;

    return feed_load(l->feed, chunk, rank, payload, e);
}

static bool store(void *ctx, int64_t chunk, int rank, struct buffer *result, struct err *e)
{
    struct lead *l = ctx;
    const struct region r = division_chunk(&l->sizing.division, chunk);

    if (!collect_store(l->collect, chunk, result, e))
        return false;
    schedule_done(l->schedule, chunk);
    progress_add(&l->progress, r.width * r.height);
    return true;
}

static bool finished(void *ctx)
{
    const struct lead *l = ctx;

    return schedule_finished(l->schedule);
}

struct farm_lead lead_farm(struct lead *l)
{
    return (struct farm_lead){l, pick, load, store, finished};
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
    feed_free(l->feed);
    output_abandon(l->output);
    plan_free(l->plan);
    blobs_close(l->blobs);
    scene_close(l->scene);
    free(l->steps);
    endpoints_free(&l->ends);
    *l = (struct lead){0};
}
