/* series.c - the scenes of `stack`, as every rank knows them.
 * SPDX-License-Identifier: MIT */
#include "series.h"

#include "endpoints.h"
#include "op_steps.h"

#include "base/minmax.h"
#include "base/pack.h"
#include "base/text.h"
#include "raster/file_id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void series_leave_out(struct series *s, int scene, const char *why)
{
    s->gone[scene] = true;
    fprintf(stderr, "tilery: left out (--on-error=skip): %s\n", why);
}

int series_left(const struct series *s)
{
    int n = 0;

    for (int i = 0; i < s->facts.n; i++)
        n += !s->gone[i];
    return n;
}

void series_free(struct series *s)
{
    for (int i = 0; s->path && i < s->facts.n; i++)
        free(s->path[i]);
    owned_free(&s->owned);
    free(s->path);
    free(s->gone);
    free(s->file_bytes);
    free(s->steps);
    temporal_free(&s->temporal);
    buffer_free(&s->files);
    *s = (struct series){0};
}

/* --- the scenes ------------------------------------------------------------------------------- */

struct listing {
    struct series *series;
    int n;
    int64_t bytes;  /* of the last */
    struct err why; /* the first that has no identity */
};

static bool list_file(void *ctx, const char *path, struct err *e)
{
    struct listing *l = ctx;
    struct series *s = l->series;
    struct file_id id;

    if (!file_identify(path, &id, &l->why)) {
        s->facts.identified = false;
        return true;
    }
    l->n++;
    l->bytes = id.size;
    if (id.mtime_s > s->facts.newest_s)
        s->facts.newest_s = id.mtime_s;
    return pack_text(&s->files, path, e) && pack_i64(&s->files, id.size, e) &&
           pack_i64(&s->files, id.mtime_s, e) && pack_u32(&s->files, id.mtime_ns, e) &&
           pack_u32(&s->files, id.crc, e);
}

bool series_sees_files(const struct series *s, struct err *e)
{
    struct unpack u = unpack_begin(s->files.data, s->files.size);

    if (!s->facts.identified)
        return err_set(e, "the scenes are not plain files");
    while (u.ok && u.at < u.end) {
        char *path = unpack_text(&u);
        struct file_id theirs = {.size = unpack_i64(&u), .mtime_s = unpack_i64(&u)}, mine;
        theirs.mtime_ns = unpack_u32(&u);
        theirs.crc = unpack_u32(&u);
        bool ok = u.ok ? file_identify(path, &mine, e) : err_set(e, "the list of files is damaged");
        if (ok && !file_id_equal(&mine, &theirs))
            ok = err_set(e, "%s: is not the file that rank 0 sees", path);
        free(path);
        if (!ok)
            return false;
    }
    return true;
}

static bool same_shape(const struct scene *scene, const struct scene *first, struct err *e)
{
    const struct scene_info *a = scene_info(scene), *b = scene_info(first);

    if (a->width != b->width || a->height != b->height)
        return err_usage(e,
                         "%s: has %lldx%lld pixels, %s %lldx%lld; the scenes of a stack have the "
                         "same size (--on-error=skip leaves out others)",
                         a->path, (long long)a->width, (long long)a->height, b->path,
                         (long long)b->width, (long long)b->height);
    if (a->bands != b->bands || a->type != b->type)
        return err_usage(e,
                         "%s: has %d band%s of %s, %s %d of %s; the scenes of a stack have the "
                         "same (--on-error=skip leaves out others)",
                         a->path, a->bands, text_s(a->bands), pixel_name(a->type), b->path,
                         b->bands, pixel_name(b->type));
    return scene_on_grid(scene, first, NULL, e);
}

/* What any scene has, all may. */
static bool look_for_gaps(struct series *s, struct scene *scene, struct temporal_series *t,
                          struct err *e)
{
    const struct scene_info *info = scene_info(scene);
    struct scene *mask;

    if (!scene_open_mask(&mask, scene, e))
        return false;
    s->facts.has_gaps |= info->has_nodata || mask;
    scene_close(mask);
    if (info->has_nodata && !t->has_nodata) {
        t->has_nodata = true;
        t->nodata = info->nodata;
    }
    return true;
}

