/* resize.c - OpenCV's resize.
 *
 * Nearest pixels are moved; means of whole pixels are made in one stage (resize_area.h); all else
 * is a sum along x, then along y (resample.h).
 * SPDX-License-Identifier: MIT */
#include "ops/linear.h"
#include "ops/resample.h"
#include "ops/resize_area.h"
#include "ops/resize_nearest.h"

#include <float.h>
#include <math.h>

enum { SIDE_MOST = 1 << 24 };

#define FACTOR_LEAST 1e-7 /* makes no pixel of SIDE_MOST */

/* What is left of lanczos' weights where they are 0 (resample.c): no pixel can stand for others by
 * them. */
#define TRACE 1e-12

struct args {
    struct size2 dsize;
    double fx, fy;
    int max_size, interpolation;
};

static const char *const interpolations[] = {"nearest", "linear",   "cubic",
                                             "area",    "lanczos4", NULL};

static const struct param params[] = {
    {"dsize", "size of the result", P_SIZE, offsetof(struct args, dsize), "0", NULL, 0, SIDE_MOST},
    {"fx", "or: the factor along x", P_MAYBE, offsetof(struct args, fx), NULL, NULL, FACTOR_LEAST,
     SIDE_MOST},
    {"fy", "and along y; not given: as along x", P_MAYBE, offsetof(struct args, fy), NULL, NULL,
     FACTOR_LEAST, SIDE_MOST},
    {"max-size", "or: the length of the longer side, if it is longer", P_INT,
     offsetof(struct args, max_size), "0", NULL, 0, SIDE_MOST},
    {"interpolation", "what a pixel between pixels is", P_CHOICE,
     offsetof(struct args, interpolation), "linear", interpolations, 0, 0},
    {0},
};

/* --- the size --------------------------------------------------------------------------------- */

struct target {
    int64_t width, height;
    double fx, fy; /* output pixels for an input pixel */
};

static bool check_size(const struct args *a, struct err *e)
{
    const bool by_factor = !isnan(a->fx) || !isnan(a->fy);
    const int n = (a->dsize.width > 0 || a->dsize.height > 0) + by_factor + (a->max_size > 0);

    if (n != 1)
        return err_usage(e, "resize: exactly one of --dsize=WxH, --fx=F (with --fy=F) and "
                            "--max-size=N must be given");
    if (by_factor)
        return !isnan(a->fx) || err_usage(e, "resize: --fy needs --fx as well");
    if (a->max_size == 0 && (a->dsize.width == 0 || a->dsize.height == 0))
        return err_usage(e, "resize: both sides of --dsize must be positive");
    return true;
}

/* The longer side becomes max_size, unless it is shorter; the other one follows. */
static void fit(struct target *t, struct format in, int max_size)
{
    const int64_t longer = in.width > in.height ? in.width : in.height;
    const double factor = longer > max_size ? (double)max_size / (double)longer : 1;

    t->width = (int64_t)fmax(1, rint((double)in.width * factor));
    t->height = (int64_t)fmax(1, rint((double)in.height * factor));
}

static bool find_target(struct target *t, const struct args *a, struct format in, struct err *e)
{
    if (!check_size(a, e))
        return false;
    if (!isnan(a->fx)) {
        t->fx = a->fx;
        t->fy = isnan(a->fy) ? a->fx : a->fy;
        const double width = rint((double)in.width * t->fx),
                     height = rint((double)in.height * t->fy);
        if (width < 1 || height < 1 || width > SIDE_MOST || height > SIDE_MOST)
            return err_usage(e,
                             "resize: --fx=%g --fy=%g makes %.0fx%.0f pixels of %lldx%lld; each "
                             "side must be 1 to %d",
                             t->fx, t->fy, width, height, (long long)in.width, (long long)in.height,
                             SIDE_MOST);
        t->width = (int64_t)width;
        t->height = (int64_t)height;
        return true;
    }
    t->width = a->dsize.width;
    t->height = a->dsize.height;
    if (a->max_size > 0)
        fit(t, in, a->max_size);
    t->fx = (double)t->width / (double)in.width;
    t->fy = (double)t->height / (double)in.height;
    return true;
}

/* --- sums along both axes --------------------------------------------------------------------- */

static struct region need_both(const void *state, struct region out)
{
    const struct resampling *r = state;
    int64_t x0 = out.x, x1 = out.x + out.width, y0 = out.y, y1 = out.y + out.height;

