/* test_job_parcel.c - results of chunks as bytes: what goes in comes out; damaged ones are noticed.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "job/parcel.h"

#include <string.h>

enum { BLOBS_MOST = 12, SIZE_MOST = 40 };

/* A parcel of some blobs, of which `blob` tells all but where their bytes lie. */
static struct buffer some_parcel(struct parcel_blob blob[BLOBS_MOST], int n)
{
    struct parcel_table table = {0};
    struct buffer parcel = {0};
    struct err e;

    for (int i = 0; i < n; i++) {
        unsigned char bytes[SIZE_MOST];
        const bool here = rand() % 3 > 0;
        blob[i] = (struct parcel_blob){
            .index = ((int64_t)rand() << 20) - rand(),
            .size = (uint32_t)(rand() % SIZE_MOST), /* 0 too: a tile that is left out */
            .crc = (uint32_t)rand(),
            .bytes = here ? bytes : NULL,
        };
        for (int k = 0; k < SIZE_MOST; k++)
            bytes[k] = (unsigned char)(i + k);
        if (here)
            ck_assert(buffer_append(&parcel, bytes, blob[i].size, &e));
        ck_assert(parcel_add(&table, &blob[i], &e));
    }
    ck_assert(parcel_end(&table, &parcel, &e));
    ck_assert(!table.bytes.data && table.n == 0);
    return parcel;
}

START_TEST(parcels_come_out_as_they_went_in)
{
    srand(29);
    for (int round = 0; round < 2000; round++) {
        struct parcel_blob in[BLOBS_MOST], out;
        const int n = 1 + rand() % BLOBS_MOST;
        struct buffer parcel = some_parcel(in, n);
        struct parcel_reader r;

        ck_assert(parcel_open(&r, &parcel));
        ck_assert_uint_eq(r.n, (unsigned)n);
        for (int i = 0; i < n; i++) {
            ck_assert(!parcel_is_whole(&r));
            ck_assert(parcel_next(&r, &out));
            ck_assert(out.index == in[i].index && out.size == in[i].size && out.crc == in[i].crc);
            ck_assert(!out.bytes == !in[i].bytes);
            for (uint32_t k = 0; out.bytes && k < out.size; k++)
                ck_assert_uint_eq(out.bytes[k], (unsigned char)((unsigned)i + k));
        }
        ck_assert(!parcel_next(&r, &out));
        ck_assert(parcel_is_whole(&r));
        buffer_free(&parcel);
    }
}
END_TEST

/* Reads all of a parcel, from memory of just its size: the sanitizers see a byte too far, and all
 * that is handed out must lie within. Returns whether it seems whole. */
static bool reads_within(const unsigned char *bytes, size_t n)
{
    struct buffer parcel = {.data = malloc(n ? n : 1), .size = n, .capacity = n};
    struct parcel_reader r;
    struct parcel_blob blob;
    bool whole = false;
    size_t here = 0;
    uint32_t blobs = 0;

    ck_assert(parcel.data);
    memcpy(parcel.data, bytes, n);
    if (parcel_open(&r, &parcel)) {
        while (parcel_next(&r, &blob)) {
            ck_assert_uint_le(++blobs, r.n);
            if (!blob.bytes)
                continue;
            ck_assert(blob.bytes == parcel.data + here);
            here += blob.size;
            ck_assert_uint_le(here, n - PARCEL_END - (size_t)r.n * PARCEL_ENTRY);
        }
        whole = parcel_is_whole(&r);
        ck_assert(!whole || blobs == r.n);
    }
    free(parcel.data);
    return whole;
}

START_TEST(parcels_cut_short_are_not_whole)
{
    srand(31);
    for (int round = 0; round < 100; round++) {
        struct parcel_blob in[BLOBS_MOST];
        struct buffer parcel = some_parcel(in, 1 + rand() % BLOBS_MOST);

        ck_assert(reads_within(parcel.data, parcel.size));
        for (size_t n = 0; n < PARCEL_END; n++)
            ck_assert(!reads_within(parcel.data, n));
        for (size_t n = PARCEL_END; n < parcel.size; n++) /* whole it may seem, by chance */
            reads_within(parcel.data, n);
        for (size_t cut = 1; cut < parcel.size; cut++) /* the front of it is missing */
            ck_assert(!reads_within(parcel.data + cut, parcel.size - cut));
        buffer_free(&parcel);
    }
}
END_TEST

static void put_u32(unsigned char *at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(v >> 8 * i);
}

START_TEST(counts_and_sizes_that_cannot_be_are_noticed)
{
    enum { SIZE_AT = 8, HERE_AT = 16 };

    srand(37);
    for (int round = 0; round < 500; round++) {
        struct parcel_blob in[BLOBS_MOST];
        const int n = 1 + rand() % BLOBS_MOST, which = rand() % n;
        struct buffer parcel = some_parcel(in, n);
        unsigned char *count = parcel.data + parcel.size - PARCEL_END;
        unsigned char *entry = count - (n - which) * PARCEL_ENTRY;

        put_u32(entry + HERE_AT, 1);
        for (uint32_t size = in[which].bytes ? in[which].size + 1 : 1; size; size <<= 1) {
            put_u32(entry + SIZE_AT, size);
            ck_assert(!reads_within(parcel.data, parcel.size));
        }
        put_u32(entry + SIZE_AT, UINT32_MAX);
        ck_assert(!reads_within(parcel.data, parcel.size));
        put_u32(entry + SIZE_AT, in[which].size);
        put_u32(entry + HERE_AT, in[which].bytes != NULL);
        ck_assert(reads_within(parcel.data, parcel.size));

        put_u32(count, 0);
        ck_assert(!reads_within(parcel.data, parcel.size));
        put_u32(count, (uint32_t)(parcel.size / PARCEL_ENTRY) + 1);
        ck_assert(!reads_within(parcel.data, parcel.size));
        put_u32(count, UINT32_MAX); /* times PARCEL_ENTRY it would turn over in 32 bits */
        ck_assert(!reads_within(parcel.data, parcel.size));
        put_u32(count, UINT32_MAX / PARCEL_ENTRY + 2);
        ck_assert(!reads_within(parcel.data, parcel.size));
        buffer_free(&parcel);
    }
}
END_TEST

START_TEST(random_bytes_are_read_within_bounds)
{
    unsigned char bytes[200];

    srand(41);
    for (int round = 0; round < 100000; round++) {
        const size_t n = (size_t)rand() % sizeof bytes;
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char)(rand() % 4 ? 0 : rand());
        if (n >= PARCEL_END)
            put_u32(bytes + n - PARCEL_END, (uint32_t)(rand() % 10));
        reads_within(bytes, n);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        parcels_come_out_as_they_went_in,
        parcels_cut_short_are_not_whole,
        counts_and_sizes_that_cannot_be_are_noticed,
        random_bytes_are_read_within_bounds,
    };

    return UNIT_RUN("parcel", tests);
}
