/* cluster.c - the ranks of the job. The one file that names MPI_COMM_WORLD.
 * SPDX-License-Identifier: MIT */
#include "internal.h"

#include "base/signals.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SLEEP_LEAST_NS = 20 * 1000, /* below this a sleep costs more than it saves */
    SLEEP_MOST_NS =
        1000 * 1000, /* keeps an idle rank under 1 % of a core, and answers within 1 ms */
    SHARE_PIECE = 256 * 1024 * 1024 /* broadcasts go in pieces well below MPI's int counts */
};

void backoff_wait(struct backoff *b)
{
    if (b->sleep_ns < SLEEP_LEAST_NS)
        b->sleep_ns = SLEEP_LEAST_NS;
    const struct timespec sleep = {0, b->sleep_ns}; /* apart: SimGrid has a macro for nanosleep */

    nanosleep(&sleep, NULL);
    b->sleep_ns = b->sleep_ns * 2 < SLEEP_MOST_NS ? b->sleep_ns * 2 : SLEEP_MOST_NS;
}

/* On pulse_comm, where pulses have 0. */
enum { SIGNAL_TAG = 1 };

/* A rank that waits for rank 0, which may be long, tells it of a signal. */
static void tell_signal(struct cluster *c)
{
    if (c->rank == 0 || c->told || c->pulse_comm == MPI_COMM_NULL || !signals_caught())
        return;
    c->told = signals_caught();
    MPI_Isend(&c->told, 1, MPI_INT, 0, SIGNAL_TAG, c->pulse_comm, &c->telling);
}

bool cluster_is_asked_to_stop(struct cluster *c)
{
    int there = 0, number = 0;
    MPI_Status status;

    if (!c->hurt)
        MPI_Iprobe(MPI_ANY_SOURCE, SIGNAL_TAG, c->pulse_comm, &there, &status);
    if (there && !c->hurt) {
        MPI_Recv(&number, 1, MPI_INT, status.MPI_SOURCE, SIGNAL_TAG, c->pulse_comm,
                 MPI_STATUS_IGNORE);
        signals_hear(number);
    }
    return signals_caught() != 0;
}

void cluster_wait(struct cluster *c, MPI_Request *request)
{
    struct backoff backoff = {0};
    int done = 0;

    MPI_Test(request, &done, MPI_STATUS_IGNORE);
    while (!done && !c->hurt) {
        tell_signal(c);
        backoff_wait(&backoff);
        MPI_Test(request, &done, MPI_STATUS_IGNORE);
    }
}

int cluster_count(size_t bytes)
{
    assert(bytes <= INT_MAX);
    return (int)bytes;
}

