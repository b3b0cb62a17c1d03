/* distance_transform.c - OpenCV's distanceTransform: how far each pixel is from the nearest 0, over
 * the whole scene.
 *
 * Bands tell for each column the 0 nearest to their first and to their last row; with those of the
 * bands above and below every pixel knows the nearest 0 of its column. Along a row, the columns'
 * distances are then joined by the lower envelope of what each of them offers, which is exact for
 * norms whose ball is symmetric to both axes: the chamfer distances of OpenCV's masks are such norms,
 * so that their closed form gives what its two passes do. With these only the rows at a band's edges
 * are made so; from there on two passes of the band's own are faster (chamfer.h).
 *
 * Source: A. Meijster, J. Roerdink, W. Hesselink, "A general algorithm for computing distance
 * transforms in linear time", 2000; D. Coeurjolly, "2D subquadratic separable distance
 * transformation for path-based norms", 2014; G. Borgefors, "Distance transformations in digital
 * images", 1986. */
#include "ops/binary.h"
#include "ops/chamfer.h"
#include "ops/sweep.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum type { L1, L2, C };
enum mask { MASK_3, MASK_5, MASK_PRECISE };

struct args {
    int type, mask;
};

static const char *const types[] = {"l1", "l2", "c", NULL};
static const char *const masks[] = {"3", "5", "precise", NULL};

static const struct param params[] = {
    {"distance-type", "l1: sum of both sides; l2: straight line; c: the longer side", P_CHOICE,
     offsetof(struct args, type), "l2", types, 0, 0},
    {"mask-size", "of l2: as OpenCV's passes of 3x3 or 5x5 pixels approximate it, or precise",
     P_CHOICE, offsetof(struct args, mask), "precise", masks, 0, 0},
    {0},
};

/* OpenCV's weights of a step, in 16 bits behind the point. precise: squares of pixels. */
struct metric {
    bool precise;
    struct chamfer steps;
};

enum { FRACTION = 1 << 16 };

static const struct metric metrics[] = {
    {.steps = {FRACTION, 2 * FRACTION, 0}}, /* l1 */
    {.precise = true},                      /* l2 */
    {.steps = {FRACTION, FRACTION, 0}},     /* c */
};
static const struct metric l2_masks[] = {
    [MASK_3] = {.steps = {62587, 89738, 0}},         /* 0.955, 1.3693 */
    [MASK_5] = {.steps = {FRACTION, 91750, 143976}}, /* 1, 1.4, 2.1969 */
    [MASK_PRECISE] = {.precise = true},
};

/* In the plane while it is worked on: rows to the nearest 0 of the column, up to NOWHERE, and
 * whether the pixel is outside the data. */
enum { NOWHERE = 0x3fffffff };
static const uint32_t outside_bit = chamfer_mark;
static const double outside_value = -1;

/* --- a band tells ----------------------------------------------------------------------------- */

/* For each column the rows from the first (or last) row to the nearest 0 of the band. */
static void find_nearest(const struct sweep_band *b, int band, bool from_below, uint32_t *nearest)
{
    const struct region r = b->pixels->region;
    int64_t left = r.width;

    for (int64_t x = 0; x < r.width; x++)
        nearest[x] = NOWHERE;
    for (int64_t i = 0; i < r.height && left > 0; i++) {
        const int64_t y = from_below ? r.y + r.height - 1 - i : r.y + i;
        const float *row = (const float *)(void *)planes_at(b->pixels, band, r.x, y);
        for (int64_t x = 0; x < r.width; x++)
            if (row[x] == 0 && nearest[x] == NOWHERE) {
                nearest[x] = (uint32_t)i;
                left--;
            }
    }
}

static bool summarise(const void *state, const struct sweep_band *b, struct buffer *summary,
                      struct err *e)
{
    const size_t row = (size_t)b->pixels->region.width * sizeof(uint32_t);
    const uint32_t height = (uint32_t)b->pixels->region.height;

