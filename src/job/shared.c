/* shared.c - --io=shared: every rank reads its own part of the scenes and writes its own blobs.
 * SPDX-License-Identifier: MIT */
#include "shared.h"

#include "blob_order.h"
#include "extents.h"
#include "parcel.h"

#include "base/clock.h"
#include "base/pack.h"
#include "raster/file_id.h"

#include <stdlib.h>
#include <string.h>

struct shared {
    const struct ticket *ticket;
    struct chunk_worker *worker;
    struct sources own;
    struct feed *feed;
    struct part *part;
    uint64_t base; /* where the output's blobs begin */
    struct extent_list extents;
    struct buffer payload, blobs;
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
    ok = ok && pack_text(out, files->part, e) && pack_i64(out, (int64_t)files->base, e) &&
         buffer_append(out, files->token, PART_TOKEN, e) && pack_u32(out, d.n, e) &&
         buffer_append(out, list.data, list.size, e);
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
static bool open_described(struct shared *s, const struct buffer *description, struct err *e)
{
    struct unpack u = unpack_begin(description->data, description->size);
    char *part = unpack_text(&u);
    s->base = (uint64_t)unpack_i64(&u);
    const unsigned char *token = unpack_raw(&u, PART_TOKEN);
    const uint32_t n = unpack_u32(&u);
    bool ok = u.ok || err_set(e, "the list of files is damaged");

    ok = ok && part_join(&s->part, part, token, e);
    for (uint32_t i = 0; ok && i < n; i++)
        ok = check_file(&u, e);
    free(part);
    return ok;
}

static bool open_sources(struct shared *s, const struct shared_options *o, struct err *e)
{
    const struct sources *own = &s->own;

    if (!raster_begin(sources_cache_bytes(o->memory_bytes), o->config, e) ||
        !sources_open(&s->own, o->source, o->steps, o->n_steps, sources_blob_most(o->memory_bytes),
                      e))
        return false;
    bool same = own->n == s->ticket->n_sources;
    for (int i = 0; same && i < own->n; i++)
        same = (own->list[i].blobs != NULL) == s->ticket->sources[i].by_blobs;
    return same || err_set(e, "%s: is read in another way here than on rank 0; are GDAL and libtiff "
                              "the same?",
                           o->source->path);
}

bool shared_open(struct shared **out, const struct buffer *description, const struct ticket *t,
                 const struct sources *sources, const struct shared_options *options,
                 struct chunk_worker *worker, struct err *e)
{
    struct shared *s = memory_new(1, sizeof *s, e);

    if (!s)
        return false;
    *s = (struct shared){.ticket = t, .worker = worker};
    if (!open_described(s, description, e) || (!sources && !open_sources(s, options, e)) ||
        !feed_new(&s->feed, t, sources ? sources : &s->own, 1, e)) {
        shared_close(s);
        return false;
    }
    *out = s;
    return true;
}

void shared_close(struct shared *s)
{
    if (!s)
        return;
    feed_free(s->feed);
    part_leave(s->part);
    sources_close(&s->own);
    extent_list_free(&s->extents);
    buffer_free(&s->payload);
    buffer_free(&s->blobs);
    free(s);
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

/* --- writing ---------------------------------------------------------------------------------- */

/* Blobs that are not compressed have their place before they are made: that of --io=root. Only in
 * the last row of strips are blobs smaller, and there the ones before are too. */
static uint64_t raw_offset(const struct shared *s, const struct parcel_blob *blob)
{
    const struct layout *l = &s->ticket->output;
    const int64_t order = blob_order(l, &s->ticket->sizing.division, blob->index);
    const int64_t plane = l->separate ? layout_plane(l, blob->index) : 0;

    return s->base + (uint64_t)(order - plane) * layout_tile_bytes(l) +
           (uint64_t)plane * blob->size;
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

    s->times.write_s += clock_s() - start;
    s->times.written_bytes += (int64_t)run->size;
    run->size = 0;
    return ok;
}

/* Where the blob goes; -1: to rank 0, for want of room. */
static int64_t place(struct shared *s, const struct parcel_blob *blob)
{
    uint64_t at;

    if (s->ticket->output.raw)
        return (int64_t)raw_offset(s, blob);
    return extent_list_take(&s->extents, blob->size, &at) ? (int64_t)at : -1;
}

/* Writes the blobs of a parcel; what remains of them is a table, and those that had no room. */
static bool write_blobs(struct shared *s, struct parcel_table *table, struct buffer *result,
                        struct err *e)
{
    struct parcel_reader r;
    struct parcel_blob blob;
    struct run run = {0};

    if (!parcel_open(&r, &s->blobs))
        return err_set(e, "the chunk has no blobs (a defect)");
    while (parcel_next(&r, &blob)) {
        blob.offset = place(s, &blob);
        const uint64_t at = (uint64_t)blob.offset;
        const bool joins = run.bytes + run.size == blob.bytes && run.at + run.size == at;
        if ((blob.offset < 0 || !joins) && !flush(s, &run, e))
            return false;
        if (blob.offset < 0) {
            if (!buffer_append(result, blob.bytes, blob.size, e))
                return false;
        } else {
            if (run.size == 0)
                run = (struct run){blob.bytes, at, 0};
            run.size += blob.size;
        }
        if (!parcel_add(table, &blob, e))
            return false;
    }
    return flush(s, &run, e);
}

/* The task's payload: an extent, or none. */
static bool take_extent(struct shared *s, const unsigned char *payload, size_t n, struct err *e)
{
    struct unpack u = unpack_begin(payload, n);
    struct extent x = {.at = (uint64_t)unpack_i64(&u)};

    x.size = (uint64_t)unpack_i64(&u);
    if (!u.ok)
        return err_set(e, "the task from rank 0 is damaged");
    return x.size == 0 || extent_list_add(&s->extents, x, e);
}

bool shared_work(void *shared, int64_t chunk, const unsigned char *payload, size_t n,
                 struct buffer *result, struct tick tick, struct err *e)
{
    struct shared *s = shared;
    struct parcel_table table = {0};

    if (!take_extent(s, payload, n, e))
        return false;
    s->payload.size = s->blobs.size = 0;
    const double start = clock_s();
    bool ok = feed_load(s->feed, chunk, 0, &s->payload, e);
    s->times.feed_s += clock_s() - start;
    ok = ok && chunk_work(s->worker, chunk, s->payload.data, s->payload.size, &s->blobs, tick, e);
    const int64_t room = extent_list_room(&s->extents);
    ok = ok && write_blobs(s, &table, result, e) &&
         parcel_end(&table, room - extent_list_room(&s->extents), result, e);
    buffer_free(&table.bytes);
    return ok;
}
