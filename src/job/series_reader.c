/* series_reader.c - what the ops before make of a scene of a series.
 *
 * A scene is opened for each region: regions are large, and of hundreds of scenes not all can be
 * open.
 * SPDX-License-Identifier: MIT */
#include "series_reader.h"

#include "job/needs.h"
#include "pipeline/execute.h"
#include "pipeline/inside.h"
#include "raster/output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct series_reader {
    const struct series *series;
    const char *instead; /* of a scene's path; NULL: none */
    struct place place;
    struct planes_memory in[PLAN_MAX_SOURCES], mask;
};

/* A scene while it is read. */
struct reading {
    struct sources sources;
    struct plan *plan, *careful, *validity;
    struct executor *executor;
    struct outside after; /* which pixels of what the ops make are outside */
    struct planes in[PLAN_MAX_SOURCES], out, mask;
};

bool series_reader_new(struct series_reader **out, const struct series *s, struct place place,
                       struct err *e)
{
    *out = memory_new(1, sizeof **out, e);
    if (*out)
        **out = (struct series_reader){.series = s, .place = place};
    return *out != NULL;
}

void series_reader_free(struct series_reader *r)
{
    if (!r)
        return;
    for (int i = 0; i < PLAN_MAX_SOURCES; i++)
        free(r->in[i].memory);
    free(r->mask.memory);
    free(r);
}

void series_reader_instead(struct series_reader *r, const char *path)
{
    r->instead = path;
}

static const char *path_of(const struct series_reader *r, int scene)
{
    return r->instead ? r->instead : r->series->path[scene];
}

/* What is said of a file in memory is said of the scene's own. */
static void say_own_path(struct err *e)
{
    const size_t n = strlen(SCENE_IN_MEMORY);

    for (char *at; (at = strstr(e->text, SCENE_IN_MEMORY));)
        memmove(at, at + n, strlen(at + n) + 1);
}

/* --- validity --------------------------------------------------------------------------------- */

/* mask: NULL, or of the region. */
static void find_inside(const struct series *s, const struct planes *out, const struct planes *mask,
                        const struct outside *outside, uint8 *valid)
{
    const int width = (int)out->region.width;
    const struct outside none = {0};

    for (int64_t y = out->region.y; y < out->region.y + out->region.height; y++)
        for (int b = 0; b < out->bands; b++, valid += width) {
            const void *row = planes_at(out, b, out->region.x, y);
            if (s->facts.ignores_nodata)
                memset(valid, UINT8_MAX, (size_t)width);
            else
                inside_row(out->type, row, mask ? planes_at(mask, 0, out->region.x, y) : NULL,
                           width, outside ? outside : &none, valid);
        }
}

/* Rows with the bands' rows one after the other. */
static struct planes planes_over(const struct format *f, struct region region, void *rows)
{
    const size_t row = (size_t)region.width * pixel_size(f->type);

    return (struct planes){.data = rows,
                           .type = f->type,
                           .bands = f->bands,
                           .region = region,
                           .row_bytes = row * (size_t)f->bands,
                           .band_bytes = row};
}

/* --- without ops ------------------------------------------------------------------------------ */

static bool read_mask(struct series_reader *r, struct scene *scene, struct region region,
                      struct planes *mask, bool *any, struct err *e)
{
    struct scene *of;

    if (!scene_open_mask(&of, scene, e))
        return false;
    *any = of != NULL;
    const bool ok =
        !of || (planes_reuse(mask, &r->mask, PX_UINT8, 1, region, 0, e) && scene_read(of, mask, e));
    scene_close(of);
    return ok;
}

static bool read_plain(struct series_reader *r, int i, struct region region, void *rows,
                       uint8 *valid, struct err *e)
{
    const struct series *s = r->series;
    const struct planes out = planes_over(&s->facts.in, region, rows);
    struct scene_options options = s->options;
    struct planes mask;
    struct scene *scene;
    bool has_mask = false;

    options.path = path_of(r, i);
    if (!scene_open(&scene, &options, e))
        return false;
    bool ok = s->facts.by_pixel ? scene_read_by_pixel(scene, region, rows, e)
                                : scene_read(scene, &out, e);
    if (ok && valid) {
        const struct scene_info *info = scene_info(scene);
        const struct outside outside = {info->has_nodata, info->nodata, 0};
        ok = read_mask(r, scene, region, &mask, &has_mask, e);
        if (ok)
            find_inside(s, &out, has_mask ? &mask : NULL, &outside, valid);
    }
    scene_close(scene);
    return ok;
}

/* --- through ops ------------------------------------------------------------------------------ */

static void reading_end(struct reading *g)
{
    executor_free(g->executor);
    plan_free(g->plan);
    plan_free(g->careful);
    plan_free(g->validity);
    sources_close(&g->sources);
}

