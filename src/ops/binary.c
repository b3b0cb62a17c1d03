/* binary.c - the stage that tells the pixels that are 0 from the others.
 * SPDX-License-Identifier: MIT */
#include "ops/binary.h"

#define BINARY(T, OUT)                                                                             \
    SIMD static void binary_##T##_##OUT(const void *state, const struct window *w)                 \
    {                                                                                              \
        const T *restrict in = w->rows[0];                                                         \
        OUT *restrict out = w->outs[0];                                                            \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = in[x] != 0;                                                                   \
    }
#define TO_UINT32(T) BINARY(T, uint32)
#define TO_FLOAT32(T) BINARY(T, float32)
FOR_EACH_PIXEL_TYPE(TO_UINT32)
FOR_EACH_PIXEL_TYPE(TO_FLOAT32)

bool binary_add(struct stages *s, struct format in, enum pixel_type out, struct err *e)
{
#define ROW_UINT32(T) binary_##T##_uint32,
#define ROW_FLOAT32(T) binary_##T##_float32,
    static row_kernel *const to_uint32[PX_N_KERNEL_TYPES] = { FOR_EACH_PIXEL_TYPE(ROW_UINT32) };
    static row_kernel *const to_float32[PX_N_KERNEL_TYPES] = { FOR_EACH_PIXEL_TYPE(ROW_FLOAT32) };
    row_kernel *const *rows = out == PX_UINT32 ? to_uint32 : to_float32;
    struct stage stage = {
        .in = {{.stage = s->current, .border = {BORDER_REPLICATE, 0}}},
        .n_in = 1,
        .out = in,
        .by_place = true, /* what is made of it is */
    };

    if (!op_takes(s->op_name, rows, in.type, e))
        return false;
    stage.out.type = out;
    stage.row = rows[in.type];
    return stages_add(s, &stage, e);
}
