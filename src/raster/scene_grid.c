/* scene_grid.c - where a scene lies on the map, and its mask.
 * SPDX-License-Identifier: MIT */
#include "raster/scene.h"

#include "base/memory.h"

#include "gdal_support.h"
#include "scene_private.h"

#include <ogr_srs_api.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool scene_has_mask(const struct scene *s)
{
    const int flags = GDALGetMaskFlags(scene_band(s, 0));

    return (flags & GMF_PER_DATASET) && !(flags & (GMF_ALPHA | GMF_NODATA | GMF_ALL_VALID));
}

bool scene_open_mask(struct scene **out, struct scene *of, struct err *e)
{
    *out = NULL;
    if (!scene_has_mask(of))
        return true;
    struct scene *s = memory_new(1, sizeof *s, e);
    if (!s)
        return false;
    s->mask = GDALGetMaskBand(scene_band(of, 0));
    s->path = strdup(of->path);
    s->window = of->window;
    s->info = of->info;
    s->info.path = s->path;
    s->info.type = PX_UINT8;
    s->info.bands = 1;
    s->info.has_nodata = false;
    if (!s->path) {
        free(s);
        return err_set(e, "out of memory: a copy of a path was wanted");
    }
    *out = s;
    return true;
}

bool scene_transform(const struct scene *s, struct affine *to_map)
{
    const struct affine window = {{(double)s->window.x, 1, 0, (double)s->window.y, 0, 1}};
    struct affine whole;

    if (GDALGetGeoTransform(s->dataset, whole.m) != CE_None)
        return false;
    *to_map = affine_compose(&whole, &window);
    return true;
}

static bool same_crs(const struct scene *a, const struct scene *b)
{
    OGRSpatialReferenceH crs_a = GDALGetSpatialRef(a->dataset);
    OGRSpatialReferenceH crs_b = GDALGetSpatialRef(b->dataset);

    return !crs_a || !crs_b || OSRIsSame(crs_a, crs_b);
}

bool scene_on_grid(const struct scene *other, const struct scene *s, const struct affine *to_scene,
                   struct err *e)
{
    const double width = (double)other->info.width, height = (double)other->info.height;
    const double corners[4][2] = {{0, 0}, {width, 0}, {0, height}, {width, height}};
    const double most = 0.01; /* pixels: what is written with few digits is off by less */
    struct affine map, other_map, back, to_other;

    if (!same_crs(other, s))
        return err_usage(e, "%s: has another coordinate reference system than %s", other->path,
                         s->path);
    if (!scene_transform(s, &map) || !scene_transform(other, &other_map) ||
        !affine_invert(&other_map, &back))
        return true;
    if (to_scene)
        map = affine_compose(&map, to_scene);
    to_other = affine_compose(&back, &map);
    for (int i = 0; i < 4; i++) {
        double x, y;
        affine_apply(&to_other, corners[i][0], corners[i][1], &x, &y);
        if (!(fabs(x - corners[i][0]) <= most && fabs(y - corners[i][1]) <= most))
            return err_usage(e,
                             "%s: lies on another grid than %s: a corner at %g,%g would be at "
                             "%.2f,%.2f; bring it onto the same one first (gdalwarp -te -tr)",
                             other->path, s->path, corners[i][0], corners[i][1], x, y);
    }
    return true;
}
