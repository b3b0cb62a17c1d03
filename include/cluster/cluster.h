/* cluster.h - the ranks of the job: who there is, and how they agree.
 *
 * A rank that waits here sleeps in growing steps; it does not spin.
 * SPDX-License-Identifier: MIT */
#ifndef CLUSTER_CLUSTER_H
#define CLUSTER_CLUSTER_H

#include "base/memory.h"
#include "base/tick.h"

#include <stdint.h>

struct cluster; /* opaque */

/* Collective. Starts MPI (alone, without mpirun, as one rank). */
bool cluster_begin(struct cluster **out, struct err *e) MUST_CHECK;

/* Collective. Ends MPI; the last call of the program's life in it. */
void cluster_end(struct cluster *c);

int cluster_rank(const struct cluster *c);
int cluster_size(const struct cluster *c);
const char *cluster_host(const struct cluster *c);
int cluster_node_size(const struct cluster *c); /* ranks on this rank's host */

/* Collective, and called by all, whatever has failed on one: have ranks died since the last time?
 * Then the others are numbered anew, in their order, and can go on (but all that was under way is
 * lost). Only where MPI survives it (Open MPI 5, mpirun --with-ft ulfm), and rank 0 lives; else the
 * job has ended. */
bool cluster_mend(struct cluster *c);

/* A cluster of this rank alone, for a job that it does within a task of `of`'s farm; it has its number
 * there as the one when the job began. tick: the task's, called meanwhile. To be ended with
 * cluster_alone_end. Fails if memory is short. */
bool cluster_alone(struct cluster **out, const struct cluster *of, struct tick tick,
                   struct err *e) MUST_CHECK;
void cluster_alone_end(struct cluster *c);

/* A rank that has died: its number when the job began and, on rank 0, its host. */
struct lost_rank {
    int rank;
    char host[256];
};

/* Who there is, and was: until the next cluster_mend. */
struct cluster_ranks {
    int n, n_nodes;
    const int *node;   /* of each rank: the number of its host, from 0 */
    const int *first;  /* of each rank: its number when the job began */
    const char *hosts; /* by those numbers, each of host_size bytes; on rank 0, else NULL */
    size_t host_size;
    const struct lost_rank *lost;
    int n_lost;
};
struct cluster_ranks cluster_ranks(const struct cluster *c);

/* On rank 0, the host of a rank; elsewhere "". */
static inline const char *cluster_host_of(const struct cluster_ranks *r, int rank)
{
    return r->hosts ? r->hosts + (size_t)r->first[rank] * r->host_size : "";
}

/* How a farm's messages go: straight from rank 0 to a rank and back, or, for other hosts than rank
 * 0's, by way of the first rank there; auto: that where there are many ranks. */
enum fan_out { FAN_OUT_AUTO, FAN_OUT_FLAT, FAN_OUT_NODE };
extern const char *const fan_out_names[];

/* The same on all ranks; may_relay: whether a rank has memory for others' messages. */
void cluster_fan_out(struct cluster *c, enum fan_out fan_out, bool may_relay);

/* Collective. For tests on one host: as if each `ranks` ranks were on a host of their own. */
bool cluster_pretend_hosts(struct cluster *c, int ranks, struct err *e) MUST_CHECK;

/* Collective. True everywhere if ok is true everywhere; otherwise false everywhere, and *e is the
 * failure of the lowest failing rank, with its rank and host in front unless that is rank 0. */
bool cluster_agree(struct cluster *c, bool ok, struct err *e) MUST_CHECK;

/* Collective. Rank 0's bytes come to be everybody's; *b on the other ranks is replaced. Fails
 * everywhere if memory is short anywhere. */
bool cluster_share(struct cluster *c, struct buffer *b, struct err *e) MUST_CHECK;

/* Collective. Appends every rank's bytes to all[rank] on rank 0 (elsewhere all is not used). Fails
 * everywhere if memory is short anywhere. */
bool cluster_gather(struct cluster *c, const struct buffer *mine, struct buffer *all,
                    struct err *e) MUST_CHECK;

/* Bytes on their way from one rank to another, CLUSTER_PASSAGE_MOST at most. */
enum { CLUSTER_PASSAGE_MOST = 1 << 30 };
struct passage {
    int from, to;
    void *bytes; /* sent (on `from`) or written (on `to`); borrowed */
    size_t n;
    uintptr_t request; /* cluster_exchange's own */
};

/* Collective with the ranks at the other ends. Each lists what it sends and what it receives, and
 * what goes between the same two ranks in the same order as the other does. Fails only when a rank
 * has died. */
bool cluster_exchange(struct cluster *c, struct passage *list, int n, struct err *e) MUST_CHECK;

/* On rank 0, at work while the others wait in one of these: whether a signal has come to any rank
 * (then signals_caught tells it). */
bool cluster_is_asked_to_stop(struct cluster *c);

/* Collective. The largest v of all ranks. */
int64_t cluster_max(struct cluster *c, int64_t v);

#endif
