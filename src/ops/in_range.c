/* in_range.c - OpenCV's inRange: where all bands lie between their bounds.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "ops/op.h"

#include <string.h>

struct args {
    struct numbers lower, upper;
};

static const struct param params[] = {
    {"lower", "lowest value inside: one number, or one for each band", P_NUMBERS,
     offsetof(struct args, lower), param_required, NULL, 0, 0},
    {"upper", "highest value inside, likewise", P_NUMBERS, offsetof(struct args, upper),
     param_required, NULL, 0, 0},
    {0},
};

/* Bounds are values of the pixel type. */
struct ranges {
    int bands;
    struct range {
        double lower, upper;
    } of[];
};

#define IN_RANGE(T)                                                                                \
    SIMD static void in_range_and_##T(const T *restrict in, uint8 *restrict out, T lower, T upper, \
                                      int n)                                                       \
    {                                                                                              \
        for (int x = 0; x < n; x++)                                                                \
            out[x] &= (uint8) - ((in[x] >= lower) & (in[x] <= upper));                             \
    }                                                                                              \
    static void in_range_##T(const void *state, const struct window *w)                            \
    {                                                                                              \
        const struct ranges *r = state;                                                            \
                                                                                                   \
        memset(w->outs[0], UINT8_MAX, (size_t)w->width);                                           \
        for (int b = 0; b < r->bands; b++)                                                         \
            in_range_and_##T(w->rows[b], w->outs[0], (T)r->of[b].lower, (T)r->of[b].upper,         \
                             w->width);                                                            \
    }
FOR_EACH_PIXEL_TYPE(IN_RANGE)

#define ROW(T) in_range_##T,
static row_kernel *const rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW)};

/* Bounds of integers are rounded, and may lie outside the type. */
static struct range range_of(enum pixel_type type, double lower, double upper)
{
    if (pixel_is_float(type))
        return (struct range){lower, upper};
    lower = fmax(rint(lower), pixel_lowest(type));
    upper = fmin(rint(upper), pixel_highest(type));
    return lower <= upper ? (struct range){lower, upper} : (struct range){1, 0};
}

static bool check_bound(const char *name, const struct numbers *bound, int bands, struct err *e)
{
    const int n = bound->rows * bound->columns;

    return n == 1 || n == bands ||
           err_usage(e,
                     "in-range: --%s has %d numbers, its input %d band%s; give one number, or "
                     "one for each band",
                     name, n, bands, text_s(bands));
}

static double bound_of(const struct numbers *bound, int band)
{
    return bound->v[bound->rows * bound->columns == 1 ? 0 : band];
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    struct format mask = in;

    if (!op_takes("in-range", rows, in.type, e) || !check_bound("lower", &a->lower, in.bands, e) ||
        !check_bound("upper", &a->upper, in.bands, e))
        return false;
    struct ranges *r = stages_state(out, sizeof *r + (size_t)in.bands * sizeof(struct range), e);
    if (!r)
        return false;
    r->bands = in.bands;
    for (int b = 0; b < in.bands; b++)
        r->of[b] = range_of(in.type, bound_of(&a->lower, b), bound_of(&a->upper, b));
    mask.type = PX_UINT8;
    mask.bands = 1;
    const struct stage stage = {
        .in = {{.stage = out->current, .border = {BORDER_REPLICATE, 0}}},
        .n_in = 1,
        .out = mask,
        .across = true,
        .row = rows[in.type],
        .state = r,
    };
    return stages_add(out, &stage, e);
}

const struct op op_in_range = {
    .name = "in-range",
    .summary = "255 where all bands lie between bounds, else 0",
    .source = "OpenCV core, inRange",
    .example = "--lower=60 --upper=120",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
