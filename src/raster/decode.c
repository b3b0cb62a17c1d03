/* decode.c - blobs of one TIFF, decoded on a replay of what libtiff read of its header.
 *
 * The header (made by blobs.c) is the file's size and the byte ranges that rank 0's libtiff read
 * while it opened the file. Here libtiff opens the same file from these ranges alone.
 * SPDX-License-Identifier: MIT */
#include "raster/decode.h"

#include "base/memory.h"
#include "base/pack.h"

#include "encode_private.h"
#include "tiff_support.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct range {
    uint64_t offset;
    size_t n;
    const unsigned char *bytes;
};

struct replay {
    struct tiff_client client; /* first: libtiff hands out its address */
    struct range *ranges;
    uint32_t n_ranges;
};

struct decoder {
    struct replay replay;
    unsigned char *header; /* the ranges point into it */
    TIFF *tif;
    struct layout layout;
    uint16_t codec;
    unsigned char *whole; /* a blob decoded for some of its rows; made when first needed */
};

/* The same reads come in the same order as when the ranges were recorded, but a file may have been
 * read twice at one place: the range that reaches farthest answers. */
static tmsize_t read_ranges(thandle_t handle, void *out, tmsize_t n)
{
    struct replay *r = handle;
    const unsigned char *best = NULL;
    size_t most = 0;

    for (uint32_t i = 0; i < r->n_ranges; i++) {
        uint64_t skip = r->client.position - r->ranges[i].offset; /* huge if it lies before */
        if (skip < r->ranges[i].n && r->ranges[i].n - skip > most) {
            most = r->ranges[i].n - skip;
            best = r->ranges[i].bytes + skip;
        }
    }
    if (most > (size_t)n)
        most = (size_t)n;
    if (most > 0)
        memcpy(out, best, most);
    r->client.position += most;
    return (tmsize_t)most;
}

static bool read_header(struct decoder *d, const void *header, size_t n, struct err *e)
{
    enum { LEAST_RANGE = 16 }; /* an offset and a length: so many bytes bound n_ranges */

    d->header = memory_raw(1, n, e);
    if (!d->header)
        return false;
    memcpy(d->header, header, n);
    struct unpack u = unpack_begin(d->header, n);
    struct replay *r = &d->replay;
    r->client.size = (uint64_t)unpack_i64(&u);
    uint32_t n_ranges = unpack_u32(&u);
    if (!u.ok || n_ranges > n / LEAST_RANGE)
        return err_set(e, "the header of a TIFF arrived damaged (%zu bytes)", n);
    r->ranges = memory_new(n_ranges, sizeof *r->ranges, e);
    if (!r->ranges)
        return false;
    r->n_ranges = n_ranges;
    for (uint32_t i = 0; i < n_ranges; i++) {
        r->ranges[i].offset = (uint64_t)unpack_i64(&u);
        r->ranges[i].bytes = unpack_bytes(&u, &r->ranges[i].n);
    }
    return u.ok || err_set(e, "the header of a TIFF arrived damaged (%zu bytes)", n);
}

static bool open_replay(struct decoder *d, struct err *e)
{
    char why[200];

    d->tif = tiff_open(&d->replay.client, TIFF_BLOB_MODE, read_ranges, NULL);
    if (!d->tif)
        return err_set(e, "libtiff does not understand a TIFF's header: %s",
                       tiff_words(&d->replay.client));
    if (!tiff_layout(d->tif, &d->layout, why, sizeof why))
        return err_set(e, "a TIFF's header is not supported: %s", why);
    TIFFGetFieldDefaulted(d->tif, TIFFTAG_COMPRESSION, &d->codec);
    return true;
}

bool decoder_new(struct decoder **out, const void *header, size_t n, struct err *e)
{
    struct decoder *d = memory_new(1, sizeof *d, e);

    if (!d)
        return false;
    if (!read_header(d, header, n, e) || !open_replay(d, e)) {
        decoder_free(d);
        return false;
    }
    *out = d;
    return true;
}

void decoder_free(struct decoder *d)
{
    if (!d)
        return;
    if (d->tif)
        TIFFClose(d->tif);
    free(d->replay.ranges);
    free(d->header);
    free(d->whole);
    free(d);
}

const struct layout *decoder_layout(const struct decoder *d)
{
    return &d->layout;
}

/* Whether it pays to ask for `rows` of `all` rows only. libtiff inflates whole tiles with
 * libdeflate but parts with zlib, at about 0.6 of its speed (GDAL's u8 and u16 tiles, libtiff 4.5).
 * Those that encode a tile as a picture do not stop early. */
static bool stops_early(const struct decoder *d, int rows, int64_t all)
{
    switch (d->codec) {
    case COMPRESSION_JPEG:
    case COMPRESSION_LERC:
    case COMPRESSION_WEBP:
        return false;
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE:
        return 2 * rows <= all;
    default:
        return true;
    }
}

static bool decode(struct decoder *d, int64_t index, const void *blob, size_t n, void *out,
                   size_t out_size, struct err *e)
{
    const struct layout *l = &d->layout;
    int64_t in_plane = index % (l->across * l->down);

    d->replay.client.words[0] = '\0';
    /* libtiff lets pass what holds more than the tile, and libdeflate then leaves the tile's end
     * as it was: whatever was in memory. */
    if (d->codec == COMPRESSION_ADOBE_DEFLATE || d->codec == COMPRESSION_DEFLATE)
        memset(out, 0, out_size);
    /* libtiff takes the blob without const, but alters it only for reversed bits (refused). */
    if (n > 0 && TIFFReadFromUserBuffer(d->tif, (uint32_t)index, (void *)blob, (tmsize_t)n, out,
                                        (tmsize_t)out_size))
        return true;
    return err_set(e, "the %s in row %lld, column %lld, plane %d (%zu bytes) is corrupt: %s",
                   l->strips ? "strip" : "tile", (long long)(in_plane / l->across),
                   (long long)(in_plane % l->across), layout_plane(l, index), n,
                   n > 0 ? tiff_words(&d->replay.client) : "it is empty");
}

bool decoder_decode(struct decoder *d, int64_t index, const void *blob, size_t n, int rows,
                    void *out, struct err *e)
{
    const struct layout *l = &d->layout;
    size_t row_bytes = layout_row_bytes(l);
    int64_t all = layout_region(l, index).height;

    assert(index >= 0 && index < layout_blobs(l) && rows > 0 && rows <= all);
    if (rows == all || stops_early(d, rows, all))
        return decode(d, index, blob, n, out, (size_t)rows * row_bytes, e);
    if (!d->whole && !(d->whole = memory_raw(1, layout_tile_bytes(l), e)))
        return false;
    if (!decode(d, index, blob, n, d->whole, (size_t)all * row_bytes, e))
        return false;
    memcpy(out, d->whole, (size_t)rows * row_bytes);
    return true;
}

bool decoder_suits(const struct decoder *d, const struct encoder *c)
{
    const struct tiff_encoding mine = tiff_encoding(d->tif);
    const struct tiff_encoding wanted = tiff_encoding(encoder_tiff(c));
    const bool plain = mine.codec == COMPRESSION_NONE || mine.codec == COMPRESSION_PACKBITS ||
                       mine.codec == COMPRESSION_LZW || mine.codec == COMPRESSION_ADOBE_DEFLATE ||
                       mine.codec == COMPRESSION_ZSTD;

    return plain && !encoder_is_levelled(c) && mine.codec == wanted.codec &&
           mine.predictor == wanted.predictor && mine.swapped == wanted.swapped;
}
