/* blur.c - OpenCV's blur: the mean of a box.
 *
 * Columns of the box are summed into scratch; along the row, sums of doubling length are then
 * joined to the box's width. Sums of integers are exact. Floats are summed in double, each box
 * afresh and in the same order everywhere, so that no pixel depends on where a chunk began.
 * SPDX-License-Identifier: MIT */
#include "ops/neighborhood.h"
#include "ops/saturate.h"

#include <string.h>

struct args {
    struct size2 ksize;
    struct point2 anchor;
    int border_type;
    double border_value;
};

static const struct param params[] = {
    {"ksize", "size of the box", P_SIZE, offsetof(struct args, ksize), NULL, NULL, 1, KSIZE_MAX},
    {"anchor", "the box's own pixel; -1: its middle", P_POINT, offsetof(struct args, anchor),
     "-1,-1", NULL, -1, KSIZE_MAX},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "reflect-101", border_names, 0, 0},
    {"border-value", "of border constant", P_REAL, offsetof(struct args, border_value), "0", NULL,
     0, 0},
    {0},
};

struct box {
    int width, height, left;
    double scale;          /* 1 / area */
    uint32 addend, factor; /* of a small box of uint8 */
    size_t scratch_row;    /* in sums */
};

/* --- sums ------------------------------------------------------------------------------------- */

#define SUMS(W)                                                                                    \
    SIMD static void blur_join_##W(const W *restrict a, const W *restrict b, W *restrict out,      \
                                   int n)                                                          \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] = a[x] + b[x];                                                                  \
    }                                                                                              \
    SIMD static void blur_add_##W(W *restrict sums, const W *restrict a, int n)                    \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] += a[x];                                                                       \
    }                                                                                              \
    /* Returns where the sums are: columns, followed by two more rows of scratch, are changed. */  \
    static W *sum_along_##W(const struct box *box, W *columns, int n)                              \
    {                                                                                              \
        W *from = columns, *to = columns + box->scratch_row, *sums = to + box->scratch_row;        \
        int reached = 0;                                                                           \
                                                                                                   \
        for (int length = 1;; length *= 2) {                                                       \
            if (box->width & length && reached == 0)                                               \
                memcpy(sums, from, (size_t)n * sizeof *sums);                                      \
            else if (box->width & length)                                                          \
                blur_add_##W(sums, from + reached, n);                                             \
            reached += box->width & length;                                                        \
            if (reached == box->width)                                                             \
                return sums;                                                                       \
            W *const done = from;                                                                  \
            blur_join_##W(from, from + length, to, n + box->width - 2 * length);                   \
            from = to;                                                                             \
            to = done;                                                                             \
        }                                                                                          \
    }
SUMS(int32)
SUMS(float64)

/* T is the type of the pixels, W that of the sums, FINISH the mean from a sum s. */
#define BLUR(NAME, T, W, FINISH)                                                                   \
    SIMD static void blur_start_##NAME(W *restrict sums, const T *restrict in, int n)              \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = (W)in[x];                                                                    \
    }                                                                                              \
    SIMD static void blur_add_2_##NAME(W *restrict sums, const T *restrict a, const T *restrict b, \
                                       int n)                                                      \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] = sums[x] + (W)a[x] + (W)b[x];                                                 \
    }                                                                                              \
    SIMD static void blur_add_1_##NAME(W *restrict sums, const T *restrict in, int n)              \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            sums[x] += (W)in[x];                                                                   \
    }                                                                                              \
    SIMD static void blur_finish_##NAME(const struct box *box, const W *restrict sums,             \
                                        T *restrict out, int n)                                    \
    {                                                                                              \
        for (int x = 0; x < n; x++) {                                                              \
            const W s = sums[x];                                                                   \
            out[x] = FINISH;                                                                       \
        }                                                                                          \
    }                                                                                              \
    static void blur_##NAME(const void *state, const struct window *w)                             \
    {                                                                                              \
        const struct box *box = state;                                                             \
        const int n = w->width + box->width - 1;                                                   \
        W *columns = w->scratch;                                                                   \
        int i = 1;                                                                                 \
                                                                                                   \
        blur_start_##NAME(columns, (const T *)w->rows[0] - box->left, n);                          \
        for (; i + 1 < box->height; i += 2)                                                        \
            blur_add_2_##NAME(columns, (const T *)w->rows[i] - box->left,                          \
                              (const T *)w->rows[i + 1] - box->left, n);                           \
        if (i < box->height)                                                                       \
            blur_add_1_##NAME(columns, (const T *)w->rows[i] - box->left, n);                      \
        blur_finish_##NAME(box, sum_along_##W(box, columns, w->width), w->outs[0], w->width);      \
    }

