/* metadata.c - what a scene says about itself besides pixels, given on to an output.
 * SPDX-License-Identifier: MIT */
#include "metadata.h"

#include "base/version.h"

#include "gdal_support.h"
#include "scene_private.h"

#include <cpl_conv.h>
#include <cpl_string.h>

#include <float.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool output_holds_nodata(enum pixel_type type, double v)
{
    if (type == PX_FLOAT64)
        return true;
    if (type == PX_FLOAT32)
        return !isfinite(v) || fabs(v) <= FLT_MAX * (1 + FLT_EPSILON); /* rounded decimals of it */
    if (!(v >= pixel_lowest(type) && v <= pixel_highest(type)) || v != rint(v))
        return false;
    return pixel_size(type) < 8 || fabs(v) <= 0x1p53;
}

bool metadata_nodata(const struct scene *s, const struct output_options *options,
                     enum pixel_type type, double *v)
{
    const bool has = options->has_nodata || (s->info.has_nodata && !options->continues);

    *v = options->has_nodata ? options->nodata : s->info.nodata;
    return has && output_holds_nodata(type, *v);
}

static bool set_nodata(GDALDatasetH to, const struct scene *s, const struct output_options *options,
                       const struct layout *l, struct err *e)
{
    GDALRasterBandH band = GDALGetRasterBand(to, 1); /* the file has one value for all bands */
    struct quiet q;
    CPLErr status;
    double v;

    if (!metadata_nodata(s, options, l->type, &v))
        return true;
    quiet_begin(&q);
    if (l->type == PX_INT64)
        status = GDALSetRasterNoDataValueAsInt64(band, (int64_t)v);
    else if (l->type == PX_UINT64)
        status = GDALSetRasterNoDataValueAsUInt64(band, (uint64_t)v);
    else
        status = GDALSetRasterNoDataValue(band, v);
    quiet_end(&q);
    return status == CE_None ||
           err_set(e, "%s: nodata cannot be set to %.17g: %s", options->path, v, quiet_words(&q));
}

/* The place of a pixel of the scene's whole file in the output. */
static bool from_file(const struct scene *s, const struct affine *to_scene, struct affine *out)
{
    const struct affine window = {{-(double)s->window.x, 1, 0, -(double)s->window.y, 0, 1}};
    struct affine back;

    if (!affine_invert(to_scene, &back))
        return false;
    *out = affine_compose(&back, &window);
    return true;
}

static bool set_gcps(GDALDatasetH to, const struct scene *s, const struct affine *from_scene,
                     struct err *e)
{
    int n = GDALGetGCPCount(s->dataset);
    GDAL_GCP *gcps = GDALDuplicateGCPs(n, GDALGetGCPs(s->dataset));

    if (!gcps)
        return err_set(e, "%s: out of memory for %d ground control points", s->path, n);
    for (int i = 0; i < n; i++)
        affine_apply(from_scene, gcps[i].dfGCPPixel, gcps[i].dfGCPLine, &gcps[i].dfGCPPixel,
                     &gcps[i].dfGCPLine);
    CPLErr status = GDALSetGCPs2(to, n, gcps, GDALGetGCPSpatialRef(s->dataset));
    GDALDeinitGCPs(n, gcps);
    CPLFree(gcps);
    return status == CE_None || err_set(e, "%s: GDAL refuses its ground control points", s->path);
}

/* A GeoTIFF holds a geotransform or control points; the former is the more exact. */
static bool set_georeferencing(GDALDatasetH to, const struct scene *s,
                               const struct affine *to_scene, struct err *e)
{
    OGRSpatialReferenceH crs = GDALGetSpatialRef(s->dataset);
    struct affine map, from_scene;

    if (crs && GDALSetSpatialRef(to, crs) != CE_None)
        return err_set(e, "%s: GDAL refuses its coordinate reference system", s->path);
    if (scene_transform(s, &map)) {
        map = affine_compose(&map, to_scene);
        return GDALSetGeoTransform(to, map.m) == CE_None ||
               err_set(e, "%s: GDAL refuses its geotransform", s->path);
    }
    return GDALGetGCPCount(s->dataset) == 0 || !from_file(s, to_scene, &from_scene) ||
           set_gcps(to, s, &from_scene, e);
}

