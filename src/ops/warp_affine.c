/* warp_affine.c - OpenCV's warpAffine: the scene turned, sheared, stretched and moved.
 *
 * Positions are OpenCV's, in 1/1024 pixels, of which linear interpolation keeps 1/32.
 * SPDX-License-Identifier: MIT */
#include "ops/border.h"
#include "ops/linear.h"
#include "ops/warp.h"

#include <string.h>

enum { BLOCK_ROWS = 32, SIDE_MOST = 1 << 20 };

/* In the order of WARP_NEAREST … */
static const char *const interpolations[] = {"nearest", "linear", NULL};

/* The border rules it takes come first among all. */
static const char *const borders[] = {"constant", "replicate", NULL};

struct args {
    struct numbers m;
    struct size2 dsize;
    int flags, border_type;
    bool inverse_map;
    struct real_given border_value;
};

static const struct param params[] = {
    {"m", "the six numbers a,b,c,d,e,f: (x, y) goes to (a x + b y + c, d x + e y + f)", P_NUMBERS,
     offsetof(struct args, m), param_required, NULL, 0, 0},
    {"dsize", "size of the result; 0: the input's", P_SIZE, offsetof(struct args, dsize), "0", NULL,
     0, SIDE_MOST},
    {"flags", "what a pixel between pixels is", P_CHOICE, offsetof(struct args, flags), "linear",
     interpolations, 0, 0},
    {"inverse-map", "m leads from the result to the input", P_BOOL,
     offsetof(struct args, inverse_map), NULL, NULL, 0, 0},
    {"border-type", "what lies outside the scene", P_CHOICE, offsetof(struct args, border_type),
     "constant", borders, 0, 0},
    {"border-value",
     "of border constant; if not given, it is outside the data where there is nodata", P_REAL_GIVEN,
     offsetof(struct args, border_value), "0", NULL, 0, 0},
    {0},
};

/* --- what is looked at ------------------------------------------------------------------------ */

/* The part of an axis of len pixels that pixels first .. last of it (and beyond) show. */
static void show(const struct warp *f, int64_t first, int64_t last, int64_t len, int64_t *from,
                 int64_t *to)
{
    *from = first < 0 ? 0 : first;
    *to = last < len ? last + 1 : len;
    if (f->border == BORDER_REPLICATE) {
        *from = *from < len ? *from : len - 1;
        *to = *to > 0 ? *to : 1;
    }
}

/* Positions are sums of a part from x and one from y: the extremes are in the corners. */
static struct region need(const void *state, struct region out)
{
    const struct warp *f = state;
    struct warp_position least = {INT64_MAX, INT64_MAX}, most = {INT64_MIN, INT64_MIN};
    int64_t x0, x1, y0, y1;

    for (int i = 0; i < 4; i++) {
        const struct warp_position p =
            warp_position_of(f, f->interpolation, out.x + (i % 2) * (out.width - 1),
                             out.y + (i / 2) * (out.height - 1));
        least =
            (struct warp_position){p.x < least.x ? p.x : least.x, p.y < least.y ? p.y : least.y};
        most = (struct warp_position){p.x > most.x ? p.x : most.x, p.y > most.y ? p.y : most.y};
    }
    show(f, least.x >> WARP_BITS, (most.x >> WARP_BITS) + f->interpolation, f->width, &x0, &x1);
    show(f, least.y >> WARP_BITS, (most.y >> WARP_BITS) + f->interpolation, f->height, &y0, &y1);
    if (x0 >= x1 || y0 >= y1)
        return (struct region){0};
    return (struct region){x0, y0, x1 - x0, y1 - y0};
}

static bool patch(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                  double *results)
{
    const struct warp *f = state;
    const struct warp_position p = warp_position_of(f, WARP_LINEAR, x, y),
                               near = warp_position_of(f, WARP_NEAREST, x, y);
    const double right = warp_fine(p.x) / (double)WARP_FINE,
                 below = warp_fine(p.y) / (double)WARP_FINE;
    bool misses = false;

    for (int b = 0; b < v->bands; b++) {
        struct linear_sum s = {0};
        double middle = f->value;
        for (int i = 0; i < 4; i++) {
            const int64_t at_x = border_map(f->border, (p.x >> WARP_BITS) + i % 2, f->width);
            const int64_t at_y = border_map(f->border, (p.y >> WARP_BITS) + i / 2, f->height);
            const double weight = (i % 2 ? right : 1 - right) * (i / 2 ? below : 1 - below);
            if (at_x >= 0 && at_y >= 0)
                linear_add(&s, v, b, at_x, at_y, weight);
            else
                linear_add_value(&s, f->value, weight);
        }
        const int64_t near_x = border_map(f->border, near.x >> WARP_BITS, f->width);
        const int64_t near_y = border_map(f->border, near.y >> WARP_BITS, f->height);
        if (near_x >= 0 && near_y >= 0)
            patch_pixel(v, b, near_x, near_y, &middle);
        results[b] = linear_total(&s, middle);
        misses |= s.misses;
    }
    return misses;
}

/* --- the op ----------------------------------------------------------------------------------- */

/* OpenCV's order of operations, which decides the last bits. */
static void invert(double m[6])
{
    const double determinant = m[0] * m[4] - m[1] * m[3];
    const double d = determinant != 0 ? 1 / determinant : 0;
    const double a = m[4] * d, e = m[0] * d;

    m[0] = a;
    m[1] *= -d;
    m[3] *= -d;
    m[4] = e;
    const double c = -m[0] * m[2] - m[1] * m[5], f = -m[3] * m[2] - m[4] * m[5];
    m[2] = c;
    m[5] = f;
}

