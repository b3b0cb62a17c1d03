/* parcel.h - the result of a chunk as bytes: its blobs one after the other, then a table of them.
 *
 * The table has for each blob its index (i64), size (u32) and CRC (u32); behind it stand the number of
 * blobs (u32) and whether they are there (u32) or stay with the rank, which will write them itself.
 * A blob of size 0 is of a tile that is left out of the file.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_PARCEL_H
#define JOB_PARCEL_H

#include "base/memory.h"

enum { PARCEL_ENTRY = 16, PARCEL_END = 8 };

struct parcel_blob {
    int64_t index;
    uint32_t size, crc;
    const unsigned char *bytes; /* NULL: with the rank */
};

/* The table as it grows; parcel_end puts it behind the blobs. */
struct parcel_table {
    struct buffer bytes;
    uint32_t n;
};
bool parcel_add(struct parcel_table *t, const struct parcel_blob *blob, struct err *e) MUST_CHECK;
bool parcel_end(struct parcel_table *t, bool has_blobs, struct buffer *parcel,
                struct err *e) MUST_CHECK;

struct parcel_reader {
    const unsigned char *at, *blobs_end, *table, *end;
    uint32_t n; /* blobs */
    bool has_blobs;
};

/* False if the bytes are no parcel. parcel_next is false behind the last blob, and for one that the
 * bytes do not hold; parcel_is_whole tells which. */
bool parcel_open(struct parcel_reader *r, const struct buffer *parcel);
bool parcel_next(struct parcel_reader *r, struct parcel_blob *blob);
bool parcel_is_whole(const struct parcel_reader *r);

#endif
