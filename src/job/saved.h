/* saved.h - rank 0 keeps the journal of an unfinished output: which chunks are on their device,
 * and where.
 *
 * The journal is PATH.part.journal, and comes to be when the first chunk is safe: a run of a few
 * seconds has none. Its head is what resume.h reads. A record is of one chunk: its number (i64),
 * the rank that wrote it (u32), where in that rank's scratch file its bytes begin (i64), whether
 * it was computed or given up (u32, enum feed_task), then its blobs: their number (u32), and of
 * each its index (i64), size (u32), CRC (u32) and place (i64): in the output, or of what has its
 * place there only at the end, in the scratch file, from where the chunk begins.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SAVED_H
#define JOB_SAVED_H

#include "base/memory.h"
#include "guard/durable.h"
#include "guard/journal.h"
#include "job/feed.h"

struct saved; /* opaque */

/* journal: of an earlier run, to go on with; NULL: there is none yet. It and the head's bytes
 * are taken over ({0} is left). The journal is synced every sync_s seconds. Fails if memory is
 * short. */
bool saved_new(struct saved **out, const char *path, struct buffer *head, struct journal *journal,
               double sync_s, struct err *e) MUST_CHECK;
void saved_free(struct saved *s); /* leaves the file, synced; NULL is allowed */

/* The chunk is not computed, but given up: its record will say so. Fails if memory is short. */
bool saved_given_up(struct saved *s, int64_t chunk, enum feed_task task, struct err *e) MUST_CHECK;

/* All blobs of the chunk have their places; *blobs is the end of its record, and is taken over. */
bool saved_settled(struct saved *s, int64_t chunk, struct buffer *blobs, struct err *e) MUST_CHECK;

/* The bytes of these settled chunks (struct durable_task: `at` is where in the scratch file) are
 * on the device of the rank that wrote them: now it is written down. */
bool saved_durable(struct saved *s, int rank, const void *tasks, size_t n,
                   struct err *e) MUST_CHECK;

/* Begins the journal, if that has not happened yet. */
bool saved_begin(struct saved *s, struct err *e) MUST_CHECK;

/* Whether there is a journal, and with it something to go on with. */
bool saved_any(const struct saved *s);

/* PATH.part.journal, to be freed. */
char *saved_path(const char *path, struct err *e);

#endif
