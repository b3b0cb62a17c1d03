/* resize_nearest.c - resize to the nearest pixels, which are moved as they are.
 * SPDX-License-Identifier: MIT */
#include "ops/resize_nearest.h"

#include "ops/tile.h"

enum { BLOCK_ROWS = 32 };

static struct region need(const void *state, struct region out)
{
    const struct nearest *n = state;
    const int64_t x0 = n->columns[out.x], x1 = n->columns[out.x + out.width - 1];
    const int64_t y0 = nearest_pixel(out.y, n->scale_y, n->height);
    const int64_t y1 = nearest_pixel(out.y + out.height - 1, n->scale_y, n->height);

    return (struct region){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

/* A row that is shown again is copied from above. */
#define NEAREST(T)                                                                                 \
    SIMD static void resize_pick_##T(const T *restrict in, const int *restrict columns,            \
                                     T *restrict out, int n)                                       \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = in[columns[x]];                                                               \
    }                                                                                              \
    static void nearest_##T(const void *state, const struct window *w)                             \
    {                                                                                              \
        const struct nearest *n = state;                                                           \
        const void *above = NULL;                                                                  \
                                                                                                   \
        for (int i = 0; i < w->height; i++) {                                                      \
            const int64_t y = nearest_pixel(w->y + i, n->scale_y, n->height);                      \
            const void *in = w->rows[y - w->in.y];                                                 \
            if (in == above)                                                                       \
                memcpy(w->outs[i], w->outs[i - 1], (size_t)w->width * sizeof(T));                  \
            else                                                                                   \
                resize_pick_##T((const T *)in - w->in.x, n->columns + w->x, w->outs[i], w->width); \
            above = in;                                                                            \
        }                                                                                          \
    }
FOR_EACH_PIXEL_SIZE(NEAREST)

#define NEAREST_ROW(T) nearest_##T,
static row_kernel *const kernels[PIXEL_SIZES] = {FOR_EACH_PIXEL_SIZE(NEAREST_ROW)};

row_kernel *resize_nearest_plain(enum pixel_type type)
{
    return kernel_of_size(kernels, type);
}

bool resize_nearest_add(struct stages *s, struct format in, struct format out, double scale_x,
                        double scale_y, struct err *e)
{
    struct nearest *n = stages_state(s, sizeof *n, e);
    int *columns = n ? stages_state(s, (size_t)out.width * sizeof *columns, e) : NULL;
    row_kernel *row = resize_nearest_plain(in.type);

    if (!columns)
        return false;
    *n = (struct nearest){in.width, in.height, scale_x, scale_y, columns, out.width, NULL};
    for (int64_t x = 0; x < out.width; x++)
        columns[x] = (int)nearest_pixel(x, scale_x, in.width);
    if (!nearest_picks_avx512(s, n, pixel_size(in.type), &row, e))
        return false;
    const struct stage stage = {
        .in = {{.stage = s->current, .need = need, .need_state = n}},
        .n_in = 1,
        .out = out,
        .block = BLOCK_ROWS,
        .row = row,
        .state = n,
        .regrids = true,
        .to_input = {{0, scale_x, 0, 0, 0, scale_y}},
        .valid = kernels[0],
        .valid_state = n,
    };
    return stages_add(s, &stage, e);
}
