/* farm_worker.c - a worker's side of the farm: tasks in, results out, until told to stop.
 *
 * The first worker on a host may have to hand on the messages of the others there.
 * A worker whose task fails says so and goes on; it leaves when rank 0 says stop, after
 * everything it sent has arrived.
 * SPDX-License-Identifier: MIT */
#include "farm_worker.h"

#include "mail.h"
#include "pulse.h"

#include "base/clock.h"
#include "base/signals.h"
#include "base/timeline.h"

#include <stdlib.h>

struct worker {
    struct cluster *cluster;
    const struct farm_work *work;
    struct farm_times *times;
    struct mailbox out, in;
    struct pulse pulse;
    struct buffer *queue; /* tasks that are here, oldest first */
    int n_queue, credits;
    bool stopped;
    bool broken;    /* an answer could not be taken: no other one is */
    bool signalled; /* and has said so */
    int followers;  /* whose messages are handed on … */
    int byes;       /* … until they have said goodbye */
};

static void say(struct worker *w, enum mail_kind kind, struct buffer *bytes)
{
    w->times->sent_bytes += (int64_t)bytes->size;
    mail_send(&w->out, 0, kind, bytes);
}

/* Says that a task or an answer failed; with no memory even for that, the job ends. */
static void complain(struct worker *w, enum mail_kind kind, int64_t task,
                     const struct buffer *details, struct err *e)
{
    struct buffer bytes = {0};
    struct err ignored;

    err_context(e, "rank %d on %s", w->cluster->rank, w->cluster->host);
    if (!buffer_append(&bytes, e, sizeof *e, &ignored) ||
        !buffer_append(&bytes, details->data, details->size, &ignored) ||
        !mail_sign(&bytes, task, &ignored))
        MPI_Abort(w->cluster->comm, EXIT_FAILED);
    say(w, kind, &bytes);
}

/* Rank 0 is told of a signal that came here. */
static void tell_signal(struct worker *w)
{
    struct buffer bytes = {0};
    struct err ignored;

    w->signalled = true;
    if (!mail_sign(&bytes, signals_caught(), &ignored))
        MPI_Abort(w->cluster->comm, EXIT_STOPPED);
    say(w, MAIL_SIGNAL, &bytes);
}

static void take_answer(struct worker *w, struct buffer *bytes)
{
    struct err e;
    int64_t task;
    const bool whole = mail_unsign(bytes, &task) || err_set(&e, "an answer arrived damaged");

    if (w->broken || (whole && w->work->answered(w->work->ctx, task, bytes->data, bytes->size, &e)))
        return;
    w->broken = true;
    complain(w, MAIL_BROKEN, task, &(struct buffer){0}, &e);
}

/* Hands on what is here for followers or of them; true if there was anything. */
static bool relay(struct worker *w)
{
    enum mail_kind kind;
    size_t bytes;
    int rank;
    bool any = false;

    while (mail_relay(&w->in, &w->out, &kind, &rank, &bytes)) {
        w->times->relayed_bytes += (int64_t)bytes;
        if (kind == MAIL_BYE) {
            w->byes++;
            pulse_forget(&w->pulse, rank); /* it gives no more signs */
        }
        any = true;
    }
    return any;
}

/* One look at the messages; true if anything happened. */
static bool serve(struct worker *w)
{
    enum mail_kind kind;
    struct buffer bytes;
    int rank;
    double start = clock_s();
    bool any = mail_sent(&w->out);

    pulse_beat(&w->pulse);
    if (signals_caught() && !w->signalled)
        tell_signal(w);
    any |= mail_collect(&w->in);
    any |= w->followers > 0 && relay(w);
    while (w->n_queue < w->credits && mail_take(&w->in, &kind, &rank, &bytes)) {
        any = true;
        w->times->received_bytes += (int64_t)bytes.size;
        if (kind == MAIL_TASK) {
            w->queue[w->n_queue++] = bytes;
            continue;
        }
        if (kind == MAIL_ANSWER)
            take_answer(w, &bytes);
        else
            w->stopped = true;
        buffer_free(&bytes);
    }
    w->times->message_s += clock_s() - start;
    return any;
}

