/* farm.c - rank 0's side of the farm, and the way in for all.
 * SPDX-License-Identifier: MIT */
#include "cluster/farm.h"

#include "farm_worker.h"
#include "mail.h"
#include "pulse.h"

#include "base/clock.h"
#include "base/signals.h"
#include "base/timeline.h"

#include <stdlib.h>
#include <string.h>

struct coordinator {
    struct cluster *cluster;
    const struct farm_lead *lead;
    const struct farm_work *work;
    struct farm_times *times;
    struct err *e;
    struct mailbox out, in;
    struct pulse pulse;
    struct farm_limits limits;
    int *held;     /* tasks each rank has */
    bool *starved; /* pick had nothing for the rank since the last result */
    bool *gone;    /* the rank has said goodbye */
    bool failed;
    /* A rank was asked to stop by this: no more is dealt, and what is under way is waited for, but
     * no longer than that. */
    int signal;
    double drain_until_s;
};

/* A batch system waits some seconds between asking and killing; syncing must fit in, too. */
static const double drain_s = 3;

static void fail(struct coordinator *c, const struct err *e)
{
    if (!c->failed)
        *c->e = *e;
    c->failed = true;
}

static void interrupt(struct coordinator *c, int rank, int signal)
{
    if (c->signal)
        return;
    c->signal = signal;
    c->drain_until_s = clock_s() + drain_s;
    err_stopped(c->e, "stopped by %s on rank %d", signals_name(signal), rank);
}

/* The task that this farm is work of is not wanted any more: its failure is not looked at. */
static void unwanted(struct coordinator *c)
{
    struct err e;

    err_stopped(&e, "stopped");
    fail(c, &e);
}

static void store(struct coordinator *c, int64_t task, int rank, struct buffer *result)
{
    struct err e;
    double start = clock_s();

    if (!c->failed && !c->lead->store(c->lead->ctx, task, rank, result, &e))
        fail(c, &e);
    c->times->store_s += timeline_since("storing", start);
    memset(c->starved, 0, (size_t)c->cluster->size * sizeof *c->starved);
}

/* A task failed: the lead says whether the job does. */
static void task_failed(struct coordinator *c, int64_t task, int rank, const struct buffer *details,
                        struct err *e)
{
    if (!c->failed && !(c->lead->failed && c->lead->failed(c->lead->ctx, task, rank, details, e)))
        fail(c, e);
    memset(c->starved, 0, (size_t)c->cluster->size * sizeof *c->starved);
}

/* A worker says that a task failed, or an answer to it. */
static void hear_failure(struct coordinator *c, enum mail_kind kind, int rank,
                         const struct buffer *bytes, int64_t task)
{
    struct err e;
    const size_t n = sizeof e;

    if (bytes->size < n) {
        (void)err_set(&e, "a failure on rank %d was told without words (a defect)", rank);
        fail(c, &e);
        return;
    }
    memcpy(&e, bytes->data, n);
    if (kind == MAIL_BROKEN)
        fail(c, &e);
    else
        task_failed(c, task, rank,
                    &(struct buffer){.data = bytes->data + n, .size = bytes->size - n}, &e);
}

/* A letter that is not what was sent: the task is done again, if it is known which. */
static void handle_damaged(struct coordinator *c, enum mail_kind kind, int rank, int64_t task)
{
    struct err e;

    (void)err_set(&e, "a message of rank %d arrived damaged", rank);
    if (task < 0 || kind == MAIL_BROKEN || kind == MAIL_SIGNAL)
        fail(c, &e);
    else
        task_failed(c, task, rank, &(struct buffer){0}, &e);
}

static void handle_signed(struct coordinator *c, enum mail_kind kind, int rank,
                          struct buffer *bytes)
{
    int64_t number;
    const bool whole = mail_unsign(bytes, &number);

    c->held[rank] -= kind == MAIL_RESULT || kind == MAIL_FAILED;
    if (!whole)
        handle_damaged(c, kind, rank, number);
    else if (kind == MAIL_SIGNAL)
        interrupt(c, rank, (int)number);
    else if (kind == MAIL_RESULT)
        store(c, number, rank, bytes);
    else
        hear_failure(c, kind, rank, bytes, number);
}

