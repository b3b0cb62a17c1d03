/* foresee.c - whether what is behind a temporary scene can be had.
 * SPDX-License-Identifier: MIT */
#include "foresee.h"

#include "endpoints.h"

#include "pipeline/plan.h"
#include "raster/cog_options.h"
#include "raster/image.h"

#include <string.h>

static bool reads_a_scene(const struct step *step)
{
    const char *names[PLAN_MAX_SOURCES] = {NULL};
    struct err ignored;
    int n = 1;

    return !plan_scenes(step, 1, names, &n, PLAN_MAX_SOURCES, &ignored) || n > 1;
}

/* Ops that a plan takes at once: up to one that sweeps, and none that reads another scene. */
static int plannable(const struct step *steps, int n)
{
    for (int i = 0; i < n; i++) {
        if (reads_a_scene(&steps[i]))
            return i;
        if (op_find(steps[i].name)->sweeps)
            return i + 1;
    }
    return n;
}

/* What the ops make of *f. False with e->status 0: it cannot be told. */
static bool foresee_ops(const struct step *steps, int n, struct format *f, struct err *e)
{
    const char *names[PLAN_MAX_SOURCES] = {NULL};

    while (n > 0) {
        const struct plan_sources sources = {f, names, 1, NULL};
        const int some = plannable(steps, n);
        struct plan *plan = NULL;
        if (some == 0) {
            e->status = 0;
            return false;
        }
        if (!plan_new(&plan, steps, some, &sources, e))
            return false;
        *f = plan_output(plan);
        plan_free(plan);
        steps += some;
        n -= some;
    }
    return true;
}

/* Whether an output like that can be written; what is in its place has been looked at. */
static bool foresee_output(const struct pipeline *all, struct format f, struct err *e)
{
    struct endpoints ends = {0};
    struct cog_options cog = {0};
    struct layout full;
    bool ok = endpoints_read_sink(&ends, all, e);
    const enum pixel_type type =
        ends.sink_type == PX_SAME ? f.type : (enum pixel_type)ends.sink_type;

    ends.sink.overwrite = true;
    ends.sink.tile_side = OUTPUT_TILE;
    if (ok && ends.driver)
        ok = image_check_type(ends.driver, ends.sink.path, type, e);
    else if (ok)
        ok = (!ends.sink.cog || cog_options(&ends.sink, type, &cog, e)) &&
             output_check(&ends.sink, type, f.bands, f.width, f.height, &full, e);
    cog_options_free(&cog);
    endpoints_free(&ends);
    return ok;
}

bool foresee(const struct segment *s, struct format f, struct err *e)
{
    if (!s || !s->is_temporary || !s->all)
        return true;
    const struct pipeline *all = s->all;
    const struct step *rest = all->steps + s->n_first;
    const int n = all->n_steps - s->n_first - 1;

    if (!foresee_ops(rest, n, &f, e))
        return e->status == 0;
    return strcmp(rest[n].name, "write") != 0 || foresee_output(all, f, e);
}
