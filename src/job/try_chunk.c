/* try_chunk.c - one try of a chunk on a rank, and how it failed.
 * SPDX-License-Identifier: MIT */
#include "try_chunk.h"

#include "base/pack.h"

#include <stdio.h>
#include <stdlib.h>

struct farm_work try_chunk_inner(const struct try_chunk *t)
{
    return t->isolate ? (struct farm_work){t->isolate, isolate_work, NULL}
                      : (struct farm_work){t->worker, chunk_work, NULL};
}

static bool pack_failure(struct buffer *out, const struct failure *f, struct err *e)
{
    return pack_u32(out, f->untried, e) && pack_u32(out, f->lasting, e) &&
           pack_u32(out, (uint32_t)f->signal, e) && pack_text(out, f->doing, e) &&
           pack_text(out, f->host, e);
}

static void read_text(struct unpack *u, char *out, size_t size)
{
    char *text = unpack_text(u);

    snprintf(out, size, "%s", text ? text : "");
    free(text);
}

bool failure_read(const struct buffer *details, struct failure *f)
{
    struct unpack u = unpack_begin(details->data, details->size);

    f->untried = unpack_u32(&u) != 0;
    f->lasting = unpack_u32(&u) != 0;
    f->signal = (int)unpack_u32(&u);
    read_text(&u, f->doing, sizeof f->doing);
    read_text(&u, f->host, sizeof f->host);
    return u.ok;
}

/* Leaves in *result how the try failed. Without memory for that rank 0 takes it for a lasting
 * failure. */
static bool fail(const struct try_chunk *t, struct buffer *result, bool untried)
{
    struct failure f = {.untried = untried};
    struct err ignored;
    const char *doing = chunk_worker_doing(t->worker);

    if (t->isolate) {
        const struct guard_failure *g = isolate_failure(t->isolate);
        f.lasting = g->lasting;
        f.signal = g->signal;
        doing = g->doing;
    }
    f.lasting |= t->shared && shared_is_broken(t->shared);
    snprintf(f.doing, sizeof f.doing, "%s", doing);
    snprintf(f.host, sizeof f.host, "%s", t->host);
    result->size = 0;
    if (!pack_failure(result, &f, &ignored))
        result->size = 0;
    return false;
}

bool try_chunk(void *try_chunk, int64_t chunk, const unsigned char *payload, size_t n,
               struct buffer *result, struct tick tick, struct err *e)
{
    struct try_chunk *t = try_chunk;
    struct feed_head head;

    if (t->shared) /* payload and account are its own */
        return shared_work(t->shared, chunk, payload, n, result, tick, e) || fail(t, result, false);
    struct unpack u = unpack_begin(payload, n);
    if (!feed_head_unpack(&u, &head))
        return err_set(e, "a task came without its head") || fail(t, result, false);
    if (t->has_void && head.task == FEED_COMPUTE && head.account == t->void_account)
        return err_set(e, "its tiles were lost with another chunk's") || fail(t, result, true);
    const struct farm_work inner = try_chunk_inner(t);
    if (inner.work(inner.ctx, chunk, payload, n, result, tick, e))
        return true;
    t->has_void = true;
    t->void_account = head.account;
    return fail(t, result, false);
}

bool try_chunk_answered(void *try_chunk, int64_t chunk, const unsigned char *places, size_t n,
                        struct err *e)
{
    const struct try_chunk *t = try_chunk;

    return shared_write(t->shared, chunk, places, n, e);
}
