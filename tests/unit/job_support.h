/* job_support.h - what the tests of src/job share.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_SUPPORT_H
#define JOB_SUPPORT_H

#include "raster/layout.h"

static inline struct layout layout_of(int64_t width, int64_t height, int tile_w, int tile_h,
                                      int bands, bool separate)
{
    return (struct layout){
        .width = width,
        .height = height,
        .type = PX_UINT16,
        .bands = bands,
        .tile_width = tile_w,
        .tile_height = tile_h,
        .across = ceil_div(width, tile_w),
        .down = ceil_div(height, tile_h),
        .separate = separate,
    };
}

#endif
