/* inside_rows.h - the pixels of a row that are inside the data, side by side.
 *
 * Outside are those of the nodata value, those where the mask is 0, and NaN; they are counted.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_INSIDE_ROWS_H
#define OPS_INSIDE_ROWS_H

#include "base/pixel.h"

/* What pixels outside the data are, as one of the type. */
struct nodata_pixel {
    bool has_value; /* false: no pixel can be of the value */
    _Alignas(8) unsigned char value[8];
};
struct nodata_pixel nodata_pixel(enum pixel_type type, bool has_nodata, double nodata);

/* nodata: of the value, or where the mask is 0; nan: the others that are NaN. */
struct inside_counts {
    int64_t valid, nodata, nan;
};

/* Pixels of a row, to be looked at one by one. */
struct row_view {
    enum pixel_type type;
    const void *pixels;
    const uint8 *mask; /* NULL: there is none */
    int n;
};

/* Those that are inside, *n of them: the row itself if all are, else copies in scratch, which has
 * room for the row. */
const void *inside_rows(const struct row_view *row, const struct nodata_pixel *nodata,
                        void *scratch, int *n, struct inside_counts *counts);

/* Whether pixel x of the row is inside. */
bool inside_at(const struct row_view *row, const struct nodata_pixel *nodata, int x);

#endif
