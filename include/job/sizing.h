/* sizing.h - how large chunks are and what is kept, so that every rank stays within its memory.
 *
 * By default a chunk is one row of tiles (more, when halos are tall) of a lane: the grid is cut
 * into lanes, some for each rank, and a rank goes down its lanes, so that the tiles of a halo are
 * decoded once. The choice changes nothing in the output.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SIZING_H
#define JOB_SIZING_H

#include "ops/reducer.h"
#include "pipeline/divide.h"
#include "pipeline/plan.h"
#include "raster/layout.h"

struct sizing_wish {
    enum division_kind division;
    int64_t chunk_width, chunk_height; /* 0: to be chosen */
    size_t memory_bytes;               /* each rank's, all in all */
    size_t message_most;               /* the largest task or result that can be sent */
    size_t used_bytes;                 /* of it, before the first pixel (libraries, MPI) */
    int n_ranks;
    /* For each source the layout of its blobs; NULL when pixels are sent. */
    const struct layout *inputs[PLAN_MAX_SOURCES];
    const struct layout *output;
    int unit;         /* chunks are whole squares of unit x unit output tiles; at least 1 */
    int64_t beyond;   /* pixels to the right and below that a chunk makes too */
    size_t lead_more; /* bytes rank 0 holds besides */
    const struct reducing *reducing; /* what a chunk's pixels become; NULL: tiles of the output */
    bool isolated;                   /* chunks are computed in another process */
    bool rereads;     /* what GDAL decodes for one chunk it decodes again for the next */
    bool at_once;     /* results wait for no other's turn to be written */
    bool bands;       /* chunks are of the full width, and begin at even rows */
    size_t task_more; /* bytes of a task besides its pixels */
    /* Memory that work on a chunk of that size takes besides; NULL: none. */
    size_t (*work_bytes)(const void *state, int64_t width, int64_t height);
    const void *work_state;
    /* Further plans that workers hold; NULL: none. The second makes the output's mask. */
    const struct plan *also, *validity;
};

struct sizing {
    struct division division;
    bool is_small; /* chunks are smaller than they would be with more memory */
    int credits;
    int64_t window;       /* see schedule.h */
    int64_t stride;       /* see schedule.h */
    size_t cache_bytes;   /* of each of a worker's tile caches, one a source */
    size_t send_bytes;    /* of tasks rank 0 has under way; beyond it, it deals no more */
    size_t message_bytes; /* of the largest task or result */
    size_t worker_bytes, lead_bytes; /* expected peaks, libraries included */
};

/* Fails with err_usage when not even the smallest chunk fits, naming what would be enough. */
bool sizing_choose(struct sizing *out, const struct sizing_wish *wish, const struct plan *plan,
                   struct err *e) MUST_CHECK;

#endif
