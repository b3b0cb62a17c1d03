/* farm.h - a task farm over bytes: rank 0 deals tasks and stores results, every rank works.
 *
 * A worker holds up to `credits` tasks (arriving, computing, leaving), so that the next is there
 * when the last ends. Rank 0 works too when it has nothing to serve, and serves from the ticks
 * of its own work. A worker whose task fails says so and goes on; rank 0 decides whether the job
 * does too, or stops dealing, and all leave together. A signal that any rank catches
 * (base/signals.h) ends the dealing, too; what is under way may still be stored. The farm knows
 * nothing of what is in a task.
 * SPDX-License-Identifier: MIT */
#ifndef CLUSTER_FARM_H
#define CLUSTER_FARM_H

#include "base/memory.h"
#include "base/tick.h"
#include "cluster/cluster.h"

/* The bytes of any task or result stay below this, well inside MPI's int counts. */
enum { FARM_MESSAGE_MAX = 1 << 30 };

/* Rank 0's part. */
struct farm_lead {
    void *ctx;
    /* The task `rank` gets next, while it holds `held` already; -1: none until a result has come.
     */
    int64_t (*pick)(void *ctx, int rank, int held);
    /* Appends what the task needs to *payload. */
    bool (*load)(void *ctx, int64_t task, int rank, struct buffer *payload, struct err *e);
    /* Takes a result. May keep result->data by leaving {0} in *result. */
    bool (*store)(void *ctx, int64_t task, int rank, struct buffer *result, struct err *e);
    /* A task failed with *e on a rank (or could not be loaded for it): false, with *e set, ends
     * the job; true when the task is to be picked again. details: what the work left in its
     * result. NULL: every failure ends the job. */
    bool (*failed)(void *ctx, int64_t task, int rank, const struct buffer *details, struct err *e);
    /* An answer to a result that is due: to which rank, about which task; false: none is now. NULL:
     * there never is one. */
    bool (*answer)(void *ctx, int *rank, int64_t *task, struct buffer *payload);
    /* All results are stored, and all answers given. */
    bool (*finished)(void *ctx);
};

/* Everybody's part: turns a task's payload into a result, ticking; false with *e set when it fails,
 * and in *result what the lead's `failed` should know besides.
 * Once a tick has said false the result is not wanted, nor is *e. */
struct farm_work {
    void *ctx;
    bool (*work)(void *ctx, int64_t task, const unsigned char *payload, size_t n,
                 struct buffer *result, struct tick tick, struct err *e);
    /* Takes the answer to a task's result; may be called in the middle of another one's work. A
     * failure of that ends the job. */
    bool (*answered)(void *ctx, int64_t task, const unsigned char *payload, size_t n,
                     struct err *e);
};

/* The same on every rank. */
struct farm_limits {
    int credits;       /* tasks a worker holds at most; at least 1 */
    double silence_s;  /* without a sign of life from a rank, and the job is ended; 0: never */
    size_t send_bytes; /* rank 0 deals no more while tasks of so many bytes are on their way */
    /* Of messages for others that a rank holds; one, whatever its size. */
    size_t relay_bytes;
};

/* Where a rank's time went, in seconds, and what it moved. */
struct farm_times {
    double load_s, store_s, message_s, work_s, wait_s;
    double cpu_s; /* used from the farm's beginning to its end */
    int64_t tasks, sent_bytes, received_bytes, relayed_bytes;
};

/* Collective. Runs the farm until lead->finished (lead is rank 0's; NULL elsewhere). Fails
 * everywhere with the first failure of any rank, or as stopped (err_stopped), or because a rank has
 * died (cluster_mend). */
bool farm_run(struct cluster *c, const struct farm_lead *lead, const struct farm_work *work,
              struct farm_limits limits, struct farm_times *times, struct err *e) MUST_CHECK;

#endif
