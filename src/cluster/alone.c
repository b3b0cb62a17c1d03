/* alone.c - a rank by itself, for jobs that it does within a task of all ranks' farm.
 * SPDX-License-Identifier: MIT */
#include "internal.h"

#include <string.h>

bool cluster_alone(struct cluster **out, const struct cluster *of, struct tick tick, struct err *e)
{
    struct cluster *c = memory_new(1, sizeof *c, e);

    if (!c)
        return false;
    c->outer = tick;
    memcpy(c->host, of->host, sizeof c->host);
    c->first_rank = memory_new(1, sizeof *c->first_rank, e);
    MPI_Comm_dup(MPI_COMM_SELF, &c->comm);
    if (!c->first_rank || !cluster_look_round(c, e)) {
        cluster_alone_end(c);
        return false;
    }
    c->first_rank[0] = of->first_rank[of->rank];
    *out = c;
    return true;
}

void cluster_alone_end(struct cluster *c)
{
    if (c)
        cluster_free(c);
}
