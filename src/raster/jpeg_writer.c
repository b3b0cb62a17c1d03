/* jpeg_writer.c - a plain JPEG file of one or three bands of bytes.
 * SPDX-License-Identifier: MIT */
#include "jpeg_writer.h"

#include "base/memory.h"

#include "interleave.h"

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
                   const struct planes *p, int quality, uint8 *row)
{
    if (setjmp(h->failed))
        return false;
    jpeg_create_compress(c);
    jpeg_stdio_dest(c, to);
    c->image_width = (JDIMENSION)p->region.width;
    c->image_height = (JDIMENSION)p->region.height;
    c->input_components = p->bands;
    c->in_color_space = p->bands == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(c);
    jpeg_set_quality(c, quality, TRUE);
    jpeg_start_compress(c, TRUE);
    while (c->next_scanline < c->image_height) {
        uint8 *bands[3] = {0}, *line;
        for (int b = 0; b < p->bands; b++)
            bands[b] = planes_at(p, b, p->region.x, p->region.y + c->next_scanline);
        if (p->bands == 3)
            interleave_3((const uint8 *const *)bands, p->region.width, row);
        line = p->bands == 3 ? row : bands[0];
        jpeg_write_scanlines(c, &line, 1);
    }
    jpeg_finish_compress(c);
    return true;
}

bool jpeg_write(const char *path, const struct planes *pixels, int quality, struct err *e)
{
    struct jpeg_compress_struct c = {0};
    struct handler h = {0};
    uint8 *row = memory_raw((size_t)pixels->region.width, 3, e);
    FILE *to = row ? fopen(path, "wb") : NULL;

    if (!to) {
        const bool no_memory = !row;
        free(row);
        return no_memory ? false : err_errno(e, "%s: cannot be created", path);
    }
    c.err = jpeg_std_error(&h.manager);
    h.manager.error_exit = fail;
    h.manager.output_message = keep_words;
    bool ok = encode(to, &c, &h, pixels, quality, row) || err_set(e, "libjpeg: %s", h.words);
    jpeg_destroy_compress(&c);
    if (fclose(to) != 0 && ok)
        ok = err_errno(e, "%s: cannot be written", path);
    free(row);
    return ok;
}
