/* schedule.c - which chunk goes to which rank next.
 * SPDX-License-Identifier: MIT */
#include "job/schedule.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NOBODY = -1, EARLIER_RUN = -2 };

/* A chunk to be dealt again. */
struct again {
    int64_t chunk;
    int not_to;
};

struct schedule {
    int64_t n, stride, window, n_dealt;
    int64_t first_free; /* the first chunk not dealt */
    int64_t first_open; /* the first chunk not done */
    int n_ranks;
    int *owner;           /* the rank each chunk was dealt to */
    const int *preferred; /* the rank it should be dealt to; NULL: that is nobody's wish */
    bool *done;
    struct buffer again; /* struct again, oldest first */
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
    buffer_free(&s->again);
    free(s);
}

void schedule_prefer(struct schedule *s, const int *ranks)
{
    s->preferred = ranks;
}

/* Where no other is preferred, the rank that computed what the chunk continues; the first chunks are
 * shared out evenly, so that each rank starts with neighbours. */
static int rank_for(const struct schedule *s, int64_t chunk)
{
    if (s->preferred && s->preferred[chunk] >= 0)
        return s->preferred[chunk];
    if (chunk >= s->stride)
        return s->owner[chunk - s->stride];
    return (int)(chunk * s->n_ranks / s->stride);
}

/* The first chunk within reach that is for the rank, else the first of all. */
static int64_t choose(const struct schedule *s, int rank)
{
    int64_t end = s->first_open + s->window < s->n ? s->first_open + s->window : s->n;

    if (s->first_free >= end)
        return -1;
    for (int64_t i = s->first_free; i < end; i++)
        if (s->owner[i] == NOBODY && rank_for(s, i) == rank)
            return i;
    return s->first_free;
}

bool schedule_again(struct schedule *s, int64_t chunk, int not_to, struct err *e)
{
    assert(chunk >= 0 && chunk < s->n && s->owner[chunk] != NOBODY && !s->done[chunk]);
    if (!buffer_append(&s->again, &(struct again){chunk, not_to}, sizeof(struct again), e))
        return false;
    s->n_dealt--;
    return true;
}

/* The oldest chunk that this rank may be dealt again, taken off the list; -1: none. */
static int64_t take_again(struct schedule *s, int rank)
{
    struct again *list = (struct again *)(void *)s->again.data;
    const size_t n = s->again.size / sizeof *list;

    for (size_t i = 0; i < n; i++) {
        const int64_t chunk = list[i].chunk;
        if (list[i].not_to == rank && s->n_ranks > 1)
            continue;
        memmove(&list[i], &list[i + 1], (n - i - 1) * sizeof *list);
        s->again.size -= sizeof *list;
        return chunk;
    }
    return -1;
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
    int64_t i = take_again(s, rank);
    if (i < 0)
        i = choose(s, rank);
    if (i < 0)
        return -1;
    deal(s, i, rank);
    return i;
}

bool schedule_is_done(const struct schedule *s, int64_t chunk)
{
    return s->done[chunk];
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