static bool find_steps(struct stages *s, struct warp *f, int64_t width, struct err *e)
{
    uint32 *x = stages_state(s, (size_t)width * sizeof *x, e);
    uint32 *y = x ? stages_state(s, (size_t)width * sizeof *y, e) : NULL;

    if (!y)
        return false;
    for (int64_t i = 0; i < width; i++) {
        x[i] = (uint32)warp_fixed_point(f->m[0] * (double)i);
        y[i] = (uint32)warp_fixed_point(f->m[3] * (double)i);
    }
    f->x = x;
    f->y = y;
    return true;
}

/* Whether neither m nor its inverse stretches a pixel over more than the largest scene. */
static bool is_moderate(const double m[6])
{
    const double determinant = fabs(m[0] * m[4] - m[1] * m[3]);
    const double largest = fmax(fmax(fabs(m[0]), fabs(m[1])), fmax(fabs(m[3]), fabs(m[4])));

    return largest <= SIDE_MOST && largest <= SIDE_MOST * determinant;
}

static bool check(const struct args *a, struct format in, struct err *e)
{
    if (a->m.rows * a->m.columns != 6)
        return err_usage(e, "warp-affine: --m takes six numbers, a,b,c,d,e,f; here are %d",
                         a->m.rows * a->m.columns);
    if (!is_moderate(a->m.v))
        return err_usage(e,
                         "warp-affine: --m has no inverse, or makes the scene more than %d times "
                         "larger or smaller; it is a,b,c,d,e,f with a e - b d other than 0",
                         SIDE_MOST);
    if ((a->dsize.width == 0) != (a->dsize.height == 0))
        return err_usage(e, "warp-affine: both sides of --dsize must be positive, or both 0");
    if (in.width > SIDE_MOST || in.height > SIDE_MOST)
        return err_usage(e, "warp-affine: the scene has %lldx%lld pixels; a side of %d is the most",
                         (long long)in.width, (long long)in.height, SIDE_MOST);
    return a->flags == WARP_NEAREST || op_takes("warp-affine", warp_linear, in.type, e);
}

/* The same for the validity of pixels: the nearest one's. */
static const struct warp *warp_of_validity(struct stages *s, const struct warp *f, bool is_outside,
                                           struct err *e)
{
    struct warp *own = stages_state(s, sizeof *own, e);

    if (own) {
        *own = *f;
        memset(own->constant, is_outside ? 0 : UINT8_MAX, sizeof own->constant);
        if (is_outside)
            own->border = BORDER_CONSTANT;
        own->gather_nearest = warp_gather_nearest(PX_UINT8);
    }
    return own;
}

static struct affine to_input(const double *m)
{
    return (struct affine){{m[2] + 0.5 - 0.5 * (m[0] + m[1]), m[0], m[1],
                            m[5] + 0.5 - 0.5 * (m[3] + m[4]), m[3], m[4]}};
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    struct warp *f = check(a, in, e) ? stages_state(out, sizeof *f, e) : NULL;
    struct format format = in;
    const bool is_outside =
        out->edge_is_outside && a->border_type == BORDER_CONSTANT && !a->border_value.given;

    if (!f)
        return false;
    /* Leaving out what lies outside is the same as repeating the edge: it gives its weight to the
     * pixels beside it. */
    *f = (struct warp){
        .border = is_outside ? BORDER_REPLICATE : (enum border_type)a->border_type,
        .interpolation = a->flags,
        .width = in.width,
        .height = in.height,
        .gather = a->flags == WARP_LINEAR ? warp_gather_linear(in.type) : NULL,
        .gather_nearest = warp_gather_nearest(in.type),
    };
    memcpy(f->m, a->m.v, sizeof f->m);
    if (!a->inverse_map)
        invert(f->m);
    pixel_store(in.type, a->border_value.value, f->constant);
    f->value = pixel_load(in.type, f->constant, 0);
    if (a->dsize.width > 0) {
        format.width = a->dsize.width;
        format.height = a->dsize.height;
    }
    const struct stage_input input = {.stage = out->current, .need = need, .need_state = f};
    struct stage stage = {
        .in = {input},
        .n_in = 1,
        .out = format,
        .block = BLOCK_ROWS,
        .row = a->flags == WARP_NEAREST ? warp_nearest(in.type) : warp_linear[in.type],
        .state = f,
        .scratch_bytes = sizeof(struct warp_positions),
        .regrids = true,
        .to_input = to_input(f->m),
        .valid = warp_nearest(PX_UINT8),
        .edge_is_outside = is_outside,
    };
    if (a->flags == WARP_LINEAR) {
        stage.patch = patch;
        stage.patch_state = f;
        stage.patch_input = input;
    }
    if (!find_steps(out, f, format.width, e))
        return false;
    stage.valid_state = warp_of_validity(out, f, is_outside, e);
    return stage.valid_state && stages_add(out, &stage, e);
}

const struct op op_warp_affine = {
    .name = "warp-affine",
    .summary = "turn, shear, stretch and move the scene",
    .source = "OpenCV imgproc, warpAffine",
    .example = "--m=0.9,-0.2,8,0.2,0.9,-4",
    .nodata = NODATA_NORMALIZED,
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
