/* guard.c - the rank's side: has children born, feeds them, and finds out how they fail.
 * SPDX-License-Identifier: MIT */
#include "keeper.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLICE_NS = 1000 * 1000 }; /* between two ticks: messages are answered within 1 ms */

static bool share(struct guard *g, struct err *e)
{
    void *control =
        mmap(NULL, sizeof *g->control, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (control == MAP_FAILED)
        return err_errno(e, "shared memory cannot be had");
    g->control = control;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, g->birth) != 0)
        return err_errno(e, "a socket to the kernel server cannot be had");
    return shared_bytes_new(&g->setup, e) && shared_bytes_new(&g->request, e) &&
           shared_bytes_new(&g->reply, e);
}

bool guard_begin(struct guard **out, const struct guard_work *work, struct err *e)
{
    struct guard *g = memory_new(1, sizeof *g, e);
    const int self = getpid();

    if (!g)
        return false;
    *g = (struct guard){
        .work = work, .birth = {-1, -1}, .setup.fd = -1, .request.fd = -1, .reply.fd = -1};
    if (!share(g, e)) {
        guard_end(g);
        return false;
    }
    g->server = fork();
    if (g->server == 0)
        keeper_run(g, self);
    if (g->server < 0) {
        (void)err_errno(e, "the kernel server cannot be forked");
        guard_end(g);
        return false;
    }
    close(g->birth[0]);
    g->birth[0] = -1;
    *out = g;
    return true;
}

/* Whether there is a child, dead or alive, that has not been replaced. */
static bool is_born(const struct guard *g)
{
    return atomic_load(&g->control->child) > 0;
}

static void kill_child(struct guard *g)
{
    if (is_born(g) && !atomic_load(&g->control->ended))
        kill(atomic_load(&g->control->child), SIGKILL);
}

void guard_end(struct guard *g)
{
    if (!g)
        return;
    if (g->control && g->server > 0)
        kill_child(g);
    for (int i = 0; i < 2; i++)
        if (g->birth[i] >= 0)
            close(g->birth[i]);
    while (g->server > 0 && waitpid(g->server, NULL, 0) < 0 && errno == EINTR)
        ;
    shared_bytes_free(&g->setup);
    shared_bytes_free(&g->request);
    shared_bytes_free(&g->reply);
    if (g->control)
        munmap(g->control, sizeof *g->control);
    free(g);
}

/* The server is this process's child, and is reaped here when it is dead. */
static bool has_server(struct guard *g)
{
    if (g->server > 0 && waitpid(g->server, NULL, WNOHANG) != 0)
        g->server = 0;
    return g->server > 0;
}

/* Sleeps until the bell rings, a slice at most. */
static void doze(struct guard *g, uint32_t bell)
{
    word_wait(&g->control->bell, bell, &(struct timespec){0, SLICE_NS});
}

/* Ends a child that knows an earlier setup. */
static void end_child(struct guard *g)
{
    while (g->awaits_birth && atomic_load(&g->control->child) == 0 && has_server(g))
        doze(g, atomic_load(&g->control->bell));
    g->awaits_birth = false;
    kill_child(g);
    while (is_born(g) && !atomic_load(&g->control->ended) && has_server(g))
        doze(g, atomic_load(&g->control->bell));
}

bool guard_set_up(struct guard *g, const struct buffer *setup, struct guard_limits limits,
                  struct err *e)
{
    end_child(g);
    if (!shared_bytes_size(&g->setup, setup->size, e) ||
        !shared_bytes_size(&g->request, limits.message_bytes, e) ||
        !shared_bytes_size(&g->reply, limits.message_bytes, e))
        return false;
    memcpy(g->setup.at, setup->data, setup->size);
    g->control->setup_bytes = setup->size;
    g->control->memory_bytes = limits.memory_bytes;
    g->limit_s = limits.seconds;
    return true;
}

struct buffer guard_request(struct guard *g)
{
    return (struct buffer){g->request.at, 0, g->request.size, .lent = true};
}

const struct guard_failure *guard_failure(const struct guard *g)
{
    return &g->failure;
}

