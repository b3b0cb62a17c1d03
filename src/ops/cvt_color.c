/* cvt_color.c - OpenCV's cvtColor, as far as it makes gray of colours: a weighted sum of three
 * bands. SPDX-License-Identifier: MIT */
#include "ops/op.h"

struct args {
    int code;
};

enum { RGB2GRAY, BGR2GRAY, RGBA2GRAY, BGRA2GRAY };
static const char *const codes[] = {"rgb2gray", "bgr2gray", "rgba2gray", "bgra2gray", NULL};

static const struct param params[] = {
    {"code", "from which bands to which", P_CHOICE, offsetof(struct args, code), "rgb2gray", codes,
     0, 0},
    {0},
};

/* In the order of the bands; whole numbers are in units of 2^-15. */
struct weights {
    uint32_t whole[3];
    float real[3];
};
static const struct weights rgb = {{9798, 19235, 3735}, {0.299f, 0.587f, 0.114f}};
static const struct weights bgr = {{3735, 19235, 9798}, {0.114f, 0.587f, 0.299f}};

#define GRAY(T, WEIGHTS, SUM)                                                                      \
    SIMD static void gray_##T(const void *state, const struct window *w)                           \
    {                                                                                              \
        const T *restrict c0 = w->rows[0];                                                         \
        const T *restrict c1 = w->rows[1];                                                         \
        const T *restrict c2 = w->rows[2];                                                         \
        T *restrict out = w->outs[0];                                                              \
        const struct weights weights = *(const struct weights *)state;                             \
        const __typeof__(weights.WEIGHTS[0]) w0 = weights.WEIGHTS[0], w1 = weights.WEIGHTS[1],     \
                                             w2 = weights.WEIGHTS[2];                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = (T)(SUM);                                                                     \
    }
GRAY(uint8, whole, (c0[x] * w0 + c1[x] * w1 + c2[x] * w2 + (1U << 14)) >> 15)
GRAY(uint16, whole, (c0[x] * w0 + c1[x] * w1 + c2[x] * w2 + (1U << 14)) >> 15)
GRAY(float32, real, fmaf(c2[x], w2, fmaf(c1[x], w1, c0[x] * w0)))

static row_kernel *const rows[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = gray_uint8,
    [PX_UINT16] = gray_uint16,
    [PX_FLOAT32] = gray_float32,
};

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const int wanted = a->code == RGB2GRAY || a->code == BGR2GRAY ? 3 : 4;
    const bool red_first = a->code == RGB2GRAY || a->code == RGBA2GRAY;

    if (!op_takes("cvt-color", rows, in.type, e))
        return false;
    if (in.bands != wanted)
        return err_usage(e, "cvt-color: --code=%s takes %d bands; its input has %d", codes[a->code],
                         wanted, in.bands);
    struct format gray = in;
    gray.bands = 1;
    const struct stage stage = {
        .in = {{.stage = out->current, .border = {BORDER_REPLICATE, 0}}},
        .n_in = 1,
        .out = gray,
        .across = true,
        .row = rows[in.type],
        .state = red_first ? &rgb : &bgr,
    };
    return stages_add(out, &stage, e);
}

const struct op op_cvt_color = {
    .name = "cvt-color",
    .summary = "make one gray band of colour bands",
    .source = "OpenCV imgproc, cvtColor",
    .example = "--code=rgb2gray",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
