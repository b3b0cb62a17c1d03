/* morphology.c - OpenCV's erode, dilate and morphologyEx with rectangles.
 *
 * A rectangle's extreme is that of its columns, then of those along the row; there, windows double
 * in length until two of them cover the rectangle's width.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "ops/neighborhood.h"

struct args {
    struct size2 ksize;
    struct point2 anchor;
    int shape, iterations, border_type, op;
    const char *border_value;
};

enum { OPEN, CLOSE, GRADIENT, TOPHAT, BLACKHAT, ERODE, DILATE };
static const char *const op_names[] = {"open",     "close", "gradient", "tophat",
                                       "blackhat", "erode", "dilate",   NULL};
static const char *const shapes[] = {"rect", NULL};

#define MORPHOLOGY_PARAMS                                                                           \
    {                                                                                               \
        "ksize",  "size of the kernel", P_SIZE, offsetof(struct args, ksize), "3", NULL, 1,         \
        KSIZE_MAX},                                                                                 \
        {"shape", "shape of the kernel", P_CHOICE, offsetof(struct args, shape), "rect", shapes, 0, \
         0},                                                                                        \
        {"anchor", "the kernel's own pixel; -1: its middle",                                        \
         P_POINT,  offsetof(struct args, anchor),                                                   \
         "-1,-1",  NULL,                                                                            \
         -1,       KSIZE_MAX},                                                                      \
        {"iterations",                                                                              \
         "how often each step is done",                                                             \
         P_INT,                                                                                     \
         offsetof(struct args, iterations),                                                         \
         "1",                                                                                       \
         NULL,                                                                                      \
         1,                                                                                         \
         KSIZE_MAX},                                                                                \
        {"border-type",                                                                             \
         "what lies outside the scene",                                                             \
         P_CHOICE,                                                                                  \
         offsetof(struct args, border_type),                                                        \
         "constant",                                                                                \
         border_names,                                                                              \
         0,                                                                                         \
         0},                                                                                        \
    {                                                                                               \
        "border-value", "of border constant; not given: what is outside does not count", P_TEXT,    \
            offsetof(struct args, border_value), NULL, NULL, 0, 0                                   \
    }

static const struct param params[] = {MORPHOLOGY_PARAMS, {0}};
static const struct param params_ex[] = {
    {"op", "what is done", P_CHOICE, offsetof(struct args, op), NULL, op_names, 0, 0},
    MORPHOLOGY_PARAMS,
    {0},
};

/* --- kernels --------------------------------------------------------------------------------- */

struct rectangle {
    int width, height, left;
    size_t scratch_row; /* in pixels */
};

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Rows are taken by fours; beyond the last one it counts again, which changes no extreme. */
static const void *row_of(const struct rectangle *r, const struct window *w, int i)
{
    return w->rows[MIN(i, r->height - 1)];
}

#define EXTREME(NAME, T, OF)                                                                       \
    SIMD static void NAME##_2_##T(const T *restrict a, const T *restrict b, T *restrict out,       \
                                  int n)                                                           \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = OF(a[x], b[x]);                                                               \
    }                                                                                              \
    SIMD static void NAME##_4_##T(const T *restrict a, const T *restrict b, const T *restrict c,   \
                                  const T *restrict d, T *restrict out, int n)                     \
    {                                                                                              \
        for (int x = 0; x < n; x++) {                                                              \
            const T ab = OF(a[x], b[x]), cd = OF(c[x], d[x]);                                      \
            out[x] = OF(ab, cd);                                                                   \
        }                                                                                          \
    }                                                                                              \
    SIMD static void NAME##_5_##T(const T *restrict a, const T *restrict b, const T *restrict c,   \
                                  const T *restrict d, T *restrict out, int n)                     \
    {                                                                                              \
        for (int x = 0; x < n; x++) {                                                              \
            const T ab = OF(a[x], b[x]), cd = OF(c[x], d[x]), all = OF(ab, cd);                    \
            out[x] = OF(out[x], all);                                                              \
        }                                                                                          \
    }                                                                                              \
    static void NAME##_##T(const void *state, const struct window *w)                              \
    {                                                                                              \
        const struct rectangle *r = state;                                                         \
        T *from = w->scratch, *to = from + r->scratch_row;                                         \
        int n = w->width + r->width - 1, length = 1;                                               \
                                                                                                   \
        for (int i = 0; i < r->height; i += 4) {                                                   \
            const T *const a = row_of(r, w, i), *const b = row_of(r, w, i + 1);                    \
            const T *const c = row_of(r, w, i + 2), *const d = row_of(r, w, i + 3);                \
            (i == 0 ? NAME##_4_##T : NAME##_5_##T)(a - r->left, b - r->left, c - r->left,          \
                                                   d - r->left, from, n);                          \
        }                                                                                          \
        for (; 2 * length <= r->width; length *= 2) {                                              \
            T *const done = from;                                                                  \
            n -= length;                                                                           \
            NAME##_2_##T(from, from + length, to, n);                                              \
            from = to;                                                                             \
            to = done;                                                                             \
        }                                                                                          \
        NAME##_2_##T(from, from + (r->width - length), w->outs[0], w->width);                      \
    }
