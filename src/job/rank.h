/* rank.h - what a rank has while a job runs, and what it tells at the end.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_RANK_H
#define JOB_RANK_H

#include "lead.h"
#include "try_chunk.h"

struct rank_state {
    struct lead lead; /* rank 0's */
    int rank;         /* its number when this try of the job began */
    bool leads, traces;
    struct ticket ticket;
    struct chunk_worker *worker;
    struct isolate *isolate; /* NULL: the worker computes chunks */
    struct shared *shared;   /* NULL: rank 0 alone touches files */
    struct try_chunk try_chunk;
    struct kept *keeps;      /* pixels for the next pass; NULL: none */
    struct scratch *scratch; /* NULL: all blobs have places at once, or this rank writes none */
    struct durable *durable; /* NULL: this rank writes nothing */
    struct farm_times times;
    const struct rank_past *past; /* passes before this one; NULL: there are none to tell of */
};

/* What a rank has done in passes that are over. Starts from {0}, ends with rank_past_free. */
struct rank_past {
    struct past_amount {
        char group[16], name[48];
        double value;
    } * list;
    int n;
};
bool rank_past_add(struct rank_past *past, const struct rank_state *s, struct err *e) MUST_CHECK;
void rank_past_free(struct rank_past *past);

/* Of messages for others that a rank holds. */
enum { JOB_RELAY_BYTES = 64 << 20 };

/* Collective. What each rank may use is what was asked for, or the smallest share of all. */
struct lead_means rank_means(struct cluster *c, const struct job_options *options);

/* All that computes chunks, once the ticket is there. */
bool rank_make_ready(struct cluster *c, struct rank_state *s, const struct buffer *ticket,
                     const struct job_options *options, const struct lead_means *means,
                     struct err *e) MUST_CHECK;

/* What a rank needs that writes: a file for blobs without a place, where there will be any. */
bool rank_open_writing(struct cluster *c, struct rank_state *s, const char *path, double sync_s,
                       struct err *e) MUST_CHECK;

/* Collective. Who reads, and who writes if an output is made: all ranks, each its own part, where
 * that is asked for or all see the same files. */
bool rank_choose_io(struct cluster *c, struct rank_state *s, const struct job_options *options,
                    const struct lead_means *means, struct err *e) MUST_CHECK;

/* Collective. All chunks go through the farm. */
bool rank_farm(struct cluster *c, struct rank_state *s, const struct job_options *options,
               struct err *e) MUST_CHECK;

void rank_free(struct rank_state *s);

/* Collective. What each rank has to tell comes to rank 0, which does with it what `write` does. */
bool rank_tell(struct cluster *c, struct rank_state *s, const struct buffer *mine,
               bool (*write)(struct lead *l, const struct buffer *ranks, int n, struct err *e),
               struct err *e) MUST_CHECK;

/* Collective. Rank 0 writes the report of all ranks. start_s: when the job began. */
bool rank_report(struct cluster *c, struct rank_state *s, double start_s, struct err *e) MUST_CHECK;

/* Collective. Where a trace is wanted, timelines begin, or go on if they run; at the end rank 0 writes them. */
bool rank_trace_begin(struct cluster *c, struct rank_state *s, const struct job_options *options,
                      struct err *e) MUST_CHECK;
bool rank_trace(struct cluster *c, struct rank_state *s, struct err *e) MUST_CHECK;

#endif
