/* shared.c - --io=shared: every rank reads its own part of the scenes and writes its own blobs.
 * SPDX-License-Identifier: MIT */
#include "shared.h"

#include "parcel.h"

#include "base/clock.h"
#include "base/pack.h"
#include "base/timeline.h"
#include "raster/file_id.h"

#include <stdlib.h>
#include <string.h>

/* The blobs of a chunk that wait for their places. */
struct waiting {
    int64_t chunk;
    uint64_t base; /* where in the scratch file its other blobs begin */
    struct buffer blobs;
    struct waiting *next;
};

struct shared {
    const struct ticket *ticket;
    struct farm_work chunks; /* who computes payloads */
    struct sources own;
    struct feed *feed;
    struct part *part;       /* NULL: nothing is written */
    struct scratch *scratch; /* of blobs that get their places at the end; borrowed */
    struct durable *durable; /* borrowed */
    struct waiting *waiting;
    struct buffer payload;
    bool broken;
    struct shared_times times;
};

/* --- do all see the same files? --------------------------------------------------------------- */

struct described {
    struct buffer *out;
    uint32_t n;
};

static bool describe_file(void *ctx, const char *path, struct err *e)
{
    struct described *d = ctx;
    struct file_id id;

    d->n++;
    return file_identify(path, &id, e) && pack_text(d->out, path, e) &&
           pack_i64(d->out, id.size, e) && pack_i64(d->out, id.mtime_s, e) &&
           pack_u32(d->out, id.mtime_ns, e) && pack_u32(d->out, id.crc, e);
}

bool shared_describe(struct buffer *out, const struct shared_files *files, struct err *e)
{
    struct buffer list = {0};
    struct described d = {&list, 0};
    bool ok = true;

    for (int i = 0; ok && i < files->sources->n; i++)
        ok = scene_files(files->sources->list[i].scene, describe_file, &d, e);
    ok = ok && pack_text(out, files->part ? files->part : "", e) &&
         (!files->part || buffer_append(out, files->token, PART_TOKEN, e)) &&
         pack_u32(out, d.n, e) && buffer_append(out, list.data, list.size, e);
    buffer_free(&list);
    return ok;
}

static bool check_file(struct unpack *u, struct err *e)
{
    char *path = unpack_text(u);
    struct file_id theirs = {.size = unpack_i64(u), .mtime_s = unpack_i64(u)}, mine;

    theirs.mtime_ns = unpack_u32(u);
    theirs.crc = unpack_u32(u);
    bool ok = path ? file_identify(path, &mine, e) : err_set(e, "the list of files is damaged");
    if (ok && !file_id_equal(&mine, &theirs))
        ok = err_set(e, "%s: is not the file that rank 0 sees", path);
    free(path);
    return ok;
}

/* Everything but the scenes. */
static bool open_described(struct shared *s, const struct buffer *description,
                           enum direct_io direct, struct err *e)
{
    struct unpack u = unpack_begin(description->data, description->size);
    char *part = unpack_text(&u);
    const bool writes = part && *part;
    const unsigned char *token = writes ? unpack_raw(&u, PART_TOKEN) : NULL;
    const uint32_t n = unpack_u32(&u);
    bool ok = u.ok || err_set(e, "the list of files is damaged");

    ok = ok && (!writes || part_join(&s->part, part, token, direct, e));
    for (uint32_t i = 0; ok && i < n; i++)
        ok = check_file(&u, e);
    free(part);
    return ok;
}

static bool open_sources(struct shared *s, const struct shared_options *o, struct err *e)
{
    const struct sources *own = &s->own;

    if (!raster_begin(sources_cache_bytes(o->memory_bytes), o->raster, e) ||
        !sources_open(&s->own, o->source, o->steps, o->n_steps, sources_blob_most(o->memory_bytes),
                      e))
        return false;
    if (own->n != s->ticket->n_sources)
        return err_set(e, "%s: takes %d scenes here, on rank 0 %d", o->source->path, own->n,
                       s->ticket->n_sources);
    for (int i = 0; i < own->n; i++) {
        if (own->list[i].blobs && !s->ticket->sources[i].by_blobs)
            sources_give_up_blobs(&s->own.list[i], "rank 0 has chosen so");
        if (!own->list[i].blobs && s->ticket->sources[i].by_blobs)
            return err_set(e, "%s: its blobs can be read on rank 0, but not here: %s",
                           scene_info(own->list[i].scene)->path, own->list[i].why);
    }
    return true;
}

