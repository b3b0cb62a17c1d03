/* blob_order.c - the order in which the blobs of the output are written.
 * SPDX-License-Identifier: MIT */
#include "blob_order.h"

static int planes(const struct layout *l)
{
    return l->separate ? l->bands : 1;
}

int64_t blob_order(const struct layout *l, enum division_kind kind, int64_t index)
{
    const int64_t tile = index % (l->across * l->down);
    const int64_t row = tile / l->across, column = tile % l->across;
    const int64_t place =
        kind == DIVISION_COLUMNS ? column * l->down + row : row * l->across + column;

    return place * planes(l) + layout_plane(l, index);
}

int64_t blob_at_order(const struct layout *l, enum division_kind kind, int64_t order)
{
    const int plane = (int)(order % planes(l));
    const int64_t place = order / planes(l);

    if (kind == DIVISION_COLUMNS)
        return layout_index(l, plane, place % l->down, place / l->down);
    return layout_index(l, plane, place / l->across, place % l->across);
}