#define EXTREMES(T) EXTREME(erode, T, MIN) EXTREME(dilate, T, MAX)
FOR_EACH_PIXEL_TYPE(EXTREMES)

/* Differences are clamped to the type's range; floats need none. */
#define SUBTRACT(T, DIFFERENCE)                                                                    \
    SIMD static void morphology_subtract_##T(const void *state, const struct window *w)            \
    {                                                                                              \
        const T *restrict a = w->rows[0], *restrict b = w->rows[1];                                \
        T *restrict out = w->outs[0];                                                              \
                                                                                                   \
        for (int x = 0; x < w->width; x++)                                                         \
            out[x] = (T)(DIFFERENCE);                                                              \
    }
#define CLAMP(v, low, high) MAX(MIN(v, high), low)
SUBTRACT(uint8, a[x] > b[x] ? a[x] - b[x] : 0)
SUBTRACT(uint16, a[x] > b[x] ? a[x] - b[x] : 0)
SUBTRACT(int16, CLAMP(a[x] - b[x], INT16_MIN, INT16_MAX))
SUBTRACT(uint32, a[x] > b[x] ? a[x] - b[x] : 0)
SUBTRACT(int32, CLAMP((int64)a[x] - b[x], INT32_MIN, INT32_MAX))
SUBTRACT(float32, a[x] - b[x])
SUBTRACT(float64, a[x] - b[x])

#define ERODE_ROW(T) erode_##T,
#define DILATE_ROW(T) dilate_##T,
#define SUBTRACT_ROW(T) morphology_subtract_##T,
static row_kernel *const erode_rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ERODE_ROW)};
static row_kernel *const dilate_rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(DILATE_ROW)};
static row_kernel *const subtract_rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(SUBTRACT_ROW)};

/* --- stages ---------------------------------------------------------------------------------- */

/* What the steps of an op have in common. */
struct morphology {
    const char *op;
    struct rectangle *rectangle;
    struct reach reach;
    enum border_type border_type;
    const double *border_value; /* NULL: the neutral one */
    struct format format;
};

/* Iterations are one step with a larger rectangle, as in OpenCV, whatever the border. */
static bool make_rectangle(struct morphology *m, const struct args *a, struct stages *s,
                           struct err *e)
{
    const int64_t n = a->iterations;
    const int64_t width = (a->ksize.width - 1) * n + 1, height = (a->ksize.height - 1) * n + 1;

    if (!reach_around(&m->reach, m->op, a->ksize, a->anchor, e))
        return false;
    if (width > KSIZE_MAX || height > KSIZE_MAX)
        return err_usage(e, "%s: %d iterations of %dx%d reach too far: no more than %d pixels",
                         m->op, a->iterations, a->ksize.width, a->ksize.height, KSIZE_MAX);
    m->reach.left *= a->iterations;
    m->reach.right *= a->iterations;
    m->reach.up *= a->iterations;
    m->reach.down *= a->iterations;
    m->rectangle = stages_state(s, sizeof *m->rectangle, e);
    if (!m->rectangle)
        return false;
    *m->rectangle = (struct rectangle){
        .width = (int)width,
        .height = (int)height,
        .left = m->reach.left,
        .scratch_row = STRIP_MAX + (size_t)width,
    };
    return true;
}

