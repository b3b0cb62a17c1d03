/* encode.c - tiles of one output file, encoded in memory.
 *
 * The template (made by skeleton.c) is a TIFF of one tile without pixels. libtiff opens it for
 * update and is made to write that tile again and again; each time the tile's bytes are taken from
 * where its index says they are.
 * SPDX-License-Identifier: MIT */
#include "raster/encode.h"

#include "base/pack.h"

#include "codec.h"
#include "encode_private.h"
#include "tiff_support.h"

#include <stdlib.h>
#include <string.h>

struct memory_file {
    struct tiff_client client; /* first: libtiff hands out its address */
    struct buffer bytes;       /* client.size of them are the file */
    struct err failure;
};

struct encoder {
    struct memory_file file;
    size_t template_size;
    TIFF *tif;
    bool strips;
    size_t tile_bytes;
    bool sparse, levelled, photographic;
    uint32_t packed_width; /* of rows whose pixels are bits in the file; 0: they are not */
    double absent;
};

static tmsize_t read_memory(thandle_t handle, void *out, tmsize_t n)
{
    struct memory_file *f = handle;
    uint64_t left = f->client.position < f->client.size ? f->client.size - f->client.position : 0;
    size_t count = left < (uint64_t)n ? (size_t)left : (size_t)n;

    if (count > 0)
        memcpy(out, f->bytes.data + f->client.position, count);
    f->client.position += count;
    return (tmsize_t)count;
}

static tmsize_t write_memory(thandle_t handle, void *bytes, tmsize_t n)
{
    struct memory_file *f = handle;
    uint64_t end;

    if (__builtin_add_overflow(f->client.position, (uint64_t)n, &end) ||
        f->client.position > f->client.size) /* libtiff leaves no holes */
        return -1;
    f->bytes.size = (size_t)f->client.position;
    if (!buffer_append(&f->bytes, bytes, (size_t)n, &f->failure))
        return -1;
    f->client.position = end;
    if (end > f->client.size)
        f->client.size = end;
    return n;
}

static bool damaged(size_t n, struct err *e)
{
    return err_set(e, "the template of the output arrived damaged (%zu bytes)", n);
}

/* The pseudo-tags of the codec, which are not in the file. */
static bool set_up_codec(struct encoder *c, struct unpack settings, uint32_t n, struct err *e)
{
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t tag = unpack_u32(&settings);
        const double value = unpack_f64(&settings);
        bool real;
        if (!codec_knows_tag(tag, &real) || (!real && !(value >= 0 && value <= UINT16_MAX)))
            return damaged(c->template_size, e);
        const int set =
            real ? TIFFSetField(c->tif, tag, value) : TIFFSetField(c->tif, tag, (int)value);
        if (set != 1)
            return err_set(e, "libtiff does not take the codec's setting %g: %s", value,
                           tiff_words(&c->file.client));
    }
    return true;
}