static bool tick(void *ctx)
{
    struct worker *w = ctx;

    serve(w);
    return !w->stopped && !w->cluster->hurt;
}

/* Does the oldest task of the queue. */
static void work(struct worker *w)
{
    struct buffer task = w->queue[0], result = {0};
    struct err e;
    double start = clock_s(), others = w->times->message_s;

    w->n_queue--;
    for (int i = 0; i < w->n_queue; i++)
        w->queue[i] = w->queue[i + 1];
    int64_t number;
    bool ok = mail_unsign(&task, &number) || err_set(&e, "its message arrived damaged");
    timeline_task(number);
    ok = ok &&
         w->work->work(w->work->ctx, number, task.data, task.size, &result, (struct tick){tick, w},
                       &e) &&
         mail_sign(&result, number, &e);
    if (ok && result.size > FARM_MESSAGE_MAX) {
        ok = err_set(&e,
                     "the result of task %lld takes %zu bytes in one message, more than %d; use "
                     "smaller chunks",
                     (long long)number, result.size, FARM_MESSAGE_MAX);
        result.size = 0;
    }
    if (ok)
        say(w, MAIL_RESULT, &result);
    else if (!w->stopped && !w->cluster->hurt)
        complain(w, number < 0 ? MAIL_BROKEN : MAIL_FAILED, number, &result, &e);
    buffer_free(&task);
    buffer_free(&result);
    w->times->tasks++;
    w->times->work_s += timeline_since("working", start) - (w->times->message_s - others);
    timeline_task(-1);
}

static void run(struct worker *w)
{
    struct backoff backoff = {0};

    while (!w->stopped && !w->cluster->hurt) {
        if (serve(w))
            backoff = (struct backoff){0};
        if (w->stopped)
            break;
        if (w->n_queue > 0) {
            work(w);
            backoff = (struct backoff){0};
            continue;
        }
        double start = clock_s();
        backoff_wait(&backoff);
        w->times->wait_s += timeline_since("waiting", start);
    }
    say(w, MAIL_BYE, &(struct buffer){0});
    backoff = (struct backoff){0};
    while (!w->cluster->hurt && (mailbox_count(&w->out) > 0 || w->byes < w->followers))
        if (!serve(w))
            backoff_wait(&backoff);
}

static int count_followers(const struct cluster *c)
{
    int n = 0;

    for (int rank = 1; rank < c->size; rank++)
        n += cluster_above(c, rank) == c->rank;
    return n;
}

bool farm_worker_run(struct cluster *c, const struct farm_work *work_side,
                     struct farm_limits limits, struct farm_times *times, struct err *e)
{
    const int followers = count_followers(c);
    const int slots = (limits.credits + 5) * (1 + 2 * followers); /* as rank 0 has for each */
    struct worker w = {
        .cluster = c,
        .work = work_side,
        .times = times,
        .credits = limits.credits,
        .followers = followers,
        .queue = memory_new((size_t)limits.credits, sizeof *w.queue, e),
    };
    bool ok = w.queue && mailbox_new(&w.out, c, slots, e) && mailbox_new(&w.in, c, slots, e) &&
              pulse_begin(&w.pulse, c, limits.silence_s, e);

    w.in.relay_most = limits.relay_bytes;
    ok = cluster_agree(c, ok, e);
    if (ok) {
        run(&w);
        ok = cluster_agree(c, true, e);
    }
    for (int i = 0; i < w.n_queue; i++)
        buffer_free(&w.queue[i]);
    free(w.queue);
    pulse_end(&w.pulse);
    mailbox_free(&w.out);
    mailbox_free(&w.in);
    return ok;
}