static bool begin(struct morphology *m, const char *op, const struct args *a, struct format in,
                  struct stages *s, double *value, struct err *e)
{
    *m = (struct morphology){
        .op = op, .border_type = (enum border_type)a->border_type, .format = in};
    if (!op_takes(op, erode_rows, in.type, e))
        return false;
    if (a->border_value && !text_to_real(a->border_value, value))
        return err_usage(e, "%s: --border-value='%s' is no number", op, a->border_value);
    m->border_value = a->border_value ? value : NULL;
    return make_rectangle(m, a, s, e);
}

/* Erodes or dilates the current stage. */
static bool add_step(struct stages *s, const struct morphology *m, bool erode, struct err *e)
{
    const enum pixel_type type = m->format.type;
    const double neutral = erode ? pixel_highest(type) : pixel_lowest(type);
    const struct stage stage = {
        .in = {{.stage = s->current,
                .reach = m->reach,
                .border = {m->border_type, m->border_value ? *m->border_value : neutral}}},
        .n_in = 1,
        .out = m->format,
        .row = erode ? erode_rows[type] : dilate_rows[type],
        .state = m->rectangle,
        .scratch_bytes = 2 * m->rectangle->scratch_row * pixel_size(type),
    };

    return stages_add(s, &stage, e);
}

static bool add_difference(struct stages *s, const struct morphology *m, int a, int b,
                           struct err *e)
{
    const struct border any = {BORDER_REPLICATE, 0};
    const struct stage stage = {
        .in = {{.stage = a, .border = any}, {.stage = b, .border = any}},
        .n_in = 2,
        .out = m->format,
        .row = subtract_rows[m->format.type],
    };

    return stages_add(s, &stage, e);
}

static bool add_op(struct stages *s, const struct morphology *m, int op, struct err *e)
{
    const int source = s->current;
    int dilated;

    switch (op) {
    case OPEN:
        return add_step(s, m, true, e) && add_step(s, m, false, e);
    case CLOSE:
        return add_step(s, m, false, e) && add_step(s, m, true, e);
    case TOPHAT:
        return add_op(s, m, OPEN, e) && add_difference(s, m, source, s->current, e);
    case BLACKHAT:
        return add_op(s, m, CLOSE, e) && add_difference(s, m, s->current, source, e);
    case GRADIENT:
        if (!add_step(s, m, false, e))
            return false;
        dilated = s->current;
        s->current = source;
        return add_step(s, m, true, e) && add_difference(s, m, dilated, s->current, e);
    default:
        return add_step(s, m, op == ERODE, e);
    }
}

static bool prepare_as(const char *name, const struct args *a, int op, struct format in,
                       struct stages *out, struct err *e)
{
    struct morphology m;
    double value;

    return begin(&m, name, a, in, out, &value, e) && add_op(out, &m, op, e);
}

static bool prepare_erode(const void *args, struct format in, struct stages *out, struct err *e)
{
    return prepare_as("erode", args, ERODE, in, out, e);
}

static bool prepare_dilate(const void *args, struct format in, struct stages *out, struct err *e)
{
    return prepare_as("dilate", args, DILATE, in, out, e);
}

static bool prepare_ex(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    return prepare_as("morphology-ex", a, a->op, in, out, e);
}

const struct op op_erode = {
    .name = "erode",
    .summary = "lowest of the pixels around each",
    .source = "OpenCV imgproc, erode",
    .example = "--ksize=5",
    .nodata = NODATA_VALID_ONLY,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare_erode,
};

const struct op op_dilate = {
    .name = "dilate",
    .summary = "highest of the pixels around each",
    .source = "OpenCV imgproc, dilate",
    .example = "--ksize=5",
    .nodata = NODATA_VALID_ONLY,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare_dilate,
};

const struct op op_morphology_ex = {
    .name = "morphology-ex",
    .summary = "opening, closing, gradient, top hat, black hat",
    .source = "OpenCV imgproc, morphologyEx",
    .example = "--op=gradient --ksize=5",
    .nodata = NODATA_VALID_ONLY,
    .params = params_ex,
    .args_size = sizeof(struct args),
    .prepare = prepare_ex,
};
