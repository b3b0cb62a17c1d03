/* feed.h - rank 0 makes the payloads of chunks: for each source, blobs the worker does not hold
 * yet, or pixels.
 *
 * A payload begins with what is to be done with the chunk (u32, enum feed_task) and the number of
 * the account of what the worker holds (u32): a new number means that rank 0 has forgotten all of
 * it, and so must the worker. There is no more unless the chunk is to be computed.
 *
 * The part of each source starts at a multiple of 8. Payload of blobs, for each needed blob in the
 * order of needs_blobs: index (i64), rows (u32), state (u32: FEED_HELD, FEED_SHIPPED, FEED_SPARSE),
 * size (u32), and for shipped ones the bytes. Payload of pixels, for each piece of the needed
 * rectangle: bytes (pack_bytes): the pixels band after band, then zeros up to a multiple of 8.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_FEED_H
#define JOB_FEED_H

#include "base/pack.h"
#include "job/ticket.h"
#include "raster/blobs.h"

/* FILL: all its pixels are outside the data; LEAVE_OUT: its tiles are left out of the file; KEPT:
 * it is computed of the pixels that the worker keeps (kept.h), and none are sent. */
enum feed_task { FEED_COMPUTE, FEED_FILL, FEED_LEAVE_OUT, FEED_KEPT };
enum feed_state { FEED_HELD, FEED_SHIPPED, FEED_SPARSE };

struct feed_head {
    enum feed_task task;
    uint32_t account;
};
bool feed_head_pack(struct buffer *payload, struct feed_head head, struct err *e) MUST_CHECK;

/* Takes it off the payload's front; false if there is none. */
bool feed_head_unpack(struct unpack *payload, struct feed_head *head) MUST_CHECK;

/* What follows in the payload of a chunk to be computed where an op sweeps (ops/sweep.h), at its
 * end: what is to be done, and bytes to do it with. */
enum feed_sweep { FEED_SUMMARISE, FEED_FINISH };
bool feed_sweep_pack(struct buffer *payload, enum feed_sweep what, const struct buffer *bytes,
                     struct err *e) MUST_CHECK;

/* Takes it off the payload's end; the bytes are borrowed from it. False if there is none. */
bool feed_sweep_unpack(struct unpack *payload, enum feed_sweep *what,
                       struct buffer *bytes) MUST_CHECK;

struct feed_times {
    double read_s;
    int64_t read_bytes, blobs_sent, blobs_spared; /* spared: the worker held them already */
};

struct feed; /* opaque */

/* All arguments are borrowed. */
struct sources;
bool feed_new(struct feed **out, const struct ticket *t, const struct sources *sources, int n_ranks,
              struct err *e) MUST_CHECK;
void feed_free(struct feed *f);

/* Appends what `rank` needs for the chunk. Fails naming the scene and what cannot be read. */
bool feed_load(struct feed *f, int64_t chunk, int rank, struct buffer *payload,
               struct err *e) MUST_CHECK;

/* The worker holds nothing any more, or nothing that can be relied on: its next payload starts a
 * new account. */
void feed_forget(struct feed *f, int rank);
uint32_t feed_account(const struct feed *f, int rank);

const struct feed_times *feed_times(const struct feed *f);

#endif
