/* exchange.c - bytes between ranks, when both sides know what comes.
 * SPDX-License-Identifier: MIT */
#include "internal.h"

#include <assert.h>
#include <stdlib.h>

bool cluster_exchange(struct cluster *c, const struct passage *list, int n, struct err *e)
{
    enum { TAG = 2 };
    int n_requests = 0;

    MPI_Request *request = memory_new((size_t)n, sizeof(MPI_Request), e);
    if (!cluster_agree(c, request != NULL, e)) {
        free(request);
        return false;
    }
    for (int i = 0; i < n; i++) {
        const struct passage *p = &list[i];
        assert(p->n <= CLUSTER_PASSAGE_MOST && p->from != p->to);
        if (p->to == c->rank)
            MPI_Irecv(p->bytes, cluster_count(p->n), MPI_BYTE, p->from, TAG, c->comm,
                      &request[n_requests++]);
        else if (p->from == c->rank)
            MPI_Isend(p->bytes, cluster_count(p->n), MPI_BYTE, p->to, TAG, c->comm,
                      &request[n_requests++]);
    }
    for (int i = 0; i < n_requests && !c->hurt; i++)
        cluster_wait(c, &request[i]);
    free(request);
    return !c->hurt || loss_error(c, e);
}
