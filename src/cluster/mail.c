/* mail.c - messages of unknown size in flight.
 * SPDX-License-Identifier: MIT */
#include "mail.h"

#include "base/crc.h"
#include "base/fault.h"
#include "base/pack.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

bool mailbox_new(struct mailbox *m, struct cluster *c, int n_slots, struct err *e)
{
    struct letter *slot = memory_new((size_t)n_slots, sizeof *slot, e);

    if (!slot)
        return false;
    *m = (struct mailbox){.cluster = c, .slot = slot, .n = n_slots};
    return true;
}

void mailbox_free(struct mailbox *m)
{
    for (int i = 0; i < m->n_used; i++) {
        if (m->cluster->hurt) /* nothing else leaves letters under way */
            MPI_Wait(&m->slot[i].request, MPI_STATUS_IGNORE);
        buffer_free(&m->slot[i].bytes);
    }
    free(m->slot);
    *m = (struct mailbox){0};
}

int mailbox_count(const struct mailbox *m)
{
    return m->n_used;
}

size_t mailbox_bytes(const struct mailbox *m)
{
    return m->bytes;
}

/* The number, a CRC of it, and one of all: a letter that arrives damaged mostly still says which
 * task it is about, which can then be done again. */
enum { NUMBER = 8, SIGNATURE = NUMBER + 4 + 4 };

bool mail_sign(struct buffer *b, int64_t number, struct err *e)
{
    return pack_i64(b, number, e) && pack_u32(b, crc_of(b->data + b->size - NUMBER, NUMBER), e) &&
           pack_u32(b, crc_of(b->data, b->size), e);
}

bool mail_unsign(struct buffer *b, int64_t *number)
{
    *number = -1;
    if (b->size < SIGNATURE)
        return false;
    b->size -= SIGNATURE;
    const unsigned char *at = b->data + b->size;
    struct unpack u = unpack_begin(at, SIGNATURE);
    const int64_t said = unpack_i64(&u);
    if (unpack_u32(&u) != crc_of(at, NUMBER))
        return false;
    *number = said;
    return unpack_u32(&u) == crc_of(b->data, b->size + SIGNATURE - 4);
}

/* Letters are kept in the order they came. */
static void add(struct mailbox *m, const struct letter *letter)
{
    m->slot[m->n_used++] = *letter;
    m->bytes += letter->bytes.size;
}

static void take_out(struct mailbox *m, int at)
{
    m->bytes -= m->slot[at].bytes.size;
    m->n_used--;
    for (int i = at; i < m->n_used; i++)
        m->slot[i] = m->slot[i + 1];
}

/* The tag says which worker a letter is from or for, and what it is. */
enum { KIND_BITS = 5 };

static void post(struct mailbox *m, struct letter letter, int to)
{
    assert(m->n_used < m->n);
    letter.request = MPI_REQUEST_NULL;
    MPI_Isend(letter.bytes.data, cluster_count(letter.bytes.size), MPI_BYTE, to,
              letter.rank << KIND_BITS | (int)letter.kind, m->cluster->comm, &letter.request);
    add(m, &letter);
}

void mail_send(struct mailbox *m, int rank, enum mail_kind kind, struct buffer *bytes)
{
    const struct cluster *c = m->cluster;
    const int worker = c->rank == 0 ? rank : c->rank, above = cluster_above(c, worker);
    const int to = c->rank == 0 && above == 0 ? worker : above;

    post(m, (struct letter){.kind = kind, .rank = worker, .bytes = *bytes}, to);
    *bytes = (struct buffer){0};
}

bool mail_sent(struct mailbox *m)
{
    const int n = m->n_used;

    m->n_used = 0;
    m->bytes = 0;
    for (int i = 0; i < n; i++) {
        struct letter letter = m->slot[i];
        int done = 0;
        MPI_Test(&letter.request, &done, MPI_STATUS_IGNORE);
        if (done)
            buffer_free(&letter.bytes);
        else
            add(m, &letter);
    }
    return m->n_used < n;
}

