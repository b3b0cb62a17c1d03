/* layout.c - how the blobs of a TIFF tile its raster.
 * SPDX-License-Identifier: MIT */
#include "raster/layout.h"

bool layout_is_sound(const struct layout *l)
{
    const double most_bytes = 0x1p61;

    if (l->type >= PX_N_TYPES || l->bands < 1 || l->bands > UINT16_MAX || l->width < 1 ||
        l->width > INT32_MAX || l->height < 1 || l->height > INT32_MAX || l->tile_width < 1 ||
        l->tile_height < 1 || (l->strips && l->tile_width != l->width))
        return false;
    const double blobs = (double)l->across * (double)l->down * (l->separate ? (double)l->bands : 1);
    return l->across == ceil_div(l->width, l->tile_width) &&
           l->down == ceil_div(l->height, l->tile_height) && blobs <= UINT32_MAX &&
           (double)l->tile_width * l->tile_height * (double)layout_pixel_bytes(l) * blobs <=
               most_bytes;
}

int64_t layout_blobs(const struct layout *l)
{
    return l->across * l->down * (l->separate ? l->bands : 1);
}

int64_t layout_index(const struct layout *l, int plane, int64_t row, int64_t column)
{
    return (plane * l->down + row) * l->across + column;
}

struct region layout_region(const struct layout *l, int64_t index)
{
    int64_t in_plane = index % (l->across * l->down);
    int64_t x = in_plane % l->across * l->tile_width;
    int64_t y = in_plane / l->across * l->tile_height;
    int64_t height = l->tile_height;

    if (l->strips && height > l->height - y)
        height = l->height - y;
    return (struct region){x, y, l->tile_width, height};
}

int layout_plane(const struct layout *l, int64_t index)
{
    return (int)(index / (l->across * l->down));
}

int layout_samples(const struct layout *l)
{
    return l->separate ? 1 : l->bands;
}

size_t layout_pixel_bytes(const struct layout *l)
{
    return (size_t)layout_samples(l) * pixel_size(l->type);
}

size_t layout_row_bytes(const struct layout *l)
{
    return (size_t)l->tile_width * layout_pixel_bytes(l);
}

size_t layout_tile_bytes(const struct layout *l)
{
    return layout_row_bytes(l) * (size_t)l->tile_height;
}
