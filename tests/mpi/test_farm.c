/* test_farm.c - the farm and agreement, under mpirun with any number of ranks. Forks nothing.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "cluster/farm.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cluster *cluster;

/* Fails on every rank, or on none. */
#define CK_ALL(condition)                                                                          \
    do {                                                                                           \
        struct err e_ = {0};                                                                       \
        bool here_ = (condition);                                                                  \
        if (!here_)                                                                                \
            (void)err_set(&e_, "false here");                                                      \
        ck_assert_msg(cluster_agree(cluster, here_, &e_), "%s: %s", #condition, e_.text);          \
    } while (0)

enum { TASKS = 200, LARGE = 3 << 20 };

/* A farm that multiplies: task t carries t % 7 == 0 ? LARGE : t bytes of value t. */
struct world {
    int next, stored, n_tasks;
    int fail_load, fail_store, fail_work; /* at this task; -1: never */
    int fail_answered;                    /* likewise */
    bool seen[TASKS];
    bool wrong;
    /* With answers: rank 0 gives them in the order of the tasks; a rank counts what it did and
     * heard. */
    bool answers;
    int worker[TASKS], n_answered;
    int worked[TASKS], answered[TASKS];
    /* With second chances: which tasks are to be picked again, and which rank has failed each. */
    bool forgives;
    int64_t again[TASKS];
    int n_again, n_failed, failed_on[TASKS];
    int picker[TASKS]; /* of each task; held_then: what that rank held */
    int held_then[TASKS];
};

static size_t payload_size(int64_t task)
{
    return task % 7 == 0 ? LARGE : (size_t)task;
}

static int64_t pick(void *ctx, int rank, int held)
{
    struct world *w = ctx;

    for (int i = 0; i < w->n_again; i++) {
        const int64_t task = w->again[i];
        if (w->failed_on[task] == rank && cluster_size(cluster) > 1)
            continue;
        w->again[i] = w->again[--w->n_again];
        return task;
    }
    if (w->next == w->n_tasks)
        return -1;
    w->picker[w->next] = rank;
    w->held_then[w->next] = held;
    return w->next++;
}

/* Details of a failure are the task's number, twice. */
static bool failed(void *ctx, int64_t task, int rank, const struct buffer *details, struct err *e)
{
    struct world *w = ctx;
    int64_t told[2] = {-1, -1};

    if (details->size == sizeof told)
        memcpy(told, details->data, sizeof told);
    w->wrong |= told[0] != task || told[1] != task || !strstr(e->text, "failed");
    w->failed_on[task] = rank;
    w->again[w->n_again++] = task;
    w->n_failed++;
    return true;
}

static bool load(void *ctx, int64_t task, int rank, struct buffer *payload, struct err *e)
{
    struct world *w = ctx;

    if (task == w->fail_load)
        return err_set(e, "load of %lld failed", (long long)task);
    if (!buffer_reserve(payload, payload_size(task), e))
        return false;
    memset(payload->data, (int)(task % 251), payload_size(task));
    payload->size = payload_size(task);
    return true;
}

static bool store(void *ctx, int64_t task, int rank, struct buffer *result, struct err *e)
{
    struct world *w = ctx;

    if (task == w->fail_store)
        return err_set(e, "store of %lld failed", (long long)task);
    w->wrong |= w->seen[task] || result->size != payload_size(task) + 1;
    for (size_t i = 0; i < result->size; i++)
        w->wrong |= result->data[i] != (unsigned char)(task % 251 + 1);
    w->seen[task] = true;
    w->worker[task] = rank;
    w->stored++;
    return true;
}

static bool finished(void *ctx)
{
    const struct world *w = ctx;

    return w->stored == w->n_tasks && (!w->answers || w->n_answered == w->n_tasks);
}

/* An answer is a task's own number, many times. */
static bool answer(void *ctx, int *rank, int64_t *task, struct buffer *payload)
{
    struct world *w = ctx;
    struct err e;

    if (w->n_answered == w->n_tasks || !w->seen[w->n_answered])
        return false;
    *task = w->n_answered++;
    *rank = w->worker[*task];
    for (int64_t i = 0; i <= *task; i++)
        ck_assert(buffer_append(payload, task, sizeof *task, &e));
    return true;
}

static bool answered(void *ctx, int64_t task, const unsigned char *payload, size_t n, struct err *e)
{
    struct world *w = ctx;
    int64_t number;

    if (task == w->fail_answered)
        return err_set(e, "answer to %lld failed", (long long)task);
    w->answered[task]++;
    w->wrong |= n != ((size_t)task + 1) * sizeof number;
    for (size_t at = 0; at + sizeof number <= n; at += sizeof number) {
        memcpy(&number, payload + at, sizeof number);
        w->wrong |= number != task;
    }
    return true;
}

static bool work(void *ctx, int64_t task, const unsigned char *payload, size_t n,
                 struct buffer *result, struct tick tick, struct err *e)
{
    struct world *w = ctx;

    w->worked[task]++;
    if (w->forgives && task % 3 == 0 && w->worked[task] == 1 &&
        (task % 2 == cluster_rank(cluster) % 2 || cluster_size(cluster) == 1))
        return buffer_append(result, (int64_t[]){task, task}, 2 * sizeof task, e) &&
               err_set(e, "work on %lld failed", (long long)task);
    if (task == w->fail_work)
        return err_set(e, "work on %lld failed", (long long)task);
    if (n != payload_size(task))
        return err_set(e, "task %lld came with %zu bytes", (long long)task, n);
    for (int i = 0; i < 20; i++)
        if (!tick.call(tick.ctx))
            return err_set(e, "stopped");
    if (!buffer_reserve(result, n + 1, e))
        return false;
    for (size_t i = 0; i < n; i++)
        result->data[i] = (unsigned char)(payload[i] + 1);
    result->data[n] = (unsigned char)(task % 251 + 1);
    result->size = n + 1;
    return true;
}

static bool run(struct world *w, struct farm_times *times, struct err *e)
{
    const struct farm_lead lead = {
        w, pick, load, store, w->forgives ? failed : NULL, w->answers ? answer : NULL, finished};
    const struct farm_work work_side = {w, work, answered};

    return farm_run(cluster, cluster_rank(cluster) == 0 ? &lead : NULL, &work_side,
                    (struct farm_limits){3, 30, 8 << 20, 4 << 20}, times, e);
}

static struct world world_of(int n_tasks)
{
    return (struct world){.n_tasks = n_tasks,
                          .fail_load = -1,
                          .fail_store = -1,
                          .fail_work = -1,
                          .fail_answered = -1};
}

START_TEST(farm_does_every_task_once)
{
    struct world w = world_of(TASKS);
    struct farm_times times = {0};
    struct err e;

    CK_ALL(run(&w, &times, &e));
    CK_ALL(cluster_rank(cluster) != 0 || (!w.wrong && w.stored == TASKS));
}
END_TEST

START_TEST(every_result_is_answered_once_where_it_was_made)
{
    struct world w = world_of(TASKS);
    struct farm_times times = {0};
    struct err e;

    w.answers = true;
    CK_ALL(run(&w, &times, &e));
    CK_ALL(!w.wrong && memcmp(w.worked, w.answered, sizeof w.worked) == 0);
    CK_ALL(cluster_rank(cluster) != 0 || (w.stored == TASKS && w.n_answered == TASKS));
}
END_TEST

START_TEST(an_answer_that_cannot_be_taken_ends_it_everywhere)
{
    for (int at = 0; at < 100; at += 33) {
        struct world w = world_of(TASKS);
        struct farm_times times = {0};
        struct err e = {0};

        w.answers = true;
        w.fail_answered = at;
        CK_ALL(!run(&w, &times, &e));
        CK_ALL(strstr(e.text, "failed") != NULL && e.status == EXIT_FAILED);
    }
}
END_TEST

START_TEST(tasks_that_fail_are_done_again)
{
    struct world w = world_of(TASKS);
    struct farm_times times = {0};
    struct err e;

    w.forgives = w.answers = true;
    CK_ALL(run(&w, &times, &e));
    CK_ALL(!w.wrong);
    CK_ALL(cluster_rank(cluster) != 0 ||
           (w.stored == TASKS && w.n_failed > 0 && w.n_answered == TASKS));
}
END_TEST

/* Before a rank gets its second task each has its first; of the hosts that still have ranks without
 * one, none is two behind another. */
START_TEST(first_tasks_go_to_hosts_in_turn)
{
    struct world w = {
        .n_tasks = TASKS, .fail_load = -1, .fail_store = -1, .fail_work = -1, .fail_answered = -1};
    struct farm_times times = {0};
    const int n = cluster_size(cluster), nodes = cluster_ranks(cluster).n_nodes;
    const int *node_of = cluster_ranks(cluster).node;
    int given[64] = {0}, ranks[64] = {0}, firsts = 0;
    struct err e;
    bool even = n <= 64;

    CK_ALL(run(&w, &times, &e));
    for (int i = 1; cluster_rank(cluster) == 0 && even && i < n; i++)
        ranks[node_of[i]]++;
    for (int task = 0; cluster_rank(cluster) == 0 && even && task < TASKS && firsts < n - 1;
         task++) {
        if (w.picker[task] == 0)
            continue;
        firsts++;
        even &= w.held_then[task] == 0;
        const int node = node_of[w.picker[task]];
        for (int other = 0; other < nodes; other++)
            even &= given[other] == ranks[other] || given[node] <= given[other];
        given[node]++;
    }
    CK_ALL(even);
}
END_TEST

START_TEST(farm_with_fewer_tasks_than_ranks_ends)
{
    for (int n = 0; n < 3; n++) {
        struct world w = world_of(n);
        struct farm_times times = {0};
        struct err e;

        CK_ALL(run(&w, &times, &e));
        CK_ALL(cluster_rank(cluster) != 0 || w.stored == n);
    }
}
END_TEST

START_TEST(farm_failure_anywhere_ends_it_everywhere)
{
    for (int kind = 0; kind < 3; kind++)
        for (int at = 0; at < 100; at += 33) {
            struct world w = world_of(TASKS);
            struct farm_times times = {0};
            struct err e = {0};

            *(kind == 0 ? &w.fail_load : kind == 1 ? &w.fail_store : &w.fail_work) = at;
            CK_ALL(!run(&w, &times, &e));
            CK_ALL(strstr(e.text, "failed") != NULL && e.status == EXIT_FAILED);
        }
}
END_TEST

START_TEST(agreement_gives_everybody_the_lowest_rank_s_failure)
{
    const int size = cluster_size(cluster), rank = cluster_rank(cluster);

    for (int bad = 0; bad < size; bad++) {
        struct err e = {0};
        char wanted[40];

        if (rank >= bad)
            (void)err_usage(&e, "complaint of %d", rank);
        snprintf(wanted, sizeof wanted, "complaint of %d", bad);
        bool agreed = cluster_agree(cluster, rank < bad, &e);
        CK_ALL(!agreed && strstr(e.text, wanted) && e.status == EXIT_USAGE);
    }
}
END_TEST

START_TEST(bytes_are_shared_and_gathered)
{
    const int size = cluster_size(cluster), rank = cluster_rank(cluster);
    struct buffer shared = {0}, mine = {0}, *all = calloc((size_t)size, sizeof *all);
    struct err e;

    for (int i = 0; rank == 0 && i < 100000; i++)
        ck_assert(buffer_append(&shared, &(char){(char)i}, 1, &e));
    CK_ALL(cluster_share(cluster, &shared, &e));
    CK_ALL(shared.size == 100000 && shared.data[77] == 77);
    for (int i = 0; i <= rank; i++)
        ck_assert(buffer_append(&mine, &(char){(char)rank}, 1, &e));
    CK_ALL(cluster_gather(cluster, &mine, all, &e));
    bool right = true;
    for (int i = 0; rank == 0 && i < size; i++)
        right &= all[i].size == (size_t)i + 1 && all[i].data[i] == i;
    CK_ALL(right);
    for (int i = 0; i < size; i++)
        buffer_free(&all[i]);
    free(all);
    buffer_free(&shared);
    buffer_free(&mine);
}
END_TEST

/* Each sends each two messages, of which one may be empty; the larger ones go by rendezvous. */
START_TEST(bytes_are_exchanged)
{
    enum { MOST = 300000, EACH = 2 };
    const int size = cluster_size(cluster), rank = cluster_rank(cluster);
    const size_t n = (size_t)size * EACH;
    unsigned char *out = malloc(n * MOST), *in = calloc(n, MOST);
    struct passage *list = calloc(2 * n, sizeof *list);
    struct err e;
    int k = 0;
    bool right = true;

    for (int other = size - 1; other >= 0; other--)
        for (int i = 0; i < EACH; i++) {
            unsigned char *to = out + (size_t)(other * EACH + i) * MOST;
            unsigned char *from = in + (size_t)(other * EACH + i) * MOST;
            memset(to, 10 * rank + other + i, MOST);
            if (other == rank)
                continue;
            list[k++] = (struct passage){
                .from = rank, .to = other, .bytes = to, .n = (size_t)(MOST * i / size * other)};
            list[k++] = (struct passage){
                .from = other, .to = rank, .bytes = from, .n = (size_t)(MOST * i / size * rank)};
        }
    CK_ALL(cluster_exchange(cluster, list, k, &e));
    for (int other = 0; other < size; other++)
        for (int i = 0; i < EACH; i++)
            for (int at = 0; at < MOST; at++) {
                const bool sent = other != rank && at < MOST * i / size * rank;
                right &= in[(size_t)(other * EACH + i) * MOST + (size_t)at] ==
                         (sent ? (10 * other + rank + i) % 256 : 0);
            }
    CK_ALL(right);
    free(list);
    free(in);
    free(out);
}
END_TEST

/* Everybody waits a second for rank 0 in a collective: that must not take a second of CPU. */
START_TEST(waiting_ranks_sleep)
{
    const double until = clock_s() + 1, cpu = clock_cpu_s();
    struct err e;

    while (cluster_rank(cluster) == 0 && clock_s() < until)
        ;
    bool agreed = cluster_agree(cluster, true, &e);
    double used = clock_cpu_s() - cpu;
    CK_ALL(agreed && (cluster_rank(cluster) == 0 || used < 0.05));
}
END_TEST

/* test_farm [RANKS]: with messages relayed, as if so many ranks were on a host each. */
int main(int argc, char **argv)
{
    struct err e;
    Suite *suite = suite_create("farm");
    TCase *tcase = tcase_create("farm");

    if (!cluster_begin(&cluster, &e))
        return EXIT_FAILURE;
    if (argc > 1) {
        if (!cluster_pretend_hosts(cluster, atoi(argv[1]), &e))
            return EXIT_FAILURE;
        cluster_fan_out(cluster, FAN_OUT_NODE, true);
    }
    tcase_add_test(tcase, farm_does_every_task_once);
    tcase_add_test(tcase, every_result_is_answered_once_where_it_was_made);
    tcase_add_test(tcase, an_answer_that_cannot_be_taken_ends_it_everywhere);
    tcase_add_test(tcase, tasks_that_fail_are_done_again);
    tcase_add_test(tcase, first_tasks_go_to_hosts_in_turn);
    tcase_add_test(tcase, farm_with_fewer_tasks_than_ranks_ends);
    tcase_add_test(tcase, farm_failure_anywhere_ends_it_everywhere);
    tcase_add_test(tcase, agreement_gives_everybody_the_lowest_rank_s_failure);
    tcase_add_test(tcase, bytes_are_shared_and_gathered);
    tcase_add_test(tcase, bytes_are_exchanged);
    tcase_add_test(tcase, waiting_ranks_sleep);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK); /* forked children and MPI do not go together */
    srunner_run_all(runner, cluster_rank(cluster) == 0 ? CK_ENV : CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_end(cluster);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