/* It is not for this rank, but for another one that this one is above. */
static bool is_for_others(const struct mailbox *m, const struct letter *letter)
{
    return m->cluster->rank != 0 && letter->rank != m->cluster->rank;
}

static size_t bytes_for_others(const struct mailbox *m)
{
    size_t bytes = 0;

    for (int i = 0; i < m->n_used; i++)
        if (is_for_others(m, &m->slot[i]))
            bytes += m->slot[i].bytes.size;
    return bytes;
}

/* Whether a letter of n bytes is to wait until others' letters have gone. */
static bool lacks_room(const struct mailbox *m, const struct letter *letter, size_t n)
{
    const size_t held = bytes_for_others(m) + m->relaying;

    return is_for_others(m, letter) && held > 0 && held + n > m->relay_most;
}

/* Begins to receive what was seen. (Probed and then received, not matched: one thread does both,
 * and SimGrid has no MPI_Improbe.) */
static void receive(struct mailbox *m, struct letter *letter, const MPI_Status *status, int n)
{
    struct err e;

    if (!buffer_reserve(&letter->bytes, (size_t)n, &e)) {
        fprintf(stderr, "tilery: rank %d on %s: message of rank %d: %s\n", m->cluster->rank,
                m->cluster->host, letter->rank, e.text);
        MPI_Abort(m->cluster->comm, EXIT_FAILED);
    }
    letter->bytes.size = (size_t)n;
    letter->request = MPI_REQUEST_NULL;
    MPI_Irecv(letter->bytes.data, n, MPI_BYTE, status->MPI_SOURCE, status->MPI_TAG,
              m->cluster->comm, &letter->request);
    add(m, letter);
}

bool mail_collect(struct mailbox *m)
{
    bool any = false;

    while (m->n_used < m->n) {
        MPI_Status status;
        int there = 0, n;

        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, m->cluster->comm, &there, &status);
        if (!there || m->cluster->hurt)
            break;
        MPI_Get_count(&status, MPI_BYTE, &n);
        struct letter letter = {
            .kind = (enum mail_kind)(status.MPI_TAG & ((1 << KIND_BITS) - 1)),
            .rank = status.MPI_TAG >> KIND_BITS,
            .down = status.MPI_SOURCE == 0,
        };
        if (lacks_room(m, &letter, (size_t)n))
            break; /* what comes behind it waits, too, until letters have gone */
        receive(m, &letter, &status, n);
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

/* The first letter that has arrived in full and is to be taken next, for this rank or for
 * others. */
static struct letter *arrived(struct mailbox *m, bool for_others)
{
    for (int i = 0; i < m->n_used; i++) {
        struct letter *letter = &m->slot[i];
        int done = 0;
        if (is_for_others(m, letter) != for_others)
            continue;
        MPI_Test(&letter->request, &done, MPI_STATUS_IGNORE);
        if (m->cluster->hurt)
            return NULL; /* it may be empty */
        if (done && !must_wait(m, i))
            return letter;
    }
    return NULL;
}

bool mail_take(struct mailbox *m, enum mail_kind *kind, int *rank, struct buffer *bytes)
{
    const struct letter *letter = arrived(m, false);

    if (!letter)
        return false;
    *kind = letter->kind;
    *rank = letter->rank;
    *bytes = letter->bytes;
    take_out(m, (int)(letter - m->slot));
    fault_flip(*kind == MAIL_TASK ? "task-flip" : "result-flip", *rank, bytes->data, bytes->size);
    return true;
}

bool mail_relay(struct mailbox *in, struct mailbox *out, enum mail_kind *kind, int *rank,
                size_t *bytes)
{
    const struct letter *letter = out->n_used < out->n ? arrived(in, true) : NULL;

    if (letter) {
        *kind = letter->kind;
        *rank = letter->rank;
        *bytes = letter->bytes.size;
        post(out, *letter, letter->down ? letter->rank : 0);
        take_out(in, (int)(letter - in->slot));
    }
    in->relaying = bytes_for_others(out);
    return letter != NULL;
}
