/* lead.c - rank 0's part of a job: the files, the order of chunks, the results.
 * SPDX-License-Identifier: MIT */
#include "lead.h"

#include "lead_parts.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/same_file.h"
#include "base/text.h"
#include "base/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lead_check_file(const struct lead *l, const char *option, const char *path,
                     bool (*check)(const char *path, struct err *e), struct err *e)
{
    if (!path)
        return true;
    const char *out = l->ends.sink.path;
    const size_t n = out ? strlen(out) : 0;
    if (same_file(path, l->ends.source.path) || same_file(path, l->ends.sink.path))
        return err_usage(e, "%s=%s is the scene's or the output's own file", option, path);
    if (out && strncmp(path, out, n) == 0 && strncmp(path + n, ".part", 5) == 0)
        return err_usage(e, "%s=%s is a name of the unfinished output's files", option, path);
    return check(path, e);
}

/* Of two files, one may be what the other is while it is written. */
static bool is_part_of(const char *a, const char *b)
{
    const size_t n = strlen(b);

    return strncmp(a, b, n) == 0 && strcmp(a + n, ".part") == 0;
}

bool lead_check(struct lead *l, const struct job_options *options, struct err *e)
{
    *l = (struct lead){.options = options, .start_s = clock_s()};
    if (!endpoints_read(&l->ends, options->pipeline, e))
        return false;
    l->ends.sink.direct = options->direct;
    l->ends.sink.continues = options->segment && options->segment->continues;
    l->ends.sink.place = options->place;
    /* A run that finds its output whole would take it for the scene, and apply the ops again. */
    l->in_place = same_file(l->ends.source.path, l->ends.sink.path);
    if (options->resume && l->in_place)
        return err_usage(e, "%s: is the scene and the output, which --resume cannot tell apart",
                         l->ends.sink.path);
    if (options->report && options->trace &&
        (same_file(options->report, options->trace) ||
         is_part_of(options->report, options->trace) ||
         is_part_of(options->trace, options->report)))
        return err_usage(e, "--report=%s is the file of --trace, too", options->report);
    return lead_check_file(l, "--report", options->report, run_report_check, e) &&
           lead_check_file(l, "--trace", options->trace, trace_check, e);
}

bool lead_open_sources(struct lead *l, int type, struct err *e)
{
    return op_steps_new(&l->steps, l->options->pipeline, type, e) &&
           raster_begin(sources_cache_bytes(l->memory_bytes), &l->options->raster, e) &&
           sources_open(&l->sources, &l->ends.source, l->steps.list, l->steps.n,
                        sources_blob_most(l->memory_bytes), e);
}

/* For the parts of the pipeline that come after this one. */
static void note_nodata(const struct lead *l)
{
    const struct scene_info *from = sources_nodata(&l->sources);
    struct segment *s = l->options->segment;

    if (!s || s->continues)
        return;
    s->has_nodata = from != NULL;
    s->nodata = from ? from->nodata : 0;
}

void lead_take_means(struct lead *l, const struct lead_means *means)
{
    l->ranks = means->ranks;
    l->memory_bytes = means->memory_bytes;
    l->used_bytes = means->used_bytes;
}

bool lead_open(struct lead *l, const struct lead_means *means, struct buffer *ticket, struct err *e)
{
    lead_take_means(l, means);
    if (!lead_open_sources(l, l->ends.sink_type, e))
        return false;
    note_nodata(l);
    if (memory_resident() > l->used_bytes)
        l->used_bytes = memory_resident();
    if (!lead_find_resume(l, e) || !lead_choose(l, e))
        return false;
    lead_choose_bands(l);
    lead_tell_plan(l);
    return lead_create(l, e) && lead_check_resume(l, e) && lead_begin_saving(l, e) &&
           lead_pack(l, &l->overviews, &l->sizing, ticket, e);
}

bool lead_begin(struct lead *l, const struct ticket *t, struct scratch *scratch,
                struct durable *durable, struct err *e)
{
    const struct division *d = &t->sizing.division;
    struct collect_into into = {
        .output = l->output,
        .division = d,
        .scratch = scratch,
        .saved = l->saved,
        .durable = l->shares ? NULL : durable,
        .align = l->shares ? l->options->align : 1,
    };
    int64_t done;