/* Pixels outside the data are NaN in floats; else what the scenes have. */
static bool make_plans(const struct series *s, struct reading *g, struct err *e)
{
    const struct plan_sources sources = sources_for_plan(&g->sources);
    const struct scene_info *from = sources_nodata(&g->sources);

    if (!plan_new(&g->plan, s->steps, s->n_steps, &sources, e) ||
        !sources_check_grids(&g->sources, g->plan, e))
        return false;
    if (s->facts.ignores_nodata || !sources_have_outside(&g->sources))
        return true;
    const enum pixel_type type = plan_output(g->plan).type;
    if (!pixel_is_float(type) && from) {
        g->after = (struct outside){true, from->nodata, 0};
        if (!output_holds_nodata(type, from->nodata))
            return err_usage(e,
                             "%s: its nodata value %.17g cannot be had in the %s pixels that the "
                             "ops before make; convert to floats first (convert-to --type=float32)",
                             from->path, from->nodata, pixel_name(type));
    }
    const double nodata = pixel_is_float(type) ? (double)NAN : g->after.value;
    return (!sources_have_mask(&g->sources) ||
            plan_new_validity(&g->validity, s->steps, s->n_steps, &sources, e)) &&
           plan_new_careful(&g->careful, s->steps, s->n_steps, &sources, nodata, e);
}

struct filler {
    struct scene *scene;
    const struct planes *in;
};

static bool fill_piece(void *ctx, const struct piece *piece, struct err *e)
{
    const struct filler *f = ctx;
    struct planes part = *f->in;

    part.data = planes_at(f->in, 0, piece->scene.x + piece->dx, piece->scene.y + piece->dy);
    part.region = piece->scene;
    return scene_read(f->scene, &part, e);
}

/* The pixels of all scenes that the ops want for the region. */
static bool fill(struct series_reader *r, struct reading *g, struct region region, struct err *e)
{
    struct region needs[PLAN_MAX_SOURCES];

    plan_source_needs(g->careful ? g->careful : g->plan, g->careful ? g->plan : NULL, region,
                      needs);
    for (int i = 0; i < g->sources.n; i++) {
        const struct format *f = &g->sources.format[i];
        const struct filler filler = {g->sources.list[i].scene, &g->in[i]};
        int margin = plan_margin(g->plan, i);
        if (g->careful && plan_margin(g->careful, i) > margin)
            margin = plan_margin(g->careful, i);
        if (g->validity) {
            struct region more[PLAN_MAX_SOURCES];
            plan_source_needs(g->validity, NULL, region, more);
            needs[i] = region_join(needs[i], more[i]);
            if (plan_margin(g->validity, i) > margin)
                margin = plan_margin(g->validity, i);
        }
        if (!planes_reuse(&g->in[i], &r->in[i], f->type, f->bands, needs[i], margin, e) ||
            !needs_pieces(needs[i], f->width, f->height, fill_piece, (void *)&filler, e))
            return false;
    }
    return true;
}

static bool run_plan(struct series_reader *r, struct reading *g, const struct plan *plan,
                     const struct planes *out, struct tick tick, struct err *e)
{
    if (!executor_new(&g->executor, plan, e))
        return false;
    const bool ok = executor_run(g->executor, g->in, out, &r->place, tick, e);
    executor_free(g->executor);
    g->executor = NULL;
    return ok;
}

/* The plan that the pixels ask for, as for a chunk of any scene (chunk_work.c). */
static bool run(struct series_reader *r, struct reading *g, struct tick tick, struct err *e)
{
    enum inside inside = INSIDE_ALL;

    if (g->careful)
        inside = inside_of(g->in, g->sources.outside, g->sources.n);
    if ((inside == INSIDE_NONE && g->careful->gaps_may_close) ||
        (inside == INSIDE_ALL && g->careful && plan_looks_beyond(g->careful, g->out.region)))
        inside = INSIDE_SOME;
    if (inside != INSIDE_NONE)
        return run_plan(r, g, inside == INSIDE_ALL ? g->plan : g->careful, &g->out, tick, e);
    const double nodata = pixel_is_float(g->out.type) ? (double)NAN : g->after.value;
    for (int64_t y = 0; y < g->out.region.height; y++)
        pixel_fill(g->out.type, nodata, g->out.data + (size_t)y * g->out.row_bytes,
                   (size_t)g->out.bands * (size_t)g->out.region.width);
    return true;
}

static bool find_gaps(struct series_reader *r, struct reading *g, uint8 *valid, struct tick tick,
                      struct err *e)
{
    if (g->validity && (!planes_reuse(&g->mask, &r->mask, PX_UINT8, plan_mask_bands(g->validity),
                                      g->out.region, 0, e) ||
                        !run_plan(r, g, g->validity, &g->mask, tick, e)))
        return false;
    find_inside(r->series, &g->out, g->validity ? &g->mask : NULL, &g->after, valid);
    return true;
}

static bool read_through(struct series_reader *r, int i, struct region region, void *rows,
                         uint8 *valid, struct tick tick, struct err *e)
{
    const struct series *s = r->series;
    struct reading g = {.out = planes_over(&s->facts.out, region, rows)};
    struct scene_options options = s->options;

    options.path = path_of(r, i);
    r->place.scene = s->path[i];
    r->place.chunk = region;
    const bool ok = sources_open(&g.sources, &options, s->steps, s->n_steps, 0, e) &&
                    make_plans(s, &g, e) && fill(r, &g, region, e) && run(r, &g, tick, e) &&
                    (!valid || find_gaps(r, &g, valid, tick, e));
    reading_end(&g);
    return ok || (strstr(e->text, s->path[i]) ? false : err_context(e, "%s", s->path[i]));
}

bool series_read(struct series_reader *r, int scene, struct region region, void *rows, uint8 *valid,
                 struct tick tick, struct err *e)
{
    const bool ok = r->series->n_steps > 0 ? read_through(r, scene, region, rows, valid, tick, e)
                                           : read_plain(r, scene, region, rows, valid, e);

    if (!ok && r->instead)
        say_own_path(e);
    return ok;
}
