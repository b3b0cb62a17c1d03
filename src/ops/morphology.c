/* morphology.c - OpenCV's erode, dilate and morphologyEx: chains of extremes under an element.
 * SPDX-License-Identifier: MIT */
#include "ops/extreme.h"

struct args {
    struct size2 ksize;
    struct point2 anchor;
    struct numbers kernel;
    int shape, iterations, border_type, op;
    double border_value;
};

enum { OPEN, CLOSE, GRADIENT, TOPHAT, BLACKHAT, HITMISS, ERODE, DILATE };
static const char *const op_names[] = {"open",    "close", "gradient", "tophat", "blackhat",
                                       "hitmiss", "erode", "dilate",   NULL};

/* erode and dilate have all but the first. */
static const struct param params[] = {
    {"op", "what is done; for hitmiss, cells above 0 are hits and those below misses", P_CHOICE,
     offsetof(struct args, op), "open", op_names, 0, 0},
    {"ksize", "size of the kernel", P_SIZE, offsetof(struct args, ksize), "3", NULL, 1, KSIZE_MAX},
    {"shape", "shape of the kernel", P_CHOICE, offsetof(struct args, shape), "rect", element_shapes,
     0, 0},
    {"kernel", "its cells, in place of ksize and shape: all but 0 count", P_NUMBERS,
     offsetof(struct args, kernel), NULL, NULL, 0, 0},
    {"anchor", "the kernel's own pixel; -1: its middle", P_POINT, offsetof(struct args, anchor),
     "-1,-1", NULL, -1, KSIZE_MAX},
    {"iterations", "how often each step is done", P_INT, offsetof(struct args, iterations), "1",
     NULL, 1, KSIZE_MAX},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "constant", border_names, 0, 0},
    {"border-value", "of border constant; not given: what is outside does not count", P_MAYBE,
     offsetof(struct args, border_value), NULL, NULL, 0, 0},
    {0},
};

/* --- kernels --------------------------------------------------------------------------------- */

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Differences are clamped to the type's range; floats need none. */
#define SUBTRACT(T, DIFFERENCE)                                                                    \
    SIMD static void morphology_subtract_##T(const void *state, const struct window *w)            \
    {                                                                                              \
        const T *restrict a = w->rows[0], *restrict b = w->rows[1];                                \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
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

#define SUBTRACT_ROW(T) morphology_subtract_##T,
static row_kernel *const subtract_rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(SUBTRACT_ROW)};

SIMD static void morphology_complement(const void *state, const struct window *w)
{
    const uint8 *restrict in = w->rows[0];
    uint8 *restrict out = w->outs[0];
    const int width = w->width;

    for (int x = 0; x < width; x++)
        out[x] = (uint8)~in[x];
}

SIMD static void morphology_and(const void *state, const struct window *w)
{
    const uint8 *restrict a = w->rows[0], *restrict b = w->rows[1];
    uint8 *restrict out = w->outs[0];
    const int width = w->width;

    for (int x = 0; x < width; x++)
        out[x] = a[x] & b[x];
}

/* --- stages ---------------------------------------------------------------------------------- */

/* What the steps of an op have in common. */
struct morphology {
    struct element element;
    int iterations;
    enum border_type border_type;
    double border_value; /* NAN: the neutral one */
    struct format format;
};

static const struct border no_border = {BORDER_REPLICATE, 0}; /* of stages on single pixels */

static bool begin(struct morphology *m, const struct args *a, struct format in, struct stages *s,
                  struct err *e)
{
    const char *const op = s->op_name;

    *m = (struct morphology){.iterations = a->iterations,
                             .border_type = (enum border_type)a->border_type,
                             .border_value = a->border_value,
                             .format = in};
    if (!op_takes(op, subtract_rows, in.type, e))
        return false;
    if (a->kernel.v ? !element_of_numbers(&m->element, s, &a->kernel, 0, a->anchor, e)
                    : !element_of_shape(&m->element, s, (enum element_shape)a->shape, a->ksize,
                                        a->anchor, e))
        return false;
    return !element_is_empty(&m->element) ||
           err_usage(e, "%s: --kernel has no cell that is not 0", op);
}

/* Erodes or dilates the current stage. Iterations of a rectangle are one step with a larger one, as
 * in OpenCV, whatever the border. */
static bool add_step(struct stages *s, const struct morphology *m, bool erode, struct err *e)
{
    const enum pixel_type type = m->format.type;
    const double neutral = erode ? pixel_highest(type) : pixel_lowest(type);
    const bool one_step = element_is_full(&m->element);
    struct element element = m->element;

    if (one_step && !element_repeat(&element, s->op_name, m->iterations, e))
        return false;
    for (int i = 0; i < (one_step ? 1 : m->iterations); i++) {
        struct stage stage = {
            .in = {{.stage = s->current,
                    .border = {m->border_type,
                               isnan(m->border_value) ? neutral : m->border_value}}},
            .n_in = 1,
            .out = m->format,
        };
        if (!extreme_stage(s, &stage, &element, erode ? LOWEST : HIGHEST, type, e) ||
            !stages_add(s, &stage, e))
            return false;
    }
    return true;
}

