/* fuzz_ticket.c - a ticket as it arrives from rank 0, and what a rank makes ready of it.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "job/chunk_work.h"

enum { TILE_MOST = 1 << 24 };

bool fuzz_accepted;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct buffer bytes = {(unsigned char *)data, size, size, true}; /* only read */
    struct chunk_worker *w = NULL;
    struct ticket t;
    struct err e;

    /* That tiles fit into memory is rank 0's care (sizing.c). */
    if (ticket_open(&t, &bytes, &e) && layout_tile_bytes(&t.overviews.level[0]) <= TILE_MOST &&
        chunk_worker_new(&w, &t, 0, "host", &e)) {
        const struct division *d = &t.sizing.division;
        struct region needs[PLAN_MAX_SOURCES];
        ticket_needs(&t, division_chunks(d) - 1, needs);
        fuzz_accepted = true;
    }
    chunk_worker_free(w);
    ticket_free(&t);
    return 0;
}
