/* polar.c - OpenCV's magnitude and phase of two components: those of this scene and another, or two
 * bands.
 * SPDX-License-Identifier: MIT */
#include "ops/op.h"

struct args {
    const char *with;
    bool angle_in_degrees;
};

#define WITH_PARAM                                                                                 \
    {                                                                                              \
        "with", "the scene of the y components; none: x and y are two bands", P_SCENE,             \
            offsetof(struct args, with), NULL, NULL, 0, 0                                          \
    }

static const struct param params[] = {WITH_PARAM, {0}};
static const struct param params_phase[] = {
    WITH_PARAM,
    {"angle-in-degrees", "degrees in place of radians", P_BOOL,
     offsetof(struct args, angle_in_degrees), "false", NULL, 0, 0},
    {0},
};

/* x lies in rows[0] and y in rows[1], whether these are two scenes or two bands. */
#define MAGNITUDE(T, FMA, SQRT)                                                                    \
    SIMD static void magnitude_##T(const void *state, const struct window *w)                      \
    {                                                                                              \
        const T *restrict left = w->rows[0];                                                       \
        const T *restrict right = w->rows[1];                                                      \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = SQRT(FMA(left[x], left[x], right[x] * right[x]));                             \
    }
MAGNITUDE(float32, fmaf, sqrtf)
MAGNITUDE(float64, fma, sqrt)

/* OpenCV's arc tangent within 0.01 degrees: a polynomial on the first octant, which the others are
 * mirrored to. It works in float32 and in degrees whatever comes in and goes out. */
static inline float degrees(float x, float y)
{
    const float unit = (float)(180 / M_PI);
    const float p1 = 0.9997878412794807f * unit, p3 = -0.3258083974640975f * unit;
    const float p5 = 0.1555786518463281f * unit, p7 = -0.04432655554792128f * unit;
    const float ax = fabsf(x), ay = fabsf(y);
    const float most = ax > ay ? ax : ay, least = ax > ay ? ay : ax;
    const float c = least / (most + 0x1p-52f), cc = c * c;
    const float first = fmaf(fmaf(fmaf(cc, p7, p5), cc, p3), cc, p1) * c;
    const float beyond_45 = 90 - first, first_quadrant = ay > ax ? beyond_45 : first;
    const float beyond_90 = 180 - first_quadrant, upper = x < 0 ? beyond_90 : first_quadrant;
    const float beyond_180 = 360 - upper;

    return y < 0 ? beyond_180 : upper;
}

#define PHASE(T)                                                                                   \
    SIMD static void phase_##T(const void *state, const struct window *w)                          \
    {                                                                                              \
        const T *restrict left = w->rows[0];                                                       \
        const T *restrict right = w->rows[1];                                                      \
        T *restrict out = w->outs[0];                                                              \
        const float unit = *(const float *)state;                                                  \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = 0; x < width; x++)                                                            \
            out[x] = (T)(degrees((float)left[x], (float)right[x]) * unit);                         \
    }
PHASE(float32)
PHASE(float64)

static row_kernel *const magnitude_rows[PX_N_KERNEL_TYPES] = {
    [PX_FLOAT32] = magnitude_float32,
    [PX_FLOAT64] = magnitude_float64,
};
static row_kernel *const phase_rows[PX_N_KERNEL_TYPES] = {
    [PX_FLOAT32] = phase_float32,
    [PX_FLOAT64] = phase_float64,
};

static bool check_components(const char *with, struct format in, struct stages *s, struct err *e)
{
    struct format other;

    if (!with)
        return in.bands == 2 ||
               err_usage(e, "%s: without --with it takes two bands, x and y; its input has %d",
                         s->op_name, in.bands);
    return stages_with(s, in, &other, e) && stages_same_bands(s, in, other, e);
}

static bool add(row_kernel *row, const void *state, const char *with, struct format in,
                struct stages *s, struct err *e)
{
    struct stage stage = {
        .in = {{.stage = s->current, .border = {BORDER_REPLICATE, 0}},
               {.stage = s->with, .border = {BORDER_REPLICATE, 0}}},
        .n_in = with ? 2 : 1,
        .out = in,
        .across = !with,
        .row = row,
        .state = state,
    };

    if (!with)
        stage.out.bands = 1;
    return stages_add(s, &stage, e);
}

static bool prepare_magnitude(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    return op_takes("magnitude", magnitude_rows, in.type, e) &&
           check_components(a->with, in, out, e) &&
           add(magnitude_rows[in.type], NULL, a->with, in, out, e);
}

static bool prepare_phase(const void *args, struct format in, struct stages *out, struct err *e)
{
    static const float degree = 1, radian = (float)(M_PI / 180);
    const struct args *a = args;

    return op_takes("phase", phase_rows, in.type, e) && check_components(a->with, in, out, e) &&
           add(phase_rows[in.type], a->angle_in_degrees ? &degree : &radian, a->with, in, out, e);
}

const struct op op_magnitude = {
    .name = "magnitude",
    .summary = "length of the vector of two components",
    .source = "OpenCV core, magnitude",
    .example = "--with=other",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare_magnitude,
};

const struct op op_phase = {
    .name = "phase",
    .summary = "direction of the vector of two components",
    .source = "OpenCV core, phase",
    .example = "--with=other",
    .params = params_phase,
    .args_size = sizeof(struct args),
    .prepare = prepare_phase,
};
