/* locate.c - where the pixels of a grid lie on the map and on Earth.
 * SPDX-License-Identifier: MIT */
#include "raster/locate.h"

#include "base/memory.h"

#include "gdal_support.h"
#include "scene_private.h"

#include <ogr_srs_api.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct locator {
    struct affine to_map;
    bool has_map;
    char crs[200];                           /* "": there is none */
    OGRCoordinateTransformationH to_degrees; /* NULL: there is none */
};

static void name_crs(struct locator *l, OGRSpatialReferenceH crs)
{
    const char *authority = OSRGetAuthorityName(crs, NULL), *code = OSRGetAuthorityCode(crs, NULL);
    const char *name = OSRGetName(crs);

    if (authority && code)
        snprintf(l->crs, sizeof l->crs, "%s:%s", authority, code);
    else
        snprintf(l->crs, sizeof l->crs, "%s", name ? name : "");
}

/* GDAL may not know how, or lack PROJ's tables. */
static OGRCoordinateTransformationH to_wgs84(OGRSpatialReferenceH crs)
{
    OGRSpatialReferenceH degrees = OSRNewSpatialReference(NULL);
    OGRCoordinateTransformationH t = NULL;

    if (degrees && OSRImportFromEPSG(degrees, 4326) == OGRERR_NONE) {
        OSRSetAxisMappingStrategy(degrees, OAMS_TRADITIONAL_GIS_ORDER); /* longitude first */
        t = OCTNewCoordinateTransformation(crs, degrees);
    }
    OSRDestroySpatialReference(degrees);
    return t;
}

bool locator_new(struct locator **out, const struct scene *s, const struct affine *to_scene,
                 struct err *e)
{
    struct locator *l = memory_new(1, sizeof *l, e);
    struct quiet q;

    if (!l)
        return false;
    quiet_begin(&q);
    OGRSpatialReferenceH crs = GDALGetSpatialRef(s->dataset);
    l->has_map = scene_transform(s, &l->to_map);
    if (l->has_map)
        l->to_map = affine_compose(&l->to_map, to_scene);
    if (crs)
        name_crs(l, crs);
    if (crs && l->has_map)
        l->to_degrees = to_wgs84(crs);
    quiet_end(&q);
    *out = l;
    return true;
}

void locator_free(struct locator *l)
{
    if (!l)
        return;
    OCTDestroyCoordinateTransformation(l->to_degrees);
    free(l);
}

const struct affine *locator_transform(const struct locator *l)
{
    return l->has_map ? &l->to_map : NULL;
}

const char *locator_crs(const struct locator *l)
{
    return *l->crs ? l->crs : NULL;
}

bool locator_geographic(const struct locator *l, double x, double y, double *lon, double *lat)
{
    struct quiet q;

    if (!l->to_degrees)
        return false;
    affine_apply(&l->to_map, x, y, lon, lat);
    quiet_begin(&q);
    const bool ok = OCTTransform(l->to_degrees, 1, lon, lat, NULL);
    quiet_end(&q);
    return ok && isfinite(*lon) && isfinite(*lat);
}
