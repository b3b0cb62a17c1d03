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

/* Memory of planes, kept for the next ones; all zero at first, and `memory` to be freed at last. */
struct planes_memory {
    void *memory;
    size_t bytes;
};

/* planes_new in it: what it held is lost. */
bool planes_reuse(struct planes *p, struct planes_memory *m, enum pixel_type type, int bands,
                  struct region region, int margin, struct err *e) MUST_CHECK;

/* The address of a pixel; positions in the margin are allowed. */
unsigned char *planes_at(const struct planes *p, int band, int64_t x, int64_t y);

#endif
