/* saved.c - rank 0 keeps the journal of an unfinished output.
 * SPDX-License-Identifier: MIT */
#include "saved.h"

#include "base/clock.h"
#include "base/pack.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* A chunk whose blobs have their places, but may not have reached them. */
struct settled {
    int64_t chunk;
    struct buffer blobs;
    struct settled *next;
};

struct given_up {
    int64_t chunk;
    enum feed_task task;
};

struct saved {
    char *path;
    struct buffer head;
    struct journal *journal;
    struct settled *settled;
    struct buffer given_up; /* struct given_up */
    double sync_s, synced_s;
};

char *saved_path(const char *path, struct err *e)
{
    return text_join(path, ".part.journal", e);
}

bool saved_new(struct saved **out, const char *path, struct buffer *head, struct journal *journal,
               double sync_s, struct err *e)
{
    struct saved *s = memory_new(1, sizeof *s, e);

    if (!s)
        return false;
    s->path = saved_path(path, e);
    if (!s->path) {
        saved_free(s);
        return false;
    }
    s->head = *head;
    *head = (struct buffer){0};
    s->journal = journal;
    s->sync_s = sync_s;
    *out = s;
    return true;
}

static void settled_free(struct settled *x)
{
    buffer_free(&x->blobs);
    free(x);
}

void saved_free(struct saved *s)
{
    struct err ignored; /* without this sync, a loss of power costs what the last seconds did */

    if (!s)
        return;
    if (s->journal)
        (void)!journal_sync(s->journal, &ignored);
    while (s->settled) {
        struct settled *x = s->settled;
        s->settled = x->next;
        settled_free(x);
    }
    journal_close(s->journal);
    buffer_free(&s->head);
    buffer_free(&s->given_up);
    free(s->path);
    free(s);
}

bool saved_settled(struct saved *s, int64_t chunk, struct buffer *blobs, struct err *e)
{
    struct settled *x = memory_new(1, sizeof *x, e);

    if (!x)
        return false;
    *x = (struct settled){chunk, *blobs, s->settled};
    *blobs = (struct buffer){0};
    s->settled = x;
    return true;
}

bool saved_given_up(struct saved *s, int64_t chunk, enum feed_task task, struct err *e)
{
    return buffer_append(&s->given_up, &(struct given_up){chunk, task}, sizeof(struct given_up), e);
}

static enum feed_task task_of(const struct saved *s, int64_t chunk)
{
    const struct given_up *list = (const struct given_up *)(const void *)s->given_up.data;

    for (size_t i = 0; i < s->given_up.size / sizeof *list; i++)
        if (list[i].chunk == chunk)
            return list[i].task;
    return FEED_COMPUTE;
}

static struct settled *take(struct saved *s, int64_t chunk)
{
    struct settled **at = &s->settled;

    while (*at && (*at)->chunk != chunk)
        at = &(*at)->next;
    struct settled *x = *at;
    if (x)
        *at = x->next;
    return x;
}

static bool record(struct saved *s, int rank, struct durable_task task, struct err *e)
{
    struct buffer bytes = {0};
    struct settled *x = take(s, task.task);

    if (!x) /* a stop came between: its places did not reach rank 0, and it is done again */
        return true;
    const bool ok = pack_i64(&bytes, task.task, e) && pack_u32(&bytes, (uint32_t)rank, e) &&
                    pack_i64(&bytes, (int64_t)task.at, e) &&
                    pack_u32(&bytes, (uint32_t)task_of(s, task.task), e) &&
                    buffer_append(&bytes, x->blobs.data, x->blobs.size, e) &&
                    journal_append(s->journal, &bytes, e);
    settled_free(x);
    buffer_free(&bytes);
    return ok;
}

bool saved_begin(struct saved *s, struct err *e)
{
    return s->journal || journal_create(&s->journal, s->path, &s->head, e);
}

bool saved_durable(struct saved *s, int rank, const void *tasks, size_t n, struct err *e)
{
    struct durable_task task;
    bool ok = true;

    if (n < sizeof task)
        return true;
    if (!saved_begin(s, e))
        return false;
    for (size_t at = 0; ok && at + sizeof task <= n; at += sizeof task) {
        memcpy(&task, (const unsigned char *)tasks + at, sizeof task);
        ok = record(s, rank, task, e);
    }
    if (!ok || clock_s() - s->synced_s < s->sync_s)
        return ok;
    s->synced_s = clock_s();
    return journal_sync(s->journal, e);
}

bool saved_any(const struct saved *s)
{
    return s && s->journal;
}