static void handle(struct coordinator *c, enum mail_kind kind, int rank, struct buffer *bytes)
{
    c->times->received_bytes += (int64_t)bytes->size;
    if (kind == MAIL_BYE) {
        c->gone[rank] = true;
        pulse_forget(&c->pulse, rank);
    } else {
        handle_signed(c, kind, rank, bytes);
    }
    buffer_free(bytes);
}

static bool load(struct coordinator *c, int64_t task, int rank, struct buffer *payload)
{
    struct err e;
    double start = clock_s();
    bool ok = c->lead->load(c->lead->ctx, task, rank, payload, &e) &&
              (rank == 0 || mail_sign(payload, task, &e));

    if (ok && payload->size > FARM_MESSAGE_MAX)
        ok = err_set(&e,
                     "task %lld needs %zu bytes in one message, more than %d; use smaller chunks",
                     (long long)task, payload->size, FARM_MESSAGE_MAX);
    c->times->load_s += timeline_since("loading", start);
    if (!ok)
        task_failed(c, task, rank, &(struct buffer){0}, &e);
    return ok;
}

/* Sends one task to a rank that holds the fewest, hosts in turn, if it may have one more; false if
 * nobody may. */
static bool deal(struct coordinator *c)
{
    if (mailbox_bytes(&c->out) >= c->limits.send_bytes && mailbox_count(&c->out) > 0)
        return false;
    for (int held = 0; held < c->limits.credits; held++)
        for (int i = 0; i < c->cluster->size - 1; i++) {
            const int rank = c->cluster->in_turn[i];
            struct buffer payload = {0};

            if (c->held[rank] != held || c->starved[rank])
                continue;
            int64_t task = c->lead->pick(c->lead->ctx, rank, held);
            c->starved[rank] = task < 0;
            if (task < 0)
                continue;
            if (load(c, task, rank, &payload)) {
                c->held[rank]++;
                c->times->sent_bytes += (int64_t)payload.size;
                mail_send(&c->out, rank, MAIL_TASK, &payload);
            }
            buffer_free(&payload);
            return true;
        }
    return false;
}

/* Gives one answer that is due; false if none is, or nothing more can be sent now: the slots
 * that tasks and the stop may need stay free. */
static bool answer(struct coordinator *c)
{
    const int reserved = c->cluster->size * (c->limits.credits + 1);
    struct buffer payload = {0};
    struct err e;
    int64_t task;
    int rank;

    if (!c->lead->answer || mailbox_count(&c->out) >= c->out.n - reserved ||
        !c->lead->answer(c->lead->ctx, &rank, &task, &payload))
        return false;
    bool ok = rank == 0 ? c->work->answered(c->work->ctx, task, payload.data, payload.size, &e)
                        : mail_sign(&payload, task, &e);
    if (!ok)
        fail(c, &e);
    else if (rank != 0)
        mail_send(&c->out, rank, MAIL_ANSWER, &payload);
    buffer_free(&payload);
    return true;
}

/* One look at everything; true if anything happened. */
static bool serve(struct coordinator *c)
{
    enum mail_kind kind;
    struct buffer bytes;
    int rank;
    double start = clock_s(), others = c->times->load_s + c->times->store_s;
    bool any = mail_sent(&c->out);

    pulse_beat(&c->pulse);
    if (c->cluster->outer.call && !c->cluster->outer.call(c->cluster->outer.ctx))
        unwanted(c);
    if (signals_caught())
        interrupt(c, 0, signals_caught());
    any |= mail_collect(&c->in);
    while (mail_take(&c->in, &kind, &rank, &bytes)) {
        handle(c, kind, rank, &bytes);
        any = true;
    }
    while (!c->failed && answer(c))
        any = true;
    if (!c->failed && !c->signal)
        any |= deal(c);
    others = c->times->load_s + c->times->store_s - others;
    c->times->message_s += clock_s() - start - others;
    return any;
}

static bool tick(void *ctx)
{
    struct coordinator *c = ctx;

    serve(c);
    return !c->failed && !c->cluster->hurt && !(c->signal && clock_s() > c->drain_until_s);
}

