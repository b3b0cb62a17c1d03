/* jpeg_writer.c - a plain JPEG file of one or three bands of bytes.
 * SPDX-License-Identifier: MIT */
#include "jpeg_writer.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

struct handler {
    struct jpeg_error_mgr manager; /* first: libjpeg knows nothing of the rest */
    jmp_buf failed;
    char words[JMSG_LENGTH_MAX];
};

static void keep_words(j_common_ptr c)
{
    struct handler *h = (struct handler *)c->err;

    h->manager.format_message(c, h->words);
}

static void fail(j_common_ptr c)
{
    struct handler *h = (struct handler *)c->err;

    keep_words(c);
    longjmp(h->failed, 1);
}

/* libjpeg comes back to here when it fails: nothing of this function's own may change after that
 * is set. */
static bool encode(FILE *to, struct jpeg_compress_struct *c, struct handler *h,
                   const struct jpeg_raster *r, int quality)
{
    const size_t row = (size_t)r->width * (size_t)r->bands;

    if (setjmp(h->failed))
        return false;
    jpeg_create_compress(c);
    jpeg_stdio_dest(c, to);
    c->image_width = (JDIMENSION)r->width;
    c->image_height = (JDIMENSION)r->height;
    c->input_components = r->bands;
    c->in_color_space = r->bands == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(c);
    jpeg_set_quality(c, quality, TRUE);
    jpeg_start_compress(c, TRUE);
    while (c->next_scanline < c->image_height) {
        uint8 *line = r->samples + row * c->next_scanline;
        jpeg_write_scanlines(c, &line, 1);
    }
    jpeg_finish_compress(c);
    return true;
}

bool jpeg_write(const char *path, const struct jpeg_raster *raster, int quality, struct err *e)
{
    struct jpeg_compress_struct c = {0};
    struct handler h = {0};
    FILE *to = fopen(path, "wb");

    if (!to)
        return err_errno(e, "%s: cannot be created", path);
    c.err = jpeg_std_error(&h.manager);
    h.manager.error_exit = fail;
    h.manager.output_message = keep_words;
    bool ok = encode(to, &c, &h, raster, quality) || err_set(e, "libjpeg: %s", h.words);
    jpeg_destroy_compress(&c);
    if (fclose(to) != 0 && ok)
        ok = err_errno(e, "%s: cannot be written", path);
    return ok;
}
