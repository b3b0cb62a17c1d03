/* guard.h - work done in a child process, so that a crash, a hang or too much memory costs no
 * more than the task at hand.
 *
 * A server is forked before MPI starts, while the rank is one thread without any library's
 * state, and forks the children: so a child inherits nothing that MPI or GDAL hold, however late
 * it is born. Requests and replies lie in memory that all three see. Whoever dies takes its
 * descendants along, and nothing has a name that could be left behind.
 * SPDX-License-Identifier: MIT */
#ifndef GUARD_GUARD_H
#define GUARD_GUARD_H

#include "base/memory.h"
#include "base/tick.h"

struct guard; /* opaque */

enum { GUARD_DOING = 32 }; /* bytes of the name of what a child is doing, its NUL included */

/* What children do; it is called in them alone. */
struct guard_work {
    /* Makes ready, once in each child, from the bytes of guard_set_up, which stay there. The
     * child keeps in `doing` what it is at. NULL with *e set: every request is then answered
     * with that. */
    void *(*open)(const unsigned char *setup, size_t n, char *doing, struct err *e);
    /* Appends the reply to a request; the buffer is lent. */
    bool (*work)(void *state, int64_t task, const unsigned char *request, size_t n,
                 struct buffer *reply, struct err *e);
};

/* Forks the server. To be called before MPI starts and before there are threads. Fails if the
 * system has no memory, descriptors or processes for it. */
bool guard_begin(struct guard **out, const struct guard_work *work, struct err *e) MUST_CHECK;

/* Ends server and child; NULL is allowed. */
void guard_end(struct guard *g);

/* What every child gets, and its limits. To be called once, before the first request. Fails if
 * memory is short. */
struct guard_limits {
    size_t memory_bytes;  /* beyond what a child is born with */
    size_t message_bytes; /* of a request or a reply */
    double seconds;       /* for a request; 0: no limit */
};
bool guard_set_up(struct guard *g, const struct buffer *setup, struct guard_limits limits,
                  struct err *e) MUST_CHECK;

/* Memory to make requests in, which spares guard_call a copy: an empty buffer, lent until
 * guard_end. */
struct buffer guard_request(struct guard *g);

/* How a request failed. */
struct guard_failure {
    bool by_work;            /* the work itself says why; else: */
    bool died;               /* the child is dead, with all it held */
    int signal;              /* that ended the child; 0: none did */
    bool lasting;            /* there will be no other child */
    char doing[GUARD_DOING]; /* what the child was at; "": nothing known */
};

/* Has a child do a task, ticking about every millisecond; the reply is appended. False with *e
 * set when the work fails or the child dies; another child is born for the next request. Once a
 * tick has said false, the child is ended and the call is false. */
bool guard_call(struct guard *g, int64_t task, const unsigned char *request, size_t n,
                struct buffer *reply, struct tick tick, struct err *e) MUST_CHECK;

/* Of the last call that failed. */
const struct guard_failure *guard_failure(const struct guard *g);

/* The child's process id, 0 when there is none: for tests. */
int guard_child(const struct guard *g);

#endif