static char **regrid_item(char **items, const char *axis, const char *what, double scale,
                          double shift)
{
    char name[16], text[40];

    snprintf(name, sizeof name, "%s_%s", axis, what);
    const char *old = CSLFetchNameValue(items, name);
    if (!old)
        return items;
    snprintf(text, sizeof text, "%.15g", CPLAtof(old) * scale + shift);
    return CSLSetNameValue(items, name, text);
}

/* One axis of RPCs, in pixels of the whole file counted from the middle of the first, onto the
 * output's. */
static char **regrid_axis(char **items, const char *axis, double shift, double scale)
{
    items = regrid_item(items, axis, "OFF", scale, 0.5 * scale + shift - 0.5);
    return regrid_item(items, axis, "SCALE", scale, 0);
}

/* RPCs stay true when the axes do; turned ones cannot be written as RPCs and are left out. */
static void copy_rpc(GDALDatasetH to, const struct scene *s, const struct affine *to_scene)
{
    char **items = CSLDuplicate(GDALGetMetadata(s->dataset, "RPC"));
    struct affine place;

    if (items && from_file(s, to_scene, &place) && place.m[2] == 0 && place.m[4] == 0) {
        if (place.m[0] != 0 || place.m[1] != 1) /* else its text would change for nothing */
            items = regrid_axis(items, "SAMP", place.m[0], place.m[1]);
        if (place.m[3] != 0 || place.m[5] != 1)
            items = regrid_axis(items, "LINE", place.m[3], place.m[5]);
        GDALSetMetadata(to, items, "RPC");
    }
    CSLDestroy(items);
}

static bool starts_with(const char *text, const char *start)
{
    return strncasecmp(text, start, strlen(start)) == 0;
}

/* Of the pixels as they were; the output's are others. */
static bool is_stale(const char *item)
{
    return starts_with(item, "STATISTICS_") || starts_with(item, "TIFFTAG_MINSAMPLEVALUE=") ||
           starts_with(item, "TIFFTAG_MAXSAMPLEVALUE=");
}

static char **fresh_items(GDALMajorObjectH of)
{
    char **all = GDALGetMetadata(of, NULL), **kept = NULL;

    for (int i = 0; all && all[i]; i++)
        if (!is_stale(all[i]))
            kept = CSLAddString(kept, all[i]);
    return kept;
}

