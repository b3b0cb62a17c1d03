/* planes.h - pixels in memory, band after band.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_PLANES_H
#define BASE_PLANES_H

#include "base/err.h"
#include "base/pixel.h"
#include "base/region.h"

/* A borrowed view. Pixel (x, y) of band b of the region is at
 * data + b * band_bytes + (y - region.y) * row_bytes + (x - region.x) * pixel_size(type). */
struct planes {
    unsigned char *data;
    enum pixel_type type;
    int bands;
    struct region region;
    size_t row_bytes, band_bytes;
};

/* Lays out planes of the region with `margin` writable pixels before and after each row; *bytes is
 * the memory they take. Fails if the sizes overflow. data stays NULL. */
bool planes_layout(struct planes *p, size_t *bytes, enum pixel_type type, int bands,
                   struct region region, int margin, struct err *e) MUST_CHECK;

/* How far into their memory the data of planes with such a margin begin. */
size_t planes_margin_bytes(enum pixel_type type, int margin);

/* The same with memory: *memory (aligned to 64 bytes) is to be freed. Fails if memory is short. */
bool planes_new(struct planes *p, void **memory, enum pixel_type type, int bands,
                struct region region, int margin, struct err *e) MUST_CHECK;

/* The same over memory that is kept from one use to the next; {0} at first, its memory to be
 * freed. */
struct planes_memory {
    void *memory;
    size_t bytes;
};
bool planes_reuse(struct planes *p, struct planes_memory *m, enum pixel_type type, int bands,
                  struct region region, int margin, struct err *e) MUST_CHECK;

/* The address of a pixel; positions in the margin are allowed. */
unsigned char *planes_at(const struct planes *p, int band, int64_t x, int64_t y);

/* The same pixels, as far as they lie in the part; an empty view where none do. */
struct planes planes_part(const struct planes *p, struct region part);

/* Gives every pixel of the part, which is not empty, the value of its first one, in each of the
 * bands first to first + n - 1. */
void planes_spread(const struct planes *p, int first, int n, struct region part);

#endif
