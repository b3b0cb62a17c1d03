/* pulse.c - signs of life between ranks of a farm that send each other messages.
 * SPDX-License-Identifier: MIT */
#include "pulse.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { BEATS = 8 }; /* in the time of silence that is borne */

static void listen(struct pulse *p)
{
    MPI_Irecv(NULL, 0, MPI_BYTE, MPI_ANY_SOURCE, 0, p->cluster->pulse_comm, &p->receiving);
}

static bool is_peer(const struct cluster *c, int rank)
{
    return cluster_above(c, rank) == c->rank || cluster_above(c, c->rank) == rank;
}

bool pulse_begin(struct pulse *p, struct cluster *c, double silence_s, struct err *e)
{
    const size_t n = (size_t)c->size;

    *p = (struct pulse){.cluster = c, .silence_s = silence_s};
    p->heard_s = memory_new(n, sizeof *p->heard_s, e);
    p->sending = p->heard_s ? memory_new(n, sizeof(MPI_Request), e) : NULL;
    if (!p->sending) {
        free(p->heard_s);
        *p = (struct pulse){0};
        return false;
    }
    for (int i = 0; i < c->size; i++) {
        p->heard_s[i] = is_peer(c, i) ? clock_s() : 0;
        p->sending[i] = MPI_REQUEST_NULL;
    }
    listen(p);
    return true;
}

void pulse_end(struct pulse *p)
{
    if (!p->sending)
        return;
    if (p->receiving != MPI_REQUEST_NULL) {
        MPI_Cancel(&p->receiving);
        MPI_Wait(&p->receiving, MPI_STATUS_IGNORE);
    }
    for (int i = 0; i < p->cluster->size; i++)
        if (p->sending[i] != MPI_REQUEST_NULL)
            MPI_Request_free(&p->sending[i]);
    free(p->heard_s);
    free(p->sending);
    *p = (struct pulse){0};
}

void pulse_forget(struct pulse *p, int rank)
{
    p->heard_s[rank] = 0;
}

static void take(struct pulse *p)
{
    MPI_Status status;
    int here = 0;

    for (MPI_Test(&p->receiving, &here, &status); here && !p->cluster->hurt;
         MPI_Test(&p->receiving, &here, &status)) {
        if (p->heard_s[status.MPI_SOURCE] > 0)
            p->heard_s[status.MPI_SOURCE] = clock_s();
        listen(p);
    }
}

static void give(struct pulse *p)
{
    int sent;

    for (int i = 0; i < p->cluster->size; i++) {
        if (p->heard_s[i] == 0)
            continue;
        MPI_Test(&p->sending[i], &sent, MPI_STATUS_IGNORE);
        if (sent)
            MPI_Isend(NULL, 0, MPI_BYTE, i, 0, p->cluster->pulse_comm, &p->sending[i]);
    }
}

static void check(const struct pulse *p, double now)
{
    const struct cluster_ranks ranks = cluster_ranks(p->cluster);

    for (int i = 0; i < p->cluster->size; i++)
        if (p->heard_s[i] > 0 && now - p->heard_s[i] > p->silence_s) {
            fprintf(stderr,
                    "tilery: rank %d%s%s has given no sign of life for %.0f s: rank %d on %s ends "
                    "the job\n",
                    i, ranks.hosts ? " on " : "", cluster_host_of(&ranks, i), now - p->heard_s[i],
                    p->cluster->rank, p->cluster->host);
            launcher_end_soon();
            MPI_Abort(p->cluster->comm, EXIT_SILENT);
        }
}

void pulse_beat(struct pulse *p)
{
    const double now = clock_s(), asleep_s = now - p->beat_s;

    if (p->silence_s <= 0 || p->cluster->hurt)
        return;
    take(p);
    if (asleep_s < p->silence_s / BEATS)
        return;
    p->beat_s = now;
    give(p);
    if (asleep_s < p->silence_s) /* else this rank itself was: others had no chance to be heard */
        check(p, now);
}
