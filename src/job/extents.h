/* extents.h - parts of the output that rank 0 allots to ranks, who fill them with blobs.
 *
 * With each chunk rank 0 deals as much room as chunks have taken so far, so that no rank asks and
 * waits. What does not fit after all goes to rank 0 with the result, which appends it. So little is
 * allotted in vain: of the file's bytes, a few in a hundred at most.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_EXTENTS_H
#define JOB_EXTENTS_H

#include "base/memory.h"

struct extent {
    uint64_t at, size;
};

/* Rank 0's account. */
struct extent_book {
    uint64_t end;      /* of all that was allotted */
    uint64_t align;    /* of extents; 1: none */
    uint64_t least;    /* bytes of an extent, at least */
    double chunk;      /* bytes that a chunk's blobs take, as far as is known */
    int64_t n_chunks;  /* that it is known from */
    int64_t left;      /* chunks not dealt yet */
    int64_t *room;     /* of each rank, as its results say */
    int *held;         /* chunks each rank holds */
};

/* chunk_bytes: of a chunk's pixels; n_chunks: all there are. Fails if memory is short. */
bool extent_book_new(struct extent_book *b, uint64_t end, uint64_t align, double chunk_bytes,
                     int64_t n_chunks, int n_ranks, struct err *e) MUST_CHECK;
void extent_book_free(struct extent_book *b);

/* The rank is dealt one more chunk: *x is what it gets for it; its size is 0 when it has enough. */
void extent_book_deal(struct extent_book *b, int rank, struct extent *x);

/* A chunk's result has come from the rank: `bytes` of blobs, for which it used that much room. */
void extent_book_return(struct extent_book *b, int rank, int64_t bytes, int64_t used);

/* Rank 0's own room for bytes that come with a result. */
uint64_t extent_book_append(struct extent_book *b, uint64_t bytes);

/* A rank's own extents. */
struct extent_list {
    struct extent *list;
    int n, capacity;
};

bool extent_list_add(struct extent_list *l, struct extent x, struct err *e) MUST_CHECK;
void extent_list_free(struct extent_list *l);

int64_t extent_list_room(const struct extent_list *l);

/* Takes `size` bytes from the fullest extent that has them; false if there is none. */
bool extent_list_take(struct extent_list *l, uint64_t size, uint64_t *at);

#endif
