/* test_sweep.c - components and distances of whole scenes, in bands of any height, beside plain
 * searches.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/memory.h"
#include "ops/components.h"
#include "ops/runs.h"
#include "pipeline/plan.h"

#include <math.h>
#include <string.h>

enum { SEED = 20260707, SIDE_MOST = 40, PIXELS_MOST = SIDE_MOST * SIDE_MOST, NODATA = 7 };

static int random_up_to(int most)
{
    return 1 + rand() % most;
}

/* A scene of floats, which is what any op here works on in place, and what it is cut into. */
struct scene {
    int width, height;
    double pixel[PIXELS_MOST];
};

static void random_scene(struct scene *s, int holes)
{
    const int share = rand() % 101;

    s->width = random_up_to(SIDE_MOST);
    s->height = random_up_to(SIDE_MOST);
    for (int i = 0; i < s->width * s->height; i++)
        s->pixel[i] = rand() % 100 < holes ? NODATA : rand() % 100 < share;
}

/* The op of the words, done to the scene in bands of random even heights; *out is the result. */
static void sweep(const char *name, const char *const *args, int n_args, const struct scene *s,
                  bool minds, double *out)
{
    const struct step step = {name, n_args, args};
    const struct format in = {PX_UINT8, 1, s->width, s->height};
    const char *none = NULL;
    const struct outside outside = {0};
    const struct plan_sources sources = {&in, &none, 1, &outside};
    const int height = 2 * random_up_to(SIDE_MOST / 2), n = (s->height + height - 1) / height;
    struct buffer summaries[SIDE_MOST] = {0}, contexts[SIDE_MOST] = {0};
    struct planes bands[SIDE_MOST];
    void *memory[SIDE_MOST];
    struct plan *p;
    struct err e;

    ck_assert_msg(plan_new(&p, &step, 1, &sources, &e), "%s", e.text);
    const struct sweep_use *use = &p->sweep;
    const enum pixel_type type = plan_output(p).type;
    for (int i = 0; i < n; i++) {
        const int rows = s->height - i * height < height ? s->height - i * height : height;
        const struct region r = {0, i * height, s->width, rows};
        ck_assert(planes_new(&bands[i], &memory[i], type, 1, r, 0, &e));
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < s->width; x++) {
                double v = s->pixel[(i * height + y) * s->width + x];
                if (v == NODATA && use->how->has_outside) /* as stages leave it */
                    v = use->how->outside;
                pixel_store(type, v, planes_at(&bands[i], 0, x, i * height + y));
            }
        const struct sweep_band band = {&bands[i], minds, NODATA};
        ck_assert_msg(use->how->summarise(use->state, &band, &summaries[i], &e), "%s", e.text);
    }
    const struct sweep_bytes all = {summaries, contexts, n};
    ck_assert_msg(use->how->resolve(use->state, plan_output(p), &all, &e), "%s", e.text);
    for (int i = n - 1; i >= 0; i--) {
        const struct sweep_band band = {&bands[i], minds, NODATA};
        ck_assert_msg(use->how->finish(use->state, &band, &contexts[i], &e), "%s", e.text);
        for (int64_t y = bands[i].region.y; y < bands[i].region.y + bands[i].region.height; y++)
            for (int x = 0; x < s->width; x++)
                out[y * s->width + x] = pixel_load(type, planes_at(&bands[i], 0, x, y), 0);
        ck_assert_uint_le(contexts[i].size, use->how->context_bytes(use->state, plan_output(p)));
        free(memory[i]);
        buffer_free(&summaries[i]);
        buffer_free(&contexts[i]);
    }
    plan_free(p);
}

/* --- components ------------------------------------------------------------------------------- */

static bool belongs(const struct scene *s, int x, int y)
{
    return x >= 0 && y >= 0 && x < s->width && y < s->height && s->pixel[y * s->width + x] != 0 &&
           s->pixel[y * s->width + x] != NODATA;
}

/* Floods from a pixel; returns how many it reaches. */
static int flood(const struct scene *s, int connectivity, int start, int label, int *labels)
{
    int queue[PIXELS_MOST], n = 1;

    queue[0] = start;
    labels[start] = label;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 9; k++) {
            const int dx = k % 3 - 1, dy = k / 3 - 1;
            const int x = queue[i] % s->width + dx, y = queue[i] / s->width + dy;
            if ((connectivity == 4 && dx != 0 && dy != 0) || !belongs(s, x, y) ||
                labels[y * s->width + x])
                continue;
            labels[y * s->width + x] = label;
            queue[n++] = y * s->width + x;
        }
    return n;
}

/* OpenCV's numbers: in the order of pixels, or of blocks of 2x2. areas[label]. */
static void label_all(const struct scene *s, int connectivity, int *labels, int *areas)
{
    const int step = connectivity == 8 ? 2 : 1;
    int n = 0;

    memset(labels, 0, PIXELS_MOST * sizeof *labels);
    for (int y = 0; y < s->height; y += step)
        for (int x = 0; x < s->width; x += step)
            for (int k = 0; k < step * step; k++) {
                const int px = x + k % step, py = y + k / step, at = py * s->width + px;
                if (!belongs(s, px, py) || labels[at])
                    continue;
                n++;
                areas[n] = flood(s, connectivity, at, n, labels);
            }
}

