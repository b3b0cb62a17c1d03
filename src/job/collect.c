/* collect.c - rank 0 takes the results of chunks and writes their blobs in order.
 * SPDX-License-Identifier: MIT */
#include "job/collect.h"

#include "blob_order.h"
#include "extents.h"
#include "parcel.h"

#include "base/clock.h"
#include "base/crc.h"

#include <stdlib.h>

/* One result, kept until the last of its blobs is written. */
struct parcel {
    struct buffer bytes;
    int n_waiting;
};

struct waiting {
    struct parcel *parcel; /* NULL: not here yet */
    const unsigned char *bytes;
    uint32_t size;
};

struct collect {
    struct output *output;
    const struct division *division;
    struct extent_book *book; /* of blobs that ranks write themselves; NULL: none do */
    int planes;
    struct waiting *blob;     /* by place in the order of writing; NULL when ranks write */
    int64_t n_blobs, next;
    int64_t held_bytes;
    struct collect_times times;
};

bool collect_new(struct collect **out, struct output *output, const struct division *division,
                 struct extent_book *book, struct err *e)
{
    const struct layout *l = output_layout(output);
    struct collect *c = memory_new(1, sizeof *c, e);

    if (!c)
        return false;
    *c = (struct collect){.output = output, .division = division, .n_blobs = layout_blobs(l)};
    c->book = book;
    c->planes = l->separate ? l->bands : 1;
    c->blob = book ? NULL : memory_new((size_t)c->n_blobs, sizeof *c->blob, e);
    if (!book && !c->blob) {
        collect_free(c);
        return false;
    }
    *out = c;
    return true;
}

static void release(struct collect *c, struct waiting *w)
{
    c->held_bytes -= w->size;
    if (--w->parcel->n_waiting == 0) {
        buffer_free(&w->parcel->bytes);
        free(w->parcel);
    }
    *w = (struct waiting){0};
}

void collect_free(struct collect *c)
{
    if (!c)
        return;
    for (int64_t i = 0; c->blob && i < c->n_blobs; i++)
        if (c->blob[i].parcel)
            release(c, &c->blob[i]);
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

/* Writes all that is next in order, neighbours in memory in one go. */
static bool write_next(struct collect *c, struct err *e)
{
    enum { MOST = 64 };
    int64_t index[MOST];
    size_t sizes[MOST];

    while (c->next < c->n_blobs && c->blob[c->next].parcel) {
        const unsigned char *bytes = c->blob[c->next].bytes, *end = bytes;
        int n = 0;
        for (int64_t i = c->next; n < MOST && i < c->n_blobs && c->blob[i].parcel; i++) {
            if (c->blob[i].bytes != end)
                break;
            index[n] = index_of(c, i);
            sizes[n++] = c->blob[i].size;
            end += c->blob[i].size;
        }
        double start = clock_s();
        bool ok = output_append(c->output, n, index, sizes, bytes, e);
        c->times.write_s += clock_s() - start;
        c->times.written_bytes += end - bytes;
        c->times.blobs += n;
        if (!ok)
            return false;
        for (int i = 0; i < n; i++)
            release(c, &c->blob[c->next++]);
    }
    return true;
}

/* Files one blob of a parcel, to be written in its turn. */
static bool file_blob(struct collect *c, struct parcel *parcel, const struct parcel_blob *blob)
{
    if (blob->index < 0 || blob->index >= c->n_blobs || blob->size == 0)
        return false;
    struct waiting *w = &c->blob[order_of(c, blob->index)];
    if (w->parcel || order_of(c, blob->index) < c->next)
        return false;
    if (!blob->bytes || crc_of(blob->bytes, blob->size) != blob->crc)
        return false;
    *w = (struct waiting){parcel, blob->bytes, blob->size};
    parcel->n_waiting++;
    c->held_bytes += blob->size;
    return true;
}

static bool file_blobs(struct collect *c, struct parcel *parcel)
{
    struct parcel_reader r;
    struct parcel_blob blob;

    if (!parcel_open(&r, &parcel->bytes))
        return false;
    while (parcel_next(&r, &blob))
        if (!file_blob(c, parcel, &blob))
            return false;
    return parcel_is_whole(&r);
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

bool collect_store(struct collect *c, int64_t chunk, struct buffer *result, struct err *e)
{
    struct parcel *parcel = memory_new(1, sizeof *parcel, e);

    if (!parcel)
        return false;
    parcel->bytes = *result;
    *result = (struct buffer){0};
    if (!file_blobs(c, parcel)) {
        if (parcel->n_waiting == 0) {
            buffer_free(&parcel->bytes);
            free(parcel);
        }
        return damaged(c, chunk, e);
    }
    if (c->held_bytes > c->times.held_bytes_most)
        c->times.held_bytes_most = c->held_bytes;
    return write_next(c, e);
}

/* One blob that a rank has written, or had no room for. */
static bool note_blob(struct collect *c, const struct parcel_blob *blob, bool *sound, struct err *e)
{
    const size_t size = blob->size;
    uint64_t at = (uint64_t)blob->offset;

    *sound = blob->index >= 0 && blob->index < c->n_blobs && size > 0;
    if (!*sound)
        return true;
    if (blob->bytes) {
        *sound = crc_of(blob->bytes, size) == blob->crc;
        at = extent_book_append(c->book, size);
        const double start = clock_s();
        if (*sound && !output_write(c->output, blob->bytes, size, at, e))
            return false;
        c->times.write_s += clock_s() - start;
        c->times.written_bytes += (int64_t)size;
    }
    c->times.blobs++;
    *sound = *sound && output_place(c->output, blob->index, at, blob->size);
    return true;
}

bool collect_note(struct collect *c, int64_t chunk, int rank, const struct buffer *result,
                  struct err *e)
{
    struct parcel_reader r;
    struct parcel_blob blob;
    int64_t bytes = 0;
    bool sound = parcel_open(&r, result);

    while (sound && parcel_next(&r, &blob)) {
        if (!note_blob(c, &blob, &sound, e))
            return false;
        bytes += blob.size;
    }
    if (!sound || !parcel_is_whole(&r))
        return damaged(c, chunk, e);
    extent_book_return(c->book, rank, bytes, r.used);
    return true;
}