    l->pixels_of = memory_new((size_t)l->ranks.n, sizeof *l->pixels_of, e);
    if (!l->pixels_of || !retries_new(&l->retries, l->options->retries, l->options->on_error, d, e))
        return false;
    l->durable = into.durable;
    if (l->durable) {
        durable_file(l->durable, output_fd(l->output));
        if (scratch)
            durable_file(l->durable, scratch_fd(scratch));
    }
    if (!(l->shares || feed_new(&l->feed, t, &l->sources, l->ranks.n, e)) ||
        !apex_new(&l->apex, t, e))
        return false;
    into.apex = l->apex;
    if (!collect_new(&l->collect, &into, e) ||
        !schedule_new(&l->schedule, division_chunks(d), t->sizing.stride, t->sizing.window,
                      l->ranks.n, e) ||
        !lead_restore(l, scratch, &done, e))
        return false;
    if (l->held)
        schedule_prefer(l->schedule, kept_holders(l->held));
    progress_begin(&l->progress, l->options->progress, d->width * d->height, done, l->ranks.n,
                   l->ranks.n_nodes);
    return true;
}

bool lead_describe(struct lead *l, struct buffer *files, struct err *e)
{
    const char *part = l->output ? output_part(l->output) : NULL;
    const struct shared_files described = {
        .sources = &l->sources,
        .part = part,
        .token = l->probe.token,
    };

    return (!part || part_probe_new(&l->probe, part, e)) && shared_describe(files, &described, e);
}

void lead_share(struct lead *l, bool shares)
{
    part_probe_free(&l->probe);
    l->shares = shares;
}

static int64_t pick(void *ctx, int rank, int held)
{
    struct lead *l = ctx;

    return schedule_pick(l->schedule, rank, held);
}

/* What a rank needs to compute a chunk. Those that feed themselves need no more than a head, where
 * something follows it (more). */
static bool load_chunk(struct lead *l, int64_t chunk, int rank, bool more, struct buffer *payload,
                       struct err *e)
{
    const bool kept = l->held && kept_holders(l->held)[chunk] == rank;
    const struct feed_head head = {kept ? FEED_KEPT : FEED_COMPUTE,
                                   l->shares ? 0 : feed_account(l->feed, rank)};

    if (kept || (l->shares && more))
        return feed_head_pack(payload, head, e);
    return l->shares || feed_load(l->feed, chunk, rank, payload, e);
}

/* What an op that sweeps is to do with a chunk follows. */
static bool load_sweep(struct lead *l, int64_t chunk, int rank, struct buffer *payload,
                       struct err *e)
{
    static const struct buffer nothing;
    const struct lead_sweep *s = &l->sweep;
    const bool ok = load_chunk(l, chunk, rank, true, payload, e);

    return ok && (s->summarises ? feed_sweep_pack(payload, FEED_SUMMARISE, &nothing, e)
                                : feed_sweep_pack(payload, FEED_FINISH, &s->contexts[chunk], e));
}

static bool load(void *ctx, int64_t chunk, int rank, struct buffer *payload, struct err *e)
{
    struct lead *l = ctx;
    const enum feed_task task = retries_task(l->retries, chunk);

    if (task != FEED_COMPUTE) {
        const uint32_t account = l->shares ? 0 : feed_account(l->feed, rank);
        return feed_head_pack(payload, (struct feed_head){task, account}, e);
    }
    if (l->plan->sweep.how && !l->gathers)
        return load_sweep(l, chunk, rank, payload, e);
    return load_chunk(l, chunk, rank, false, payload, e);
}

/* A try failed on a rank; without details, before the rank could try, or behind that. */
static bool failed(void *ctx, int64_t chunk, int rank, const struct buffer *details, struct err *e)
{
    struct lead *l = ctx;
    struct failure f = {0};

    if (details->size > 0 && !failure_read(details, &f))
        return err_context(e, "a failure that was not told in full");
    if (f.untried)
        return schedule_again(l->schedule, chunk, -1, e);
    if (!l->shares)
        feed_forget(l->feed, rank);
    if (l->held) /* from now on it is computed again */
        kept_note(l->held, chunk, -1);
    if (!retries_add(l->retries, chunk, rank, &f, e))
        return false;
    const enum feed_task task = retries_task(l->retries, chunk);
    if (l->sweep.summarises && task != FEED_COMPUTE) { /* it will be, in its turn */
        schedule_done(l->schedule, chunk);
        return saved_given_up(l->saved, chunk, task, e);
    }
    return (task == FEED_COMPUTE || saved_given_up(l->saved, chunk, task, e)) &&
           schedule_again(l->schedule, chunk, rank, e);
}

/* Notes what has come to be on a device: of rank 0's own writing, or as a rank says in a result. */
static bool note_durable(struct lead *l, int rank, struct buffer *result, struct err *e)
{
    struct buffer own = {0};
    const void *tasks;
    size_t n;

    if (l->shares)
        return (shared_durable(result, &tasks, &n) ||
                err_set(e, "a result of rank %d arrived damaged", rank)) &&
               lead_durable(l, rank, tasks, n, e);
    const bool ok = durable_take(l->durable, &own, e) && lead_durable(l, 0, own.data, own.size, e);
    buffer_free(&own);
    return ok;
}

