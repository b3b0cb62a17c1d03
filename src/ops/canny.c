/* canny.c - OpenCV's Canny: thin edges of the gradient that are connected to strong ones, over the
 * whole scene.
 *
 * Two stages make the derivatives, a third finds the pixels whose gradient is the largest across the
 * edge: 1 where it may belong to one, 2 (a seed) where it is above both thresholds. Components with
 * a seed are the edges. */
#include "ops/components.h"
#include "ops/derivative.h"

#include <math.h>

struct args {
    double threshold1, threshold2;
    int aperture;
    bool l2_gradient;
};

static const char *const apertures[] = {"3", "5", "7", NULL};

static const struct param params[] = {
    {"threshold1", "gradient above which a pixel may belong to an edge", P_REAL,
     offsetof(struct args, threshold1), NULL, NULL, 0, 0},
    {"threshold2", "gradient above which it makes one; the lower of both is taken for the first",
     P_REAL, offsetof(struct args, threshold2), NULL, NULL, 0, 0},
    {"aperture-size", "of the Sobel kernel", P_CHOICE, offsetof(struct args, aperture), "3",
     apertures, 0, 0},
    {"l2-gradient", "the gradient's length is that of the vector, not the sum of its parts", P_BOOL,
     offsetof(struct args, l2_gradient), "false", NULL, 0, 0},
    {0},
};

enum { SEED = 2, BLOCK = 16 }; /* a candidate is 1, any other 0 */

struct state {
    int32_t low, high;
    bool squares;
    int bands;
};

/* Of a strip and one pixel more on either side. */
enum { ROW = STRIP_MAX + 64 };

/* A block's gradients: magnitudes of its rows and of those above and below, components of its rows
 * alone. */
struct gradients {
    int32_t magnitude[BLOCK + 2][ROW];
    int16_t dx[BLOCK + 2][ROW], dy[BLOCK + 2][ROW];
};

SIMD static void canny_sums(const int16_t *restrict dx, const int16_t *restrict dy,
                            int32_t *restrict out, int n)
{
    for (int x = 0; x < n; x++)
        out[x] = (dx[x] < 0 ? -dx[x] : dx[x]) + (dy[x] < 0 ? -dy[x] : dy[x]);
}

SIMD static void canny_squares(const int16_t *restrict dx, const int16_t *restrict dy,
                               int32_t *restrict out, int n)
{
    for (int x = 0; x < n; x++)
        out[x] = dx[x] * dx[x] + dy[x] * dy[x];
}

/* Of several bands, the first with the largest gradient counts. */
SIMD static void canny_join(const int32_t *restrict magnitude, const int16_t *restrict dx,
                            const int16_t *restrict dy, int32_t *restrict largest,
                            int16_t *restrict out_x, int16_t *restrict out_y, int n)
{
    for (int x = 0; x < n; x++) {
        const bool larger = magnitude[x] > largest[x];
        out_x[x] = larger ? dx[x] : out_x[x];
        out_y[x] = larger ? dy[x] : out_y[x];
        largest[x] = larger ? magnitude[x] : largest[x];
    }
}

/* Row i of the window, from one pixel before the first output pixel; extra: a row of scratch. */
static void join_bands(const struct state *s, const struct window *w, int i, struct gradients *g,
                       int32_t *extra)
{
    const int rows = w->height + 2, n = w->width + 2;

    for (int band = 0; band < s->bands; band++) {
        const int16_t *dx = (const int16_t *)w->rows[band * rows + i] - 1;
        const int16_t *dy = (const int16_t *)w->rows[(s->bands + band) * rows + i] - 1;
        int32_t *magnitude = band == 0 ? g->magnitude[i] : extra;
        if (s->squares)
            canny_squares(dx, dy, magnitude, n);
        else
            canny_sums(dx, dy, magnitude, n);
        if (band == 0) {
            for (int x = 0; x < n; x++) {
                g->dx[i][x] = dx[x];
                g->dy[i][x] = dy[x];
            }
        } else {
            canny_join(magnitude, dx, dy, g->magnitude[i], g->dx[i], g->dy[i], n);
        }
    }
}

/* m: magnitudes of the row, of those above and below; all begin at the first output pixel. The
 * direction is told by tan 22.5 degrees, in 15 bits behind the point. */
