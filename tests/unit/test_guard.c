/* test_guard.c - work in child processes: replies, every way to fail, and nothing left behind.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/clock.h"
#include "guard/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a task asks the child to do with its request. */
enum { REVERSE, CRASH, HANG, OVERRUN, FAIL, LEAVE, ABORT, COUNT };

enum { MESSAGE = 100 << 20 };

struct state {
    unsigned char first; /* of the set-up bytes */
    int64_t calls;
    char *doing;
};

static void *open_state(const unsigned char *setup, size_t n, char *doing, struct err *e)
{
    struct state *s = memory_new(1, sizeof *s, e);

    if (n == 0 || setup[0] == '!') {
        free(s);
        (void)err_set(e, "no good set-up");
        return NULL;
    }
    s->first = setup[0];
    s->doing = doing;
    return s;
}

static bool reverse(const unsigned char *request, size_t n, struct buffer *reply, struct err *e)
{
    if (!buffer_reserve(reply, n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        reply->data[i] = request[n - 1 - i];
    reply->size = n;
    return true;
}

static bool work(void *state, int64_t task, const unsigned char *request, size_t n,
                 struct buffer *reply, struct err *e)
{
    struct state *s = state;

    s->calls++;
    snprintf(s->doing, GUARD_DOING, "task %lld", (long long)task);
    switch (task) {
    case CRASH:
        signal(SIGSEGV, SIG_DFL); /* sanitizers catch it */
        raise(SIGSEGV);
        return true;
    case HANG:
        for (;;)
            pause();
    case OVERRUN:
        return buffer_reserve(&(struct buffer){0}, (size_t)1 << 30, e);
    case FAIL:
        return err_usage(e, "cannot be done");
    case LEAVE:
        _exit(7);
    case ABORT:
        abort();
    case COUNT:
        return buffer_append(reply, &s->calls, sizeof s->calls, e) &&
               buffer_append(reply, &s->first, 1, e);
    }
    return reverse(request, n, reply, e);
}

static const struct guard_work tested = {open_state, work};

static bool go_on(void *ctx)
{
    int *ticks = ctx;

    ++*ticks;
    return true;
}

/* A guard whose children get "x". */
static struct guard *begin(double seconds)
{
    struct guard *g;
    struct err e;
    struct buffer setup = {.data = (unsigned char[]){'x'}, .size = 1};

    ck_assert(guard_begin(&g, &tested, &e));
    ck_assert(guard_set_up(g, &setup, (struct guard_limits){256 << 20, MESSAGE, seconds}, &e));
    return g;
}

static bool call(struct guard *g, int64_t task, size_t n, struct buffer *reply, struct err *e)
{
    int ticks = 0;
    unsigned char *request = calloc(1, n + 1);

    for (size_t i = 0; i < n; i++)
        request[i] = (unsigned char)(i * 7);
    reply->size = 0;
    const bool ok = guard_call(g, task, request, n, reply, (struct tick){go_on, &ticks}, e);
    free(request);
    return ok;
}

/* How many calls the present child has seen; a new one has seen this one alone. */
static int64_t calls(struct guard *g)
{
    struct buffer reply = {0};
    struct err e;
    int64_t n;

    ck_assert_msg(call(g, COUNT, 0, &reply, &e), "%s", e.text);
    memcpy(&n, reply.data, sizeof n);
    ck_assert(reply.data[sizeof n] == 'x');
    buffer_free(&reply);
    return n;
}

/* State and parent of a process; false: there is none. */
static bool look(int pid, char *state, int *parent)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    const bool there = fscanf(f, "%*d %*s %c %d", state, parent) == 2;
    fclose(f);
    return there;
}

static bool lives(int pid)
{
    char state;
    int parent;

    return look(pid, &state, &parent) && state != 'Z'; /* a zombie only waits to be counted */
}

static bool dies_soon(int pid)
{
    const double until = clock_s() + 5;

    while (lives(pid) && clock_s() < until)
        usleep(1000);
    return !lives(pid);
}

START_TEST(replies_of_any_size_come_back)
{
    static const size_t sizes[] = {0, 1, 4096, 3 << 20, 5, (3 << 20) + 1, 40 << 20};
    struct guard *g = begin(0);
    struct buffer reply = {0};
    struct err e;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const size_t n = sizes[i];
        ck_assert_msg(call(g, REVERSE, n, &reply, &e), "%s", e.text);
        ck_assert_uint_eq(reply.size, n);
        size_t wrong = 0;
        for (size_t k = 0; k < n; k++)
            wrong += reply.data[k] != (unsigned char)((n - 1 - k) * 7);
        ck_assert_uint_eq(wrong, 0);
    }
    ck_assert_int_eq(calls(g), (int64_t)(sizeof sizes / sizeof sizes[0]) + 1);
    buffer_free(&reply);
    guard_end(g);
}
END_TEST

