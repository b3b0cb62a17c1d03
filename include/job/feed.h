/* feed.h - rank 0 makes the payloads of chunks: for each source, blobs the worker does not hold
 * yet, or pixels.
 *
 * The part of each source starts at a multiple of 8. Payload of blobs, for each needed blob in the
 * order of needs_blobs: index (i64), rows (u32), state (u32: FEED_HELD, FEED_SHIPPED, FEED_SPARSE),
 * size (u32), and for shipped ones CRC (u32) and bytes. Payload of pixels, for each piece of the
 * needed rectangle: CRC of the pixels (i64), and bytes: the pixels band after band, then zeros up
 * to a multiple of 8.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_FEED_H
#define JOB_FEED_H

#include "job/ticket.h"
#include "raster/blobs.h"

enum feed_state { FEED_HELD, FEED_SHIPPED, FEED_SPARSE };

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

const struct feed_times *feed_times(const struct feed *f);

#endif
