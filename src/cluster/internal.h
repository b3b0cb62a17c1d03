/* internal.h - what the files of this folder share: the communicator and patient waiting.
 * SPDX-License-Identifier: MIT */
#ifndef CLUSTER_INTERNAL_H
#define CLUSTER_INTERNAL_H

#include "base/tick.h"
#include "cluster/cluster.h"

#include <mpi.h>

struct cluster {
    MPI_Comm comm, pulse_comm; /* the latter for signs of life (pulse.h) */
    int rank, size, node_size;
    int *leader;  /* of each rank: the first rank on its host */
    int *node;    /* of each rank: the number of its host, from 0 */
    int *in_turn; /* all ranks but 0, one of each host after the other */
    int n_nodes;
    bool by_node;       /* messages between rank 0 and other hosts go by way of those */
    char *hosts;        /* on rank 0: of all ranks of the beginning, MPI_MAX_PROCESSOR_NAME each */
    int *first_rank;    /* of each rank: its number when the job began */
    struct buffer lost; /* struct lost_rank */
    int told;           /* of a signal, to rank 0 (cluster_wait) */
    MPI_Request telling;
    bool hurt; /* a rank has died: no message comes through any more (loss.c) */
    char host[MPI_MAX_PROCESSOR_NAME];
    struct tick outer; /* of a rank by itself: its work for all ranks (alone.c); or {0} */
};

/* Frees all that it has; MPI goes on. */
void cluster_free(struct cluster *c);

/* The rank that hands `rank` its messages: 0, or the first one on its host; -1 for rank 0. */
int cluster_above(const struct cluster *c, int rank);

/* Collective. Learns who is in c->comm, and how they lie. Fails if memory is short, or a rank dies. */
bool cluster_look_round(struct cluster *c, struct err *e) MUST_CHECK;

/* From now on c->hurt tells that a rank has died, if MPI lets the others go on. */
void loss_watch(struct cluster *c);

/* What anything says that fails for this; false. */
bool loss_error(const struct cluster *c, struct err *e);

/* Before MPI_Abort, where hosts may be silent: the launcher is given some seconds to end the job. */
void launcher_end_soon(void);

/* Sleeps a little longer each time; start from {0}, and again after anything happened. */
struct backoff {
    long sleep_ns;
};

void backoff_wait(struct backoff *b);

/* Waits for the request without spinning, or until a rank has died; tells rank 0 of a signal. */
void cluster_wait(struct cluster *c, MPI_Request *request);

/* A size as an MPI count; sizes of messages are bounded long before (job/sizing.c). */
int cluster_count(size_t bytes);

#endif
