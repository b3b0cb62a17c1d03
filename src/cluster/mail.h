/* mail.h - messages of unknown size in flight: what the farm's two sides send and receive with.
 * SPDX-License-Identifier: MIT */
#ifndef CLUSTER_MAIL_H
#define CLUSTER_MAIL_H

#include "internal.h"

/* A task, a result, an answer to it and the failures end with their task's number, the news of a
 * signal with that of the signal; the others are empty. Failures begin with a struct err: that of a
 * task (FAILED, then details of it), and that of an answer, or what else ends the job (BROKEN). */
enum mail_kind {
    MAIL_TASK = 10,
    MAIL_ANSWER,
    MAIL_STOP,
    MAIL_RESULT,
    MAIL_FAILED,
    MAIL_BROKEN,
    MAIL_SIGNAL,
    MAIL_BYE,
};

struct letter {
    enum mail_kind kind;
    int rank;  /* of the worker that it is from or for; the other side is rank 0 */
    bool down; /* it is for the worker */
    struct buffer bytes;
    MPI_Request request;
};

/* Letters under way in one direction. */
struct mailbox {
    struct cluster *cluster;
    struct letter *slot;
    int n, n_used;
    size_t bytes;      /* of all letters */
    size_t relay_most; /* bytes for others that this rank holds; one letter at least */
    size_t relaying;   /* of these, those on their way on */
};

bool mailbox_new(struct mailbox *m, struct cluster *c, int n_slots, struct err *e) MUST_CHECK;
void mailbox_free(struct mailbox *m);
int mailbox_count(const struct mailbox *m);
size_t mailbox_bytes(const struct mailbox *m);

/* Puts a number (of the task, or a signal) and checksums behind a message, and takes them off
 * again: false if it arrived damaged; then *number is -1, unless that at least is as it was. */
bool mail_sign(struct buffer *b, int64_t number, struct err *e) MUST_CHECK;
bool mail_unsign(struct buffer *b, int64_t *number) MUST_CHECK;

/* Sends *bytes from rank 0 to `rank`, or to rank 0 (then rank is 0). The mailbox owns them from
 * now on ({0} is left). There must be a free slot. */
void mail_send(struct mailbox *m, int rank, enum mail_kind kind, struct buffer *bytes);

/* Frees what has arrived at the other side; true if anything had. */
bool mail_sent(struct mailbox *m);

/* Starts to receive what has been sent to this rank, while there are free slots; true if anything
 * was. A message there is no memory for ends the job: nothing polite is left to be done. */
bool mail_collect(struct mailbox *m);

/* The oldest letter that is here in full, and before which no other of its rank is still arriving:
 * a rank's letters are taken in the order it sent them, however large. The caller owns its bytes.
 * False if there is none, or a rank has died. */
bool mail_take(struct mailbox *m, enum mail_kind *kind, int *rank, struct buffer *bytes);

/* Sends on by `out` the oldest letter for another rank (cluster_above) that is here in full: of that
 * kind, from or for that rank, so many bytes. False if there is none, or no free slot. */
bool mail_relay(struct mailbox *in, struct mailbox *out, enum mail_kind *kind, int *rank,
                size_t *bytes);

#endif