SIMD static void canny_thin(const int32_t *restrict above, const int32_t *restrict m,
                            const int32_t *restrict below, const int16_t *restrict dx,
                            const int16_t *restrict dy, const int32_t *restrict limits,
                            uint8_t *restrict out, int n)
{
    enum { SHIFT = 15, TAN_22 = 13573 };
    const int32_t low = limits[0], high = limits[1];

    for (int x = 0; x < n; x++) {
        /* All of one width, and without abs(), or compilers find no vectors in it. */
        const int32_t gx = dx[x], gy = dy[x], sign_x = gx >> 31, sign_y = gy >> 31;
        const int32_t ax = (gx ^ sign_x) - sign_x, ay = ((gy ^ sign_y) - sign_y) << SHIFT;
        const int32_t flat = ax * TAN_22, steep = flat + (ax << (SHIFT + 1));
        const int32_t horizontal = (m[x] > m[x - 1]) & (m[x] >= m[x + 1]);
        const int32_t vertical = (m[x] > above[x]) & (m[x] >= below[x]);
        const int32_t falling = (m[x] > above[x - 1]) & (m[x] > below[x + 1]);
        const int32_t rising = (m[x] > above[x + 1]) & (m[x] > below[x - 1]);
        const int32_t diagonal = sign_x != sign_y ? rising : falling;
        const int32_t steeper = ay > steep ? vertical : diagonal;
        const int32_t largest = ay < flat ? horizontal : steeper;
        const int32_t found = largest & (m[x] > low);
        out[x] = (uint8_t)(found + (found & (m[x] > high)));
    }
}

static void thin_rows(const void *state, const struct window *w)
{
    const struct state *s = state;
    struct gradients *g = w->scratch;
    int32_t *extra = (int32_t *)(void *)(g + 1);

    for (int i = 0; i < w->height + 2; i++)
        join_bands(s, w, i, g, extra);
    for (int i = 0; i < w->height; i++)
        canny_thin(g->magnitude[i] + 1, g->magnitude[i + 1] + 1, g->magnitude[i + 2] + 1,
                   g->dx[i + 1] + 1, g->dy[i + 1] + 1, &s->low, w->outs[i], w->width);
}

static int32_t limit(double threshold, const struct args *a)
{
    if (a->l2_gradient) {
        threshold = threshold < INT16_MAX ? threshold : INT16_MAX;
        threshold = threshold > 0 ? threshold * threshold : threshold;
    }
    threshold = floor(threshold);
    return threshold < INT32_MIN ? INT32_MIN
                                 : (threshold > INT32_MAX ? INT32_MAX : (int32_t)threshold);
}

static bool add_edges(struct stages *s, const struct state *state, const int *derivative,
                      struct format in, struct err *e)
{
    const struct reach reach = {1, 1, 1, 1};
    const struct border none = {BORDER_CONSTANT, 0};
    const struct stage stage = {
        .in = {{.stage = derivative[0], .reach = reach, .border = none},
               {.stage = derivative[1], .reach = reach, .border = none}},
        .n_in = 2,
        .out = {PX_UINT8, 1, in.width, in.height},
        .across = true,
        .block = BLOCK,
        .row = thin_rows,
        .state = state,
        .scratch_bytes = sizeof(struct gradients) + ROW * sizeof(int32_t),
        .by_place = true,
        .has_neutral = true, /* beside pixels outside the data there is no edge of theirs */
    };

    return stages_add(s, &stage, e);
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const int ksize = 3 + 2 * a->aperture, from = out->current;
    const double scale = ksize == 7 ? 1 / 16.0 : 1;
    const double low = fmin(a->threshold1, a->threshold2),
                 high = fmax(a->threshold1, a->threshold2);
    struct state *s = stages_state(out, sizeof *s, e);
    struct components *c = stages_state(out, sizeof *c, e);
    int derivative[2];

    if (!s || !c)
        return false;
    if (in.type != PX_UINT8)
        return err_usage(e,
                         "canny: %s pixels are not supported; it takes uint8 (put `convert-to "
                         "--type=uint8` before it)",
                         pixel_name(in.type));
    if (in.bands != 1 && in.bands != 3)
        return err_usage(e, "canny: takes one band or three, not %d (cvt-color makes one of them)",
                         in.bands);
    *s = (struct state){limit(low * scale, a), limit(high * scale, a), a->l2_gradient, in.bands};
    *c = (struct components){.end = COMPONENT_SEED, .connectivity = 8, .seed = SEED};
    for (int i = 0; i < 2; i++) {
        const struct derivative d = {i == 0, i == 1, ksize, scale, 0};
        out->current = from;
        if (!derivative_add(out, &d, (struct border){BORDER_REPLICATE, 0}, in, PX_INT16, e))
            return false;
        derivative[i] = out->current;
    }
    out->sweep = (struct sweep_use){&components_seeds, c};
    return add_edges(out, s, derivative, in, e);
}

const struct op op_canny = {
    .name = "canny",
    .summary = "thin edges that are connected to strong ones, over the whole scene",
    .source = "OpenCV imgproc, Canny",
    .example = "--threshold1=50 --threshold2=150",
    .nodata = NODATA_NORMALIZED,
    .sweeps = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