/* One that can take part. *first: the one it is compared with; the first one is that. */
static bool look_at(struct series *s, int i, struct scene **first, struct temporal_series *t,
                    struct err *e)
{
    struct scene_options options = s->options;
    struct listing listing = {.series = s};
    struct scene *scene;

    options.path = s->path[i];
    if (!scene_open(&scene, &options, e))
        return false;
    const bool ok = (!*first || same_shape(scene, *first, e)) && look_for_gaps(s, scene, t, e) &&
                    scene_files(scene, list_file, &listing, e);
    if (ok) {
        s->file_bytes[i] = listing.bytes;
        s->facts.file_most = max64(s->facts.file_most, listing.bytes);
        s->facts.ships &= listing.n == 1;
        s->facts.sequential |= scene_is_sequential(scene);
        if (!*first) {
            *first = scene;
            return true;
        }
    }
    scene_close(scene);
    return ok;
}

static bool look_at_all(struct series *s, bool skips, struct scene **first,
                        struct temporal_series *t, struct err *e)
{
    for (int i = 0; i < s->facts.n; i++) {
        if (s->gone[i] || look_at(s, i, first, t, e))
            continue;
        if (!skips)
            return false;
        series_leave_out(s, i, e->text);
    }
    return *first || err_set(e, "stack: no scene is left");
}

/* The paths, owned. */
static bool list_scenes(struct series *s, const struct step *step, const bool *gone, struct err *e)
{
    struct endpoints ends = {0};
    struct positionals words = {0};
    struct path_list paths = {0};
    bool ok = endpoints_read_source(&ends, step, &words, e);

    if (ok && words.n == 0)
        ok = err_usage(e, "stack: takes the scenes of the series: files, 'patterns*.tif', @LIST");
    ok = ok && path_list_read(&paths, "stack", words.n, words.item, e);
    s->options = ends.source;
    if (ok) {
        s->facts.n = paths.n;
        s->path = paths.item; /* owned from now on */
        paths = (struct path_list){0};
        s->gone = memory_new((size_t)s->facts.n, sizeof *s->gone, e);
        s->file_bytes = memory_new((size_t)s->facts.n, sizeof *s->file_bytes, e);
        ok = s->gone && s->file_bytes;
        for (int i = 0; ok && gone && i < s->facts.n; i++)
            s->gone[i] = gone[i];
    }
    if (ends.source.open_options.item && !owned_add(&s->owned, ends.source.open_options.item, e))
        ok = false;
    path_list_free(&paths);
    params_free(NULL, NULL, &words);
    return ok;
}

/* --- the ops before --------------------------------------------------------------------------- */

/* As every rank is told them. */
static bool take_steps(struct series *s, const struct step *steps, int n, struct err *e)
{
    s->steps = memory_new((size_t)n, sizeof *s->steps, e);
    if (!s->steps)
        return false;
    s->n_steps = n;
    for (int i = 0; i < n; i++) {
        const char **args = memory_new((size_t)steps[i].n_args, sizeof *args, e);
        if (!owned_add(&s->owned, args, e))
            return false;
        for (int k = 0; k < steps[i].n_args; k++) {
            char *arg = strdup(steps[i].args[k]);
            if (!owned_add(&s->owned, arg, e))
                return false;
            args[k] = arg;
        }
        char *name = strdup(steps[i].name);
        if (!owned_add(&s->owned, name, e))
            return false;
        s->steps[i] = (struct step){name, steps[i].n_args, args};
    }
    return true;
}

/* Files of numbers become numbers, which all ranks see. */
static bool inline_steps(struct series *s, const struct series_wish *wish, struct err *e)
{
    const struct pipeline before = {.steps = wish->options->pipeline->steps,
                                    .n_steps = wish->temporal + 1};
    struct op_steps steps;

    const bool ok =
        op_steps_new(&steps, &before, PX_SAME, e) && take_steps(s, steps.list, steps.n, e);
    op_steps_free(&steps);
    return ok;
}

