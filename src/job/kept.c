/* kept.c - pixels of chunks that a rank keeps from one pass over the scene to the next.
 * SPDX-License-Identifier: MIT */
#include "job/kept.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct kept {
    struct kept_of of;
    unsigned char **pixels; /* of each chunk, row by row, band after band; NULL: not kept */
    int *holder;
    size_t bytes;
};

bool kept_new(struct kept **out, const struct kept_of *of, struct err *e)
{
    const size_t n = (size_t)division_chunks(&of->division);
    struct kept *k = memory_new(1, sizeof *k, e);

    if (!k)
        return false;
    k->of = *of;
    k->pixels = memory_new(n, sizeof *k->pixels, e);
    k->holder = k->pixels ? memory_raw(n, sizeof *k->holder, e) : NULL;
    if (!k->holder) {
        kept_free(k);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        k->holder[i] = -1;
    *out = k;
    return true;
}

void kept_free(struct kept *k)
{
    if (!k)
        return;
    for (int64_t i = 0; k->pixels && i < division_chunks(&k->of.division); i++)
        free(k->pixels[i]);
    free(k->pixels);
    free(k->holder);
    free(k);
    memory_give_back(); /* the next job is planned by what is taken */
}

const struct kept_of *kept_of(const struct kept *k)
{
    return &k->of;
}

/* The planes of a chunk, without their pixels. */
static struct planes planes_of(const struct kept *k, int64_t chunk)
{
    const struct format f = k->of.format;
    const struct region r = division_chunk(&k->of.division, chunk);
    const size_t row = (size_t)r.width * pixel_size(f.type);

    return (struct planes){
        .type = f.type,
        .bands = f.bands,
        .region = r,
        .row_bytes = row,
        .band_bytes = row * (size_t)r.height,
    };
}

bool kept_add(struct kept *k, int64_t chunk, const struct planes *pixels)
{
    struct planes own = planes_of(k, chunk);
    const size_t bytes = own.band_bytes * (size_t)own.bands;
    struct err ignored; /* the chunk is computed again */

    if (k->pixels[chunk])
        return true;
    if (bytes > k->of.most_bytes - k->bytes || !(own.data = memory_raw(1, bytes, &ignored)))
        return false;
    k->pixels[chunk] = own.data;
    k->bytes += bytes;
    for (int b = 0; b < own.bands; b++)
        for (int64_t y = own.region.y; y < own.region.y + own.region.height; y++)
            memcpy(planes_at(&own, b, own.region.x, y), planes_at(pixels, b, own.region.x, y),
                   own.row_bytes);
    return true;
}

bool kept_find(const struct kept *k, int64_t chunk, struct planes *pixels)
{
    *pixels = planes_of(k, chunk);
    pixels->data = k->pixels[chunk];
    return pixels->data != NULL;
}

void kept_note(struct kept *k, int64_t chunk, int rank)
{
    k->holder[chunk] = rank;
}

const int *kept_holders(const struct kept *k)
{
    return k->holder;
}
