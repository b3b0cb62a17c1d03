/* packer.h - pixels as encoded tiles, and those of a chunk as its result (parcel.h).
 * SPDX-License-Identifier: MIT */
#ifndef JOB_PACKER_H
#define JOB_PACKER_H

#include "parcel.h"

#include "base/planes.h"
#include "base/tick.h"
#include "raster/encode.h"
#include "raster/overviews.h"

struct packer; /* opaque */

/* Levels and encoders are borrowed; masks: of the masks' tiles, NULL where there are none. Fails if
 * memory is short. */
bool packer_new(struct packer **out, const struct overviews *levels, struct encoder *encoder,
                struct encoder *masks, struct err *e) MUST_CHECK;
void packer_free(struct packer *p);

/* Appends tile `index` of a level, whose pixels are there as far as the raster goes. Where the
 * encoder leaves the tile out, nothing is appended. */
bool packer_encode(struct packer *p, int level, const struct planes *pixels, int64_t index,
                   struct buffer *out, struct err *e) MUST_CHECK;

/* From now on all tiles are left out, or (false) those that the encoder says. */
void packer_leave_out(struct packer *p, bool all);

/* Appends to a parcel the tiles of a level that the pixels hold, row by row (down: column by
 * column), plane by plane at each place. */
struct packer_tiles {
    int level;
    const struct planes *pixels;
    const bool
        *uniform; /* for each tile, row by row, whether it has one value: then its first pixel
                            is enough, and others may be overwritten; NULL: none is known to */
    bool down;
};
bool packer_tiles(struct packer *p, const struct packer_tiles *tiles, struct buffer *parcel,
                  struct tick tick, struct err *e) MUST_CHECK;

/* Appends pixels themselves, of an overview whose tiles take in several chunks; behind them
 * those of its mask (NULL: there is none). */
bool packer_pixels(struct packer *p, int64_t chunk, const struct planes *pixels,
                   const struct planes *mask, struct buffer *parcel, struct err *e) MUST_CHECK;

/* Appends to a parcel one tile of a level. */
bool packer_tile(struct packer *p, int level, const struct planes *pixels, int64_t index,
                 struct buffer *parcel, struct err *e) MUST_CHECK;

/* Appends to a parcel a blob as it is. */
bool packer_blob(struct packer *p, const struct parcel_blob *blob, struct buffer *parcel,
                 struct err *e) MUST_CHECK;

/* The last of a parcel: its table. packer_drop: there will be none. */
bool packer_end(struct packer *p, struct buffer *parcel, struct err *e) MUST_CHECK;
void packer_drop(struct packer *p);

/* Seconds spent encoding so far. */
double packer_seconds(const struct packer *p);

#endif
