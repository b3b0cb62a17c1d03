/* fuzz_blob.c - a recorded header and the bytes of a blob, into the decoder.
 *
 * Input: the header (pack_bytes), the blob's number (u32), rows to decode (u32), the blob.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/pack.h"
#include "raster/decode.h"

#include <stdlib.h>

enum { TILE_MOST = 1 << 20 };

bool fuzz_accepted;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct unpack u = unpack_begin(data, size);
    size_t n;
    const unsigned char *header = unpack_bytes(&u, &n);
    const uint32_t number = unpack_u32(&u), wanted = unpack_u32(&u);
    struct decoder *d = NULL;
    struct err e;

    if (!u.ok || !decoder_new(&d, header, n, &e))
        return 0;
    const struct layout *l = decoder_layout(d);
    if (layout_tile_bytes(l) <= TILE_MOST) {
        const int64_t index = number % layout_blobs(l);
        const int64_t all = layout_region(l, index).height;
        const int rows = (int)(wanted % all) + 1;
        void *pixels = malloc((size_t)rows * layout_row_bytes(l));
        fuzz_accepted =
            pixels && decoder_decode(d, index, u.at, (size_t)(u.end - u.at), rows, pixels, &e);
        free(pixels);
    }
    decoder_free(d);
    return 0;
}
