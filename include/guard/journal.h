/* journal.h - an append-only file of checksummed records: what a run has done, for the next one
 * to go on.
 *
 * It begins with a magic word; a record is its size (u32), the CRC of its bytes (u32), its
 * bytes. The first one, the head, says what the journal is about. A tail that is torn, as after
 * a loss of power, ends it.
 * SPDX-License-Identifier: MIT */
#ifndef GUARD_JOURNAL_H
#define GUARD_JOURNAL_H

#include "base/memory.h"

struct journal; /* opaque */

/* Creates the file, which must not exist, with its head, synced, locked against other runs as
 * long as it is open. Fails naming it. */
bool journal_create(struct journal **out, const char *path, const struct buffer *head,
                    struct err *e) MUST_CHECK;

/* Reads a journal, if it has a whole head (else *out is NULL): the head is appended to *head,
 * the bytes of each whole record are handed to `record`, then what is behind the last whole one
 * is cut off, and records can be appended. Fails, naming the file, if it cannot be read or
 * written, or where `record` fails. */
bool journal_open(struct journal **out, const char *path, struct buffer *head,
                  bool (*record)(void *ctx, const unsigned char *bytes, size_t n, struct err *e),
                  void *ctx, struct err *e) MUST_CHECK;

/* Appends a record. What it tells of must be on its device already. */
bool journal_append(struct journal *j, const struct buffer *record, struct err *e) MUST_CHECK;

/* All records are on their device. */
bool journal_sync(struct journal *j, struct err *e) MUST_CHECK;

void journal_close(struct journal *j); /* NULL is allowed */

#endif