/* A mask has one bit a pixel, which is no pixel type elsewhere. */
static bool open_mask(struct encoder *c, struct err *e)
{
    uint32_t width = 0, height = 0;

    c->strips = !TIFFIsTiled(c->tif);
    TIFFGetField(c->tif, c->strips ? TIFFTAG_IMAGEWIDTH : TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(c->tif, c->strips ? TIFFTAG_IMAGELENGTH : TIFFTAG_TILELENGTH, &height);
    c->packed_width = width;
    c->tile_bytes = (size_t)width * height;
    return c->tile_bytes > 0 || err_set(e, "libtiff cannot write a mask of such tiles");
}

static bool open_template(struct encoder *c, struct err *e)
{
    struct layout l;
    uint16_t codec = COMPRESSION_NONE, bits = 0;
    char why[200];

    c->tif = tiff_open(&c->file.client, "r+", read_memory, write_memory);
    if (c->tif && TIFFGetField(c->tif, TIFFTAG_BITSPERSAMPLE, &bits) == 1 && bits == 1)
        return open_mask(c, e);
    if (!c->tif || !tiff_layout(c->tif, &l, why, sizeof why) || layout_blobs(&l) != 1)
        return err_set(e, "libtiff cannot write such a file: %s",
                       c->tif ? why : tiff_words(&c->file.client));
    TIFFGetFieldDefaulted(c->tif, TIFFTAG_COMPRESSION, &codec);
    c->photographic = codec == COMPRESSION_JPEG || codec == COMPRESSION_WEBP;
    c->strips = l.strips;
    c->tile_bytes = layout_tile_bytes(&l);
    return true;
}

bool encoder_new(struct encoder **out, const void *template_bytes, size_t n, struct err *e)
{
    struct encoder *c = memory_new(1, sizeof *c, e);

    if (!c)
        return false;
    struct unpack u = unpack_begin(template_bytes, n);
    c->sparse = unpack_u32(&u) != 0;
    c->absent = unpack_f64(&u);
    c->levelled = unpack_u32(&u) != 0;
    const uint32_t n_settings = unpack_u32(&u);
    const struct unpack settings = u;
    for (uint32_t i = 0; u.ok && i < n_settings; i++) {
        unpack_u32(&u);
        unpack_f64(&u);
    }
    const unsigned char *tiff = unpack_bytes(&u, &c->template_size);
    bool ok = u.ok || damaged(n, e);
    ok = ok && buffer_append(&c->file.bytes, tiff, c->template_size, e);
    c->file.client.size = c->template_size;
    if (!ok || !open_template(c, e) || !set_up_codec(c, settings, n_settings, e)) {
        encoder_free(c);
        return false;
    }
    *out = c;
    return true;
}

void encoder_free(struct encoder *c)
{
    if (!c)
        return;
    if (c->tif)
        TIFFClose(c->tif);
    buffer_free(&c->file.bytes);
    free(c);
}

TIFF *encoder_tiff(const struct encoder *c)
{
    return c->tif;
}

bool encoder_is_levelled(const struct encoder *c)
{
    return c->levelled;
}

bool encoder_leaves_out(const struct encoder *c, double *value)
{
    *value = c->absent;
    return c->sparse;
}

bool encoder_shows_edges(const struct encoder *c)
{
    return c->photographic;
}

/* Eight pixels to a byte, the first one highest; each row begins a byte. In place; returns the
 * bytes. */
static size_t pack_bits(unsigned char *pixels, size_t n, size_t width)
{
    unsigned char *to = pixels;

    for (const unsigned char *row = pixels; row < pixels + n; row += width)
        for (size_t x = 0; x < width; x += 8) {
            unsigned char bits = 0;
            for (size_t i = 0; i < 8 && x + i < width; i++)
                bits |= (unsigned char)((row[x + i] != 0) << (7 - i));
            *to++ = bits;
        }
    return (size_t)(to - pixels);
}

bool encoder_encode(struct encoder *c, void *pixels, size_t n, struct buffer *out, struct err *e)
{
    struct memory_file *f = &c->file;

    if (n == 0 || n > c->tile_bytes || (c->packed_width > 0 && n % c->packed_width != 0))
        return err_set(e, "a tile of %zu bytes does not fit the output's tiles of %zu", n,
                       c->tile_bytes);
    if (c->packed_width > 0)
        n = pack_bits(pixels, n, c->packed_width);
    f->client.size = c->template_size; /* forget the last tile's bytes */
    f->client.words[0] = '\0';
    f->failure.status = 0;
    TIFFSetWriteOffset(c->tif, 0); /* else the tile is appended to the last one */
    tmsize_t written = c->strips ? TIFFWriteEncodedStrip(c->tif, 0, pixels, (tmsize_t)n)
                                 : TIFFWriteEncodedTile(c->tif, 0, pixels, (tmsize_t)n);
    if (f->failure.status != 0) {
        *e = f->failure;
        return false;
    }
    uint64_t offset = TIFFGetStrileOffset(c->tif, 0), size = TIFFGetStrileByteCount(c->tif, 0);
    if (written != (tmsize_t)n || offset > f->client.size || size > f->client.size - offset)
        return err_set(e, "libtiff cannot encode a tile: %s", tiff_words(&f->client));
    return buffer_append(out, f->bytes.data + offset, (size_t)size, e);
}