bool shared_open(struct shared **out, const struct buffer *description, const struct ticket *t,
                 const struct sources *sources, const struct shared_options *options,
                 const struct shared_own *own, struct err *e)
{
    struct shared *s = memory_new(1, sizeof *s, e);

    if (!s)
        return false;
    *s = (struct shared){
        .ticket = t,
        .chunks = own->chunks,
        .payload = own->payload,
        .scratch = own->scratch,
        .durable = own->durable,
    };
    if (!open_described(s, description, options->direct, e) ||
        (!sources && !open_sources(s, options, e)) ||
        !feed_new(&s->feed, t, sources ? sources : &s->own, 1, e)) {
        shared_close(s);
        return false;
    }
    *out = s;
    return true;
}

void shared_begin(struct shared *s)
{
    if (!s->part)
        return;
    durable_file(s->durable, part_fd(s->part));
    if (s->scratch)
        durable_file(s->durable, scratch_fd(s->scratch));
}

static void waiting_free(struct waiting *k)
{
    buffer_free(&k->blobs);
    free(k);
}

void shared_close(struct shared *s)
{
    if (!s)
        return;
    feed_free(s->feed);
    part_leave(s->part);
    sources_close(&s->own);
    while (s->waiting) {
        struct waiting *k = s->waiting;
        s->waiting = k->next;
        waiting_free(k);
    }
    buffer_free(&s->payload);
    free(s);
}

bool shared_place(struct shared *s, const uint64_t *at, struct err *e)
{
    const double start = clock_s();
    const bool ok = part_copy(s->part, s->scratch, at, s->ticket->overviews.cog, e);

    s->times.write_s += timeline_since("writing", start);
    return ok;
}

bool shared_sync(struct shared *s, struct err *e)
{
    return part_sync(s->part, e);
}

const struct shared_times *shared_times(const struct shared *s)
{
    return &s->times;
}

const struct feed_times *shared_feed_times(const struct shared *s)
{
    return feed_times(s->feed);
}

/* --- working ---------------------------------------------------------------------------------- */

/* A blob without a place, or pixels that rank 0 gets and a run that resumes will want. */
static bool add_later(struct shared *s, const struct parcel_blob *blob, const unsigned char *bytes,
                      struct err *e)
{
    const bool pixels = blob->index >= overviews_blobs(&s->ticket->overviews);
    const double start = clock_s();
    const bool ok = pixels ? scratch_keep(s->scratch, bytes, blob->size, e)
                           : scratch_add(s->scratch, blob->index, bytes, blob->size, e);

    s->times.write_s += timeline_since("writing", start);
    s->times.written_bytes += blob->size;
    return ok;
}

/* What rank 0 gets of a parcel: pixels of overviews, and a table of the blobs. Those without a
 * place yet go to the rank's scratch file, the others wait in *waits for their places. */
static bool part_with(struct shared *s, const struct buffer *parcel, struct buffer *out,
                      bool *waits, struct err *e)
{
    const struct overviews *o = &s->ticket->overviews;
    struct parcel_table table = {0};
    struct parcel_reader r;
    struct parcel_blob blob;
    bool ok = parcel_open(&r, parcel) || err_set(e, "the chunk has no blobs (a defect)");

    while (ok && parcel_next(&r, &blob)) {
        const unsigned char *bytes = blob.bytes;
        const bool pixels = blob.index >= overviews_blobs(o);
        blob.bytes = pixels ? bytes : NULL;
        *waits |= !pixels && !overviews_later(o, blob.index);
        if (pixels || overviews_later(o, blob.index))
            ok = add_later(s, &blob, bytes, e);
        ok = ok && (!pixels || buffer_append(out, bytes, blob.size, e)) &&
             parcel_add(&table, &blob, e);
    }
    ok = ok && parcel_end(&table, out, e);
    buffer_free(&table.bytes);
    return ok;
}

bool shared_is_broken(const struct shared *s)
{
    return s->broken;
}

/* Computes a chunk from the payload given, or from one of this rank's own, to which what is given
 * of a sweep is added. */
static bool compute(struct shared *s, int64_t chunk, const struct buffer *given,
                    struct buffer *blobs, struct tick tick, struct err *e)
{
    struct unpack rest = unpack_begin(given->data, given->size);
    struct feed_head head = {FEED_COMPUTE, 0};
    const bool own =
        given->size == 0 || (feed_head_unpack(&rest, &head) && head.task == FEED_COMPUTE);
    const struct buffer *payload = own ? &s->payload : given;
    bool ok = true;

    if (payload == &s->payload) {
        const double start = clock_s();
        s->payload.size = 0;
        ok = feed_load(s->feed, chunk, 0, &s->payload, e) &&
             (given->size == 0 ||
              buffer_append(&s->payload, rest.at, (size_t)(rest.end - rest.at), e));
        s->times.feed_s += timeline_since("feeding", start);
    }
    ok = ok && s->chunks.work(s->chunks.ctx, chunk, payload->data, payload->size, blobs, tick, e);
    if (!ok)
        feed_forget(s->feed, 0);
    return ok;
}

