/* chunk_worker.h - what a worker has, and how it makes the pixels of a chunk.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_CHUNK_WORKER_H
#define JOB_CHUNK_WORKER_H

#include "levels.h"

#include "base/pack.h"
#include "job/chunk_work.h"
#include "job/kept.h"
#include "pipeline/execute.h"

struct chunk_worker {
    const struct ticket *ticket;
    struct executor *executor, *careful, *validity, *rest; /* of the ticket's plans */
    const struct kept *held;                               /* of the pass before … */
    struct kept *keeps;                                    /* … and for the next; NULL: nothing */
    bool plain; /* the chunk's pixels are those of the plan that minds none */
    struct chunk_input *input;
    struct place place;
    struct planes_memory output, mask;
    struct packer *packer;
    struct levels *levels;
    bool copies;      /* the scene's blobs are the output's, as they are */
    uint32_t account; /* the number of rank 0's account of what this worker holds */
    char *doing;      /* what it is at; own_doing unless somebody wants to know */
    char own_doing[EXECUTOR_DOING];
    struct chunk_times times;
};

/* Says what it is at. */
void chunk_tell(struct chunk_worker *w, const char *doing);

void chunk_fill(const struct planes *p, double value);

/* Makes the pixels of the chunk w->place: of those in its payload, whose planes *in has then (one a
 * source), or (NULL) of what is kept of the pass before. */
bool chunk_pixels_make(struct chunk_worker *w, const struct unpack *payload, struct planes *in,
                       const struct planes *out, struct tick tick, struct err *e) MUST_CHECK;

/* Room for the chunk's mask, of so many bands; and the mask that the sources' pixels give it. */
bool chunk_mask_new(struct chunk_worker *w, int bands, struct planes *mask,
                    struct err *e) MUST_CHECK;
bool chunk_mask_make(struct chunk_worker *w, const struct planes *in, struct planes *mask,
                     struct tick tick, struct err *e) MUST_CHECK;

#endif