/* The mean of two 255 comes out as 256. */
static inline uint8 at_most_255(uint32 v)
{
    return v < UINT8_MAX ? (uint8)v : UINT8_MAX;
}

/* OpenCV's means: of small boxes of uint8 by a fixed-point factor; of other integers whose sums fit
 * int32 in float; of all else in double. */
#define IN_FIXED at_most_255(((uint32)s + box->addend) * box->factor >> 23)
#define IN_FLOAT(T) saturate_##T((float)s *(float)box->scale)
#define IN_DOUBLE(T) saturate_##T##_d(s * box->scale)

BLUR(small_uint8, uint8, int32, IN_FIXED)
#define BLUR_INT32(T) BLUR(int32_##T, T, int32, IN_FLOAT(T))
BLUR_INT32(uint8)
BLUR_INT32(uint16)
BLUR_INT32(int16)
#define BLUR_FLOAT64(T) BLUR(float64_##T, T, float64, IN_DOUBLE(T))
FOR_EACH_PIXEL_TYPE(BLUR_FLOAT64)

/* --- the op ----------------------------------------------------------------------------------- */

/* What sums of one kind are good for: boxes up to that area. */
struct method {
    row_kernel *row;
    int64_t most_area;
};

static const struct method in_int32[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = {blur_int32_uint8, 1 << 23},
    [PX_UINT16] = {blur_int32_uint16, 1 << 15},
    [PX_INT16] = {blur_int32_int16, 1 << 16},
};

#define ROW(T) blur_float64_##T,
static row_kernel *const in_float64[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW)};

enum { SMALL_AREA = 256 };

/* The factor is 2^23 / area, rounded; the addend makes up for what rounding it changed. */
static void set_factor(struct box *box, int area)
{
    const double factor = (double)(1 << 23) / area, whole = floor(factor);
    const bool down = factor - whole < 0.5;

    box->factor = (uint32)whole + !down;
    box->addend = (uint32)(area / 2 + (down && area > 1));
}

static row_kernel *choose(enum pixel_type type, int64_t area)
{
    if (type == PX_UINT8 && area <= SMALL_AREA)
        return blur_small_uint8;
    return area <= in_int32[type].most_area ? in_int32[type].row : in_float64[type];
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const int64_t area = (int64_t)a->ksize.width * a->ksize.height;
    struct reach reach;

    if (!op_takes("blur", in_float64, in.type, e) ||
        !reach_around(&reach, "blur", a->ksize, a->anchor, e))
        return false;
    struct box *box = stages_state(out, sizeof *box, e);
    if (!box)
        return false;
    *box = (struct box){
        .width = a->ksize.width,
        .height = a->ksize.height,
        .left = reach.left,
        .scale = 1 / (double)area,
        .scratch_row = STRIP_MAX + (size_t)a->ksize.width,
    };
    if (area <= SMALL_AREA)
        set_factor(box, (int)area);
    const struct stage stage = {
        .in = {{.stage = out->current,
                .reach = reach,
                .border = {(enum border_type)a->border_type, a->border_value}}},
        .n_in = 1,
        .out = in,
        .row = choose(in.type, area),
        .state = box,
        .scratch_bytes = 3 * box->scratch_row * sizeof(double),
    };
    return stages_add(out, &stage, e);
}

const struct op op_blur = {
    .name = "blur",
    .summary = "mean of a box",
    .source = "OpenCV imgproc, blur",
    .example = "--ksize=9",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
