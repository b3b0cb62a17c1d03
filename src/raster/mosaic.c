/* mosaic.c - scenes laid side by side as one: what each is, and whether it goes with another.
 * SPDX-License-Identifier: MIT */
#include "raster/mosaic.h"

#include "raster/output.h"

#include "gdal_support.h"
#include "scene_private.h"

#include <ogr_srs_api.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_nodata(const struct scene_info *a, const struct scene_info *b)
{
    return a->has_nodata == b->has_nodata && (!a->has_nodata || same_number(a->nodata, b->nodata));
}

static bool same_crs(const struct scene *a, const struct scene *b)
{
    OGRSpatialReferenceH crs_a = GDALGetSpatialRef(a->dataset);
    OGRSpatialReferenceH crs_b = GDALGetSpatialRef(b->dataset);

    return crs_a && crs_b ? OSRIsSame(crs_a, crs_b) : crs_a == crs_b;
}

static bool same_colours(GDALRasterBandH a, GDALRasterBandH b)
{
    GDALColorTableH table_a = GDALGetRasterColorTable(a), table_b = GDALGetRasterColorTable(b);
    const int n = table_a ? GDALGetColorEntryCount(table_a) : 0;

    if ((table_b ? GDALGetColorEntryCount(table_b) : 0) != n)
        return false;
    for (int i = 0; i < n; i++) {
        const GDALColorEntry *x = GDALGetColorEntry(table_a, i);
        const GDALColorEntry *y = GDALGetColorEntry(table_b, i);
        if (x->c1 != y->c1 || x->c2 != y->c2 || x->c3 != y->c3 || x->c4 != y->c4)
            return false;
    }
    return true;
}

static bool same_scale(GDALRasterBandH a, GDALRasterBandH b)
{
    return same_number(GDALGetRasterScale(a, NULL), GDALGetRasterScale(b, NULL)) &&
           same_number(GDALGetRasterOffset(a, NULL), GDALGetRasterOffset(b, NULL)) &&
           strcmp(GDALGetRasterUnitType(a), GDALGetRasterUnitType(b)) == 0;
}

static bool goes_with(const struct scene *s, const struct scene *first, struct err *e)
{
    const struct scene_info *a = &s->info, *b = &first->info;

    if (a->bands != b->bands)
        return err_usage(e, "%s: has %d bands, %s has %d", a->path, a->bands, b->path, b->bands);
    if (a->type != b->type)
        return err_usage(e, "%s: has %s pixels, %s has %s", a->path, pixel_name(a->type), b->path,
                         pixel_name(b->type));
    if (!same_nodata(a, b))
        return err_usage(e, "%s: has another nodata value than %s, or only one of them has any",
                         a->path, b->path);
    if (!same_crs(s, first))
        return err_usage(e, "%s: has another coordinate reference system than %s", a->path,
                         b->path);
    for (int i = 0; i < a->bands; i++) {
        if (!same_colours(scene_band(s, i), scene_band(first, i)))
            return err_usage(e, "%s: has another colour table than %s", a->path, b->path);
        if (!same_scale(scene_band(s, i), scene_band(first, i)))
            return err_usage(e, "%s: band %d has another scale, offset or unit than that of %s",
                             a->path, i + 1, b->path);
    }
    return true;
}

static bool describe(struct mosaic_part *part, const struct scene *s, struct err *e)
{
    const char *place = GDALGetMetadataItem(s->dataset, OUTPUT_PLACE_ITEM, NULL);

    part->width = s->info.width;
    part->height = s->info.height;
    part->block_width = s->info.block_width;
    part->block_height = s->info.block_height;
    part->has_map = scene_transform(s, &part->to_map);
    part->has_mask = scene_has_mask(s);
    part->place = place ? strdup(place) : NULL;
    return !place || part->place || err_set(e, "out of memory: a copy of '%s' was wanted", place);
}

bool mosaic_look(struct mosaic_part *part, const struct scene *first, struct err *e)
{
    const struct scene_options options = {.path = part->path};
    struct scene *s;
    struct quiet q;

    if (!scene_open(&s, &options, e))
        return false;
    quiet_begin(&q);
    const bool ok = (!first || goes_with(s, first, e)) && describe(part, s, e);
    quiet_end(&q);
    scene_close(s);
    return ok;
}

void mosaic_forget(struct mosaic_part *part)
{
    free(part->place);
    part->place = NULL;
}