    if (!buffer_reserve(summary, (size_t)b->pixels->bands * 2 * row + sizeof height, e) ||
        !buffer_append(summary, &height, sizeof height, e))
        return false;
    for (int band = 0; band < b->pixels->bands; band++)
        for (int from_below = 0; from_below < 2; from_below++) {
            find_nearest(b, band, from_below, (uint32_t *)(void *)(summary->data + summary->size));
            summary->size += row;
        }
    return true;
}

/* --- all bands together ----------------------------------------------------------------------- */

/* For every band the rows from beyond its edge to the nearest 0 there: of those above it (step 1) or
 * below it (step -1). */
static bool pass(const struct sweep_bytes *bytes, int band, int64_t width, bool below,
                 uint32_t *running, struct err *e)
{
    const size_t row = (size_t)width * sizeof(uint32_t);

    for (int64_t x = 0; x < width; x++)
        running[x] = NOWHERE;
    for (int64_t k = 0; k < bytes->n; k++) {
        const int64_t i = below ? bytes->n - 1 - k : k;
        const struct buffer *s = &bytes->summary[i];
        uint32_t height;
        if (!buffer_append(&bytes->context[i], running, row, e))
            return false;
        if (s->size < sizeof height) /* could not be had: as if there were no 0 */
            continue;
        memcpy(&height, s->data, sizeof height);
        /* Seen from beyond: of a band's nearest to the far edge. */
        const unsigned char *at =
            s->data + sizeof height + ((size_t)band * 2 + (below ? 0 : 1)) * row;
        for (int64_t x = 0; x < width; x++) {
            uint32_t nearest;
            memcpy(&nearest, at + (size_t)x * sizeof nearest, sizeof nearest);
            running[x] = nearest < NOWHERE               ? nearest + 1
                         : running[x] + height < NOWHERE ? running[x] + height
                                                         : NOWHERE;
        }
    }
    return true;
}

static bool resolve(const void *state, struct format f, const struct sweep_bytes *bytes,
                    struct err *e)
{
    const size_t wanted = 4 + (size_t)f.bands * 2 * (size_t)f.width * sizeof(uint32_t);
    uint32_t *running = memory_raw((size_t)f.width, sizeof *running, e);
    bool ok = running != NULL;

    for (int64_t i = 0; ok && i < bytes->n; i++)
        if (bytes->summary[i].size != 0 && bytes->summary[i].size != wanted)
            ok = err_set(e, "what chunk %lld tells of its columns is damaged", (long long)i);
    for (int band = 0; ok && band < f.bands; band++)
        ok = pass(bytes, band, f.width, false, running, e) &&
             pass(bytes, band, f.width, true, running, e);
    free(running);
    return ok;
}

/* --- along a row ------------------------------------------------------------------------------ */

/* How far a pixel is that lies dx columns and dy rows off. */
static inline int64_t distance(const struct metric *m, int64_t dx, int64_t dy)
{
    const int64_t x = dx < 0 ? -dx : dx;

    if (m->precise)
        return x * x + dy * dy;
    const int64_t longer = x > dy ? x : dy, shorter = x > dy ? dy : x;
    const int64_t side = m->steps.side, slant = m->steps.slant, knight = m->steps.knight;
    if (knight == 0)
        return slant * shorter + side * (longer - shorter);
    return longer >= 2 * shorter ? knight * shorter + side * (longer - 2 * shorter)
                                 : knight * (longer - shorter) + slant * (2 * shorter - longer);
}

/* A column's 0, and the first pixel of the row that it is nearest to. */
struct offer {
    int32_t x, dy, from;
};

