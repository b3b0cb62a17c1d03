/* loss.c - ranks that die, where MPI lets the others go on (ULFM: Open MPI 5, mpirun --with-ft
 * ulfm). Elsewhere MPI ends the job, and nothing here is called for.
 *
 * The first rank that feels the loss revokes the communicators, so that all feel it: whatever waits
 * for a message comes back, everything leaves as from any failure, and in cluster_mend the ranks
 * that are left come together.
 * SPDX-License-Identifier: MIT */
#include "internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef HAVE_ULFM
#include <mpi-ext.h>

static struct cluster *watched; /* MPI calls back without a context */

/* Any error but a loss ends the job, as is MPI's custom. (Its type is MPI's.) */
static void feel(MPI_Comm *comm, int *code, ...)
{
    char text[MPI_MAX_ERROR_STRING];
    int class, n;

    (void)comm;
    MPI_Error_class(*code, &class);
    if (class == MPIX_ERR_REVOKED || class == MPIX_ERR_PROC_FAILED ||
        class == MPIX_ERR_PROC_FAILED_PENDING) {
        if (!watched->hurt) {
            watched->hurt = true;
            if (watched->pulse_comm != MPI_COMM_NULL)
                MPIX_Comm_revoke(watched->pulse_comm);
            MPIX_Comm_revoke(watched->comm);
        }
        return;
    }
    MPI_Error_string(*code, text, &n);
    fprintf(stderr, "tilery: rank %d on %s: MPI: %s\n", watched->rank, watched->host, text);
    MPI_Abort(watched->comm, EXIT_FAILED);
}

void loss_watch(struct cluster *c)
{
    MPI_Errhandler handler;

    watched = c;
    MPI_Comm_create_errhandler(feel, &handler);
    MPI_Comm_set_errhandler(c->comm, handler);
    MPI_Errhandler_free(&handler); /* that is, when no communicator has it any more */
}

static void no_memory(const struct cluster *c)
{
    fprintf(stderr, "tilery: rank %d on %s: no memory to go on with after a loss\n", c->rank,
            c->host);
    MPI_Abort(c->comm, EXIT_FAILED);
}

/* Writes down who is not among the ranks that are left, and how those were numbered at the
 * beginning. */
static void note_lost(struct cluster *c, MPI_Comm left)
{
    const struct cluster_ranks ranks = cluster_ranks(c);
    struct err e;
    int n_left, next = 0;
    MPI_Group before, after;

    MPI_Comm_size(left, &n_left);
    MPI_Comm_group(c->comm, &before);
    MPI_Comm_group(left, &after);
    for (int i = 0; i < c->size; i++) {
        int rank;
        MPI_Group_translate_ranks(before, 1, &i, after, &rank);
        if (rank != MPI_UNDEFINED) {
            assert(rank == next); /* the order is kept */
            c->first_rank[next++] = c->first_rank[i];
            continue;
        }
        struct lost_rank one = {.rank = c->first_rank[i]};
        snprintf(one.host, sizeof one.host, "%s", cluster_host_of(&ranks, i));
        if (!buffer_append(&c->lost, &one, sizeof one, &e))
            no_memory(c);
        if (c->rank == 0)
            fprintf(stderr, "tilery: rank %d on %s has died; %d of %d are left\n", one.rank,
                    one.host, n_left, c->size);
    }
    MPI_Group_free(&before);
    MPI_Group_free(&after);
}

/* The communicators of those that are left. Again, should another one die meanwhile. */
static void replace(struct cluster *c)
{
    struct err e;
    MPI_Comm left;

    if (MPIX_Comm_shrink(c->comm, &left) != MPI_SUCCESS)
        no_memory(c);
    note_lost(c, left);
    if (c->first_rank[0] != 0) {
        fprintf(stderr, "tilery: rank 0 has died, and the job with it\n");
        MPI_Abort(left, EXIT_FAILED);
    }
    if (c->pulse_comm != MPI_COMM_NULL)
        MPI_Comm_free(&c->pulse_comm);
    MPI_Comm_free(&c->comm);
    c->comm = left;
    c->hurt = false;
    if (!cluster_look_round(c, &e) && !c->hurt)
        no_memory(c);
}

bool cluster_mend(struct cluster *c)
{
    bool any = false;

    for (;;) {
        int whole = !c->hurt;
        if (MPIX_Comm_agree(c->comm, &whole) == MPI_SUCCESS && whole)
            return any;
        replace(c);
        any = true;
    }
}

#else

void loss_watch(struct cluster *c)
{
    (void)c;
}

bool cluster_mend(struct cluster *c)
{
    (void)c;
    return false;
}

#endif

bool loss_error(const struct cluster *c, struct err *e)
{
    return err_set(e, "rank %d on %s: a rank has died", c->rank, c->host);
}
