/* part.h - an output's .part file as the other ranks see it: they write their own blobs to it.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_PART_H
#define RASTER_PART_H

#include "base/memory.h"
#include "raster/bulk.h"
#include "raster/scratch.h"

/* What rank 0 lays beside the part file, so that another host's file of that name is not taken for
 * it. */
enum { PART_TOKEN = 16 };

struct part_probe {
    char *path; /* of the probe */
    unsigned char token[PART_TOKEN];
};

/* On rank 0: makes the probe; removes it. Fails if the directory takes no file. */
bool part_probe_new(struct part_probe *p, const char *part, struct err *e) MUST_CHECK;
void part_probe_free(struct part_probe *p);

/* Elsewhere: whether the probe beside that part file holds the token. Fails saying what is seen. */
bool part_probe_seen(const char *part, const unsigned char token[PART_TOKEN],
                     struct err *e) MUST_CHECK;

struct part; /* opaque */

/* Opens the part file if the probe beside it holds that token. Fails, saying so, if this host does
 * not see them or may not write. */
bool part_join(struct part **out, const char *part, const unsigned char token[PART_TOKEN],
               enum direct_io direct, struct err *e) MUST_CHECK;

int part_fd(const struct part *p);

/* Writes n bytes at offset. Fails naming the file. */
bool part_write(struct part *p, const void *bytes, size_t n, uint64_t offset,
                struct err *e) MUST_CHECK;

/* scratch_copy into it. */
bool part_copy(struct part *p, struct scratch *s, const uint64_t *at, bool framed,
               struct err *e) MUST_CHECK;

/* Sees to it that what was written is on its device. */
bool part_sync(struct part *p, struct err *e) MUST_CHECK;
void part_leave(struct part *p);

#endif
