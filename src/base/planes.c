/* planes.c - pixels in memory, band after band.
 * SPDX-License-Identifier: MIT */
#include "base/planes.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_ALIGNMENT = 64 };

static size_t round_up(size_t v, size_t to)
{
    return (v + to - 1) / to * to;
}

size_t planes_margin_bytes(enum pixel_type type, int margin)
{
    return round_up((size_t)margin * pixel_size(type), ROW_ALIGNMENT);
}

bool planes_layout(struct planes *p, size_t *bytes, enum pixel_type type, int bands,
                   struct region region, int margin, struct err *e)
{
    size_t row, band, all;

    if (region.width < 0 || region.height < 0 || bands < 0 || margin < 0 ||
        __builtin_mul_overflow((size_t)region.width, pixel_size(type), &row) ||
        row > SIZE_MAX / 4 - 2 * planes_margin_bytes(type, margin))
        return err_set(e, "a row of %lld %s pixels cannot be held in memory",
                       (long long)region.width, pixel_name(type));
    row = round_up(row, ROW_ALIGNMENT) + 2 * planes_margin_bytes(type, margin);
    if (__builtin_mul_overflow(row, (size_t)region.height, &band) ||
        __builtin_mul_overflow(band, (size_t)bands, &all) || all > PTRDIFF_MAX)
        return err_set(e, "%lld x %lld x %d %s pixels cannot be held in memory",
                       (long long)region.width, (long long)region.height, bands, pixel_name(type));
    *p = (struct planes){
        .type = type, .bands = bands, .region = region, .row_bytes = row, .band_bytes = band};
    *bytes = all;
    return true;
}

bool planes_new(struct planes *p, void **memory, enum pixel_type type, int bands,
                struct region region, int margin, struct err *e)
{
    size_t bytes;

    if (!planes_layout(p, &bytes, type, bands, region, margin, e))
        return false;
    *memory = memory_raw(1, bytes, e);
    if (!*memory)
        return false;
    p->data = (unsigned char *)*memory + planes_margin_bytes(type, margin);
    return true;
}

bool planes_reuse(struct planes *p, struct planes_memory *m, enum pixel_type type, int bands,
                  struct region region, int margin, struct err *e)
{
    size_t bytes;

    if (!planes_layout(p, &bytes, type, bands, region, margin, e))
        return false;
    if (bytes > m->bytes) {
        free(m->memory);
        m->bytes = 0;
        m->memory = memory_raw(1, bytes, e);
        if (!m->memory)
            return false;
        m->bytes = bytes;
    }
    p->data = (unsigned char *)m->memory + planes_margin_bytes(type, margin);
    return true;
}

unsigned char *planes_at(const struct planes *p, int band, int64_t x, int64_t y)
{
    return p->data + (ptrdiff_t)p->band_bytes * band + (ptrdiff_t)p->row_bytes * (y - p->region.y) +
           (ptrdiff_t)pixel_size(p->type) * (x - p->region.x);
}

struct planes planes_part(const struct planes *p, struct region part)
{
    struct planes out = *p;

    out.region = region_intersect(p->region, part);
    if (!region_is_empty(out.region))
        out.data = planes_at(p, 0, out.region.x, out.region.y);
    return out;
}

void planes_spread(const struct planes *p, int first, int n, struct region part)
{
    const size_t pixel = pixel_size(p->type), row_bytes = (size_t)part.width * pixel;

    for (int b = first; b < first + n; b++) {
        unsigned char *row = planes_at(p, b, part.x, part.y);
        for (size_t done = pixel; done < row_bytes; done *= 2)
            memcpy(row + done, row, done < row_bytes - done ? done : row_bytes - done);
        for (int64_t y = 1; y < part.height; y++)
            memcpy(planes_at(p, b, part.x, part.y + y), row, row_bytes);
    }
}
