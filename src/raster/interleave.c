/* interleave.c - pixels of several bands side by side, to rows of one band each and back.
 * SPDX-License-Identifier: MIT */
#include "interleave.h"

#include "ops/op.h"

#include <string.h>

SIMD static void pick_3(const uint8 *restrict pixels, int64_t n, uint8 *restrict out)
{
    for (int64_t x = 0; x < n; x++)
        out[x] = pixels[3 * x];
}

void interleave_pick(const uint8 *pixels, int bands, int b, int64_t n, uint8 *out)
{
    if (bands == 1)
        memcpy(out, pixels, (size_t)n);
    else if (bands == 3)
        pick_3(pixels + b, n, out);
    else
        for (int64_t x = 0; x < n; x++)
            out[x] = pixels[bands * x + b];
}

SIMD static void join_3(const uint8 *restrict a, const uint8 *restrict b, const uint8 *restrict c,
                        int64_t n, uint8 *restrict out)
{
    for (int64_t x = 0; x < n; x++) {
        out[3 * x] = a[x];
        out[3 * x + 1] = b[x];
        out[3 * x + 2] = c[x];
    }
}

void interleave_3(const uint8 *const rows[3], int64_t n, uint8 *out)
{
    join_3(rows[0], rows[1], rows[2], n, out);
}
