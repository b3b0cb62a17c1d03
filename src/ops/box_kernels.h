/* box_kernels.h - between box.c, which chooses, and box_sums.c, which sums.
 * SPDX-License-Identifier: MIT */
#ifndef BOX_KERNELS_H
#define BOX_KERNELS_H

#include "ops/op.h"

/* What is done with whole rows of n pixels of one type, as sums of another. A row of sums is never
 * changed in place. */
struct box_rows {
    void (*one)(const void *a, void *sums, int n);
    void (*two)(const void *a, const void *b, void *sums, int n);
    void (*three)(const void *a, const void *b, const void *c, void *sums, int n);
    /* old + a + b */
    void (*add)(const void *old, const void *a, const void *b, void *sums, int n);
    /* old - a + b */
    void (*slide)(const void *old, const void *a, const void *b, void *sums, int n);
    /* old + other + a, where other is a row of sums too */
    void (*join)(const void *old, const void *other, const void *a, void *sums, int n);
};

/* The most columns done at once, so that scratch stays in cache. */
enum { BOX_TILE = 1024 };

struct box_kernel {
    int width, height, left;
    size_t pixel, out_pixel; /* in bytes */
    size_t scratch_row;      /* in sums */
    int tile;                /* columns done at once, so that scratch stays in cache */
    int steps;               /* in which windows grow to the box's height */
    int exact_bits; /* of floats: what their exponents may differ by for sums to be exact */
    const struct box_rows *rows;

    /* Makes pixels of the sums of three rows. */
    void (*finish)(const struct box_kernel *k, const void *a, const void *b, const void *c,
                   void *out, int n);
    const void *zeros; /* BOX_TILE sums: stands for a row that is not there */
    double scale;
    uint32 addend, factor; /* of box_finish_fixed */
};

enum box_sums { BOX_UINT16, BOX_INT32, BOX_FLOAT64 };

/* NULL where no such sums are made of the type. */
const struct box_rows *box_rows(enum box_sums sums, bool squares, enum pixel_type type);

/* Kernels for sums that are exact; box_float32 finds out whether they are. */
row_kernel box_exact_uint16, box_exact_int32, box_exact_float64, box_float32;

/* For any sums of double. */
row_kernel box_fresh;

/* Bytes of scratch space; sets k->tile, k->steps and k->scratch_row. */
size_t box_scratch(struct box_kernel *k, enum box_sums sums, bool exact);

#endif
