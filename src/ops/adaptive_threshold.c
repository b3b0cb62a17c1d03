/* adaptive_threshold.c - OpenCV's adaptiveThreshold: each pixel beside the mean of those around it.
 *
 * The mean is that of blur, or of gaussian-blur on float32; a stage on single pixels compares.
 * SPDX-License-Identifier: MIT */
#include "ops/box.h"
#include "ops/convert.h"
#include "ops/gauss_kernel.h"
#include "ops/saturate.h"
#include "ops/separable.h"

struct args {
    double max_value, c;
    int adaptive_method, threshold_type, block_size;
};

enum { MEAN, GAUSSIAN };
static const char *const methods[] = {"mean", "gaussian", NULL};
enum { BINARY, BINARY_INV };
static const char *const types[] = {"binary", "binary-inv", NULL};

static const struct param params[] = {
    {"block-size", "side of the square around each pixel, odd", P_INT,
     offsetof(struct args, block_size), NULL, NULL, 3, KSIZE_MAX},
    {"c", "taken from the mean before it is compared", P_REAL, offsetof(struct args, c), NULL, NULL,
     0, 0},
    {"max-value", "of pixels that pass; the others become 0", P_REAL,
     offsetof(struct args, max_value), "255", NULL, 0, 0},
    {"adaptive-method", "how the pixels around count", P_CHOICE,
     offsetof(struct args, adaptive_method), "mean", methods, 0, 0},
    {"threshold-type", "which pixels pass: those above, or the others", P_CHOICE,
     offsetof(struct args, threshold_type), "binary", types, 0, 0},
    {0},
};

/* Pixels more than `least` above the mean become `above`, the others `other`. */
struct levels {
    int16 least;
    uint8 above, other;
};

#define ADAPTIVE(MEAN_TYPE, MEAN_OF)                                                               \
    SIMD static void adaptive_threshold_##MEAN_TYPE(const void *state, const struct window *w)     \
    {                                                                                              \
        const struct levels l = *(const struct levels *)state;                                     \
        const uint8 *restrict in = w->rows[0];                                                     \
        const MEAN_TYPE *restrict mean = w->rows[1];                                               \
        uint8 *restrict out = w->outs[0];                                                          \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++) {                                                          \
            const int16 over = (int16)(in[x] - MEAN_OF(mean[x]));                                  \
            out[x] = over > l.least ? l.above : l.other;                                           \
        }                                                                                          \
    }
#define ITSELF(v) (v)
ADAPTIVE(uint8, ITSELF)
ADAPTIVE(float32, saturate_uint8)

static bool add_mean(struct stages *s, int side, struct format in, struct err *e)
{
    const struct box box = {
        .ksize = {side, side},
        .anchor = {-1, -1},
        .normalize = true,
        .out = in.type,
        .border = {BORDER_REPLICATE, 0},
    };

    return box_add(s, &box, in, e);
}

/* As in OpenCV, an axis of one pixel is not summed along. */
static bool add_gaussian(struct stages *s, int side, struct format in, struct err *e)
{
    const int n_x = in.width > 1 ? side : 1, n_y = in.height > 1 ? side : 1;
    double *const weights = stages_state(s, (size_t)(n_x + n_y) * sizeof *weights, e);

    if (!weights)
        return false;
    gauss_weights(n_x, 0, weights);
    gauss_weights(n_y, 0, weights + n_x);
    const struct separable f = {
        .kernel = {{.n_x = n_x,
                    .n_y = n_y,
                    .left = n_x / 2,
                    .up = n_y / 2,
                    .x = weights,
                    .y = weights + n_x}},
        .n_kernels = 1,
        .sums = PX_FLOAT32,
        .out = PX_FLOAT32,
        .border = {BORDER_REPLICATE, 0},
        .work = row_work(PX_FLOAT32, PX_FLOAT32),
    };
    in.type = PX_FLOAT32;
    return convert_add(s, PX_FLOAT32, 1, 0, e) && separable_add(s, &f, in, e);
}

static void set_levels(struct levels *l, const struct args *a)
{
    uint8 max_value = 0;
    const double over = a->threshold_type == BINARY ? -ceil(a->c) : -floor(a->c);

    if (a->max_value > 0)
        pixel_store(PX_UINT8, a->max_value, &max_value);
    *l = (struct levels){
        .least = (int16)fmin(fmax(over, -UINT8_MAX - 1), UINT8_MAX),
        .above = a->threshold_type == BINARY ? max_value : 0,
        .other = a->threshold_type == BINARY ? 0 : max_value,
    };
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    static row_kernel *const kernels[] = {adaptive_threshold_uint8, adaptive_threshold_float32};
    static row_kernel *const taken[PX_N_KERNEL_TYPES] = {[PX_UINT8] = adaptive_threshold_uint8};
    static const struct border none = {BORDER_REPLICATE, 0};
    const struct args *a = args;
    const int source = out->current;

    if (!op_takes("adaptive-threshold", taken, in.type, e))
        return false;
    if (a->block_size % 2 == 0)
        return err_usage(e, "adaptive-threshold: --block-size=%d is even; it is odd",
                         a->block_size);
    struct levels *const levels = stages_state(out, sizeof *levels, e);
    if (!levels ||
        !(a->adaptive_method == MEAN ? add_mean : add_gaussian)(out, a->block_size, in, e))
        return false;
    set_levels(levels, a);
    const struct stage stage = {
        .in = {{.stage = source, .border = none}, {.stage = out->current, .border = none}},
        .n_in = 2,
        .out = in,
        .row = kernels[a->adaptive_method],
        .state = levels,
    };
    return stages_add(out, &stage, e);
}

const struct op op_adaptive_threshold = {
    .name = "adaptive-threshold",
    .summary = "compare each pixel with the mean of those around it",
    .source = "OpenCV imgproc, adaptiveThreshold",
    .example = "--block-size=11 --c=2",
    .nodata = NODATA_NORMALIZED,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
