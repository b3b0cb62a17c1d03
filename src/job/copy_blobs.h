/* copy_blobs.h - `read A ! write B` where B's tiles are A's blobs as they are. Overviews are
 * made of their pixels; without any, nothing is opened.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_COPY_BLOBS_H
#define JOB_COPY_BLOBS_H

#include "packer.h"

#include "base/pack.h"
#include "job/ticket.h"

/* Whether no pixel changes, tiles and codec stay, and nobody asked for another level of
 * compression. The same on every rank. */
bool copy_blobs_may(const struct ticket *t);

/* The blobs of a chunk's payload (feed.h), added to its result (parcel.h). Checks their CRCs. */
bool copy_blobs(const struct ticket *t, struct packer *packer, struct unpack payload,
                struct buffer *result, struct tick tick, struct err *e) MUST_CHECK;

#endif
