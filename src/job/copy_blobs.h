/* copy_blobs.h - `read A ! write B` where B's tiles are A's blobs as they are: nothing is opened.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_COPY_BLOBS_H
#define JOB_COPY_BLOBS_H

#include "packer.h"

#include "job/ticket.h"

/* Whether no pixel changes, tiles and codec stay, and nobody asked for another level of
 * compression. The same on every rank. */
bool copy_blobs_may(const struct ticket *t);

/* The payload of a chunk (feed.h) as its result (parcel.h). Checks the blobs' CRCs. */
bool copy_blobs(const struct ticket *t, struct packer *packer, const unsigned char *payload,
                size_t n, struct buffer *result, struct tick tick, struct err *e) MUST_CHECK;

#endif
