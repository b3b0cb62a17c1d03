/* chunk_work.c - what every rank does with a chunk: decode, run the plan, encode.
 * SPDX-License-Identifier: MIT */
#include "job/chunk_work.h"

#include "chunk_input.h"
#include "chunk_worker.h"
#include "copy_blobs.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/pack.h"
#include "base/timeline.h"
#include "job/feed.h"
#include "ops/sweep.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool chunk_worker_new(struct chunk_worker **out, const struct ticket *t, int rank, const char *host,
                      struct err *e)
{
    struct chunk_worker *w = memory_new(1, sizeof *w, e);

    if (!w)
        return false;
    w->ticket = t;
    const bool packs = !t->reducing.how && !t->bare;
    w->copies = packs && copy_blobs_may(t);
    w->place = (struct place){.rank = rank, .host = host, .scene = t->scene};
    bool ok = (!packs || (packer_new(&w->packer, &t->overviews, t->encoder, t->mask_encoder, e) &&
                          levels_new(&w->levels, t, w->packer, e))) &&
              chunk_input_new(&w->input, t, &w->times, e) &&
              executor_new(&w->executor, t->plan, e) &&
              (!t->careful || executor_new(&w->careful, t->careful, e)) &&
              (!t->validity || executor_new(&w->validity, t->validity, e)) &&
              (!t->rest || executor_new(&w->rest, t->rest, e));
    if (!ok) {
        chunk_worker_free(w);
        return false;
    }
    chunk_worker_tell(w, w->own_doing);
    *out = w;
    return true;
}

void chunk_worker_free(struct chunk_worker *w)
{
    if (!w)
        return;
    chunk_input_free(w->input);
    executor_free(w->executor);
    executor_free(w->careful);
    executor_free(w->validity);
    executor_free(w->rest);
    free(w->output.memory);
    free(w->mask.memory);
    levels_free(w->levels);
    packer_free(w->packer);
    free(w);
}

void chunk_worker_tell(struct chunk_worker *w, char *doing)
{
    w->doing = doing;
    executor_tell(w->executor, doing);
    if (w->careful)
        executor_tell(w->careful, doing);
    if (w->validity)
        executor_tell(w->validity, doing);
    if (w->rest)
        executor_tell(w->rest, doing);
}

void chunk_worker_keep(struct chunk_worker *w, const struct kept *held, struct kept *keeps)
{
    w->held = held;
    w->keeps = keeps;
}

const char *chunk_worker_doing(const struct chunk_worker *w)
{
    return w->doing;
}

static void add_seconds(double *sum, const double *seconds, int n)
{
    for (int i = 0; i < n; i++)
        sum[i] += seconds[i];
}

void chunk_times_add(struct chunk_times *sum, const struct chunk_times *t)
{
    sum->decode_s += t->decode_s;
    sum->assemble_s += t->assemble_s;
    sum->overview_s += t->overview_s;
    sum->encode_s += t->encode_s;
    sum->blobs_decoded += t->blobs_decoded;
    sum->pixels += t->pixels;
    sum->empty_chunks += t->empty_chunks;
    sum->kept_chunks += t->kept_chunks;
    sum->uniform_tiles += t->uniform_tiles;
    add_seconds(sum->stage_s, t->stage_s, PLAN_MAX_STAGES);
    add_seconds(sum->careful_s, t->careful_s, PLAN_MAX_STAGES);
}

void chunk_worker_times(const struct chunk_worker *w, struct chunk_times *times)
{
    const struct ticket *t = w->ticket;

    *times = w->times;
    add_seconds(times->stage_s, executor_seconds(w->executor), t->plan->stages.n);
    if (t->rest) { /* the last stages of the plan */
        const int n = t->rest->stages.n - t->rest->stages.n_sources;
        assert(n <= t->plan->stages.n);
        add_seconds(times->stage_s + t->plan->stages.n - n,
                    executor_seconds(w->rest) + t->rest->stages.n_sources, n);
    }
    if (t->careful)
        add_seconds(times->careful_s, executor_seconds(w->careful), t->careful->stages.n);
}

