/* mail.c - messages of unknown size in flight.
 * SPDX-License-Identifier: MIT */
#include "mail.h"

#include "base/pack.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

bool mailbox_new(struct mailbox *m, struct cluster *c, int n_slots, struct err *e)
{
    struct letter *slot = memory_new((size_t)n_slots, sizeof *slot, e);

    if (!slot)
        return false;
    *m = (struct mailbox){c, slot, n_slots};
    return true;
}

void mailbox_free(struct mailbox *m)
{
    for (int i = 0; i < m->n; i++)
        buffer_free(&m->slot[i].bytes);
    free(m->slot);
    *m = (struct mailbox){0};
}

int mailbox_count(const struct mailbox *m)
{
    int used = 0;

    for (int i = 0; i < m->n; i++)
        used += m->slot[i].used;
    return used;
}

size_t mailbox_bytes(const struct mailbox *m)
{
    size_t bytes = 0;

    for (int i = 0; i < m->n; i++)
        bytes += m->slot[i].bytes.size;
    return bytes;
}

bool mail_sign(struct buffer *b, int64_t task, struct err *e)
{
    return pack_i64(b, task, e);
}

int64_t mail_unsign(struct buffer *b)
{
    enum { SIGNATURE = 8 };

    if (b->size < SIGNATURE)
        return -1;
    b->size -= SIGNATURE;
    struct unpack u = unpack_begin(b->data + b->size, SIGNATURE);
    return unpack_i64(&u);
}

static struct letter *free_slot(struct mailbox *m)
{
    for (int i = 0; i < m->n; i++)
        if (!m->slot[i].used)
            return &m->slot[i];
    return NULL;
}

/* Letters are kept in the order they came: the used ones lie in front. */
static void close_gap(struct mailbox *m, int at)
{
    for (int i = at; i + 1 < m->n; i++)
        m->slot[i] = m->slot[i + 1];
    m->slot[m->n - 1] = (struct letter){0};
}

void mail_send(struct mailbox *m, int rank, enum mail_kind kind, struct buffer *bytes)
{
    struct letter *letter = free_slot(m);

    assert(letter);
    *letter = (struct letter){.kind = kind, .rank = rank, .bytes = *bytes, .used = true};
    *bytes = (struct buffer){0};
    MPI_Isend(letter->bytes.data, cluster_count(letter->bytes.size), MPI_BYTE, rank, (int)kind,
              m->cluster->comm, &letter->request);
}

bool mail_sent(struct mailbox *m)
{
    bool any = false;

    for (int i = 0; i < m->n && m->slot[i].used;) {
        int done = 0;
        MPI_Test(&m->slot[i].request, &done, MPI_STATUS_IGNORE);
        if (!done) {
            i++;
            continue;
        }
        buffer_free(&m->slot[i].bytes);
        close_gap(m, i);
        any = true;
    }
    return any;
}

bool mail_collect(struct mailbox *m)
{
    bool any = false;

    for (struct letter *letter = free_slot(m); letter; letter = free_slot(m)) {
        MPI_Message message;
        MPI_Status status;
        struct err e;
        int there = 0, n;

        MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, m->cluster->comm, &there, &message, &status);
        if (!there)
            break;
        MPI_Get_count(&status, MPI_BYTE, &n);
        *letter = (struct letter){
            .kind = (enum mail_kind)status.MPI_TAG, .rank = status.MPI_SOURCE, .used = true};
        if (!buffer_reserve(&letter->bytes, (size_t)n, &e)) {
            fprintf(stderr, "tilery: rank %d on %s: message from rank %d: %s\n", m->cluster->rank,
                    m->cluster->host, letter->rank, e.text);
            MPI_Abort(m->cluster->comm, EXIT_FAILED);
        }
        letter->bytes.size = (size_t)n;
        MPI_Imrecv(letter->bytes.data, n, MPI_BYTE, &message, &letter->request);
        any = true;
    }
    return any;
}

/* Whether an older letter of the same rank has not been taken yet. */
static bool must_wait(const struct mailbox *m, int at)
{
    for (int i = 0; i < at; i++)
        if (m->slot[i].rank == m->slot[at].rank)
            return true;
    return false;
}

bool mail_take(struct mailbox *m, enum mail_kind *kind, int *rank, struct buffer *bytes)
{
    for (int i = 0; i < m->n && m->slot[i].used; i++) {
        struct letter *letter = &m->slot[i];
        int done = 0;
        MPI_Test(&letter->request, &done, MPI_STATUS_IGNORE);
        if (!done || must_wait(m, i))
            continue;
        *kind = letter->kind;
        *rank = letter->rank;
        *bytes = letter->bytes;
        close_gap(m, i);
        return true;
    }
    return false;
}
