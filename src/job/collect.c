/* collect.c - rank 0 takes the results of chunks and writes their blobs in order.
 * SPDX-License-Identifier: MIT */
#include "job/collect.h"

#include "apex.h"
#include "blob_order.h"
#include "parcel.h"
#include "saved.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/pack.h"
#include "base/timeline.h"

#include <stdlib.h>

/* One result, kept until the last of its blobs is written, or has its place. */
struct parcel {
    struct buffer bytes;
    int n_waiting;
    int64_t chunk;
    uint64_t base; /* where in the scratch file its bytes begin, if this rank writes them */
    /* Where the rank that made it writes the blobs itself: */
    int rank;
    int64_t *places; /* of the blobs that wait */
    int n_blobs;
    struct parcel *next; /* of those whose rank is to be told */
};

struct waiting {
    struct parcel *parcel; /* NULL: not here yet */
    const unsigned char *bytes;
    uint32_t size;
    int nth; /* of the parcel's blobs */
};

struct collect {
    struct collect_into into;
    const struct overviews *overviews;
    struct parcel *first_due, **last_due;
    struct waiting *blob; /* by place in the order of writing */
    int64_t n_blobs, next;
    int64_t held_bytes;
    struct collect_times times;
};

bool collect_new(struct collect **out, const struct collect_into *into, struct err *e)
{
    struct collect *c = memory_new(1, sizeof *c, e);

    if (!c)
        return false;
    *c = (struct collect){
        .into = *into,
        .overviews = output_overviews(into->output),
        .n_blobs = layout_blobs(output_layout(into->output)),
    };
    c->last_due = &c->first_due;
    c->blob = memory_new((size_t)c->n_blobs, sizeof *c->blob, e);
    if (!c->blob) {
        collect_free(c);
        return false;
    }
    *out = c;
    return true;
}

void collect_resume(struct collect *c, int64_t next)
{
    c->next = next;
}

static void parcel_free(struct parcel *p)
{
    buffer_free(&p->bytes);
    free(p->places);
    free(p);
}

/* What the journal is to say of a chunk whose blobs all have their places. */
static bool list_blobs(const struct collect *c, const struct parcel *p, struct buffer *list,
                       struct err *e)
{
    const uint64_t *places = output_places(c->into.output);
    struct parcel_reader r;
    struct parcel_blob blob;
    uint64_t later = 0; /* in a scratch file, from where the chunk begins */

    if (!parcel_open(&r, &p->bytes))
        return err_set(e, "the blobs of a chunk are damaged (a defect)");
    bool ok = pack_u32(list, r.n, e);
    while (ok && parcel_next(&r, &blob)) {
        const bool plain = blob.index < overviews_blobs(c->overviews) &&
                           !overviews_later(c->overviews, blob.index);
        ok = pack_i64(list, blob.index, e) && pack_u32(list, blob.size, e) &&
             pack_u32(list, blob.crc, e) &&
             pack_i64(list, (int64_t)(plain ? places[blob.index] : later), e);
        later += plain ? 0 : blob.size;
    }
    return ok;
}

/* All blobs of a parcel are written, or have their places, of which its rank is then to be told. */
static bool settle(struct collect *c, struct parcel *p, struct err *e)
{
    struct buffer list = {0};
    bool ok = list_blobs(c, p, &list, e) && saved_settled(c->into.saved, p->chunk, &list, e) &&
              (!c->into.durable ||
               durable_add(c->into.durable, (struct durable_task){p->chunk, p->base}, e));

    buffer_free(&list);
    if (c->into.durable || p->n_blobs == 0) {
        parcel_free(p);
        return ok;
    }
    *c->last_due = p;
    c->last_due = &p->next;
    return ok;
}

/* The blob is written, or has its place. */
static bool release(struct collect *c, struct waiting *w, struct err *e)
{
    struct parcel *p = w->parcel;

    c->held_bytes -= w->bytes ? w->size : 0;
    *w = (struct waiting){0};
    return --p->n_waiting > 0 || settle(c, p, e);
}

void collect_free(struct collect *c)
{
    if (!c)
        return;
    for (int64_t i = 0; c->blob && i < c->n_blobs; i++)
        if (c->blob[i].parcel && --c->blob[i].parcel->n_waiting == 0)
            parcel_free(c->blob[i].parcel);
    while (c->first_due) {
        struct parcel *p = c->first_due;
        c->first_due = p->next;
        parcel_free(p);
    }
    free(c->blob);
    free(c);
}

const struct collect_times *collect_times(const struct collect *c)
{
    return &c->times;
}

/* The place in the order of writing of the blob with that index in the file, and back. */
static int64_t order_of(const struct collect *c, int64_t index)
{
    return blob_order(output_layout(c->into.output), c->into.division->kind, index);
}

static int64_t index_of(const struct collect *c, int64_t order)
{
    return blob_at_order(output_layout(c->into.output), c->into.division->kind, order);
}

/* Writes blobs that are next in order and lie side by side in memory. */
static bool write_run(struct collect *c, struct err *e)
{
    enum { MOST = 64 };
    int64_t index[MOST];
    size_t sizes[MOST];
    const unsigned char *bytes = c->blob[c->next].bytes, *end = bytes;
    int n = 0;

    for (int64_t i = c->next; n < MOST && i < c->n_blobs && c->blob[i].parcel; i++) {
        if (c->blob[i].bytes != end)
            break;
        index[n] = index_of(c, i);
        sizes[n++] = c->blob[i].size;
        end += c->blob[i].size;
    }
    const double start = clock_s();
    bool ok = output_append(c->into.output, n, index, sizes, bytes, e);
    c->times.write_s += timeline_since("writing", start);
    c->times.written_bytes += end - bytes;
    c->times.blobs += n;
    for (int i = 0; ok && i < n; i++)
        ok = release(c, &c->blob[c->next++], e);
    return ok;
}