/* A chunk's tiles, made of its pixels or (blobs) as they came, and its overviews. */
static bool pack(struct chunk_worker *w, const struct level *whole, const struct unpack *blobs,
                 struct buffer *result, struct tick tick, struct err *e)
{
    chunk_tell(w, blobs ? "copying" : "encoding");
    levels_begin(w->levels, w->place.chunk_index);
    const bool ok = (blobs ? copy_blobs(w->ticket, w->packer, *blobs, result, tick, e)
                           : levels_tiles(w->levels, whole, result, tick, e)) &&
                    levels_overviews(w->levels, whole, result, tick, e) &&
                    packer_end(w->packer, result, e);

    if (!ok)
        packer_drop(w->packer);
    w->times.encode_s = packer_seconds(w->packer);
    w->times.overview_s = levels_seconds(w->levels);
    return ok;
}

/* Where pixels are to be kept: keeps these if they are fit for it, and says whether. */
static bool keep(struct chunk_worker *w, bool fit, const struct planes *pixels,
                 struct buffer *result, struct err *e)
{
    const unsigned char kept = w->keeps && fit && kept_add(w->keeps, w->place.chunk_index, pixels);

    return !w->keeps || buffer_append(result, &kept, sizeof kept, e);
}

/* What is gathered of a chunk's pixels. */
static bool reduce(struct chunk_worker *w, const struct level *whole, struct buffer *result,
                   struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct reducing *to = &t->reducing;
    const struct format scene = plan_output(t->plan);
    const size_t most = reducing_part_bytes(to, scene, w->place.chunk);
    const struct reducible r = {
        .scene = scene,
        .pixels = &whole->pixels,
        .mask = t->careful && t->validity ? &whole->mask : NULL,
        .has_nodata = t->careful && !isnan(t->nodata) && t->says_nodata,
        .nodata = t->nodata,
    };

    chunk_tell(w, to->how->name);
    if (!buffer_reserve(result, most, e))
        return false;
    unsigned char *part = result->data + result->size;
    memset(part, 0, most);
    const size_t n = to->how->gather(to->args, &r, part);
    assert(n <= most);
    result->size += n;
    return keep(w, w->plain, &whole->pixels, result, e);
}

/* Where the chunk's pixels are made: those that are the result as they are, in it. */
static bool place_pixels(struct chunk_worker *w, struct buffer *result, struct planes *out,
                         struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct format f = plan_output(t->plan);
    const struct region r = ticket_region(t, w->place.chunk_index);

    if (!t->bare || t->plan->sweep.how)
        return planes_reuse(out, &w->output, f.type, f.bands, r, 0, e);
    const size_t row = (size_t)r.width * pixel_size(f.type), band = row * (size_t)r.height;
    if (!buffer_reserve(result, band * (size_t)f.bands, e))
        return false;
    *out = (struct planes){result->data + result->size, f.type, f.bands, r, row, band};
    result->size += band * (size_t)f.bands;
    return true;
}

/* Row by row, band after band. */
static bool append_planes(struct buffer *out, const struct planes *p, struct err *e)
{
    const struct region r = p->region;
    const size_t row = (size_t)r.width * pixel_size(p->type);

    if (!buffer_reserve(out, row * (size_t)r.height * (size_t)p->bands, e))
        return false;
    for (int b = 0; b < p->bands; b++)
        for (int64_t y = r.y; y < r.y + r.height; y++, out->size += row)
            memcpy(out->data + out->size, planes_at(p, b, r.x, y), row);
    return true;
}

/* Sums up the band, into *result, or finishes it in place. */
static bool sweep(struct chunk_worker *w, enum feed_sweep what, const struct buffer *bytes,
                  const struct planes *pixels, struct buffer *result, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct sweep_use *use = &t->plan->sweep;
    const struct sweep_band band = {pixels, t->careful != NULL, t->nodata};
    const double start = clock_s();

    chunk_tell(w, t->plan->stages.list[t->plan->last].name);
    const bool ok = what == FEED_SUMMARISE ? use->how->summarise(use->state, &band, result, e)
                                           : use->how->finish(use->state, &band, bytes, e);
    w->times.stage_s[t->plan->last] += timeline_since("sweeping", start);
    return ok;
}

/* What was kept of a band when it was summed up, to be finished where it is. */
static bool kept_band(struct chunk_worker *w, struct planes *pixels)
{
    const bool there = w->keeps && kept_find(w->keeps, w->place.chunk_index, pixels);

    w->times.kept_chunks += there;
    return there;
}