/* Bytes of what a plan needs of its scenes for so many rows. */
static double need_bytes(const struct plan *plan, const struct sources *sources, int64_t rows)
{
    const struct format out = plan_output(plan);
    double bytes = 0;

    for (int i = 0; i < sources->n; i++) {
        const struct region need =
            plan_need(plan, i, (struct region){0, (out.height - rows) / 2, out.width, rows});
        bytes += (double)need.width * (double)need.height * sources->format[i].bands *
                 (double)pixel_size(sources->format[i].type);
    }
    return bytes;
}

static bool plan_steps(struct series *s, const struct sources *first, struct err *e)
{
    const struct plan_sources sources = sources_for_plan(first);
    struct series_facts *f = &s->facts;
    struct plan *plan = NULL;

    const bool ok =
        plan_new(&plan, s->steps, s->n_steps, &sources, e) && sources_check_grids(first, plan, e);
    if (ok) {
        const int64_t some = plan_output(plan).height > 1 ? plan_output(plan).height / 2 : 1;
        f->out = plan_output(plan);
        f->bytes_per_row = need_bytes(plan, first, some) / (double)some;
        f->halo_bytes = (size_t)(need_bytes(plan, first, 1) - f->bytes_per_row > 0
                                     ? need_bytes(plan, first, 1) - f->bytes_per_row
                                     : 0);
    }
    plan_free(plan);
    return ok;
}

/* A scene that an op names would have to be sent, too. */
static bool names_no_scene(const struct sources *first)
{
    bool none = true;

    for (int i = 0; i < first->n; i++)
        none &= !first->name[i];
    return none;
}

/* --- all of it -------------------------------------------------------------------------------- */

static bool read_temporal(struct series *s, const struct series_wish *wish,
                          struct temporal_series *t, struct err *e)
{
    const struct step *op = &wish->options->pipeline->steps[wish->temporal];
    struct series_facts *f = &s->facts;

    f->ignores_nodata = wish->options->ignores_nodata;
    f->has_gaps = !f->ignores_nodata &&
                  (f->has_gaps || pixel_is_float(f->in.type) || pixel_is_float(f->out.type));
    *t = (struct temporal_series){f->out.type, f->n, f->has_gaps, t->has_nodata, t->nodata};
    return temporal_read(&s->temporal, op->name, op->n_args, op->args, t, e);
}

bool series_open(struct series *s, const struct series_wish *wish, struct sources *first,
                 struct err *e)
{
    const struct job_options *o = wish->options;
    struct temporal_series t = {0};
    struct series_facts *f = &s->facts;
    struct scene *scene = NULL;
    struct scene_options options;

    *s = (struct series){.facts = {.identified = true, .ships = true}};
    *first = (struct sources){0};
    f->cache_bytes = sources_cache_bytes(wish->memory_bytes);
    if (!list_scenes(s, &o->pipeline->steps[0], wish->gone, e) ||
        !raster_begin(f->cache_bytes, &o->raster, e) ||
        !look_at_all(s, o->on_error == ON_ERROR_SKIP, &scene, &t, e)) {
        scene_close(scene);
        return false;
    }
    const struct scene_info *info = scene_info(scene);
    const bool photo = strcmp(info->driver, "JPEG") == 0 || strcmp(info->driver, "PNG") == 0;
    f->in = (struct format){info->type, info->bands, info->width, info->height};
    options = s->options;
    for (int i = 0; i < f->n && !options.path; i++)
        options.path = s->gone[i] ? NULL : s->path[i];
    scene_close(scene);
    if (!inline_steps(s, wish, e) || !sources_open(first, &options, s->steps, s->n_steps, 0, e) ||
        !plan_steps(s, first, e) || !read_temporal(s, wish, &t, e))
        return false;
    f->row = (size_t)f->out.width * (size_t)f->out.bands;
    f->ships &= f->sequential && f->identified && names_no_scene(first);
    f->by_pixel = photo && s->n_steps == 0 && !f->has_gaps;
    return true;
}