/* Rank 0 knows where the others are, by their first numbers. */
static bool gather_hosts(struct cluster *c, struct err *e)
{
    bool ok = true;

    if (c->rank == 0)
        ok = (c->hosts = memory_new((size_t)c->size, MPI_MAX_PROCESSOR_NAME, e)) != NULL;
    if (!cluster_agree(c, ok, e))
        return false;
    MPI_Gather(c->host, MPI_MAX_PROCESSOR_NAME, MPI_CHAR, c->hosts, MPI_MAX_PROCESSOR_NAME,
               MPI_CHAR, 0, c->comm);
    return true;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* From the leaders: hosts get numbers, and ranks an order in which neighbours are on different
 * ones. */
static bool number_nodes(struct cluster *c, struct err *e)
{
    const size_t n = (size_t)c->size;
    int *so_far = memory_new(n, sizeof *so_far, e); /* ranks on each host */
    int64_t *key = so_far ? memory_new(n, sizeof *key, e) : NULL;

    c->n_nodes = 0;
    for (int i = 0; key && i < c->size; i++) {
        c->node[i] = c->leader[i] == i ? c->n_nodes++ : c->node[c->leader[i]];
        key[i] = (int64_t)so_far[c->node[i]]++ * c->size + i;
    }
    if (key)
        qsort(key, n, sizeof *key, by_number);
    for (int i = 1; key && i < c->size; i++)
        c->in_turn[i - 1] = (int)(key[i] % c->size);
    const bool ok = key != NULL;
    free(key);
    free(so_far);
    return ok;
}

/* Which rank is the first on its host, for all of them. */
static bool find_leaders(struct cluster *c, MPI_Comm node, struct err *e)
{
    int first = 0;
    const size_t n = (size_t)c->size;
    MPI_Group here, all;

    c->leader = memory_new(n, sizeof *c->leader, e);
    c->node = c->leader ? memory_new(n, sizeof *c->node, e) : NULL;
    c->in_turn = c->node ? memory_new(n, sizeof *c->in_turn, e) : NULL;
    if (!cluster_agree(c, c->in_turn != NULL, e) || !c->in_turn)
        return false;
    MPI_Comm_group(node, &here);
    MPI_Comm_group(c->comm, &all);
    MPI_Group_translate_ranks(here, 1, &(int){0}, all, &first);
    MPI_Group_free(&here);
    MPI_Group_free(&all);
    MPI_Allgather(&first, 1, MPI_INT, c->leader, 1, MPI_INT, c->comm);
    return c->hurt ? loss_error(c, e) : cluster_agree(c, number_nodes(c, e), e);
}

bool cluster_look_round(struct cluster *c, struct err *e)
{
    MPI_Comm node = MPI_COMM_NULL;

    loss_watch(c);
    free(c->leader);
    free(c->node);
    free(c->in_turn);
    c->leader = c->node = c->in_turn = NULL;
    c->pulse_comm = MPI_COMM_NULL;
    MPI_Comm_rank(c->comm, &c->rank);
    MPI_Comm_size(c->comm, &c->size);
    MPI_Comm_dup(c->comm, &c->pulse_comm);
    MPI_Comm_split_type(c->comm, MPI_COMM_TYPE_SHARED, c->rank, MPI_INFO_NULL, &node);
    if (node == MPI_COMM_NULL || c->hurt)
        return loss_error(c, e);
    MPI_Comm_size(node, &c->node_size);
    const bool ok = find_leaders(c, node, e);
    MPI_Comm_free(&node);
    return ok && !c->hurt;
}

static bool number_ranks(struct cluster *c, struct err *e)
{
    c->first_rank = memory_new((size_t)c->size, sizeof *c->first_rank, e);
    if (!cluster_agree(c, c->first_rank != NULL, e) || !c->first_rank)
        return false;
    for (int i = 0; i < c->size; i++)
        c->first_rank[i] = i;
    return true;
}

bool cluster_begin(struct cluster **out, struct err *e)
{
    int length;
    struct cluster *c = memory_new(1, sizeof *c, e);

    if (!c)
        return false;
    MPI_Init(NULL, NULL);
    MPI_Comm_dup(MPI_COMM_WORLD, &c->comm);
    MPI_Get_processor_name(c->host, &length);
    if (!cluster_look_round(c, e) || !number_ranks(c, e) || !gather_hosts(c, e)) {
        cluster_end(c);
        return false;
    }
    *out = c;
    return true;
}

void cluster_free(struct cluster *c)
{
    MPI_Comm_free(&c->comm);
    if (c->told)
        MPI_Request_free(&c->telling); /* whether or not rank 0 has heard it */
    if (c->pulse_comm != MPI_COMM_NULL)
        MPI_Comm_free(&c->pulse_comm);
    free(c->hosts);
    free(c->leader);
    free(c->node);
    free(c->in_turn);
    free(c->first_rank);
    buffer_free(&c->lost);
    free(c);
}

void cluster_end(struct cluster *c)
{
    /* After a loss, Open MPI 5.0.7 may wait for the dead there, for ever. */
    const bool finalizes = c->lost.size == 0 && !c->hurt;

    cluster_free(c);
    if (finalizes)
        MPI_Finalize();
}

int cluster_rank(const struct cluster *c)
{
    return c->rank;
}

int cluster_size(const struct cluster *c)
{
    return c->size;
}

const char *cluster_host(const struct cluster *c)
{
    return c->host;
}

int cluster_node_size(const struct cluster *c)
{
    return c->node_size;
}

struct cluster_ranks cluster_ranks(const struct cluster *c)
{
    return (struct cluster_ranks){
        .n = c->size,
        .n_nodes = c->n_nodes,
        .node = c->node,
        .first = c->first_rank,
        .hosts = c->hosts,
        .host_size = MPI_MAX_PROCESSOR_NAME,
        .lost = (const struct lost_rank *)(const void *)c->lost.data,
        .n_lost = (int)(c->lost.size / sizeof(struct lost_rank)),
    };
}

const char *const fan_out_names[] = {"auto", "flat", "node", NULL};

void cluster_fan_out(struct cluster *c, enum fan_out fan_out, bool may_relay)
{
    enum { MANY = 128 };

    c->by_node =
        fan_out == FAN_OUT_NODE || (fan_out == FAN_OUT_AUTO && c->size > MANY && may_relay);
}

bool cluster_pretend_hosts(struct cluster *c, int ranks, struct err *e)
{
    for (int i = 0; i < c->size; i++)
        c->leader[i] = i / ranks * ranks;
    return cluster_agree(c, number_nodes(c, e), e);
}

int cluster_above(const struct cluster *c, int rank)
{
    if (rank == 0)
        return -1;
    return c->by_node && c->leader[rank] != rank ? c->leader[rank] : 0;
}

bool cluster_agree(struct cluster *c, bool ok, struct err *e)
{
    int mine = ok ? c->size : c->rank; /* size: no complaint from here */
    int first;
    MPI_Request request = MPI_REQUEST_NULL;

    if (c->hurt)
        return loss_error(c, e);
    MPI_Iallreduce(&mine, &first, 1, MPI_INT, MPI_MIN, c->comm, &request);
    cluster_wait(c, &request);
    if (c->hurt)
        return loss_error(c, e);
    if (first == c->size)
        return true;
    if (first == c->rank && c->rank != 0)
        err_context(e, "rank %d on %s", c->rank, c->host);
    MPI_Ibcast(e, (int)sizeof *e, MPI_BYTE, first, c->comm, &request);
    cluster_wait(c, &request);
    return c->hurt ? loss_error(c, e) : false;
}

bool cluster_share(struct cluster *c, struct buffer *b, struct err *e)
{
    int64_t size = (int64_t)b->size;
    MPI_Request request = MPI_REQUEST_NULL;

    if (c->hurt)
        return loss_error(c, e);
    MPI_Ibcast(&size, 1, MPI_INT64_T, 0, c->comm, &request);
    cluster_wait(c, &request);
    if (c->hurt)
        return loss_error(c, e);
    if (c->rank != 0)
        b->size = 0;
    bool ok = buffer_reserve(b, c->rank == 0 ? 0 : (size_t)size, e);
    if (!cluster_agree(c, ok, e))
        return false;
    b->size = (size_t)size;
    for (size_t at = 0; at < b->size && !c->hurt; at += SHARE_PIECE) {
        size_t n = b->size - at < SHARE_PIECE ? b->size - at : SHARE_PIECE;
        MPI_Ibcast(b->data + at, cluster_count(n), MPI_BYTE, 0, c->comm, &request);
        cluster_wait(c, &request);
    }
    return !c->hurt || loss_error(c, e);
}

bool cluster_gather(struct cluster *c, const struct buffer *mine, struct buffer *all, struct err *e)
{
    enum { TAG = 1 };
    bool ok = true;
    MPI_Request request = MPI_REQUEST_NULL;

    if (c->hurt)
        return loss_error(c, e);
    if (c->rank != 0) {
        MPI_Isend(mine->data, cluster_count(mine->size), MPI_BYTE, 0, TAG, c->comm, &request);
        cluster_wait(c, &request);
        return cluster_agree(c, true, e);
    }
    ok = buffer_append(&all[0], mine->data, mine->size, e);
    for (int rank = 1; rank < c->size && !c->hurt; rank++) {
        struct backoff backoff = {0};
        MPI_Status status;
        int there = 0, n;

        while (!there && !c->hurt) {
            MPI_Iprobe(rank, TAG, c->comm, &there, &status);
            if (!there)
                backoff_wait(&backoff);
        }
        if (c->hurt)
            break;
        MPI_Get_count(&status, MPI_BYTE, &n);
        if (ok)
            ok = buffer_reserve(&all[rank], (size_t)n, e);
        MPI_Recv(ok ? all[rank].data : NULL, ok ? n : 0, MPI_BYTE, rank, TAG, c->comm,
                 MPI_STATUS_IGNORE);
        all[rank].size = ok ? (size_t)n : 0;
    }
    return cluster_agree(c, ok, e);
}

int64_t cluster_max(struct cluster *c, int64_t v)
{
    int64_t largest;
    MPI_Request request = MPI_REQUEST_NULL;

    if (c->hurt)
        return v;
    MPI_Iallreduce(&v, &largest, 1, MPI_INT64_T, MPI_MAX, c->comm, &request);
    cluster_wait(c, &request);
    return c->hurt ? v : largest;
}
