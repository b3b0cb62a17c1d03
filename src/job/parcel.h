/* parcel.h - the result of a chunk as bytes: its blobs one after the other, then a table of them.
 *
 * The table has for each blob its number (i64), size (u32), CRC (u32) and whether its bytes are
 * here (u32) or stay with the rank, which writes them itself; behind it stands the number of blobs
 * (u32). A blob of size 0 is of a tile that is left out of the file.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_PARCEL_H
#define JOB_PARCEL_H

#include "base/memory.h"

enum { PARCEL_ENTRY = 20, PARCEL_END = 4 };

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
bool parcel_end(struct parcel_table *t, struct buffer *parcel, struct err *e) MUST_CHECK;

struct parcel_reader {
    const unsigned char *at, *blobs_end, *table, *end;
    uint32_t n; /* blobs */
};

/* False if the bytes are no parcel. parcel_next is false behind the last blob, and for one that the
 * bytes do not hold; parcel_is_whole tells which. */
bool parcel_open(struct parcel_reader *r, const struct buffer *parcel);
bool parcel_next(struct parcel_reader *r, struct parcel_blob *blob);
bool parcel_is_whole(const struct parcel_reader *r);

#endif
