/* series_work.h - how the work on a series is divided, and the two ways it is done.
 *
 * By place: chunks of the output are dealt to ranks; a rank reads its chunk of every scene in turn.
 * That is for scenes of which parts can be read, by ranks that see the files.
 *
 * By scene: each rank reads other scenes, whole, and sends every rank the rows that this one adds
 * up. That is for scenes that are decoded as a whole, for more ranks than there are chunks, and
 * where rank 0 alone sees the files (then it reads them all). Where a sum of all rows takes too
 * much memory, all scenes are gone through several times, for a band of rows each time.
 *
 * Either way one rank adds up a pixel's values, in the order of the scenes: the result has the same
 * bits whatever the division.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SERIES_WORK_H
#define JOB_SERIES_WORK_H

#include "series.h"
#include "series_image.h"

#include "cluster/farm.h"
#include "pipeline/divide.h"
#include "report/progress.h"

/* The same on all ranks. */
struct series_division {
    bool by_scene;
    int unit;               /* rows of a tile of the image; what is cut is cut there */
    struct division chunks; /* by place */
    int64_t band_rows;      /* by scene: rows gone through at a time, whole units … */
    int at_once;            /* … of so many scenes of each reader */
    int n_readers;          /* by scene: the first ranks; all, or rank 0 alone */
    bool ships;             /* by scene: rank 0 sends the readers the files */
};

struct series_means {
    int n_ranks;
    size_t memory_bytes, used_bytes; /* of each rank: all in all, and so far */
    struct size2 chunk;              /* 0: to be chosen */
    bool root;                       /* rank 0 alone sees the scenes */
};

/* Fails with err_usage when memory is too little. */
bool series_divide(struct series_division *d, const struct series *s,
                   const struct series_means *means, struct err *e) MUST_CHECK;

/* One rank's part. image and progress are rank 0's. *bad: the scene for which the work is to be
 * done again without it (all ranks have it left out by then); -1: there is none. */
struct series_job {
    struct cluster *cluster;
    const struct job_options *options;
    struct series *series;
    const struct series_division *division;
    struct series_image *image;
    struct progress *progress;
    int bad;
};

/* Collective. Fails everywhere, or nowhere. */
bool series_by_place(struct series_job *j, struct err *e) MUST_CHECK;
bool series_by_scene(struct series_job *j, struct err *e) MUST_CHECK;

/* Adds rows of several scenes to sums, a cache's worth of elements at a time. */
struct series_rows {
    int scene, before;
    const unsigned char *values;
    const uint8 *valid; /* NULL: the series has no gaps */
};
void series_add(const struct series *s, struct temporal_sums *sums, const struct series_rows *rows,
                int n_rows, size_t n_elements);

#endif
