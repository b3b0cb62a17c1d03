/* fuzz_payload.c - payloads of chunks as they arrive from rank 0, one after the other.
 *
 * Input: which job (u32), then for each chunk its number (u32) and payload (pack_bytes).
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "fixture.h"

#include "base/pack.h"
#include "job/chunk_work.h"

static struct fixture jobs[FIXTURES];

bool fuzz_accepted;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin_raster();
    for (int i = 0; i < FIXTURES; i++) {
        fixture_open(&jobs[i], i);
        lead_end(&jobs[i].lead); /* the ticket is enough */
        durable_free(jobs[i].durable);
    }
    return 0;
}

static bool go_on(void *ctx)
{
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct unpack u = unpack_begin(data, size);
    const struct ticket *t = &jobs[unpack_u32(&u) % FIXTURES].ticket;
    struct buffer result = {0};
    struct chunk_worker *w;
    struct err e;

    if (!chunk_worker_new(&w, t, 0, "host", &e))
        return 0;
    bool ok = true;
    while (ok && u.at < u.end) {
        const int64_t chunk = unpack_u32(&u) % division_chunks(&t->sizing.division);
        size_t n;
        const unsigned char *payload = unpack_bytes(&u, &n);
        result.size = 0;
        ok = u.ok && chunk_work(w, chunk, payload, n, &result, (struct tick){go_on, NULL}, &e);
    }
    fuzz_accepted = ok;
    buffer_free(&result);
    chunk_worker_free(w);
    return 0;
}
