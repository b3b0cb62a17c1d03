/* parts.h - how a scene is divided into parts that are files of their own, and what each says of
 * its place.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_PARTS_H
#define JOB_PARTS_H

#include "base/err.h"
#include "base/region.h"

enum { PARTS_MOST = 1000000 };

/* Rows and columns are counted from 0, from the upper left corner on. */
struct parts {
    int64_t width, height; /* of the scene */
    int rows, columns;
    int64_t tile_width, tile_height; /* of all but the last ones; 0: all are as equal as can be */
};

/* rows and columns (0: one), or tile_width and tile_height: the others are 0. Fails with err_usage
 * if a part would be empty, or if there were very many. */
bool parts_divide(struct parts *p, struct err *e) MUST_CHECK;

struct region parts_region(const struct parts *p, int row, int column);

/* What a part says of its place, in its metadata item TILERY_PART; name: that of its file, with
 * {row}, {column} and {index} left in it. */
struct part_place {
    struct parts of;
    int row, column;
    struct region region;
    const char *name; /* borrowed from the text it was read from */
};

enum { PART_PLACE_TEXT = 600 };
void part_place_write(char out[PART_PLACE_TEXT], const struct parts *p, int row, int column,
                      const char *name);

/* False if the text is not what part_place_write writes. */
bool part_place_read(struct part_place *out, const char *text);

#endif
