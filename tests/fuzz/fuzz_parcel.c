/* fuzz_parcel.c - results of chunks as they arrive on rank 0, one after the other.
 *
 * Input: for each chunk its number (u32) and result (pack_bytes).
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "fixture.h"

#include "base/pack.h"

#include <stdlib.h>

static struct fixture job;

bool fuzz_accepted;

static void end(void)
{
    fixture_close(&job);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin_raster();
    fixture_directory(); /* its removal is registered first, and comes last */
    fixture_open(&job, 0);
    atexit(end);
    return 0;
}

static bool store(uint32_t number, const unsigned char *bytes, size_t n)
{
    const struct division *d = &job.ticket.sizing.division;
    struct buffer result = {0}, places;
    int rank;
    int64_t chunk;
    struct err e;

    const bool ok = buffer_append(&result, bytes, n, &e) &&
                    collect_store(job.lead.collect, number % division_chunks(d), 1, &result, &e);
    buffer_free(&result);
    while (collect_due(job.lead.collect, &rank, &chunk, &places))
        buffer_free(&places);
    return ok;
}

/* Each input finds nothing collected yet. */
static void renew(void)
{
    struct lead *l = &job.lead;
    struct err e;

    if (collect_times(l->collect)->blobs > 0) { /* the output has taken some too */
        fixture_close(&job);
        fixture_open(&job, 0);
        return;
    }
    const struct collect_into into = {
        .output = l->output,
        .division = &job.ticket.sizing.division,
        .saved = l->saved,
        .durable = job.durable,
        .align = 1,
    };
    collect_free(l->collect);
    if (!collect_new(&l->collect, &into, &e))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct unpack u = unpack_begin(data, size);
    bool ok = true;

    while (ok && u.at < u.end) {
        const uint32_t number = unpack_u32(&u);
        size_t n;
        const unsigned char *bytes = unpack_bytes(&u, &n);
        ok = u.ok && store(number, bytes, n);
    }
    fuzz_accepted = ok;
    renew();
    return 0;
}
