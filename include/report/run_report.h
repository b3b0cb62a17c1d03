/* run_report.h - what a run did and where each rank's time went, as JSON.
 * SPDX-License-Identifier: MIT */
#ifndef REPORT_RUN_REPORT_H
#define REPORT_RUN_REPORT_H

#include "base/memory.h"
#include "base/region.h"

/* One named amount of a rank: seconds, bytes, counts. */
struct amount {
    const char *group, *name; /* "seconds", "reading" … */
    double value;
};

/* A rank's amounts, as they travel to rank 0: packed with rank_report_pack. */
bool rank_report_pack(struct buffer *out, const char *host, const struct amount *amounts, int n,
                      struct err *e) MUST_CHECK;

struct run_report; /* opaque: a JSON object under construction */

bool run_report_new(struct run_report **out, struct err *e) MUST_CHECK;
void run_report_free(struct run_report *r);

/* Sets group.name; later calls replace earlier ones. Fails if memory is short. */
bool run_report_text(struct run_report *r, const char *group, const char *name, const char *value,
                     struct err *e) MUST_CHECK;
bool run_report_number(struct run_report *r, const char *group, const char *name, double value,
                       struct err *e) MUST_CHECK;

/* Adds a rank from what rank_report_pack made; what it moved (group "moved") is added up in
 * the group "totals". The ranks of each host are added up in the list "nodes". */
bool run_report_rank(struct run_report *r, int rank, const struct buffer *packed,
                     struct err *e) MUST_CHECK;

/* Whether the file can be written one day: found out before hours of work. */
bool run_report_check(const char *path, struct err *e) MUST_CHECK;

/* Adds a try of a chunk that failed to the list "retries". */
struct failed_try {
    int rank;
    const char *host, *op; /* what it was at; "": not known */
    int signal;            /* 0: none */
    struct region region;
};
bool run_report_try(struct run_report *r, const struct failed_try *t, struct err *e) MUST_CHECK;

/* Adds a rank that died, and without which the job went on, to the list "lost". */
bool run_report_lost(struct run_report *r, int rank, const char *host, struct err *e) MUST_CHECK;

/* Adds a pass over the scene, before the one that made the output, to the list "passes": for which
 * op, what of the scene it gathered ("pixels": it made a temporary scene), and whether pixels were kept for the next one. */
bool run_report_pass(struct run_report *r, const char *op, const char *gathered, double seconds,
                     bool keeps, struct err *e) MUST_CHECK;

/* Adds one of many scenes to the list "scenes". */
struct scene_row {
    const char *path, *output, *state, *why, *type, *host;
    int64_t width, height;
    int bands, rank; /* the rank that did it by itself; -1: all did */
    double seconds;
};
bool run_report_scene(struct run_report *r, const struct scene_row *s, struct err *e) MUST_CHECK;

/* Writes the file; its name appears when it is whole. Fails naming it. */
bool run_report_write(struct run_report *r, const char *path, struct err *e) MUST_CHECK;

#endif
