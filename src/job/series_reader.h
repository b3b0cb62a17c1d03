/* series_reader.h - what the ops before make of a scene of a series, read region by region.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SERIES_READER_H
#define JOB_SERIES_READER_H

#include "series.h"

#include "base/tick.h"

struct series_reader; /* opaque */

/* For one rank; the series is borrowed. To be freed with series_reader_free. */
bool series_reader_new(struct series_reader **out, const struct series *s, struct place place,
                       struct err *e) MUST_CHECK;
void series_reader_free(struct series_reader *r);

/* From now on a scene is read from this path (SCENE_IN_MEMORY), instead of its own; NULL: its own. */
void series_reader_instead(struct series_reader *r, const char *path);

/* Fills rows (region.height rows of region.width * bands elements, without gaps between them, in the
 * series' order) with what the scene is there, and valid, an element each, if the series has gaps.
 * Fails naming the scene, or with "stopped" when tick returned false. */
bool series_read(struct series_reader *r, int scene, struct region region, void *rows, uint8 *valid,
                 struct tick tick, struct err *e) MUST_CHECK;

#endif