START_TEST(requests_may_be_made_in_place_and_must_fit)
{
    struct guard *g = begin(0);
    struct buffer reply = {0}, request = guard_request(g);
    struct err e;
    int ticks = 0;

    ck_assert(buffer_append(&request, "abc", 3, &e));
    ck_assert(guard_call(g, REVERSE, request.data, request.size, &reply,
                         (struct tick){go_on, &ticks}, &e));
    ck_assert(reply.size == 3 && memcmp(reply.data, "cba", 3) == 0);
    ck_assert(!buffer_reserve(&request, MESSAGE, &e));
    ck_assert(!call(g, REVERSE, MESSAGE + 1, &reply, &e));
    ck_assert(strstr(e.text, "do not fit") && !guard_failure(g)->died);
    buffer_free(&request);
    buffer_free(&reply);
    guard_end(g);
}
END_TEST

START_TEST(a_child_that_dies_is_named_and_replaced)
{
    static const struct {
        int task, signal;
        const char *text;
    } deaths[] = {
        {CRASH, SIGSEGV, "signal 11 (Segmentation fault) in task 1"},
        {ABORT, SIGABRT, "signal 6 (Aborted) in task 6"},
        {LEAVE, 0, "with status 7 in task 5"},
    };
    struct guard *g = begin(0);
    struct buffer reply = {0};
    struct err e;

    for (size_t i = 0; i < sizeof deaths / sizeof deaths[0]; i++) {
        ck_assert_int_eq(calls(g), 1);
        ck_assert(!call(g, deaths[i].task, 100, &reply, &e));
        ck_assert_msg(strstr(e.text, deaths[i].text), "%s", e.text);
        ck_assert_int_eq(guard_failure(g)->signal, deaths[i].signal);
        ck_assert(guard_failure(g)->died && !guard_failure(g)->by_work);
        ck_assert(!guard_failure(g)->lasting && reply.size == 0);
    }
    ck_assert_int_eq(calls(g), 1);
    buffer_free(&reply);
    guard_end(g);
}
END_TEST

START_TEST(a_failure_is_told_and_the_child_goes_on)
{
    struct guard *g = begin(0);
    struct buffer reply = {0};
    struct err e;

    ck_assert(!call(g, FAIL, 9, &reply, &e));
    ck_assert_str_eq(e.text, "cannot be done");
    ck_assert_int_eq(e.status, EXIT_USAGE);
    ck_assert_str_eq(guard_failure(g)->doing, "task 4");
    ck_assert_int_eq(guard_failure(g)->signal, 0);
    ck_assert(guard_failure(g)->by_work && !guard_failure(g)->died);
    ck_assert_int_eq(calls(g), 2);
    buffer_free(&reply);
    guard_end(g);
}
END_TEST

START_TEST(memory_beyond_the_limit_is_refused_in_the_child)
{
    struct guard *g = begin(0);
    struct buffer reply = {0};
    struct err e;

    ck_assert(!call(g, OVERRUN, 0, &reply, &e));
    ck_assert_msg(strstr(e.text, "out of memory"), "%s", e.text);
    ck_assert_int_eq(calls(g), 2);
    buffer_free(&reply);
    guard_end(g);
}
END_TEST

START_TEST(a_child_that_hangs_is_replaced_after_the_limit)
{
    struct guard *g = begin(0.3);
    struct buffer reply = {0};
    struct err e;
    const double start = clock_s();

    ck_assert(!call(g, HANG, 0, &reply, &e));
    ck_assert(clock_s() - start >= 0.3 && clock_s() - start < 3);
    ck_assert_msg(strstr(e.text, "not done after 0.3 s (--chunk-timeout) in task 2"), "%s", e.text);
    ck_assert_int_eq(guard_failure(g)->signal, SIGKILL);
    ck_assert_int_eq(calls(g), 1);
    buffer_free(&reply);
    guard_end(g);
}
END_TEST

START_TEST(a_child_killed_between_two_requests_fails_the_next_one_alone)
{
    struct guard *g = begin(0);
    struct buffer reply = {0};
    struct err e;

    ck_assert_int_eq(calls(g), 1);
    const int pid = guard_child(g);
    ck_assert(pid > 0 && kill(pid, SIGKILL) == 0);
    ck_assert(!call(g, REVERSE, 10, &reply, &e));
    ck_assert_msg(strstr(e.text, "killed"), "%s", e.text);
    ck_assert_int_eq(calls(g), 1);
    ck_assert(guard_child(g) != pid && !lives(pid));
    buffer_free(&reply);
    guard_end(g);
}
END_TEST

START_TEST(a_set_up_that_is_refused_is_every_request_s_failure)
{
    struct guard *g;
    struct buffer reply = {0}, setup = {.data = (unsigned char[]){'!'}, .size = 1};
    struct err e;

    ck_assert(guard_begin(&g, &tested, &e));
    ck_assert(guard_set_up(g, &setup, (struct guard_limits){256 << 20, MESSAGE, 0}, &e));
    for (int i = 0; i < 2; i++) {
        ck_assert(!call(g, REVERSE, 10, &reply, &e));
        ck_assert_str_eq(e.text, "no good set-up");
    }
    guard_end(g);
}
END_TEST