static bool compute(struct chunk_worker *w, bool kept, struct unpack payload, struct buffer *result,
                    struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct region chunk = w->place.chunk;
    const bool sweeps = t->plan->sweep.how != NULL;
    struct planes in[PLAN_MAX_SOURCES];
    struct level out = {0};
    enum feed_sweep what = FEED_FINISH;
    struct buffer context = {0};

    if (sweeps && !feed_sweep_unpack(&payload, &what, &context))
        return err_set(e, "its payload arrived damaged at its end");

    w->times.pixels += chunk.width * chunk.height;
    if (!w->copies || t->overviews.n > 0) { /* pixels are wanted */
        if (!(kept && what == FEED_FINISH && kept_band(w, &out.pixels)) &&
            (!place_pixels(w, result, &out.pixels, e) ||
             !chunk_pixels_make(w, kept ? NULL : &payload, in, &out.pixels, tick, e)))
            return false;
        if (sweeps && !sweep(w, what, &context, &out.pixels, result, e))
            return false;
        if (sweeps && what == FEED_SUMMARISE)
            return keep(w, true, &out.pixels, result, e);
        if (t->validity && !chunk_mask_make(w, in, &out.mask, tick, e))
            return false;
        if (fault_due("pixel-flip", w->place.chunk_index))
            *(unsigned char *)planes_at(&out.pixels, 0, chunk.x, chunk.y) ^= 1;
    }
    if (t->reducing.how)
        return reduce(w, &out, result, e);
    if (t->bare)
        return !t->validity || append_planes(result, &out.mask, e);
    const struct uniform *u = kept ? NULL : chunk_input_uniform(w->input);
    out.uniform = u ? uniform_tiles(u) : NULL;
    return pack(w, &out, w->copies ? &payload : NULL, result, tick, e);
}

/* A chunk without pixels of its own; a mask does not show it. */
static bool give_up(struct chunk_worker *w, enum feed_task task, struct buffer *result,
                    struct tick tick, struct err *e)
{
    const struct ticket *t = w->ticket;
    const struct format f = plan_output(t->plan);
    struct level out = {0};

    if (!planes_reuse(&out.pixels, &w->output, f.type, f.bands,
                      ticket_region(t, w->place.chunk_index), 0, e) ||
        (t->validity && !chunk_mask_new(w, 1, &out.mask, e)))
        return false;
    chunk_fill(&out.pixels, t->fill);
    if (t->validity)
        chunk_fill(&out.mask, 0);
    packer_leave_out(w->packer, task == FEED_LEAVE_OUT);
    const bool ok = pack(w, &out, NULL, result, tick, e);
    packer_leave_out(w->packer, false);
    return ok;
}

/* Rank 0 has a new account of what this worker holds: it is empty. */
static void follow_account(struct chunk_worker *w, uint32_t account)
{
    if (w->account != account)
        chunk_input_forget(w->input);
    w->account = account;
}

static bool work(struct chunk_worker *w, struct unpack payload, struct buffer *result,
                 struct tick tick, struct err *e)
{
    struct feed_head head;

    if (!feed_head_unpack(&payload, &head))
        return err_set(e, "its payload arrived damaged");
    const bool kept = head.task == FEED_KEPT;
    if (head.task != FEED_COMPUTE && !kept)
        return give_up(w, head.task, result, tick, e);
    if (fault_due("chunk-error", w->place.chunk_index))
        return err_set(e, "an error on purpose");
    if (!kept)
        follow_account(w, head.account);
    return compute(w, kept, payload, result, tick, e);
}

bool chunk_context(const struct ticket *t, int64_t chunk, struct err *e)
{
    const struct region r = division_chunk(&t->sizing.division, chunk);

    return err_context(e, "%s: chunk %lld (%lldx%lld at %lld,%lld)", t->scene, (long long)chunk,
                       (long long)r.width, (long long)r.height, (long long)r.x, (long long)r.y);
}

bool chunk_work(void *chunk_worker, int64_t chunk, const unsigned char *payload, size_t n,
                struct buffer *result, struct tick tick, struct err *e)
{
    struct chunk_worker *w = chunk_worker;

    w->place.chunk = division_chunk(&w->ticket->sizing.division, chunk);
    w->place.chunk_index = chunk;
    if (!work(w, unpack_begin(payload, n), result, tick, e))
        return chunk_context(w->ticket, chunk, e);
    chunk_tell(w, "");
    return true;
}
