/* exchange.c - bytes between ranks, when both sides know what comes.
 * SPDX-License-Identifier: MIT */
#include "internal.h"

#include <assert.h>
#include <string.h>

_Static_assert(sizeof(MPI_Request) <= sizeof(uintptr_t), "a passage has room for a request");

bool cluster_exchange(struct cluster *c, struct passage *list, int n, struct err *e)
{
    enum { TAG = 2 };

    for (int i = 0; i < n && !c->hurt; i++) {
        struct passage *p = &list[i];
        const bool takes = p->to == c->rank;
        MPI_Request request;
        assert(p->n <= CLUSTER_PASSAGE_MOST && takes != (p->from == c->rank));
        if (takes)
            MPI_Irecv(p->bytes, cluster_count(p->n), MPI_BYTE, p->from, TAG, c->comm, &request);
        else
            MPI_Isend(p->bytes, cluster_count(p->n), MPI_BYTE, p->to, TAG, c->comm, &request);
        memcpy(&p->request, &request, sizeof(MPI_Request));
    }
    for (int i = 0; i < n && !c->hurt; i++) {
        MPI_Request request;
        memcpy(&request, &list[i].request, sizeof(MPI_Request));
        cluster_wait(c, &request);
    }
    return !c->hurt || loss_error(c, e);
}