/* Gives the next blob in order, which its rank holds, its place. */
static bool place_one(struct collect *c, struct err *e)
{
    struct waiting *w = &c->blob[c->next];
    const uint64_t align = w->nth == 0 ? c->into.align : 1;
    uint64_t at;

    if (!output_place(c->into.output, index_of(c, c->next), w->size, align, &at, e))
        return false;
    w->parcel->places[w->nth] = (int64_t)at;
    c->times.blobs++;
    c->next++;
    return release(c, w, e);
}

/* All that is next in order. */
static bool write_next(struct collect *c, struct err *e)
{
    while (c->next < c->n_blobs && c->blob[c->next].parcel)
        if (!(c->blob[c->next].bytes ? write_run(c, e) : place_one(c, e)))
            return false;
    return true;
}

/* Takes a blob that gets its place at the end. */
static bool take_later(struct collect *c, const struct parcel_blob *blob, struct err *e)
{
    const double start = clock_s();
    const bool ok =
        !blob->bytes || scratch_add(c->into.scratch, blob->index, blob->bytes, blob->size, e);

    c->times.write_s += timeline_since("writing", start);
    c->times.written_bytes += blob->bytes ? blob->size : 0;
    c->times.blobs++;
    return ok && output_note(c->into.output, blob->index, blob->size, e);
}

/* Files one blob of a parcel: most are to be written in their turn. *sound: whether it is one. */
static bool file_blob(struct collect *c, struct parcel *parcel, const struct parcel_blob *blob,
                      bool *sound, struct err *e)
{
    const int64_t all = overviews_blobs(c->overviews);

    *sound = blob->index >= 0 && (blob->size > 0 || output_leaves_out(c->into.output)) &&
             (!blob->bytes || crc_of(blob->bytes, blob->size) == blob->crc);
    if (!*sound)
        return true;
    if (blob->index >= all) {
        *sound = blob->index - all == parcel->chunk &&
                 apex_take(c->into.apex, parcel->chunk, blob->bytes, blob->size);
        return !*sound || !c->into.durable ||
               scratch_keep(c->into.scratch, blob->bytes, blob->size, e);
    }
    if (overviews_later(c->overviews, blob->index))
        return take_later(c, blob, e);
    const int64_t order = order_of(c, blob->index);
    struct waiting *w = &c->blob[order];
    *sound = !w->parcel && order >= c->next;
    if (!*sound)
        return true;
    *w = (struct waiting){parcel, blob->bytes, blob->size, parcel->n_blobs++};
    parcel->n_waiting++;
    c->held_bytes += blob->bytes ? blob->size : 0;
    return true;
}

/* False with *e set, or without *sound. */
static bool file_blobs(struct collect *c, struct parcel *parcel, bool *sound, struct err *e)
{
    struct parcel_reader r;
    struct parcel_blob blob;

    *sound = parcel_open(&r, &parcel->bytes);
    if (*sound && !(parcel->places = memory_new(r.n, sizeof *parcel->places, e)))
        return false;
    while (*sound && parcel_next(&r, &blob))
        if (!file_blob(c, parcel, &blob, sound, e))
            return false;
    *sound = *sound && parcel_is_whole(&r);
    return *sound;
}

static bool damaged(const struct collect *c, int64_t chunk, struct err *e)
{
    const struct region r = division_chunk(c->into.division, chunk);

    return err_set(e,
                   "the result of chunk %lld (%lldx%lld at %lld,%lld) arrived damaged: its "
                   "checksums do not match",
                   (long long)chunk, (long long)r.width, (long long)r.height, (long long)r.x,
                   (long long)r.y);
}

bool collect_store(struct collect *c, int64_t chunk, int rank, struct buffer *result, struct err *e)
{
    struct parcel *parcel = memory_new(1, sizeof *parcel, e);
    bool sound = true;

    if (!parcel)
        return false;
    *parcel = (struct parcel){
        .bytes = *result,
        .rank = rank,
        .chunk = chunk,
        .base = c->into.scratch ? scratch_end(c->into.scratch) : 0,
    };
    *result = (struct buffer){0};
    if (!file_blobs(c, parcel, &sound, e)) {
        if (parcel->n_waiting == 0)
            parcel_free(parcel);
        return sound ? false : damaged(c, chunk, e);
    }
    if (parcel->n_waiting == 0) /* all its blobs get their places at the end */
        return settle(c, parcel, e);
    if (c->held_bytes > c->times.held_bytes_most)
        c->times.held_bytes_most = c->held_bytes;
    return write_next(c, e);
}

bool collect_has_due(const struct collect *c)
{
    return c->first_due != NULL;
}

bool collect_due(struct collect *c, int *rank, int64_t *chunk, struct buffer *places)
{
    struct parcel *p = c->first_due;

    if (!p)
        return false;
    c->first_due = p->next;
    if (!c->first_due)
        c->last_due = &c->first_due;
    *rank = p->rank;
    *chunk = p->chunk;
    const size_t n = (size_t)p->n_blobs * sizeof *p->places;
    *places = (struct buffer){.data = (unsigned char *)p->places, .size = n, .capacity = n};
    p->places = NULL;
    parcel_free(p);
    return true;
}
