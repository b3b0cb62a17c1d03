/* isolate.c - chunk_work in a child process: both sides of it.
 * SPDX-License-Identifier: MIT */
#include "job/isolate.h"

#include "base/pack.h"
#include "pipeline/execute.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)GUARD_DOING >= (int)EXECUTOR_DOING, "a stage's name fits");

/* Follows each result: of all chunks of this child. */
struct tally {
    struct chunk_times times;
    size_t peak_bytes;
};

struct isolate {
    struct guard *guard;
    const struct ticket *ticket;
    struct tally before, now; /* of children that are dead, and of the present one */
};

/* --- in the child ----------------------------------------------------------------------------- */

struct inmate {
    struct ticket ticket;
    struct chunk_worker *worker;
    char *host;
};

static bool never_stop(void *ctx)
{
    (void)ctx;
    return true;
}

/* What is opened stays until the child's end. */
static void *open_inmate(const unsigned char *setup, size_t n, char *doing, struct err *e)
{
    struct inmate *i = memory_new(1, sizeof *i, e);
    struct unpack u = unpack_begin(setup, n);
    const int rank = (int)unpack_u32(&u);
    struct buffer ticket = {0};

    if (!i)
        return NULL;
    i->host = unpack_text(&u);
    /* Only read. */
    ticket.data = (unsigned char *)unpack_bytes(&u, &ticket.size);
    if (!u.ok) {
        (void)err_set(e, "what a child is to know is damaged (a defect)");
        return NULL;
    }
    if (!ticket_open(&i->ticket, &ticket, e) ||
        !chunk_worker_new(&i->worker, &i->ticket, rank, i->host, e))
        return NULL;
    chunk_worker_tell(i->worker, doing);
    return i;
}

static bool work_in_child(void *inmate, int64_t chunk, const unsigned char *payload, size_t n,
                          struct buffer *result, struct err *e)
{
    struct inmate *i = inmate;
    struct tally tally = {.peak_bytes = memory_peak()};

    if (!chunk_work(i->worker, chunk, payload, n, result, (struct tick){never_stop, NULL}, e))
        return false;
    chunk_worker_times(i->worker, &tally.times);
    return buffer_append(result, &tally, sizeof tally, e);
}

/* --- in the rank ------------------------------------------------------------------------------ */

bool isolate_begin(struct isolate **out, struct err *e)
{
    static const struct guard_work in_child = {open_inmate, work_in_child};
    struct isolate *i = memory_new(1, sizeof *i, e);

    if (!i)
        return false;
    if (!guard_begin(&i->guard, &in_child, e)) {
        free(i);
        return false;
    }
    *out = i;
    return true;
}

void isolate_end(struct isolate *i)
{
    if (!i)
        return;
    guard_end(i->guard);
    free(i);
}

static void tally_add(struct tally *sum, const struct tally *t)
{
    chunk_times_add(&sum->times, &t->times);
    if (t->peak_bytes > sum->peak_bytes)
        sum->peak_bytes = t->peak_bytes;
}

/* The child begins anew, and so do its times. */
bool isolate_open(struct isolate *i, const struct ticket *t, const struct buffer *ticket_bytes,
                  const struct isolate_options *o, struct err *e)
{
    const struct guard_limits limits = {o->memory_bytes, o->message_most, o->seconds};
    struct buffer setup = {0};

    i->ticket = t;
    tally_add(&i->before, &i->now);
    i->before.times = (struct chunk_times){0};
    i->now = (struct tally){0};
    bool ok = pack_u32(&setup, (uint32_t)o->rank, e) && pack_text(&setup, o->host, e) &&
              pack_bytes(&setup, ticket_bytes->data, ticket_bytes->size, e) &&
              guard_set_up(i->guard, &setup, limits, e);
    buffer_free(&setup);
    return ok;
}

struct buffer isolate_payload(struct isolate *i)
{
    return guard_request(i->guard);
}

/* Takes the tally off the end of a result. */
static bool take_tally(struct isolate *i, struct buffer *result, struct err *e)
{
    const size_t n = sizeof i->now;

    if (result->size < n)
        return err_set(e, "the result of a child is damaged: it has %zu bytes", result->size);
    result->size -= n;
    memcpy(&i->now, result->data + result->size, n);
    return true;
}

bool isolate_work(void *isolate, int64_t chunk, const unsigned char *payload, size_t n,
                  struct buffer *result, struct tick tick, struct err *e)
{
    struct isolate *i = isolate;

    if (guard_call(i->guard, chunk, payload, n, result, tick, e))
        return take_tally(i, result, e);
    const struct guard_failure *f = guard_failure(i->guard);
    if (f->died) {
        tally_add(&i->before, &i->now);
        i->now = (struct tally){0};
    }
    return f->by_work ? false : chunk_context(i->ticket, chunk, e);
}

const struct guard_failure *isolate_failure(const struct isolate *i)
{
    return guard_failure(i->guard);
}

void isolate_times(const struct isolate *i, struct chunk_times *times)
{
    *times = i->before.times;
    chunk_times_add(times, &i->now.times);
}

size_t isolate_peak(const struct isolate *i)
{
    return i->now.peak_bytes > i->before.peak_bytes ? i->now.peak_bytes : i->before.peak_bytes;
}
