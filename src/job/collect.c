/* collect.c - rank 0 takes the results of chunks and writes their blobs in order.
 * SPDX-License-Identifier: MIT */
#include "job/collect.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/pack.h"

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
    int planes;
    struct waiting *blob; /* by place in the order of writing */
    int64_t n_blobs, next;
    int64_t held_bytes;
    struct collect_times times;
};

bool collect_new(struct collect **out, struct output *output, const struct division *division,
                 struct err *e)
{
    const struct layout *l = output_layout(output);
    struct collect *c = memory_new(1, sizeof *c, e);

    if (!c)
        return false;
    *c = (struct collect){.output = output, .division = division, .n_blobs = layout_blobs(l)};
    c->planes = l->separate ? l->bands : 1;
    c->blob = memory_new((size_t)c->n_blobs, sizeof *c->blob, e);
    if (!c->blob) {
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
    const struct layout *l = output_layout(c->output);
    const int64_t plane = index / (l->across * l->down), tile = index % (l->across * l->down);

    return division_tile_order(c->division, tile / l->across, tile % l->across) * c->planes + plane;
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

/* Files the blobs of a parcel; its table stands at the end. */
static bool file_blobs(struct collect *c, struct parcel *parcel)
{
    const struct buffer *b = &parcel->bytes;
    enum { ENTRY = 16, COUNT = 4 };

    if (b->size < COUNT)
        return false;
    struct unpack u = unpack_begin(b->data + b->size - COUNT, COUNT);
    const size_t n = unpack_u32(&u);
    if (n == 0 || n > (b->size - COUNT) / ENTRY)
        return false;
    const size_t table = b->size - COUNT - n * ENTRY;
    size_t at = 0;
    u = unpack_begin(b->data + table, n * ENTRY);
    for (size_t i = 0; i < n; i++) {
        const int64_t index = unpack_i64(&u);
        const uint32_t size = unpack_u32(&u), crc = unpack_u32(&u);
        if (index < 0 || index >= c->n_blobs || size == 0 || size > table - at ||
            crc_of(b->data + at, size) != crc)
            return false;
        struct waiting *w = &c->blob[order_of(c, index)];
        if (w->parcel || order_of(c, index) < c->next)
            return false;
        *w = (struct waiting){parcel, b->data + at, size};
        parcel->n_waiting++;
        c->held_bytes += size;
        at += size;
    }
    return at == table;
}

bool collect_store(struct collect *c, int64_t chunk, struct buffer *result, struct err *e)
{
    struct parcel *parcel = memory_new(1, sizeof *parcel, e);

    if (!parcel)
        return false;
    parcel->bytes = *result;
    *result = (struct buffer){0};
    if (!file_blobs(c, parcel)) {
        const struct region r = division_chunk(c->division, chunk);
        if (parcel->n_waiting == 0) {
            buffer_free(&parcel->bytes);
            free(parcel);
        }
        return err_set(e,
                       "the result of chunk %lld (%lldx%lld at %lld,%lld) arrived damaged: its "
                       "checksums do not match",
                       (long long)chunk, (long long)r.width, (long long)r.height, (long long)r.x,
                       (long long)r.y);
    }
    if (c->held_bytes > c->times.held_bytes_most)
        c->times.held_bytes_most = c->held_bytes;
    return write_next(c, e);
}
