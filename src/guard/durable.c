/* durable.c - which of the tasks whose bytes this process has written are on their device by now.
 * SPDX-License-Identifier: MIT */
#include "guard/durable.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILES_MOST = 2 };

struct durable {
    double every_s, started_s;
    struct buffer written, syncing; /* tasks: whose bytes no sync covers yet; those of this one */
    int fd[FILES_MOST], n_files;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool wanted, ended;
    int failure; /* errno of a sync */
};

static void *run(void *ctx)
{
    struct durable *d = ctx;

    pthread_mutex_lock(&d->lock);
    while (!d->ended) {
        if (!d->wanted) {
            pthread_cond_wait(&d->changed, &d->lock);
            continue;
        }
        pthread_mutex_unlock(&d->lock);
        int failure = 0;
        for (int i = 0; i < d->n_files; i++)
            if (fdatasync(d->fd[i]) != 0)
                failure = errno;
        pthread_mutex_lock(&d->lock);
        d->failure = failure;
        d->wanted = false;
        pthread_cond_broadcast(&d->changed);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

bool durable_new(struct durable **out, double every_s, struct err *e)
{
    struct durable *d = memory_new(1, sizeof *d, e);

    if (!d)
        return false;
    d->every_s = every_s;
    d->started_s = clock_s();
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->changed, NULL);
    errno = pthread_create(&d->thread, NULL, run, d);
    if (errno != 0) {
        err_errno(e, "no thread can be had to sync files");
        durable_free(d);
        return false;
    }
    d->has_thread = true;
    *out = d;
    return true;
}

void durable_free(struct durable *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->ended = true;
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
    if (d->has_thread)
        pthread_join(d->thread, NULL);
    pthread_mutex_destroy(&d->lock);
    pthread_cond_destroy(&d->changed);
    buffer_free(&d->written);
    buffer_free(&d->syncing);
    free(d);
}

void durable_file(struct durable *d, int fd)
{
    assert(d->n_files < FILES_MOST && d->written.size == 0);
    d->fd[d->n_files++] = fd;
}

bool durable_add(struct durable *d, struct durable_task task, struct err *e)
{
    return buffer_append(&d->written, &task, sizeof task, e);
}

/* Whether no sync is under way; if `patient`, in the end. */
static bool is_idle(struct durable *d, bool patient, int *failure)
{
    pthread_mutex_lock(&d->lock);
    while (patient && d->wanted)
        pthread_cond_wait(&d->changed, &d->lock);
    const bool idle = !d->wanted;
    *failure = d->failure;
    pthread_mutex_unlock(&d->lock);
    return idle;
}

static void start(struct durable *d)
{
    const struct buffer empty = d->syncing;

    d->started_s = clock_s();
    d->syncing = d->written;
    d->written = empty;
    pthread_mutex_lock(&d->lock);
    d->wanted = true;
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

/* Moves the tasks of a sync that has ended to *tasks. */
static bool harvest(struct durable *d, int failure, struct buffer *tasks, struct err *e)
{
    if (failure != 0) {
        errno = failure;
        return err_errno(e, "what was written cannot be synced to its device");
    }
    if (!buffer_append(tasks, d->syncing.data, d->syncing.size, e))
        return false;
    d->syncing.size = 0;
    return true;
}

bool durable_take(struct durable *d, struct buffer *tasks, struct err *e)
{
    int failure;

    if (d->written.size + d->syncing.size == 0 || !is_idle(d, false, &failure))
        return true;
    if (!harvest(d, failure, tasks, e))
        return false;
    if (d->written.size > 0 && clock_s() - d->started_s >= d->every_s)
        start(d);
    return true;
}

bool durable_drain(struct durable *d, struct buffer *tasks, struct err *e)
{
    int failure;

    is_idle(d, true, &failure);
    if (!harvest(d, failure, tasks, e))
        return false;
    if (d->written.size == 0)
        return true;
    start(d);
    is_idle(d, true, &failure);
    return harvest(d, failure, tasks, e);
}