static bool add_pair(struct stages *s, const struct morphology *m, row_kernel *row, int a, int b,
                     struct err *e)
{
    const struct stage stage = {
        .in = {{.stage = a, .border = no_border}, {.stage = b, .border = no_border}},
        .n_in = 2,
        .out = m->format,
        .row = row,
    };

    return stages_add(s, &stage, e);
}

/* The pixels where all hits are set and all misses are not: an erosion by the hits, and one of the
 * complement by the misses. */
static bool add_hitmiss(struct stages *s, const struct morphology *m, const struct args *a,
                        struct err *e)
{
    struct morphology hits = *m, misses = *m;
    const int source = s->current;

    if (m->format.type != PX_UINT8)
        return err_usage(e,
                         "%s: --op=hitmiss takes uint8 pixels, not %s (put `convert-to "
                         "--type=uint8` before it)",
                         s->op_name, pixel_name(m->format.type));
    if (!a->kernel.v)
        return add_step(s, m, true, e);
    if (!element_of_numbers(&hits.element, s, &a->kernel, 1, a->anchor, e) ||
        !element_of_numbers(&misses.element, s, &a->kernel, -1, a->anchor, e))
        return false;
    if (element_is_empty(&misses.element))
        return add_step(s, &hits, true, e);
    if (!stages_add_row(s, morphology_complement, NULL, m->format, (struct reach){0}, no_border,
                        e) ||
        !add_step(s, &misses, true, e))
        return false;
    if (element_is_empty(&hits.element))
        return true;
    const int missed = s->current;
    s->current = source;
    return add_step(s, &hits, true, e) && add_pair(s, m, morphology_and, s->current, missed, e);
}

static bool add_op(struct stages *s, const struct morphology *m, int op, struct err *e)
{
    row_kernel *const subtract = subtract_rows[m->format.type];
    const int source = s->current;
    int dilated;

    switch (op) {
    case OPEN:
        return add_step(s, m, true, e) && add_step(s, m, false, e);
    case CLOSE:
        return add_step(s, m, false, e) && add_step(s, m, true, e);
    case TOPHAT:
        return add_op(s, m, OPEN, e) && add_pair(s, m, subtract, source, s->current, e);
    case BLACKHAT:
        return add_op(s, m, CLOSE, e) && add_pair(s, m, subtract, s->current, source, e);
    case GRADIENT:
        if (!add_step(s, m, false, e))
            return false;
        dilated = s->current;
        s->current = source;
        return add_step(s, m, true, e) && add_pair(s, m, subtract, dilated, s->current, e);
    default:
        return add_step(s, m, op == ERODE, e);
    }
}

static bool prepare_as(const struct args *a, int op, struct format in, struct stages *out,
                       struct err *e)
{
    struct morphology m;

    if (!begin(&m, a, in, out, e))
        return false;
    return op == HITMISS ? add_hitmiss(out, &m, a, e) : add_op(out, &m, op, e);
}

static bool prepare_erode(const void *args, struct format in, struct stages *out, struct err *e)
{
    return prepare_as(args, ERODE, in, out, e);
}

static bool prepare_dilate(const void *args, struct format in, struct stages *out, struct err *e)
{
    return prepare_as(args, DILATE, in, out, e);
}

static bool prepare_ex(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    out->keeps_values = a->op <= CLOSE || a->op > HITMISS;
    return prepare_as(a, a->op, in, out, e);
}

const struct op op_erode = {
    .name = "erode",
    .summary = "lowest of the pixels around each",
    .source = "OpenCV imgproc, erode",
    .example = "--ksize=5",
    .nodata = NODATA_VALID_ONLY,
    .keeps_values = true,
    .params = params + 1,
    .args_size = sizeof(struct args),
    .prepare = prepare_erode,
};

const struct op op_dilate = {
    .name = "dilate",
    .summary = "highest of the pixels around each",
    .source = "OpenCV imgproc, dilate",
    .example = "--ksize=5",
    .nodata = NODATA_VALID_ONLY,
    .keeps_values = true,
    .params = params + 1,
    .args_size = sizeof(struct args),
    .prepare = prepare_dilate,
};

const struct op op_morphology_ex = {
    .name = "morphology-ex",
    .summary = "opening, closing, gradient, top hat, black hat, hit-or-miss",
    .source = "OpenCV imgproc, morphologyEx",
    .example = "--op=gradient --ksize=5",
    .nodata = NODATA_VALID_ONLY,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare_ex,
};
