/* collect.c - rank 0 takes the results of chunks and writes their blobs in order.
 * SPDX-License-Identifier: MIT */
#include "job/collect.h"

#include "apex.h"
#include "blob_order.h"
#include "parcel.h"

#include "base/clock.h"
#include "base/crc.h"

#include <stdlib.h>

/* One result, kept until the last of its blobs is written, or has its place. */
struct parcel {
    struct buffer bytes;
    int n_waiting;
    /* Where the rank will write the blobs itself: */
    int rank;
    int64_t chunk;
    int64_t *places; /* by place in the parcel's table; NULL: rank 0 writes them */
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
    struct output *output;
    const struct overviews *overviews;
    struct scratch *scratch; /* rank 0's: of blobs that get their places at the end */
    struct apex *apex;       /* of pixels of the upper overviews */
    const struct division *division;
    uint64_t align; /* of the first blob of a chunk that its rank writes; 1: none */
    struct parcel *first_due, **last_due;
    int planes;
    struct waiting *blob; /* by place in the order of writing */
    int64_t n_blobs, next;
    int64_t held_bytes;
    struct collect_times times;
};

bool collect_new(struct collect **out, struct output *output, const struct division *division,
                 struct scratch *scratch, struct apex *apex, uint64_t align, struct err *e)
{
    const struct layout *l = output_layout(output);
    struct collect *c = memory_new(1, sizeof *c, e);

    if (!c)
        return false;
    *c = (struct collect){
        .output = output,
        .overviews = output_overviews(output),
        .scratch = scratch,
        .apex = apex,
        .division = division,
        .n_blobs = layout_blobs(l),
    };
    c->align = align;
    c->last_due = &c->first_due;
    c->planes = l->separate ? l->bands : 1;
    c->blob = memory_new((size_t)c->n_blobs, sizeof *c->blob, e);
    if (!c->blob) {
        collect_free(c);
        return false;
    }
    *out = c;
    return true;
}

static void parcel_free(struct parcel *p)
{
    buffer_free(&p->bytes);
    free(p->places);
    free(p);
}

static void release(struct collect *c, struct waiting *w)
{
    struct parcel *p = w->parcel;

    const bool with_rank = !w->bytes;
    c->held_bytes -= with_rank ? 0 : w->size;
    *w = (struct waiting){0};
    if (--p->n_waiting > 0)
        return;
    if (!with_rank) {
        parcel_free(p);
        return;
    }
    *c->last_due = p;
    c->last_due = &p->next;
}

void collect_free(struct collect *c)
{
    if (!c)
        return;
    for (int64_t i = 0; c->blob && i < c->n_blobs; i++)
        if (c->blob[i].parcel)
            release(c, &c->blob[i]);
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
    return blob_order(output_layout(c->output), c->division, index);
}

static int64_t index_of(const struct collect *c, int64_t order)
{
    const struct layout *l = output_layout(c->output);
    const int plane = (int)(order % c->planes);
    const int64_t tile = order / c->planes;

    if (c->division->kind == DIVISION_COLUMNS)
        return layout_index(l, plane, tile % l->down, tile / l->down);
    return layout_index(l, plane, tile / l->across, tile % l->across);
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
    const bool ok = output_append(c->output, n, index, sizes, bytes, e);
    c->times.write_s += clock_s() - start;
    c->times.written_bytes += end - bytes;
    c->times.blobs += n;
    for (int i = 0; ok && i < n; i++)
        release(c, &c->blob[c->next++]);
    return ok;
}

/* Gives the next blob in order, which its rank holds, its place. */
static bool place_one(struct collect *c, struct err *e)
{
    struct waiting *w = &c->blob[c->next];
    const uint64_t align = w->nth == 0 ? c->align : 1;
    uint64_t at;

    if (!output_place(c->output, index_of(c, c->next), w->size, align, &at, e))
        return false;
    w->parcel->places[w->nth] = (int64_t)at;
    c->times.blobs++;
    c->next++;
    release(c, w);
    return true;
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
        !blob->bytes || scratch_add(c->scratch, blob->index, blob->bytes, blob->size, e);

    c->times.write_s += clock_s() - start;
    c->times.written_bytes += blob->bytes ? blob->size : 0;
    c->times.blobs++;
    return ok && output_note(c->output, blob->index, blob->size, e);
}

/* Files one blob of a parcel: most are to be written in their turn. *sound: whether it is one. */
static bool file_blob(struct collect *c, struct parcel *parcel, const struct parcel_blob *blob,
                      bool *sound, struct err *e)
{
    const int64_t all = overviews_blobs(c->overviews);

    *sound = blob->index >= 0 && (!blob->bytes || crc_of(blob->bytes, blob->size) == blob->crc);
    if (!*sound)
        return true;
    if (blob->index >= all) {
        *sound = blob->index - all == parcel->chunk &&
                 apex_take(c->apex, parcel->chunk, blob->bytes, blob->size);
        return true;
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
    const struct region r = division_chunk(c->division, chunk);

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
    *parcel = (struct parcel){.bytes = *result, .rank = rank, .chunk = chunk};
    *result = (struct buffer){0};
    if (!file_blobs(c, parcel, &sound, e)) {
        if (parcel->n_waiting == 0)
            parcel_free(parcel);
        return sound ? false : damaged(c, chunk, e);
    }
    if (parcel->n_waiting == 0) { /* all its blobs get their places at the end */
        parcel_free(parcel);
        return true;
    }
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
