/* keeper.h - what rank, server and child share, and the server's and the child's side.
 * SPDX-License-Identifier: MIT */
#ifndef GUARD_KEEPER_H
#define GUARD_KEEPER_H

#include "shared_bytes.h"

#include "guard/guard.h"

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

/* Seen by all three. Plain fields are written by one side before it rings, and read by the other
 * after that. What a child has written is not trusted. */
struct control {
    _Atomic uint32_t bell;    /* the rank sleeps on it: a reply, a birth or a death */
    _Atomic uint32_t asked;   /* requests so far: the child sleeps on it */
    _Atomic uint32_t replied; /* the last one that was answered, or given up */
    _Atomic int32_t child;    /* its process id; 0: not born; below 0: why it cannot be (errno) */
    _Atomic bool ended;       /* the child is dead, of this signal or with this status: */
    int32_t signal, status;
    size_t setup_bytes, memory_bytes;
    int64_t task;
    size_t request_bytes, reply_bytes;
    bool ok; /* else: */
    struct err failure;
    char doing[GUARD_DOING];
};

struct guard {
    const struct guard_work *work;
    struct control *control;
    struct shared_bytes setup, request, reply;
    int birth
        [2]; /* a socket: a byte asks the server for a child; its end says that the rank is gone */
    int server;        /* process id */
    bool awaits_birth; /* of a child that was asked for */
    double limit_s;
    struct guard_failure failure;
};

/* A word that processes sleep on while it is `seen`, at most that long (NULL: for ever). */
void word_wait(_Atomic uint32_t *word, uint32_t seen, const struct timespec *most);
void word_wake(_Atomic uint32_t *word);

/* Adds one to the word and wakes who sleeps on it. */
void word_ring(_Atomic uint32_t *word);

/* The server's whole life; the rank is its parent. */
_Noreturn void keeper_run(struct guard *g, int rank_pid);

#endif