/* Behind the table: chunks that have come to be on this rank's device, and how many bytes that
 * is. */
static bool tell_durable(struct shared *s, struct buffer *result, struct err *e)
{
    const size_t before = result->size;

    return durable_take(s->durable, result, e) &&
           pack_u32(result, (uint32_t)(result->size - before), e);
}

bool shared_durable(struct buffer *result, const void **tasks, size_t *n)
{
    uint32_t bytes;

    if (result->size < sizeof bytes)
        return false;
    struct unpack u = unpack_begin(result->data + result->size - sizeof bytes, sizeof bytes);
    bytes = unpack_u32(&u);
    result->size -= sizeof bytes;
    if (bytes > result->size || bytes % sizeof(struct durable_task) != 0)
        return false;
    result->size -= bytes;
    *tasks = result->data + result->size;
    *n = bytes;
    return true;
}

/* Whether all of a chunk's result goes to rank 0: it is no blob. */
static bool is_summed_up(const struct shared *s, const unsigned char *payload, size_t n)
{
    struct unpack u = unpack_begin(payload, n);
    enum feed_sweep what;
    struct buffer bytes;

    return s->ticket->plan->sweep.how && feed_sweep_unpack(&u, &what, &bytes) &&
           what == FEED_SUMMARISE;
}

bool shared_work(void *shared, int64_t chunk, const unsigned char *payload, size_t n,
                 struct buffer *result, struct tick tick, struct err *e)
{
    struct shared *s = shared;
    const struct buffer given = {.data = (unsigned char *)payload, .size = n}; /* only read */
    bool waits = false;

    if (!s->part || is_summed_up(s, payload, n))
        return compute(s, chunk, &given, result, tick, e);
    struct waiting *k = memory_new(1, sizeof *k, e);
    if (!k)
        return false;
    k->chunk = chunk;
    k->base = s->scratch ? scratch_end(s->scratch) : 0;
    bool ok = compute(s, chunk, &given, &k->blobs, tick, e);
    if (ok) {
        ok = part_with(s, &k->blobs, result, &waits, e) &&
             (waits || durable_add(s->durable, (struct durable_task){chunk, k->base}, e)) &&
             tell_durable(s, result, e);
        s->broken |= !ok;
    }
    if (!ok || !waits) {
        waiting_free(k);
        return ok;
    }
    k->next = s->waiting;
    s->waiting = k;
    return true;
}

/* Blobs that lie side by side in memory and in the file. */
struct run {
    const unsigned char *bytes;
    uint64_t at, size;
};

static bool flush(struct shared *s, struct run *run, struct err *e)
{
    const double start = clock_s();
    bool ok = run->size == 0 || part_write(s->part, run->bytes, run->size, run->at, e);

    s->times.write_s += timeline_since("writing", start);
    s->times.written_bytes += (int64_t)run->size;
    run->size = 0;
    return ok;
}

static bool write_blobs(struct shared *s, const struct buffer *blobs, const unsigned char *places,
                        size_t n, struct err *e)
{
    const struct overviews *o = &s->ticket->overviews;
    const unsigned char *end = places + n;
    struct parcel_reader r;
    struct parcel_blob blob;
    struct run run = {0};
    int64_t at;

    if (!parcel_open(&r, blobs))
        return err_set(e, "the blobs of a chunk are damaged (a defect)");
    while (parcel_next(&r, &blob)) {
        if (blob.index >= overviews_blobs(o) || overviews_later(o, blob.index))
            continue;
        if ((size_t)(end - places) < sizeof at)
            return err_set(e, "the places of a chunk's blobs arrived damaged");
        memcpy(&at, places, sizeof at);
        places += sizeof at;
        if (blob.size == 0)
            continue; /* left out of the file */
        if (run.size > 0 &&
            (run.at + run.size != (uint64_t)at || run.bytes + run.size != blob.bytes) &&
            !flush(s, &run, e))
            return false;
        if (run.size == 0)
            run = (struct run){blob.bytes, (uint64_t)at, 0};
        run.size += blob.size;
    }
    return flush(s, &run, e);
}

bool shared_write(void *shared, int64_t chunk, const unsigned char *places, size_t n, struct err *e)
{
    struct shared *s = shared;
    struct waiting **at = &s->waiting;

    while (*at && (*at)->chunk != chunk)
        at = &(*at)->next;
    struct waiting *k = *at;
    if (!k)
        return err_set(e, "places came for chunk %lld, which this rank does not hold (a defect)",
                       (long long)chunk);
    *at = k->next;
    bool ok = write_blobs(s, &k->blobs, places, n, e) &&
              durable_add(s->durable, (struct durable_task){chunk, k->base}, e);
    waiting_free(k);
    return ok;
}