START_TEST(a_new_set_up_is_for_a_new_child)
{
    struct guard *g = begin(0);
    struct buffer reply = {0}, setup = {.data = (unsigned char[]){'!'}, .size = 1};
    struct buffer again = {.data = (unsigned char[]){'x'}, .size = 1};
    struct err e;

    ck_assert_int_eq(calls(g), 1);
    ck_assert_int_eq(calls(g), 2);
    const int child = guard_child(g);
    ck_assert(guard_set_up(g, &setup, (struct guard_limits){256 << 20, 2 * MESSAGE, 0}, &e));
    ck_assert(!call(g, REVERSE, 10, &reply, &e));
    ck_assert_str_eq(e.text, "no good set-up");
    ck_assert_int_ne(guard_child(g), child);
    ck_assert(guard_set_up(g, &again, (struct guard_limits){256 << 20, MESSAGE, 0}, &e));
    ck_assert_int_eq(calls(g), 1);
    guard_end(g);
}
END_TEST

START_TEST(without_its_server_nothing_lasts)
{
    struct guard *g = begin(0);
    struct buffer reply = {0};
    struct err e;
    int server = 0;
    char state;

    ck_assert_int_eq(calls(g), 1);
    const int child = guard_child(g);
    ck_assert(look(child, &state, &server));
    ck_assert(server > 1 && kill(server, SIGKILL) == 0);
    ck_assert(dies_soon(child));
    ck_assert(!call(g, REVERSE, 10, &reply, &e));
    ck_assert(guard_failure(g)->lasting);
    guard_end(g);
}
END_TEST

static bool stop(void *ctx)
{
    (void)ctx;
    return false;
}

START_TEST(a_call_that_is_not_wanted_ends_at_once)
{
    struct guard *g = begin(0);
    struct buffer reply = {0};
    struct err e;
    const double start = clock_s();

    ck_assert_int_eq(calls(g), 1);
    const int child = guard_child(g);
    ck_assert(!guard_call(g, HANG, (unsigned char[]){0}, 1, &reply, (struct tick){stop, NULL}, &e));
    ck_assert(clock_s() - start < 2);
    guard_end(g);
    ck_assert(dies_soon(child));
}
END_TEST

START_TEST(ticks_come_while_the_child_works)
{
    struct guard *g = begin(0.2);
    struct buffer reply = {0};
    struct err e;
    int ticks = 0;

    ck_assert(
        !guard_call(g, HANG, (unsigned char[]){0}, 1, &reply, (struct tick){go_on, &ticks}, &e));
    ck_assert_int_ge(ticks, 10);
    guard_end(g);
}
END_TEST

/* A process with a guard, whose child waits in a request, is killed: tells the child's number. */
static int kill_a_rank(void)
{
    int told[2], child = 0;

    ck_assert(pipe(told) == 0);
    const int rank = fork();
    if (rank == 0) {
        struct guard *g = begin(0);
        struct buffer reply = {0};
        struct err e;
        calls(g);
        const int pid = guard_child(g);
        if (write(told[1], &pid, sizeof pid) == sizeof pid && call(g, HANG, 0, &reply, &e))
            _exit(1);
        _exit(0);
    }
    ck_assert(rank > 0 && read(told[0], &child, sizeof child) == sizeof child);
    ck_assert(lives(child));
    usleep(20000);
    kill(rank, SIGKILL);
    waitpid(rank, NULL, 0);
    close(told[0]);
    close(told[1]);
    return child;
}

START_TEST(nothing_outlives_a_rank_that_is_killed)
{
    /* Orphans come to this process, or to one above it that reaps them. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const int child = kill_a_rank();
    const double until = clock_s() + 5;

    while (lives(child) && clock_s() < until) {
        waitpid(-1, NULL, WNOHANG);
        usleep(1000);
    }
    ck_assert(!lives(child));
    while (waitpid(-1, NULL, 0) > 0) /* the server's end is not waited for in vain */
        ;
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        replies_of_any_size_come_back,
        requests_may_be_made_in_place_and_must_fit,
        a_child_that_dies_is_named_and_replaced,
        a_failure_is_told_and_the_child_goes_on,
        memory_beyond_the_limit_is_refused_in_the_child,
        a_child_that_hangs_is_replaced_after_the_limit,
        a_child_killed_between_two_requests_fails_the_next_one_alone,
        a_set_up_that_is_refused_is_every_request_s_failure,
        a_new_set_up_is_for_a_new_child,
        without_its_server_nothing_lasts,
        a_call_that_is_not_wanted_ends_at_once,
        ticks_come_while_the_child_works,
        nothing_outlives_a_rank_that_is_killed,
    };

    return UNIT_RUN("guard", tests);
}
