/* extents.c - parts of the output that rank 0 allots to ranks, who fill them with blobs.
 * SPDX-License-Identifier: MIT */
#include "extents.h"

#include <assert.h>
#include <stdlib.h>

enum {
    EXTENT_MOST = 8 << 20, /* larger ones are only more to leave empty */
    EXTENTS_LEAST = 128,   /* in a file, so that the empty ends of a few are little */
};

bool extent_book_new(struct extent_book *b, uint64_t end, uint64_t align, double chunk_bytes,
                     int64_t n_chunks, int n_ranks, struct err *e)
{
    const double share = chunk_bytes * (double)n_chunks / EXTENTS_LEAST / n_ranks;

    *b = (struct extent_book){
        .end = end,
        .align = align,
        .least = share < EXTENT_MOST ? (uint64_t)share + 1 : EXTENT_MOST,
        .chunk = chunk_bytes / 4,
        .left = n_chunks,
    };
    b->room = memory_new((size_t)n_ranks, sizeof *b->room, e);
    b->held = memory_new((size_t)n_ranks, sizeof *b->held, e);
    return b->room && b->held;
}

void extent_book_free(struct extent_book *b)
{
    free(b->room);
    free(b->held);
    *b = (struct extent_book){0};
}

static uint64_t round_up(uint64_t v, uint64_t to)
{
    return (v + to - 1) / to * to;
}

/* Towards the end no more than what will be filled. */
void extent_book_deal(struct extent_book *b, int rank, struct extent *x)
{
    const double lacking = b->chunk * ++b->held[rank] - (double)b->room[rank];
    const bool last = --b->left < b->held[rank];

    *x = (struct extent){0};
    if (lacking <= 0 || (last && b->n_chunks > 0))
        return;
    x->at = round_up(b->end, b->align);
    x->size = (uint64_t)lacking > b->least ? (uint64_t)lacking : b->least;
    x->size = round_up(x->size, b->align);
    b->end = x->at + x->size;
    b->room[rank] += (int64_t)x->size;
}

void extent_book_return(struct extent_book *b, int rank, int64_t bytes, int64_t used)
{
    assert(b->held[rank] > 0);
    b->held[rank]--;
    b->room[rank] -= used;
    b->n_chunks++;
    b->chunk += ((double)bytes - b->chunk) / (double)(b->n_chunks < 64 ? b->n_chunks : 64);
}

uint64_t extent_book_append(struct extent_book *b, uint64_t bytes)
{
    const uint64_t at = b->end;

    b->end += bytes;
    return at;
}

bool extent_list_add(struct extent_list *l, struct extent x, struct err *e)
{
    if (l->n == l->capacity) {
        const int capacity = 2 * l->capacity + 8;
        struct extent *grown = realloc(l->list, (size_t)capacity * sizeof *grown);
        if (!grown)
            return err_set(e, "out of memory: a list of %d extents was wanted", capacity);
        l->list = grown;
        l->capacity = capacity;
    }
    l->list[l->n++] = x;
    return true;
}

void extent_list_free(struct extent_list *l)
{
    free(l->list);
    *l = (struct extent_list){0};
}

int64_t extent_list_room(const struct extent_list *l)
{
    int64_t room = 0;

    for (int i = 0; i < l->n; i++)
        room += (int64_t)l->list[i].size;
    return room;
}

bool extent_list_take(struct extent_list *l, uint64_t size, uint64_t *at)
{
    enum { TOO_SMALL = 1024 }; /* to be kept for a blob one day */
    int best = -1;

    for (int i = 0; i < l->n; i++)
        if (l->list[i].size >= size && (best < 0 || l->list[i].size < l->list[best].size))
            best = i;
    if (best < 0)
        return false;
    struct extent *x = &l->list[best];
    *at = x->at;
    x->at += size;
    x->size -= size;
    if (x->size < TOO_SMALL)
        l->list[best] = l->list[--l->n];
    return true;
}
