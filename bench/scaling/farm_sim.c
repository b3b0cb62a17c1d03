/* farm_sim.c - the farm of src/cluster, unmodified, with tasks that only take time and have a size: for
 * SimGrid's SMPI, which runs it on clusters that are not there.
 *
 *   farm_sim TASKS TASK_BYTES RESULT_BYTES WORK_S LOAD_S STORE_S CREDITS flat|node BLOCKS
 *
 * WORK_S is computed in BLOCKS pieces, with a tick after each: while a rank computes, no message
 * moves on, as with Open MPI. LOAD_S and STORE_S are what a task costs rank 0 besides. Messages
 * have 1/64 of the bytes (bench/platforms). Prints the simulated seconds of the farm.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "cluster/farm.h"

#include <smpi/smpi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCALE = 64 };

struct job {
    int64_t tasks, next, stored;
    size_t task_bytes, result_bytes;
    double work_s, load_s, store_s;
    int blocks;
};

static int64_t pick(void *ctx, int rank, int held)
{
    struct job *j = ctx;

    (void)rank, (void)held;
    return j->next < j->tasks ? j->next++ : -1;
}

static bool add(struct buffer *b, size_t n, struct err *e)
{
    if (!buffer_reserve(b, n, e))
        return false;
    memset(b->data + b->size, 0, n);
    b->size += n;
    return true;
}

static bool load(void *ctx, int64_t task, int rank, struct buffer *payload, struct err *e)
{
    const struct job *j = ctx;

    (void)task, (void)rank;
    smpi_execute(j->load_s);
    return add(payload, j->task_bytes, e);
}

static bool store(void *ctx, int64_t task, int rank, struct buffer *result, struct err *e)
{
    struct job *j = ctx;

    (void)task, (void)rank, (void)result, (void)e;
    smpi_execute(j->store_s);
    j->stored++;
    return true;
}

static bool finished(void *ctx)
{
    const struct job *j = ctx;

    return j->stored == j->tasks;
}

static bool work(void *ctx, int64_t task, const unsigned char *payload, size_t n,
                 struct buffer *result, struct tick tick, struct err *e)
{
    const struct job *j = ctx;
    const double varies = 0.8 + 0.4 * (double)(task * 7919 % 1000) / 1000;

    (void)payload, (void)n;
    for (int i = 0; i < j->blocks; i++) {
        smpi_execute(j->work_s * varies / j->blocks);
        if (!tick.call(tick.ctx))
            return err_set(e, "stopped");
    }
    return add(result, j->result_bytes, e);
}

int main(int argc, char **argv)
{
    struct cluster *c;
    struct farm_times times = {0};
    struct err e;

    if (argc != 10 || !cluster_begin(&c, &e))
        return EXIT_FAILURE;
    struct job j = {
        .tasks = atoll(argv[1]),
        .task_bytes = strtoull(argv[2], NULL, 10) / SCALE,
        .result_bytes = strtoull(argv[3], NULL, 10) / SCALE,
        .work_s = atof(argv[4]),
        .load_s = atof(argv[5]),
        .store_s = atof(argv[6]),
        .blocks = atoi(argv[9]),
    };
    const struct farm_lead lead = {
        .ctx = &j, .pick = pick, .load = load, .store = store, .finished = finished};
    const struct farm_work side = {.ctx = &j, .work = work};
    const struct farm_limits limits = {atoi(argv[7]), 0, SIZE_MAX, (64 << 20) / SCALE};
    cluster_fan_out(c, strcmp(argv[8], "node") == 0 ? FAN_OUT_NODE : FAN_OUT_FLAT, true);
    const double start = clock_s();
    const bool ok = farm_run(c, cluster_rank(c) == 0 ? &lead : NULL, &side, limits, &times, &e);
    if (cluster_rank(c) == 0)
        printf("%.4f\n", clock_s() - start);
    cluster_end(c);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
