/* sweep.c - what ops that sweep have in common.
 * SPDX-License-Identifier: MIT */
#include "ops/sweep.h"

#include <string.h>

#define PUT_NODATA(T)                                                                              \
    SIMD static void put_nodata_##T(void *row, int64_t n, const void *from, const void *to)        \
    {                                                                                              \
        T *restrict at = row;                                                                      \
        T outside, nodata;                                                                         \
                                                                                                   \
        memcpy(&outside, from, sizeof outside);                                                    \
        memcpy(&nodata, to, sizeof nodata);                                                        \
        for (int64_t x = 0; x < n; x++)                                                            \
            at[x] = at[x] == outside ? nodata : at[x];                                             \
    }
FOR_EACH_PIXEL_TYPE(PUT_NODATA)

void sweep_put_nodata(const struct sweep_band *band, double outside)
{
    typedef void put_row(void *row, int64_t n, const void *from, const void *to);
#define ROW(T) put_nodata_##T,
    static put_row *const rows[PX_N_KERNEL_TYPES] = { FOR_EACH_PIXEL_TYPE(ROW) };
#undef ROW
    const struct planes *p = band->pixels;
    unsigned char from[8], to[8];

    pixel_store(p->type, outside, from);
    pixel_store(p->type, band->nodata, to);
    for (int b = 0; b < p->bands; b++)
        for (int64_t y = p->region.y; y < p->region.y + p->region.height; y++)
            rows[p->type](planes_at(p, b, p->region.x, y), p->region.width, from, to);
}
