/* schedule.c - which chunk goes to which rank next.
 * SPDX-License-Identifier: MIT */
#include "job/schedule.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>

enum { NOBODY = -1, EARLIER_RUN = -2 };

struct schedule {
    int64_t n, stride, window, n_dealt;
    int64_t first_free; /* the first chunk not dealt */
    int64_t first_open; /* the first chunk not done */
    int n_ranks;
    int *owner; /* the rank each chunk was dealt to */
    bool *done;
};

bool schedule_new(struct schedule **out, int64_t n_chunks, int64_t stride, int64_t window,
                  int n_ranks, struct err *e)
{
    struct schedule *s = memory_new(1, sizeof *s, e);

    if (!s)
        return false;
    *s = (struct schedule){.n = n_chunks, .stride = stride, .window = window, .n_ranks = n_ranks};
    s->owner = memory_raw((size_t)n_chunks, sizeof *s->owner, e);
    s->done = memory_new((size_t)n_chunks, sizeof *s->done, e);
    if (!s->owner || !s->done) {
        schedule_free(s);
        return false;
    }
    for (int64_t i = 0; i < n_chunks; i++)
        s->owner[i] = NOBODY;
    *out = s;
    return true;
}

void schedule_free(struct schedule *s)
{
    if (!s)
        return;
    free(s->owner);
    free(s->done);
    free(s);
}

/* The rank that computed what the chunk continues; the first chunks are shared out evenly, so that
 * each rank starts with neighbours. */
static int owner_before(const struct schedule *s, int64_t chunk)
{
    if (chunk >= s->stride)
        return s->owner[chunk - s->stride];
    return (int)(chunk * s->n_ranks / s->stride);
}

/* The first chunk within reach that continues one of the rank's, else the first of all. */
static int64_t choose(const struct schedule *s, int rank)
{
    int64_t end = s->first_open + s->window < s->n ? s->first_open + s->window : s->n;

    if (s->first_free >= end)
        return -1;
    for (int64_t i = s->first_free; i < end; i++)
        if (s->owner[i] == NOBODY && owner_before(s, i) == rank)
            return i;
    return s->first_free;
}

static void deal(struct schedule *s, int64_t chunk, int rank)
{
    s->owner[chunk] = rank;
    s->n_dealt++;
    while (s->first_free < s->n && s->owner[s->first_free] != NOBODY)
        s->first_free++;
}

int64_t schedule_pick(struct schedule *s, int rank, int held)
{
    const int64_t left = s->n - s->n_dealt;

    if (held > 0 && (int64_t)held * s->n_ranks > left)
        return -1;
    int64_t i = choose(s, rank);
    if (i < 0)
        return -1;
    deal(s, i, rank);
    return i;
}

void schedule_done(struct schedule *s, int64_t chunk)
{
    assert(chunk >= 0 && chunk < s->n && !s->done[chunk]);
    s->done[chunk] = true;
    while (s->first_open < s->n && s->done[s->first_open])
        s->first_open++;
}

void schedule_skip(struct schedule *s, int64_t chunk)
{
    deal(s, chunk, EARLIER_RUN);
    schedule_done(s, chunk);
}

bool schedule_finished(const struct schedule *s)
{
    return s->first_open == s->n;
}