/* Does one task here; false if there is none for this rank now. */
static bool work(struct coordinator *c)
{
    struct buffer payload = {0}, result = {0};
    struct err e;

    if (c->starved[0] || c->signal)
        return false;
    int64_t task = c->lead->pick(c->lead->ctx, 0, 0);
    c->starved[0] = task < 0;
    if (task < 0)
        return false;
    if (load(c, task, 0, &payload)) {
        double start = clock_s();
        timeline_task(task);
        double others = c->times->load_s + c->times->store_s + c->times->message_s;
        bool ok = c->work->work(c->work->ctx, task, payload.data, payload.size, &result,
                                (struct tick){tick, c}, &e);
        others = c->times->load_s + c->times->store_s + c->times->message_s - others;
        c->times->work_s += timeline_since("working", start) - others;
        timeline_task(-1);
        c->times->tasks++;
        if (ok) {
            store(c, task, 0, &result);
        } else if (!c->failed && !c->signal && !c->cluster->hurt) {
            err_context(&e, "rank 0 on %s", c->cluster->host);
            task_failed(c, task, 0, &result, &e);
        }
    }
    buffer_free(&payload);
    buffer_free(&result);
    return true;
}

/* After a signal: nothing is under way any more, or it takes too long. */
static bool drained(const struct coordinator *c)
{
    if (!c->signal)
        return false;
    bool idle = true;
    for (int rank = 1; rank < c->cluster->size; rank++)
        idle &= c->held[rank] == 0;
    return idle || clock_s() > c->drain_until_s;
}

static bool all_gone(const struct coordinator *c)
{
    for (int rank = 1; rank < c->cluster->size; rank++)
        if (!c->gone[rank])
            return false;
    return mailbox_count(&c->out) == 0 && mailbox_count(&c->in) == 0;
}

/* Serves until done or failed, then sees everybody off; or until a rank dies. */
static void lead(struct coordinator *c)
{
    struct backoff backoff = {0};
    bool stopped = false;

    while (!c->cluster->hurt && (!stopped || !all_gone(c))) {
        if (!stopped && (c->failed || c->lead->finished(c->lead->ctx) || drained(c))) {
            for (int rank = 1; rank < c->cluster->size; rank++)
                mail_send(&c->out, rank, MAIL_STOP, &(struct buffer){0});
            stopped = true;
        }
        if (serve(c) || (!stopped && work(c))) {
            backoff = (struct backoff){0};
            continue;
        }
        double start = clock_s();
        backoff_wait(&backoff);
        c->times->wait_s += timeline_since("waiting", start);
    }
}

static bool coordinator_run(struct cluster *cluster, const struct farm_lead *lead_side,
                            const struct farm_work *work_side, struct farm_limits limits,
                            struct farm_times *times, struct err *e)
{
    const size_t n = (size_t)cluster->size;
    const int slots =
        cluster->size * (limits.credits + 5); /* tasks, answers, a signal, a stop, a goodbye */
    struct coordinator c = {
        .cluster = cluster,
        .lead = lead_side,
        .work = work_side,
        .times = times,
        .e = e,
        .limits = limits,
        .held = memory_new(n, sizeof *c.held, e),
        .starved = memory_new(n, sizeof *c.starved, e),
        .gone = memory_new(n, sizeof *c.gone, e),
    };
    bool ok = c.held && c.starved && c.gone && mailbox_new(&c.out, cluster, slots, e) &&
              mailbox_new(&c.in, cluster, slots, e) &&
              pulse_begin(&c.pulse, cluster, limits.silence_s, e);

    ok = cluster_agree(cluster, ok, e);
    if (ok) {
        lead(&c);
        const bool stopped = c.signal && !lead_side->finished(lead_side->ctx);
        ok = cluster_agree(cluster, !c.failed && !stopped, e);
    }
    pulse_end(&c.pulse);
    mailbox_free(&c.out);
    mailbox_free(&c.in);
    free(c.held);
    free(c.starved);
    free(c.gone);
    return ok;
}

bool farm_run(struct cluster *c, const struct farm_lead *lead_side,
              const struct farm_work *work_side, struct farm_limits limits,
              struct farm_times *times, struct err *e)
{
    const double cpu = clock_cpu_s();
    bool ok = c->rank == 0 ? coordinator_run(c, lead_side, work_side, limits, times, e)
                           : farm_worker_run(c, work_side, limits, times, e);

    times->cpu_s += clock_cpu_s() - cpu;
    return ok;
}