/* The first pixel from which on the offer `right` is nearer than `left`, or `width`. */
static int32_t overtakes(const struct metric *m, const struct offer *left,
                         const struct offer *right, int32_t width)
{
    int32_t low = left->from, high = width;

    if (m->precise) {
        const int64_t u = right->x, i = left->x;
        const int64_t above =
            u * u - i * i + (int64_t)right->dy * right->dy - (int64_t)left->dy * left->dy;
        const int64_t at = floor_div(above, 2 * (u - i)) + 1;
        return at < low ? low : at > high ? high : (int32_t)at;
    }
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (distance(m, middle - right->x, right->dy) < distance(m, middle - left->x, left->dy))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The offers that are the best ones somewhere, from left to right; returns how many. */
static int find_offers(const struct metric *m, const uint32_t *dy, int32_t width,
                       struct offer *offers)
{
    int n = 0;

    for (int32_t x = 0; x < width; x++) {
        struct offer next = {x, (int32_t)(dy[x] & ~outside_bit), 0};
        if (next.dy == NOWHERE)
            continue;
        while (n > 0) {
            const struct offer *last = &offers[n - 1];
            if (distance(m, last->from - x, next.dy) >= distance(m, last->from - last->x, last->dy))
                break;
            n--; /* never the best one any more */
        }
        if (n > 0)
            next.from = overtakes(m, &offers[n - 1], &next, width);
        if (n == 0 || next.from < width)
            offers[n++] = next;
    }
    return n;
}

/* A row of the norm that is no chamfer's. */
static void finish_row(const struct metric *m, void *row, int32_t width, struct offer *offers,
                       uint32_t *dy)
{
    const float nowhere = sqrtf(1e15F);
    float *out = row;

    memcpy(dy, row, (size_t)width * sizeof *dy);
    const int n = find_offers(m, dy, width, offers);
    for (int i = 0; i < n; i++) {
        const int32_t end = i + 1 < n ? offers[i + 1].from : width;
        for (int32_t x = offers[i].from; x < end; x++)
            out[x] = sqrtf((float)distance(m, x - offers[i].x, offers[i].dy));
    }
    for (int32_t x = 0; x < width; x++)
        out[x] = dy[x] & outside_bit ? (float)outside_value : n == 0 ? nowhere : out[x];
}

/* A row of distances by steps, as chamfer_spread takes it. */
static void measure_row(const struct metric *m, uint32_t *row, int32_t width, struct offer *offers)
{
    const int n = find_offers(m, row, width, offers);

    for (int i = 0; i < n; i++) {
        const int32_t end = i + 1 < n ? offers[i + 1].from : width;
        for (int32_t x = offers[i].from; x < end; x++) {
            const int64_t d = distance(m, x - offers[i].x, offers[i].dy);
            row[x] = (uint32_t)(d < CHAMFER_CAP ? d : CHAMFER_CAP) | (row[x] & outside_bit);
        }
    }
    for (int32_t x = 0; n == 0 && x < width; x++)
        row[x] = CHAMFER_CAP | (row[x] & outside_bit);
}

SIMD static void distance_floats(void *row, int64_t width)
{
    const uint32_t *in = row;
    float *out = row;

    for (int64_t x = 0; x < width; x++) {
        const float d = (float)(int32_t)(in[x] & ~outside_bit) * (1.0F / FRACTION);
        out[x] = in[x] & outside_bit ? -1.0F : d;
    }
}

/* A raster band whose columns are finished, by steps. */
static void finish_by_steps(const struct metric *m, const struct planes *p, int band,
                            struct offer *offers, void *scratch)
{
    const struct region r = p->region;
    const int known = chamfer_known(&m->steps);

    for (int64_t i = 0; i < r.height; i++)
        if (i < known || i >= r.height - known)
            measure_row(m, (uint32_t *)(void *)planes_at(p, band, r.x, r.y + i), (int32_t)r.width,
                        offers);
    chamfer_spread(&m->steps, p, band, scratch);
    for (int64_t y = r.y; y < r.y + r.height; y++)
        distance_floats(planes_at(p, band, r.x, y), r.width);
}

/* --- a band is finished ----------------------------------------------------------------------- */

/* The plane holds 0, 1 or (its sign tells) what is outside the data. */
SIMD static void distance_down(uint32_t *restrict running, uint32_t *restrict row, int64_t width)
{
    for (int64_t x = 0; x < width; x++) {
        const uint32_t bit = row[x] & outside_bit;
        const uint32_t next = running[x] < NOWHERE ? running[x] + 1 : NOWHERE;
        running[x] = row[x] == 0 ? 0 : next;
        row[x] = running[x] | bit;
    }
}

SIMD static void distance_up(uint32_t *restrict running, uint32_t *restrict row, int64_t width)
{
    for (int64_t x = 0; x < width; x++) {
        const uint32_t own = row[x] & ~outside_bit, bit = row[x] & outside_bit;
        const uint32_t next = running[x] < NOWHERE ? running[x] + 1 : NOWHERE;
        running[x] = own < next ? own : next;
        row[x] = running[x] | bit;
    }
}

/* The columns' distances; context: of both sides, as rows from beyond the edge, which is what
 * `running` is before the first step. */
static void finish_columns(const struct planes *p, int band, const unsigned char *context,
                           uint32_t *running)
{
    const struct region r = p->region;
    const size_t row = (size_t)r.width * sizeof *running;

    memcpy(running, context, row);
    for (int64_t x = 0; x < r.width; x++) /* of the row before the first one */
        running[x] = running[x] < NOWHERE ? running[x] - 1 : NOWHERE;
    for (int64_t y = r.y; y < r.y + r.height; y++)
        distance_down(running, (uint32_t *)(void *)planes_at(p, band, r.x, y), r.width);
    memcpy(running, context + row, row);
    for (int64_t x = 0; x < r.width; x++)
        running[x] = running[x] < NOWHERE ? running[x] - 1 : NOWHERE;
    for (int64_t y = r.y + r.height - 1; y >= r.y; y--)
        distance_up(running, (uint32_t *)(void *)planes_at(p, band, r.x, y), r.width);
}

static bool finish(const void *state, const struct sweep_band *b, const struct buffer *context,
                   struct err *e)
{
    const struct metric *m = state;
    const struct region r = b->pixels->region;
    const size_t row = (size_t)r.width * sizeof(uint32_t);
    uint32_t *running = memory_raw((size_t)r.width, sizeof *running, e);
    struct offer *offers = running ? memory_raw((size_t)r.width, sizeof *offers, e) : NULL;
    void *scratch = offers ? memory_raw(1, chamfer_bytes(r.width), e) : NULL;
    bool ok = scratch != NULL;

    if (ok && context->size != (size_t)b->pixels->bands * 2 * row)
        ok = err_set(e, "what it is to know of other chunks' columns is damaged");
    for (int band = 0; ok && band < b->pixels->bands; band++) {
        finish_columns(b->pixels, band, context->data + (size_t)band * 2 * row, running);
        if (!m->precise)
            finish_by_steps(m, b->pixels, band, offers, scratch);
        for (int64_t y = r.y; m->precise && y < r.y + r.height; y++)
            finish_row(m, planes_at(b->pixels, band, r.x, y), (int32_t)r.width, offers, running);
    }
    if (ok && b->minds)
        sweep_put_nodata(b, outside_value);
    free(scratch);
    free(offers);
    free(running);
    return ok;
}

static size_t work_bytes(const void *state, int64_t width, int64_t height)
{
    return (size_t)width * (sizeof(struct offer) + sizeof(uint32_t)) + chamfer_bytes(width);
}

static size_t context_bytes(const void *state, struct format f)
{
    return 4 + (size_t)f.bands * 2 * (size_t)f.width * sizeof(uint32_t);
}

static const struct sweep sweep_distance = {
    .has_outside = true,
    .outside = -1,
    .work_bytes = work_bytes,
    .context_bytes = context_bytes,
    .summarise = summarise,
    .resolve = resolve,
    .finish = finish,
};

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    struct metric *m = stages_state(out, sizeof *m, e);

    if (!m)
        return false;
    *m = a->type == L2 ? l2_masks[a->mask] : metrics[a->type];
    out->sweep = (struct sweep_use){&sweep_distance, m};
    return binary_add(out, in, PX_FLOAT32, e);
}

const struct op op_distance_transform = {
    .name = "distance-transform",
    .summary =
        "distance of each pixel to the nearest 0, over the whole scene; pixels outside the data "
        "are no 0",
    .source = "OpenCV imgproc, distanceTransform",
    .nodata = NODATA_POINT,
    .sweeps = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
