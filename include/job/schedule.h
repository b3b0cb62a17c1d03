/* schedule.h - which chunk goes to which rank next. Knows no message and no pixel.
 *
 * Chunks are dealt from the front of their order, a rank getting rather the chunk that continues
 * one of its own (it holds the blobs of the halo already). No chunk is dealt `window` or more
 * places after the first one that is not done: that bounds what waits to be written in order.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SCHEDULE_H
#define JOB_SCHEDULE_H

#include "base/err.h"

#include <stdint.h>

struct schedule; /* opaque */

/* stride: chunk i + stride continues chunk i (the one below it, when chunks run along rows). Fails
 * if memory is short. */
bool schedule_new(struct schedule **out, int64_t n_chunks, int64_t stride, int64_t window,
                  int n_ranks, struct err *e) MUST_CHECK;
void schedule_free(struct schedule *s);

/* Each chunk goes rather to the rank that it has here (-1: to any); the list is borrowed. */
void schedule_prefer(struct schedule *s, const int *ranks);

/* The chunk for a rank that holds `held` already, or -1: none now. Towards the end ranks that hold
 * some are left without more, so that all end together. */
int64_t schedule_pick(struct schedule *s, int rank, int held);

/* A chunk that was dealt is to be dealt again, before others and, where there are several ranks,
 * not to the rank `not_to` (-1: to any). Fails if memory is short. */
bool schedule_again(struct schedule *s, int64_t chunk, int not_to, struct err *e) MUST_CHECK;

bool schedule_is_done(const struct schedule *s, int64_t chunk);

/* The chunk's result is there. */
void schedule_done(struct schedule *s, int64_t chunk);

/* The chunk is done already, before any is dealt. */
void schedule_skip(struct schedule *s, int64_t chunk);

bool schedule_finished(const struct schedule *s);

#endif
