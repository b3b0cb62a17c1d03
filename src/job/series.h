/* series.h - the scenes of `stack`, as every rank knows them.
 *
 * Rank 0 finds the scenes and looks at each; the others are told. What a scene's pixels become
 * before they are compared with those of the others (the ops before the temporal one) is the
 * reader's business (series_reader.h).
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SERIES_H
#define JOB_SERIES_H

#include "sources.h"

#include "base/owned.h"
#include "base/path_list.h"
#include "job/job.h"
#include "ops/temporal.h"

/* Plain values, the same on all ranks. A row of what the ops make is `row` elements: the bands of
 * its pixels side by side (by_pixel), or one band's row after the other's. */
struct series_facts {
    struct format in, out; /* of each scene; of what the ops before make of it */
    size_t row;
    int n; /* scenes */
    bool by_pixel;
    bool sequential; /* scenes are decoded as a whole */
    bool has_gaps;   /* pixels may be outside the data */
    bool ignores_nodata;
    bool identified;      /* `files` tells their files from others of the same names */
    bool ships;           /* each scene is one file, which can be sent as it is … */
    int64_t file_most;    /* … of so many bytes at most */
    size_t halo_bytes;    /* of what the ops need of a scene for no rows at all … */
    double bytes_per_row; /* … and for each row more */
    int64_t newest_s;     /* when the newest of their files was written */
    size_t cache_bytes;   /* GDAL's */
};

struct series {
    struct series_facts facts;
    char **path;
    int64_t *file_bytes;          /* of each scene's file */
    bool *gone;                   /* which are left out */
    struct scene_options options; /* of all of them, path aside; borrowed from the words */
    struct step *steps;           /* the ops before the temporal one */
    int n_steps;
    struct temporal temporal;
    struct buffer files;
    struct owned owned; /* what steps point at */
};

/* The parts of the pipeline, which are borrowed. */
struct series_wish {
    const struct job_options *options;
    int temporal; /* the number of its step */
    size_t memory_bytes;
    const bool *gone; /* scenes that were left out before; NULL: none */
};

/* On rank 0: finds and checks the scenes. One that cannot take part fails it, or with
 * --on-error=skip is named and left out. *first: the first one, with what the ops name; to be closed
 * (sources_close) after series_free. To be freed with series_free, also after a failure. */
bool series_open(struct series *s, const struct series_wish *wish, struct sources *first,
                 struct err *e) MUST_CHECK;

/* What the other ranks are told, and how they know it. */
bool series_pack(const struct series *s, struct buffer *out, struct err *e) MUST_CHECK;
bool series_unpack(struct series *s, const struct series_wish *wish, const struct buffer *packed,
                   struct err *e) MUST_CHECK;
void series_free(struct series *s);

/* Whether this rank sees the files that rank 0 does. Fails naming the first that it does not. */
bool series_sees_files(const struct series *s, struct err *e) MUST_CHECK;

/* Says on standard error that a scene is left out. */
void series_leave_out(struct series *s, int scene, const char *why);

/* How many scenes are not. */
int series_left(const struct series *s);

#endif
