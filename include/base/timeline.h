/* timeline.h - what this process did when, for those who want to see it.
 *
 * Work that is timed anyway says what it was; where no timeline is wanted, that costs nothing more.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_TIMELINE_H
#define BASE_TIMELINE_H

#include "base/memory.h"

/* Spans are kept from now on, `most` at most: later ones are counted alone. Times are told from
 * this moment, which should be the same one on all ranks. Fails if memory is short. */
bool timeline_begin(size_t most, struct err *e) MUST_CHECK;
void timeline_end(void);
bool timeline_is_on(void);

/* What follows is part of this task; -1: of none. */
void timeline_task(int64_t task);

/* The seconds since start (clock_s), which are a span of that name, a constant. Spans may lie
 * inside one another. */
double timeline_since(const char *what, double start);

struct timeline_span {
    const char *what;
    int64_t task; /* -1: none */
    double start_s, seconds;
};

/* Appends all spans, for timeline_read. Fails if memory is short. */
bool timeline_pack(struct buffer *out, struct err *e) MUST_CHECK;

/* Hands what timeline_pack made to `take`, span by span; *lost: how many were not kept. Fails if
 * the bytes are damaged, or with take. */
bool timeline_read(const struct buffer *packed, int64_t *lost,
                   bool (*take)(void *ctx, const struct timeline_span *span), void *ctx,
                   struct err *e) MUST_CHECK;

#endif
