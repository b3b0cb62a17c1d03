/* cvt_color.c - OpenCV's cvtColor: gray out of colours, colours in another order, and to and from
 * HSV.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "ops/bands.h"
#include "ops/hsv.h"

#include <string.h>

struct args {
    int code;
};

/* --- gray ------------------------------------------------------------------------------------- */

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

static row_kernel *const gray[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = gray_uint8,
    [PX_UINT16] = gray_uint16,
    [PX_FLOAT32] = gray_float32,
};

/* --- the conversions -------------------------------------------------------------------------- */

static const int red_first = 0, red_last = 2;

/* Either a kernel makes the new bands, or the old ones are moved. */
struct conversion {
    const char *name;
    int in, out; /* bands */
    row_kernel *const *rows;
    const void *state;
    int from[4];
};

#define FILL BANDS_FILLED
#define CONVERSIONS(X)                                                                             \
    X("rgb2gray", 3, 1, gray, &rgb, 0)                                                             \
    X("bgr2gray", 3, 1, gray, &bgr, 0)                                                             \
    X("rgba2gray", 4, 1, gray, &rgb, 0)                                                            \
    X("bgra2gray", 4, 1, gray, &bgr, 0)                                                            \
    X("rgb2hsv", 3, 3, hsv_from_rgb, &red_first, 0)                                                \
    X("bgr2hsv", 3, 3, hsv_from_rgb, &red_last, 0)                                                 \
    X("hsv2rgb", 3, 3, hsv_to_rgb, &red_first, 0)                                                  \
    X("hsv2bgr", 3, 3, hsv_to_rgb, &red_last, 0)                                                   \
    X("gray2rgb", 1, 3, NULL, NULL, 0, 0, 0)                                                       \
    X("gray2bgr", 1, 3, NULL, NULL, 0, 0, 0)                                                       \
    X("gray2rgba", 1, 4, NULL, NULL, 0, 0, 0, FILL)                                                \
    X("gray2bgra", 1, 4, NULL, NULL, 0, 0, 0, FILL)                                                \
    X("rgb2bgr", 3, 3, NULL, NULL, 2, 1, 0)                                                        \
    X("bgr2rgb", 3, 3, NULL, NULL, 2, 1, 0)                                                        \
    X("rgb2rgba", 3, 4, NULL, NULL, 0, 1, 2, FILL)                                                 \
    X("bgr2bgra", 3, 4, NULL, NULL, 0, 1, 2, FILL)                                                 \
    X("rgb2bgra", 3, 4, NULL, NULL, 2, 1, 0, FILL)                                                 \
    X("bgr2rgba", 3, 4, NULL, NULL, 2, 1, 0, FILL)                                                 \
    X("rgba2rgb", 4, 3, NULL, NULL, 0, 1, 2)                                                       \
    X("bgra2bgr", 4, 3, NULL, NULL, 0, 1, 2)                                                       \
    X("rgba2bgr", 4, 3, NULL, NULL, 2, 1, 0)                                                       \
    X("bgra2rgb", 4, 3, NULL, NULL, 2, 1, 0)                                                       \
    X("rgba2bgra", 4, 4, NULL, NULL, 2, 1, 0, 3)                                                   \
    X("bgra2rgba", 4, 4, NULL, NULL, 2, 1, 0, 3)

#define CONVERSION(NAME, IN, OUT, ROWS, STATE, ...) {NAME, IN, OUT, ROWS, STATE, {__VA_ARGS__}},
static const struct conversion conversions[] = {CONVERSIONS(CONVERSION)};

#define CODE(NAME, ...) NAME,
static const char *const codes[] = {CONVERSIONS(CODE) NULL};

static const struct param params[] = {
    {"code", "from which bands to which", P_CHOICE, offsetof(struct args, code), "rgb2gray", codes,
     0, 0},
    {0},
};

/* An alpha that hides nothing. */
static double opaque(enum pixel_type type)
{
    return pixel_is_float(type) ? 1 : pixel_highest(type);
}

/* New colours go on with no band's name or values. */
static const int none[] = {-1, -1, -1};

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct conversion *c = &conversions[((const struct args *)args)->code];
    const char *colours = c->out > 1 ? strchr(c->name, '2') + 1 : NULL;

    if (!op_takes("cvt-color", c->rows ? c->rows : gray, in.type, e))
        return false;
    if (in.bands != c->in)
        return err_usage(e, "cvt-color: --code=%s takes %d band%s; its input has %d", c->name,
                         c->in, text_s(c->in), in.bands);
    if (!c->rows) {
        struct bands_moved moved = {.n = c->out, .fill = opaque(in.type), .colours = colours};
        for (int b = 0; b < c->out; b++)
            moved.from[b] = c->from[b];
        return bands_move(out, &moved, e);
    }
    struct format made = in;
    made.bands = c->out;
    const struct stage stage = {
        .in = {{.stage = out->current, .border = {BORDER_REPLICATE, 0}}},
        .n_in = 1,
        .out = made,
        .across = true,
        .row = c->rows[in.type],
        .state = c->state,
        .continues = none,
        .colours = colours,
    };
    return stages_add(out, &stage, e);
}

const struct op op_cvt_color = {
    .name = "cvt-color",
    .summary = "turn colours into gray or others, or put their bands in another order",
    .source = "OpenCV imgproc, cvtColor",
    .example = "--code=rgb2gray",
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
