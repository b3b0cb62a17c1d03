/* copy_make_border.c - OpenCV's copyMakeBorder: pixels added on all sides by the rules that filters
 * use.
 * SPDX-License-Identifier: MIT */
#include "ops/border.h"
#include "ops/tile.h"

#include <assert.h>

enum { BLOCK_ROWS = 32, SIDE_MOST = 1 << 24 };

struct args {
    int top, bottom, left, right, border_type;
    struct real_given border_value;
};

static const struct param params[] = {
    {"top", "rows added above", P_INT, offsetof(struct args, top), NULL, NULL, 0, SIDE_MOST},
    {"bottom", "rows added below", P_INT, offsetof(struct args, bottom), NULL, NULL, 0, SIDE_MOST},
    {"left", "columns added on the left", P_INT, offsetof(struct args, left), NULL, NULL, 0,
     SIDE_MOST},
    {"right", "columns added on the right", P_INT, offsetof(struct args, right), NULL, NULL, 0,
     SIDE_MOST},
    {"border-type", "what the new pixels show", P_CHOICE, offsetof(struct args, border_type),
     "constant", border_names, 0, 0},
    {"border-value",
     "of border constant; if not given, it is outside the data where there is nodata", P_REAL_GIVEN,
     offsetof(struct args, border_value), "0", NULL, 0, 0},
    {0},
};

struct frame {
    enum border_type type;
    int64_t left, top, width, height;   /* of the input */
    _Alignas(8) unsigned char value[8]; /* a pixel of the constant */
};

/* For a wrap, the region past the input's edges; the executor sees to it that it is there. */
static struct region need(const void *state, struct region out)
{
    const struct frame *f = state;
    int64_t x0 = out.x - f->left, x1 = x0 + out.width;
    int64_t y0 = out.y - f->top, y1 = y0 + out.height;

    border_shown(f->type, f->width, &x0, &x1);
    border_shown(f->type, f->height, &y0, &y1);
    if (x0 == x1 || y0 == y1)
        return (struct region){0};
    return (struct region){x0, y0, x1 - x0, y1 - y0};
}

/* Where position p of an axis shows; -1: the constant. */
static int64_t shown(const struct frame *f, int64_t p, int64_t len)
{
    return f->type == BORDER_WRAP ? p : border_map(f->type, p, len);
}

static int within(int64_t p, int width)
{
    return p < 0 ? 0 : p > width ? width : (int)p;
}

/* Where columns from .. to - 1 show in the rows; -1: the constant. */
static void find_columns(const struct frame *f, const struct window *w, int from, int to)
{
    int *columns = w->scratch;

    for (int x = from; x < to; x++) {
        const int64_t at = shown(f, w->x + x - f->left, f->width);
        columns[x] = at < 0 && f->type == BORDER_CONSTANT ? -1 : (int)(at - w->in.x);
    }
}

/* The middle of a row lies together in the input; its ends are looked up pixel by pixel. */
#define FRAME(T)                                                                                   \
    static void fill_##T(T *restrict out, const struct frame *f, int n)                            \
    {                                                                                              \
        T value;                                                                                   \
                                                                                                   \
        memcpy(&value, f->value, sizeof value);                                                    \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = value;                                                                        \
    }                                                                                              \
    static void look_up_##T(const struct frame *f, const int *columns, const T *in, T *out,        \
                            int from, int to)                                                      \
    {                                                                                              \
        T value;                                                                                   \
                                                                                                   \
        memcpy(&value, f->value, sizeof value);                                                    \
        for (int x = from; x < to; x++)                                                            \
            out[x] = columns[x] < 0 ? value : in[columns[x]];                                      \
    }                                                                                              \
    static void frame_##T(const void *state, const struct window *w)                               \
    {                                                                                              \
        const struct frame *f = state;                                                             \
        const bool wraps = f->type == BORDER_WRAP;                                                 \
        const int from = wraps ? 0 : within(f->left - w->x, w->width);                             \
        const int to = wraps ? w->width : within(f->left + f->width - w->x, w->width);             \
                                                                                                   \
        find_columns(f, w, 0, from);                                                               \
        find_columns(f, w, from < to ? to : from, w->width);                                       \
        for (int i = 0; i < w->height; i++) {                                                      \
            const int64_t y = shown(f, w->y + i - f->top, f->height);                              \
            T *out = w->outs[i];                                                                   \
            if (region_is_empty(w->in) || (y < 0 && f->type == BORDER_CONSTANT)) {                 \
                fill_##T(out, f, w->width);                                                        \
                continue;                                                                          \
            }                                                                                      \
            const T *in = w->rows[y - w->in.y];                                                    \
            assert(in);                                                                            \
            look_up_##T(f, w->scratch, in, out, 0, from);                                          \
            if (from < to)                                                                         \
                memcpy(out + from, in + (w->x + from - f->left - w->in.x),                         \
                       (size_t)(to - from) * sizeof(T));                                           \
            look_up_##T(f, w->scratch, in, out, from < to ? to : from, w->width);                  \
        }                                                                                          \
    }
FOR_EACH_PIXEL_SIZE(FRAME)

#define ROW(T) frame_##T,
static row_kernel *const rows[PIXEL_SIZES] = {FOR_EACH_PIXEL_SIZE(ROW)};

/* The same frame for the validity of pixels. */
static const struct frame *frame_of_validity(struct stages *s, const struct frame *f,
                                             bool is_outside, struct err *e)
{
    struct frame *own = stages_state(s, sizeof *own, e);

    if (own) {
        *own = *f;
        memset(own->value, is_outside ? 0 : UINT8_MAX, sizeof own->value);
    }
    return own;
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    struct frame *f = stages_state(out, sizeof *f, e);
    struct format format = in;
    const bool is_outside =
        out->edge_is_outside && a->border_type == BORDER_CONSTANT && !a->border_value.given;

    if (!f)
        return false;
    *f =
        (struct frame){(enum border_type)a->border_type, a->left, a->top, in.width, in.height, {0}};
    pixel_store(in.type, a->border_value.value, f->value);
    format.width += a->left + (int64_t)a->right;
    format.height += a->top + (int64_t)a->bottom;
    const struct stage stage = {
        .in = {{.stage = out->current,
                .border = {f->type, a->border_value.value},
                .need = need,
                .need_state = f}},
        .n_in = 1,
        .out = format,
        .block = BLOCK_ROWS,
        .row = kernel_of_size(rows, in.type),
        .state = f,
        .scratch_bytes = STRIP_MAX * sizeof(int),
        .regrids = true,
        .to_input = {{-a->left, 1, 0, -a->top, 0, 1}},
        .valid = rows[0],
        .valid_state = frame_of_validity(out, f, is_outside, e),
        .edge_is_outside = is_outside,
    };
    return stage.valid_state && stages_add(out, &stage, e);
}

const struct op op_copy_make_border = {
    .name = "copy-make-border",
    .summary = "add pixels on all sides",
    .source = "OpenCV core, copyMakeBorder",
    .example = "--top=8 --bottom=8 --left=8 --right=8 --border-type=reflect",
    .nodata = NODATA_MOVED,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
