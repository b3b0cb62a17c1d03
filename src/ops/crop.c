/* crop.c - a rectangle of the scene, by itself: OpenCV's Mat(rect), numpy's slice. Pixels of any type
 * are copied as they are.
 * SPDX-License-Identifier: MIT */
#include "ops/tile.h"

#include "base/text.h"

enum { BLOCK_ROWS = 32 };

struct args {
    const char *window;
};

static const struct param params[] = {
    {"window", "x,y,width,height in pixels, inside the scene", P_TEXT,
     offsetof(struct args, window), param_required, NULL, 0, 0},
    {0},
};

/* state: the window, a struct region. */
static struct region need(const void *state, struct region out)
{
    const struct region *r = state;

    return (struct region){r->x + out.x, r->y + out.y, out.width, out.height};
}

#define COPY(T)                                                                                    \
    static void copy_##T(const void *state, const struct window *w)                                \
    {                                                                                              \
        for (int i = 0; i < w->height; i++)                                                        \
            memcpy(w->outs[i], w->rows[i], (size_t)w->width * sizeof(T));                          \
    }
FOR_EACH_PIXEL_SIZE(COPY)

#define ROW(T) copy_##T,
static row_kernel *const rows[PIXEL_SIZES] = {FOR_EACH_PIXEL_SIZE(ROW)};

static bool read_window(const char *text, struct format in, struct region *r, struct err *e)
{
    int64_t v[4];

    if (!text_to_i64s(text, ',', 4, v))
        return err_usage(e, "crop: --window='%s' is not of the form x,y,width,height", text);
    /* Bounded one by one, so that no sum overflows. */
    if (v[0] < 0 || v[1] < 0 || v[2] < 1 || v[3] < 1 || v[2] > in.width || v[3] > in.height ||
        v[0] > in.width - v[2] || v[1] > in.height - v[3])
        return err_usage(
            e, "crop: --window=%s does not lie in the scene, which has %lldx%lld pixels here", text,
            (long long)in.width, (long long)in.height);
    *r = (struct region){v[0], v[1], v[2], v[3]};
    return true;
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    struct region *r = stages_state(out, sizeof *r, e);
    struct format format = in;

    if (!r || !read_window(((const struct args *)args)->window, in, r, e))
        return false;
    format.width = r->width;
    format.height = r->height;
    const struct stage stage = {
        .in = {{.stage = out->current, .need = need, .need_state = r}},
        .n_in = 1,
        .out = format,
        .block = BLOCK_ROWS,
        .row = kernel_of_size(rows, in.type),
        .state = r,
        .regrids = true,
        .to_input = {{(double)r->x, 1, 0, (double)r->y, 0, 1}},
        .valid = rows[0],
        .valid_state = r,
    };
    return stages_add(out, &stage, e);
}

const struct op op_crop = {
    .name = "crop",
    .summary = "cut a rectangle out of the scene",
    .source = "OpenCV core, Mat::operator()(Rect)",
    .example = "--window=4,2,32,24",
    .nodata = NODATA_MOVED,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
