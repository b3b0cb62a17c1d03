/* keeper.c - the server, which forks children and tells how they end, and the child.
 *
 * The server does one thing at a time: it waits to be asked for a child, then for the child's
 * end. It reaps the child only when asked for the next one, so that the rank can kill it by its
 * number without hitting another process.
 * SPDX-License-Identifier: MIT */
#include "keeper.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void word_wait(_Atomic uint32_t *word, uint32_t seen, const struct timespec *most)
{
    /* Not FUTEX_PRIVATE: the processes are several. Whoever wakes early looks again. */
    syscall(SYS_futex, word, FUTEX_WAIT, seen, most, NULL, 0);
}

void word_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void word_ring(_Atomic uint32_t *word)
{
    atomic_fetch_add(word, 1);
    word_wake(word);
}

/* Signals to a job are the rank's to answer: it still wants the work at hand. */
static void leave_signals_to_rank(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_IGN);
}

/* Dies with the parent, also when that is dead already. */
static void die_with(int parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
}

/* Where a host runs out of memory, the kernel is to end a child rather than a rank. */
static void volunteer(void)
{
    FILE *f = fopen("/proc/self/oom_score_adj", "w");

    if (!f)
        return;
    fputs("500", f);
    fclose(f);
}

/* Addresses, not pages: what a kernel asks for by mistake fails where it asks. */
static void limit_memory(size_t more)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (!f)
        return;
    if (fscanf(f, "%lu", &pages) == 1) {
        const rlim_t most = pages * (rlim_t)sysconf(_SC_PAGESIZE) + more;
        setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
    }
    fclose(f);
}

/* Makes ready, when the first task is there. */
static bool open_state(struct guard *g, void **state, struct err *e)
{
    struct control *c = g->control;

    if (*state)
        return true;
    if (!g->setup.at && (!shared_bytes_map(&g->setup, e) || !shared_bytes_map(&g->request, e) ||
                         !shared_bytes_map(&g->reply, e)))
        return false;
    limit_memory(c->memory_bytes);
    *state = g->work->open(g->setup.at, c->setup_bytes, c->doing, e);
    return *state != NULL;
}

static bool do_task(struct guard *g, void **state, struct err *e)
{
    struct control *c = g->control;

    if (!open_state(g, state, e))
        return false;
    struct buffer reply = {g->reply.at, 0, g->reply.size, .lent = true};
    if (!g->work->work(*state, c->task, g->request.at, c->request_bytes, &reply, e))
        return false;
    c->reply_bytes = reply.size;
    return true;
}

static _Noreturn void child_run(struct guard *g, int server)
{
    struct control *control = g->control;
    void *state = NULL;
    uint32_t seen = atomic_load(&control->replied);

    die_with(server);
    close(g->birth[0]);
    volunteer();
    for (;;) {
        while (atomic_load(&control->asked) == seen)
            word_wait(&control->asked, seen, NULL);
        seen = atomic_load(&control->asked);
        control->ok = do_task(g, &state, &control->failure);
        atomic_store(&control->replied, seen);
        word_ring(&control->bell);
    }
}

/* Waits for the child's end, which is told, without reaping it. */
static void watch(struct control *control, int child)
{
    siginfo_t info = {0};

    while (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        ;
    control->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
    control->status = info.si_code == CLD_EXITED ? info.si_status : 0;
    atomic_store(&control->ended, true);
    word_ring(&control->bell);
}

/* So that what it used counts as used by the rank's descendants, too. */
static void reap(int child)
{
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

_Noreturn void keeper_run(struct guard *g, int rank_pid)
{
    struct control *control = g->control;
    const int self = getpid();
    int child = 0;
    char asked;

    die_with(rank_pid);
    leave_signals_to_rank();
    close(g->birth[1]);
    while (read(g->birth[0], &asked, 1) == 1) {
        reap(child);
        child = fork();
        if (child == 0)
            child_run(g, self);
        atomic_store(&control->child, child > 0 ? child : -errno);
        word_ring(&control->bell);
        if (child > 0)
            watch(control, child);
    }
    reap(child);
    _exit(0);
}