/* Of the storage, or made by GDAL out of the rest, or handled on its own. */
static bool is_left_out(const char *domain, bool shifted)
{
    static const char *const names[] = {
        "", "IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "SUBDATASETS", "COLOR_PROFILE", "RPC",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(domain, names[i]) == 0)
            return true;
    return shifted && strcasecmp(domain, "GEOLOCATION") == 0; /* its arrays fit the whole scene */
}

static void copy_xml(GDALMajorObjectH to, char **items)
{
    for (int i = 0; items && items[i]; i++) {
        char *name = NULL;
        const char *text = CPLParseNameValue(items[i], &name);
        char *domain = name ? CPLStrdup(CPLSPrintf("xml:%s", name)) : NULL;
        char **one = text ? CSLAddString(NULL, text) : NULL;
        if (domain && one)
            GDALSetMetadata(to, one, domain);
        CSLDestroy(one);
        CPLFree(domain);
        CPLFree(name);
    }
}

static void copy_domains(GDALMajorObjectH to, GDALMajorObjectH from, bool shifted)
{
    char **domains = GDALGetMetadataDomainList(from);

    for (int i = 0; domains && domains[i]; i++)
        if (strcmp(domains[i], METADATA_XML_DOMAIN) == 0)
            copy_xml(to, GDALGetMetadata(from, domains[i]));
        else if (!is_left_out(domains[i], shifted))
            GDALSetMetadata(to, GDALGetMetadata(from, domains[i]), domains[i]);
    CSLDestroy(domains);
}

static void copy_dataset_items(GDALDatasetH to, const struct scene *s,
                               const struct output_options *options, const struct affine *to_scene,
                               const struct layout *l)
{
    const struct affine one_on_one = affine_identity();
    const char *slash = strrchr(s->path, '/');
    bool shifted = s->window.x != 0 || s->window.y != 0 || !affine_equal(to_scene, &one_on_one);
    bool keeps_place = !shifted && l->width == GDALGetRasterXSize(s->dataset) &&
                       l->height == GDALGetRasterYSize(s->dataset);
    char **items = fresh_items(s->dataset);

    items = CSLSetNameValue(items, "TIFFTAG_SOFTWARE", "tilery " TILERY_VERSION);
    items = CSLSetNameValue(items, "TILERY_PIPELINE", options->provenance);
    if (!options->continues)
        items = CSLSetNameValue(items, "TILERY_SOURCE", slash ? slash + 1 : s->path);
    if (options->place || !keeps_place)
        items = CSLSetNameValue(items, OUTPUT_PLACE_ITEM, options->place);
    GDALSetMetadata(to, items, NULL);
    CSLDestroy(items);
    copy_rpc(to, s, to_scene);
    copy_domains(to, s->dataset, shifted);
}

static GDALColorInterp colour_of(char letter)
{
    static const struct {
        char letter;
        GDALColorInterp colour;
    } colours[] = {
        {'r', GCI_RedBand},       {'g', GCI_GreenBand}, {'b', GCI_BlueBand},
        {'a', GCI_AlphaBand},     {'h', GCI_HueBand},   {'s', GCI_SaturationBand},
        {'v', GCI_LightnessBand},
    };

    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
        if (colours[i].letter == letter)
            return colours[i].colour;
    return GCI_Undefined;
}

static GDALColorInterp band_colour(const struct output_band *band)
{
    if (band->colour)
        return colour_of(band->colour);
    return band->scene ? GDALGetRasterColorInterpretation(scene_band(band->scene, band->band))
                       : GCI_Undefined;
}

bool metadata_is_rgb(const struct output_grid *grid, const struct layout *layout)
{
    const struct output_band *b = grid->bands;

    return layout->bands >= 3 && band_colour(&b[0]) == GCI_RedBand &&
           band_colour(&b[1]) == GCI_GreenBand && band_colour(&b[2]) == GCI_BlueBand;
}

/* A colour table needs Byte or UInt16 and a single band: TIFF has no other palettes. Of a
 * single band of which nothing is known, GDAL says that it is gray. */
static void copy_colours(GDALRasterBandH to, const struct output_band *band, const struct layout *l)
{
    GDALRasterBandH from = band->scene ? scene_band(band->scene, band->band) : NULL;
    GDALColorTableH table = from && band->keeps_values ? GDALGetRasterColorTable(from) : NULL;
    const GDALColorInterp colour = band_colour(band);

    if (table && l->bands == 1 && (l->type == PX_UINT8 || l->type == PX_UINT16))
        GDALSetRasterColorTable(to, table);
    else if (colour != GCI_PaletteIndex && (from || l->bands > 1))
        GDALSetRasterColorInterpretation(to, colour);
}

static void copy_scale(GDALRasterBandH to, GDALRasterBandH from)
{
    int has = 0;
    double scale = GDALGetRasterScale(from, &has);

    if (has && scale != 1)
        GDALSetRasterScale(to, scale);
    double offset = GDALGetRasterOffset(from, &has);
    if (has && offset != 0)
        GDALSetRasterOffset(to, offset);
}

static void copy_band(GDALRasterBandH to, const struct output_band *band)
{
    GDALRasterBandH from = scene_band(band->scene, band->band);
    const char *unit = GDALGetRasterUnitType(from);
    char **items = fresh_items(from);

    GDALSetDescription(to, GDALGetDescription(from));
    if (band->keeps_values)
        copy_scale(to, from);
    if (band->keeps_values && unit && *unit)
        GDALSetRasterUnitType(to, unit);
    if (items)
        GDALSetMetadata(to, items, NULL);
    CSLDestroy(items);
    copy_domains(to, from, false);
}

bool metadata_copy(GDALDatasetH to, const struct scene *s, const struct output_options *options,
                   const struct output_grid *grid, const struct layout *layout, bool fixed_colours,
                   struct err *e)
{
    /* Colours first: GDAL fixes them when the first directory is written. */
    for (int b = 0; !fixed_colours && b < layout->bands; b++)
        copy_colours(GDALGetRasterBand(to, b + 1), &grid->bands[b], layout);
    if (!set_georeferencing(to, s, &grid->to_scene, e) || !set_nodata(to, s, options, layout, e))
        return false;
    copy_dataset_items(to, s, options, &grid->to_scene, layout);
    for (int b = 0; b < layout->bands; b++)
        if (grid->bands[b].scene)
            copy_band(GDALGetRasterBand(to, b + 1), &grid->bands[b]);
    return true;
}
