/* cut.c - planes cut into tiles as a file stores them.
 * SPDX-License-Identifier: MIT */
#include "cut.h"

#include <string.h>

/* Puts every `samples`-th pixel of a row. */
static void place_samples(unsigned char *out, const unsigned char *in, size_t size, int samples,
                          int64_t n)
{
#define PLACE(T)                                                                                   \
    do {                                                                                           \
        const T *restrict from = (const T *)(const void *)in;                                      \
        T *restrict to = (T *)(void *)out;                                                         \
        for (int64_t i = 0; i < n; i++)                                                            \
            to[i * samples] = from[i];                                                             \
    } while (0)
    if (samples == 1)
        memcpy(out, in, (size_t)n * size);
    else if (size == 1)
        PLACE(uint8);
    else if (size == 2)
        PLACE(uint16);
    else if (size == 4)
        PLACE(uint32);
    else
        PLACE(uint64);
#undef PLACE
}

size_t cut_tile(const struct layout *l, const struct planes *out, int64_t index, void *tile_bytes)
{
    unsigned char *bytes = tile_bytes;
    const struct region tile = layout_region(l, index);
    const struct region part = region_intersect(tile, out->region);
    const int samples = layout_samples(l), first = layout_plane(l, index);
    const size_t size = pixel_size(l->type), row_bytes = layout_row_bytes(l);
    const int64_t rows = l->strips ? part.height : tile.height;

    if (part.width < tile.width || part.height < rows)
        memset(bytes, 0, row_bytes * (size_t)rows);
    for (int64_t y = 0; y < part.height; y++)
        for (int s = 0; s < samples; s++)
            place_samples(bytes + (size_t)y * row_bytes + (size_t)s * size,
                          planes_at(out, first + s, part.x, part.y + y), size, samples, part.width);
    return row_bytes * (size_t)rows;
}
