/* cluster.h - the ranks of the job: who there is, and how they agree.
 *
 * A rank that waits here sleeps in growing steps; it does not spin.
 * SPDX-License-Identifier: MIT */
#ifndef CLUSTER_CLUSTER_H
#define CLUSTER_CLUSTER_H

#include "base/memory.h"

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

/* Collective. The largest v of all ranks. */
int64_t cluster_max(struct cluster *c, int64_t v);

#endif