    axis_need(r->x, &x0, &x1);
    axis_need(r->y, &y0, &y1);
    return (struct region){x0, y0, x1 - x0, y1 - y0};
}

static bool patch(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                  double *results)
{
    const struct axis *ax = ((const struct resampling *)state)->x;
    const struct axis *ay = ((const struct resampling *)state)->y;
    bool misses = false;

    for (int b = 0; b < v->bands; b++) {
        struct linear_sum s = {0};
        double middle;
        patch_pixel(v, b, axis_centre(ax, x), axis_centre(ay, y), &middle);
        for (int j = 0; j < ay->count[y]; j++)
            for (int i = 0; i < ax->count[x]; i++) {
                const double weight = (double)(ax->weights[x * ax->taps + i] * ax->unit) *
                                      (double)(ay->weights[y * ay->taps + j] * ay->unit);
                linear_add(&s, v, b, axis_clamp(ax, ax->first[x] + (int64_t)i),
                           axis_clamp(ay, ay->first[y] + (int64_t)j),
                           fabs(weight) < TRACE ? 0 : weight);
            }
        results[b] = linear_total(&s, middle);
        misses |= s.misses;
    }
    return misses;
}

static bool add_sums(struct stages *s, struct format in, const struct target *t,
                     enum interpolation interpolation, struct err *e)
{
    const bool by_area = interpolation == RESIZE_AREA;
    const bool enlarges = by_area && (1 / t->fx < 1 || 1 / t->fy < 1);
    struct axis_rule x = {
        .interpolation = interpolation,
        .in = in.width,
        .out = t->width,
        .factor = t->fx,
        .enlarges = enlarges,
        .is_x = true,
        .fixed = in.type == PX_UINT8 && (!by_area || enlarges),
    };
    struct axis_rule y = x;
    struct resampling *r = stages_state(s, sizeof *r, e);
    const struct stage_input input = {.stage = s->current, .need = need_both, .need_state = r};
    struct stage last;

    if (!r)
        return false;
    y.is_x = false;
    y.in = in.height;
    y.out = t->height;
    y.factor = t->fy;
    *r = (struct resampling){axis_new(s, &x, e), NULL, in.type, in.bands, interpolation, false};
    r->y = r->x ? axis_new(s, &y, e) : NULL;
    if (!r->y)
        return false;
    if (enlarges)
        r->interpolation = RESIZE_LINEAR;
    /* where enlarging by area makes rows fewer, the middles may lie between the skipped ones */
    r->skips = !by_area && r->y->scale >= r->y->taps;
    if (!resample_rows(s, r, in, e) || !resample_columns(s, r, in, &last, e))
        return false;
    last.patch = patch;
    last.patch_state = r;
    last.patch_input = input;
    return stages_add(s, &last, e);
}

/* --- the op ----------------------------------------------------------------------------------- */

/* Whether an output pixel is a whole number of input pixels wide, and how many. */
static bool is_whole(double scale, int *n)
{
    *n = (int)fmin(rint(scale), INT32_MAX);
    return fabs(scale - *n) < DBL_EPSILON;
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    enum interpolation interpolation = (enum interpolation)a->interpolation;
    struct format format = in;
    struct target t;
    int x, y;

    if (!find_target(&t, a, in, e))
        return false;
    format.width = t.width;
    format.height = t.height;
    const bool whole_x = is_whole(1 / t.fx, &x), whole_y = is_whole(1 / t.fy, &y);
    if (interpolation == RESIZE_LINEAR && whole_x && whole_y && x == 2 && y == 2)
        interpolation = RESIZE_AREA;
    if (interpolation != RESIZE_NEAREST && !resample_takes("resize", in.type, e))
        return false;
    if (t.width == in.width && t.height == in.height)
        return true;
    if (interpolation == RESIZE_NEAREST)
        return resize_nearest_add(out, in, format, 1 / t.fx, 1 / t.fy, e);
    if (interpolation == RESIZE_AREA && whole_x && whole_y && x >= 1 && y >= 1)
        return resize_area_add(out, in, format, x, y, e);
    return add_sums(out, in, &t, interpolation, e);
}

const struct op op_resize = {
    .name = "resize",
    .summary = "another number of pixels",
    .source = "OpenCV imgproc, resize",
    .example = "--fx=0.7 --interpolation=area",
    .nodata = NODATA_NORMALIZED,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