static void check_components(int holes)
{
    struct scene s;
    int labels[PIXELS_MOST], areas[PIXELS_MOST + 1];
    double got[PIXELS_MOST];

    random_scene(&s, holes);
    for (int connectivity = 4; connectivity <= 8; connectivity += 4) {
        const char *const args[] = {connectivity == 4 ? "--connectivity=4" : "--connectivity=8",
                                    "--min=4"};
        label_all(&s, connectivity, labels, areas);
        sweep("connected-components", args, 1, &s, holes > 0, got);
        for (int i = 0; i < s.width * s.height; i++)
            ck_assert_msg(got[i] == (s.pixel[i] == NODATA ? NODATA : labels[i]),
                          "connectivity %d of %dx%d: pixel %d has label %g, not %d", connectivity,
                          s.width, s.height, i, got[i], labels[i]);
        sweep("area-open", args, 2, &s, holes > 0, got);
        for (int i = 0; i < s.width * s.height; i++) {
            const bool stays = s.pixel[i] == NODATA || (labels[i] && areas[labels[i]] >= 4);
            ck_assert_msg(got[i] == (stays ? s.pixel[i] : 0), "pixel %d is %g", i, got[i]);
        }
    }
}

START_TEST(components_are_those_of_a_flood)
{
    srand(SEED);
    for (int i = 0; i < 400; i++) {
        check_components(0);
        check_components(20);
    }
}
END_TEST

/* --- distances -------------------------------------------------------------------------------- */

/* With steps in 16 bits behind the point, as OpenCV's passes: the shortest path of moves. */
static double plain_distance(const char *kind, int dx, int dy)
{
    const int longer = dx > dy ? dx : dy, shorter = dx > dy ? dy : dx;

    if (strcmp(kind, "--distance-type=l1") == 0)
        return dx + dy;
    if (strcmp(kind, "--distance-type=c") == 0)
        return longer;
    if (strcmp(kind, "--mask-size=precise") == 0)
        return sqrtf((float)(dx * dx + dy * dy));
    if (strcmp(kind, "--mask-size=3") == 0)
        return (float)(89738 * shorter + 62587 * (longer - shorter)) / 65536.0F;
    double least = 1e9; /* knights first, then as far as it goes at a slant and to the side */
    for (int knights = 0; knights <= shorter; knights++) {
        /* Some go along, some across. */
        for (int across = 0; across <= knights; across++) {
            const int x = abs(longer - 2 * (knights - across) - across);
            const int y = abs(shorter - (knights - across) - 2 * across);
            const int more = x > y ? x : y, less = x > y ? y : x;
            const double d = 143976.0 * knights + 91750.0 * less + 65536.0 * (more - less);
            least = d < least ? d : least;
        }
    }
    return (float)least / 65536.0F;
}

static double nearest(const struct scene *s, const char *kind, int x, int y)
{
    double least = strcmp(kind, "--mask-size=precise") == 0 ? sqrtf(1e15F) : 8192;

    for (int v = 0; v < s->height; v++)
        for (int u = 0; u < s->width; u++)
            if (s->pixel[v * s->width + u] == 0) {
                const double d = plain_distance(kind, abs(u - x), abs(v - y));
                least = d < least ? d : least;
            }
    return least;
}

START_TEST(distances_are_those_to_the_nearest_zero)
{
    static const char *const kinds[] = {"--distance-type=l1", "--distance-type=c",
                                        "--mask-size=precise", "--mask-size=3", "--mask-size=5"};
    struct scene s;
    double got[PIXELS_MOST];

    srand(SEED);
    for (int i = 0; i < 60; i++) {
        const char *kind = kinds[i % 5];
        random_scene(&s, i % 2 ? 10 : 0);
        if (i % 3 == 0) /* few zeros, or none */
            for (int k = 0; k < s.width * s.height; k++)
                s.pixel[k] = s.pixel[k] == NODATA ? NODATA : rand() % 200 > 0;
        sweep("distance-transform", &kind, 1, &s, i % 2, got);
        for (int y = 0; y < s.height; y++)
            for (int x = 0; x < s.width; x++) {
                const int at = y * s.width + x;
                const double wanted = s.pixel[at] == NODATA ? NODATA : nearest(&s, kind, x, y);
                ck_assert_msg(got[at] == wanted, "%s of %dx%d at %d,%d: %.9g, not %.9g", kind,
                              s.width, s.height, x, y, got[at], wanted);
            }
    }
}
END_TEST

/* --- what comes from other ranks -------------------------------------------------------------- */

START_TEST(damaged_summaries_are_refused)
{
    const struct components c = {.end = COMPONENT_LABEL, .connectivity = 8};
    uint32_t pixels[4 * 6];
    const struct format f = {PX_UINT32, 1, 6, 4};
    struct planes p = {(unsigned char *)pixels, PX_UINT32, 1, {0, 0, 6, 4}, 24, 96};
    struct buffer good = {0};
    struct err e;

    srand(SEED);
    for (int i = 0; i < 24; i++)
        pixels[i] = i % 3 == 0;
    const struct sweep_band band = {&p, false, 0};
    ck_assert(components_labels.summarise(&c, &band, &good, &e));
    for (int i = 0; i < 2000; i++) {
        struct buffer bad[2] = {good, {0}}, contexts[2] = {{0}, {0}};
        ck_assert(buffer_append(&bad[1], good.data, good.size, &e));
        if (i % 2)
            bad[1].size = (size_t)(rand() % (int)good.size);
        else
            bad[1].data[rand() % (int)good.size] ^= (unsigned char)(1 << rand() % 8);
        const struct sweep_bytes all = {bad, contexts, 2};
        const bool ok = components_labels.resolve(&c, f, &all, &e);
        if (i % 2 && bad[1].size > 0)
            ck_assert_msg(!ok, "taken though it ends after %zu bytes", bad[1].size);
        buffer_free(&bad[1]);
        buffer_free(&contexts[0]);
        buffer_free(&contexts[1]);
    }
    buffer_free(&good);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        components_are_those_of_a_flood,
        distances_are_those_to_the_nearest_zero,
        damaged_summaries_are_refused,
    };

    return UNIT_RUN("sweep", tests);
}
