/* frame.c - the decoded whole of a scene whose format has no parts.
 * SPDX-License-Identifier: MIT */
#include "frame.h"

#include "base/memory.h"

#include "interleave.h"

#include <cpl_error.h>

#include <stdlib.h>
#include <string.h>

static size_t frame_bytes(const struct scene *s)
{
    return (size_t)s->info.file_width * (size_t)s->info.file_height *
           (size_t)GDALGetRasterCount(s->dataset);
}

bool frame_suits(const struct scene *s)
{
    const bool whole = strcmp(s->info.driver, "JPEG") == 0 || strcmp(s->info.driver, "PNG") == 0;

    return whole && !s->mask && s->info.type == PX_UINT8 &&
           frame_bytes(s) <= (size_t)GDALGetCacheMax64();
}

static CPLErr load(struct scene *s)
{
    const int w = (int)s->info.file_width, h = (int)s->info.file_height;
    const int bands = GDALGetRasterCount(s->dataset);
    struct err e;

    s->frame = memory_raw(frame_bytes(s), 1, &e);
    if (!s->frame) {
        CPLError(CE_Failure, CPLE_OutOfMemory, "%s", e.text);
        return CE_Failure;
    }
    const CPLErr status =
        GDALDatasetRasterIOEx(s->dataset, GF_Read, 0, 0, w, h, s->frame, w, h, GDT_Byte, bands,
                              NULL, bands, (GSpacing)bands * w, 1, NULL);
    if (status != CE_None) {
        free(s->frame);
        s->frame = NULL;
    }
    return status;
}

CPLErr frame_read(struct scene *s, const struct planes *out)
{
    const int bands = GDALGetRasterCount(s->dataset);
    const struct region r = out->region;

    if (!s->frame && load(s) != CE_None)
        return CE_Failure;
    for (int64_t y = r.y; y < r.y + r.height; y++) {
        const unsigned char *row =
            s->frame +
            (size_t)((s->window.y + y) * s->info.file_width + s->window.x + r.x) * (size_t)bands;
        for (int b = 0; b < out->bands; b++)
            interleave_pick(row, bands, s->bands[b] - 1, r.width, planes_at(out, b, r.x, y));
    }
    return CE_None;
}
