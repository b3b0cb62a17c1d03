/* levels.h - the pixels of one level of the output with their mask, and those of its overviews
 * made of them.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_LEVELS_H
#define JOB_LEVELS_H

#include "packer.h"

#include "job/ticket.h"

/* A borrowed view. */
struct level {
    struct planes pixels;
    struct planes
        mask; /* uint8 of one band, 0 where there is no data; without data: there is none */
    const bool *uniform; /* as packer_tiles has it */
};

/* Memory of a level, reused; all zero at first. */
struct level_memory {
    struct planes_memory pixels, mask;
};
void level_memory_free(struct level_memory *m);

/* A level of the ticket's output. Fails if memory is short. */
bool level_reuse(struct level *l, struct level_memory *m, const struct ticket *t,
                 struct region region, struct err *e) MUST_CHECK;

/* Fills the level above `in`, as halve does. */
void level_halve(const struct ticket *t, const struct level *in, const struct level *out);

/* What a chunk makes of its overviews. */
struct levels; /* opaque */

/* Ticket and packer are borrowed. */
bool levels_new(struct levels **out, const struct ticket *t, struct packer *packer,
                struct err *e) MUST_CHECK;
void levels_free(struct levels *l);

/* Append to the parcel of a chunk, whose level (of the pixels ticket_region says) is `whole`:
 * its tiles; the tiles of all overviews that it has whole, and the pixels of the next one for
 * rank 0. */
bool levels_tiles(struct levels *l, const struct level *whole, struct buffer *parcel,
                  struct tick tick, struct err *e) MUST_CHECK;
bool levels_overviews(struct levels *l, const struct level *whole, struct buffer *parcel,
                      struct tick tick, struct err *e) MUST_CHECK;

/* The chunk that the next calls are for. */
void levels_begin(struct levels *l, int64_t chunk);

/* Seconds spent making overviews so far. */
double levels_seconds(const struct levels *l);

#endif