int guard_child(const struct guard *g)
{
    return is_born(g) ? atomic_load(&g->control->child) : 0;
}

static bool no_server(struct guard *g, struct err *e)
{
    g->failure.died = g->failure.lasting = true;
    return err_set(e, "the kernel server, which was to start a process for it, is gone");
}

/* Has a child born, unless there is one. */
static bool ensure_child(struct guard *g, struct tick tick, struct err *e)
{
    struct control *c = g->control;

    if (is_born(g) && !atomic_load(&c->ended))
        return true;
    atomic_store(&c->replied, atomic_load(&c->asked));
    atomic_store(&c->child, 0);
    atomic_store(&c->ended, false);
    c->doing[0] = '\0';
    if (send(g->birth[1], "", 1, MSG_NOSIGNAL) != 1)
        return no_server(g, e);
    g->awaits_birth = true;
    for (;;) {
        const uint32_t bell = atomic_load(&c->bell);
        const int child = atomic_load(&c->child);
        g->awaits_birth = child == 0;
        if (child > 0)
            return true;
        if (child < 0) {
            errno = -child;
            return err_errno(e, "no process can be had for it");
        }
        if (!has_server(g))
            return no_server(g, e);
        if (!tick.call(tick.ctx))
            return err_set(e, "stopped");
        doze(g, bell);
    }
}

static void note_doing(struct guard *g)
{
    snprintf(g->failure.doing, sizeof g->failure.doing, "%.*s", GUARD_DOING - 1, g->control->doing);
}

static bool tell_death(struct guard *g, bool late, struct err *e)
{
    const struct control *c = g->control;
    char where[GUARD_DOING + 4] = "";

    note_doing(g);
    g->failure.died = true;
    g->failure.signal = c->signal;
    if (g->failure.doing[0])
        snprintf(where, sizeof where, " in %s", g->failure.doing);
    if (late)
        return err_set(e, "not done after %g s (--chunk-timeout)%s", g->limit_s, where);
    if (c->signal == SIGKILL)
        return err_set(e, "its process was killed%s, from outside or for want of memory", where);
    if (c->signal)
        return err_set(e, "its process was ended by signal %d (%s)%s", c->signal,
                       strsignal(c->signal), where);
    return err_set(e, "its process ended by itself with status %d%s", c->status, where);
}

/* Waits for the reply; false with *e set when there will be none. */
static bool await(struct guard *g, struct tick tick, struct err *e)
{
    struct control *c = g->control;
    const double start = clock_s();
    bool late = false;

    for (;;) {
        const uint32_t bell = atomic_load(&c->bell);
        if (atomic_load(&c->replied) == atomic_load(&c->asked))
            return true;
        if (atomic_load(&c->ended))
            return tell_death(g, late, e);
        if (!has_server(g))
            return no_server(g, e);
        if (!tick.call(tick.ctx)) {
            kill_child(g);
            return err_set(e, "stopped");
        }
        if (!late && g->limit_s > 0 && clock_s() - start > g->limit_s) {
            late = true;
            kill_child(g);
        }
        doze(g, bell);
    }
}

static bool take_reply(struct guard *g, struct buffer *reply, struct err *e)
{
    const struct control *c = g->control;

    if (!c->ok) {
        g->failure.by_work = true;
        note_doing(g);
        *e = c->failure;
        e->text[sizeof e->text - 1] = '\0';
        return false;
    }
    const size_t n = c->reply_bytes;
    if (n > g->reply.size)
        return err_set(e, "its reply is damaged: it has %zu bytes", n);
    return buffer_append(reply, g->reply.at, n, e);
}

bool guard_call(struct guard *g, int64_t task, const unsigned char *request, size_t n,
                struct buffer *reply, struct tick tick, struct err *e)
{
    struct control *c = g->control;

    g->failure = (struct guard_failure){0};
    struct buffer there = guard_request(g);
    if ((request != there.data && !buffer_append(&there, request, n, e)) ||
        !ensure_child(g, tick, e))
        return false;
    c->request_bytes = n;
    c->task = task;
    word_ring(&c->asked);
    return await(g, tick, e) && take_reply(g, reply, e);
}
