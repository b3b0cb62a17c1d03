/* durable.h - which of the tasks whose bytes this process has written are on their device by now.
 *
 * Syncing goes on beside the work, in a thread that does nothing else.
 * SPDX-License-Identifier: MIT */
#ifndef GUARD_DURABLE_H
#define GUARD_DURABLE_H

#include "base/memory.h"

struct durable; /* opaque */

/* A task, and where its bytes are, or whatever else is to be known of it. */
struct durable_task {
    int64_t task;
    uint64_t at;
};

/* One sync begins every_s seconds after the last one did, or later. Fails if there can be no
 * thread. */
bool durable_new(struct durable **out, double every_s, struct err *e) MUST_CHECK;
void durable_free(struct durable *d); /* waits for a sync under way; NULL is allowed */

/* A file that is to be synced from now on; borrowed. There are two at most. */
void durable_file(struct durable *d, int fd);

/* All bytes of the task have been written. */
bool durable_add(struct durable *d, struct durable_task task, struct err *e) MUST_CHECK;

/* Appends the tasks (struct durable_task) that have come to be on the device since; starts the
 * next sync when it is due. Does not wait. Fails if syncing failed. */
bool durable_take(struct durable *d, struct buffer *tasks, struct err *e) MUST_CHECK;

/* The same of all tasks, waiting for them. */
bool durable_drain(struct durable *d, struct buffer *tasks, struct err *e) MUST_CHECK;

#endif