/* Whether the rank keeps the chunk stands behind what it has told of it. */
static bool note_kept(struct lead *l, int64_t chunk, int rank, struct buffer *result, struct err *e)
{
    if (result->size == 0)
        return err_set(e, "a result of rank %d arrived damaged", rank);
    result->size--;
    if (result->data[result->size])
        kept_note(l->keeps, chunk, rank);
    return true;
}

static bool store(void *ctx, int64_t chunk, int rank, struct buffer *result, struct err *e)
{
    struct lead *l = ctx;
    const struct region r = division_chunk(&l->sizing.division, chunk);

    if (fault_due("store-error", chunk))
        return err_set(e, "storing chunk %lld: an error on purpose", (long long)chunk);
    if (l->keeps && (l->gathers || l->sweep.summarises) && !note_kept(l, chunk, rank, result, e))
        return false;
    if (l->sweep.summarises ? !lead_take_summary(l, chunk, result, e)
        : l->gathers        ? !gathering_add(l->gathering, r, result, e)
        : l->image          ? !lead_put(l, chunk, result, e)
                            : !note_durable(l, rank, result, e) ||
                         !collect_store(l->collect, chunk, rank, result, e))
        return false;
    schedule_done(l->schedule, chunk);
    l->pixels_of[rank] += r.width * r.height;
    progress_add(&l->progress, r.width * r.height);
    return true;
}

static bool answer(void *ctx, int *rank, int64_t *chunk, struct buffer *payload)
{
    struct lead *l = ctx;

    return l->collect && collect_due(l->collect, rank, chunk, payload);
}

static bool finished(void *ctx)
{
    const struct lead *l = ctx;

    return schedule_finished(l->schedule) && (!l->collect || !collect_has_due(l->collect));
}

struct farm_lead lead_farm(struct lead *l)
{
    return (struct farm_lead){l, pick, load, store, failed, answer, finished};
}

bool lead_lay_out(struct lead *l, struct scratch *scratch, struct buffer *places, struct err *e)
{
    const size_t n = (size_t)overviews_blobs(&l->overviews) * sizeof(uint64_t);

    return apex_finish(l->apex, scratch, l->output, e) && output_lay_out(l->output, e) &&
           buffer_append(places, output_places(l->output), n, e);
}

/* From its journal the next run knows that the output is finished, should this one be killed before
 * it has swept up, or before the other parts of the pipeline are done. */
static bool begin_publishing(struct lead *l, struct err *e)
{
    const struct segment *s = l->options->segment;

    return !(l->options->resume || (s && s->is_temporary)) || saved_begin(l->saved, e);
}

bool lead_spares(const struct lead *l, size_t bytes)
{
    const struct sizing *s = &l->sizing;

    return l->memory_bytes >= s->worker_bytes + s->message_bytes + bytes;
}

void lead_sweep(struct lead *l)
{
    scratch_sweep(l->ends.sink.path);
}

char *lead_journal(const struct lead *l)
{
    struct err ignored; /* without it, the journal stays for the next run to remove */

    return saved_any(l->saved) ? saved_path(l->ends.sink.path, &ignored) : NULL;
}

bool lead_finish(struct lead *l, struct err *e)
{
    const double start = clock_s();

    progress_end(&l->progress);
    if (!output_complete(l->output, e) || !lead_verify(l, e) || !begin_publishing(l, e) ||
        !output_publish(l->output, e))
        return false;
    output_leave(l->output);
    l->output = NULL;
    l->published = true;
    l->finish_s = timeline_since("finishing", start);
    retries_tell(l->retries, l->ends.sink.path);
    lead_tell_nodes(l);
    return true;
}

void lead_end(struct lead *l)
{
    progress_end(&l->progress);
    free(l->pixels_of);
    image_free(l->image);
    gathering_free(l->gathering);
    lead_free_sweep(l);
    schedule_free(l->schedule);
    retries_free(l->retries);
    collect_free(l->collect);
    apex_free(l->apex);
    cog_options_free(&l->cog);
    part_probe_free(&l->probe);
    feed_free(l->feed);
    if (lead_can_resume(l))
        output_leave(l->output);
    else
        output_abandon(l->output);
    saved_free(l->saved);
    resume_free(l->resume);
    buffer_free(&l->signature);
    plan_free(l->plan);
    plan_free(l->careful);
    plan_free(l->validity);
    sources_close(&l->sources);
    op_steps_free(&l->steps);
    endpoints_free(&l->ends);
    *l = (struct lead){0};
}
