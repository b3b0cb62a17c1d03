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

bool metadata_nodata_fits(enum pixel_type type, double v)
{
    if (type == PX_FLOAT64)
        return true;
    if (type == PX_FLOAT32)
        return !isfinite(v) || fabs(v) <= FLT_MAX * (1 + FLT_EPSILON); /* rounded decimals of it */
    if (!(v >= pixel_lowest(type) && v <= pixel_highest(type)) || v != rint(v))
        return false;
    return pixel_size(type) < 8 || fabs(v) <= 0x1p53;
}

static bool set_nodata(GDALDatasetH to, const struct scene *s, const struct output_options *options,
                       const struct layout *l, struct err *e)
{
    bool has = options->has_nodata || s->info.has_nodata;
    double v = options->has_nodata ? options->nodata : s->info.nodata;
    GDALRasterBandH band = GDALGetRasterBand(to, 1); /* the file has one value for all bands */
    struct quiet q;
    CPLErr status;

    if (!has || !metadata_nodata_fits(l->type, v))
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

static bool set_gcps(GDALDatasetH to, const struct scene *s, struct err *e)
{
    int n = GDALGetGCPCount(s->dataset);
    GDAL_GCP *gcps = GDALDuplicateGCPs(n, GDALGetGCPs(s->dataset));

    if (!gcps)
        return err_set(e, "%s: out of memory for %d ground control points", s->path, n);
    for (int i = 0; i < n; i++) {
        gcps[i].dfGCPPixel -= (double)s->window.x;
        gcps[i].dfGCPLine -= (double)s->window.y;
    }
    CPLErr status = GDALSetGCPs2(to, n, gcps, GDALGetGCPSpatialRef(s->dataset));
    GDALDeinitGCPs(n, gcps);
    CPLFree(gcps);
    return status == CE_None || err_set(e, "%s: GDAL refuses its ground control points", s->path);
}

/* A GeoTIFF holds a geotransform or control points; the former is the more exact. */
static bool set_georeferencing(GDALDatasetH to, const struct scene *s, struct err *e)
{
    OGRSpatialReferenceH crs = GDALGetSpatialRef(s->dataset);
    double x = (double)s->window.x, y = (double)s->window.y, t[6];

    if (crs && GDALSetSpatialRef(to, crs) != CE_None)
        return err_set(e, "%s: GDAL refuses its coordinate reference system", s->path);
    if (GDALGetGeoTransform(s->dataset, t) == CE_None) {
        t[0] += x * t[1] + y * t[2];
        t[3] += x * t[4] + y * t[5];
        return GDALSetGeoTransform(to, t) == CE_None ||
               err_set(e, "%s: GDAL refuses its geotransform", s->path);
    }
    return GDALGetGCPCount(s->dataset) == 0 || set_gcps(to, s, e);
}

static char **shift_item(char **items, const char *name, int64_t by)
{
    const char *old = CSLFetchNameValue(items, name);
    char text[40];

    if (!old || by == 0)
        return items; /* else its text would change for nothing */
    snprintf(text, sizeof text, "%.15g", CPLAtof(old) - (double)by);
    return CSLSetNameValue(items, name, text);
}

static void copy_rpc(GDALDatasetH to, const struct scene *s)
{
    char **items = CSLDuplicate(GDALGetMetadata(s->dataset, "RPC"));

    if (items) {
        items = shift_item(items, "SAMP_OFF", s->window.x);
        items = shift_item(items, "LINE_OFF", s->window.y);
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

static void copy_domains(GDALMajorObjectH to, GDALMajorObjectH from, bool shifted)
{
    char **domains = GDALGetMetadataDomainList(from);

    for (int i = 0; domains && domains[i]; i++)
        if (!is_left_out(domains[i], shifted))
            GDALSetMetadata(to, GDALGetMetadata(from, domains[i]), domains[i]);
    CSLDestroy(domains);
}

static void copy_dataset_items(GDALDatasetH to, const struct scene *s,
                               const struct output_options *options)
{
    const char *slash = strrchr(s->path, '/');
    bool shifted = s->window.x != 0 || s->window.y != 0;
    char **items = fresh_items(s->dataset);

    items = CSLSetNameValue(items, "TIFFTAG_SOFTWARE", "tilery " TILERY_VERSION);
    items = CSLSetNameValue(items, "TILERY_PIPELINE", options->provenance);
    items = CSLSetNameValue(items, "TILERY_SOURCE", slash ? slash + 1 : s->path);
    GDALSetMetadata(to, items, NULL);
    CSLDestroy(items);
    copy_rpc(to, s);
    copy_domains(to, s->dataset, shifted);
}

/* A colour table needs Byte or UInt16 and a single band: TIFF has no other palettes. */
static void copy_colours(GDALRasterBandH to, GDALRasterBandH from, const struct layout *l)
{
    GDALColorTableH table = GDALGetRasterColorTable(from);

    if (table && l->bands == 1 && (l->type == PX_UINT8 || l->type == PX_UINT16))
        GDALSetRasterColorTable(to, table);
    else if (GDALGetRasterColorInterpretation(from) != GCI_PaletteIndex)
        GDALSetRasterColorInterpretation(to, GDALGetRasterColorInterpretation(from));
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

static void copy_band(GDALRasterBandH to, GDALRasterBandH from, const struct layout *l)
{
    const char *unit = GDALGetRasterUnitType(from);
    char **items = fresh_items(from);

    GDALSetDescription(to, GDALGetDescription(from));
    copy_scale(to, from);
    if (unit && *unit)
        GDALSetRasterUnitType(to, unit);
    if (items)
        GDALSetMetadata(to, items, NULL);
    CSLDestroy(items);
    copy_domains(to, from, false);
}

bool metadata_copy(GDALDatasetH to, const struct scene *s, const struct output_options *options,
                   const struct layout *layout, bool fixed_colours, struct err *e)
{
    bool same_bands = s->info.bands == layout->bands;

    /* Colours first: GDAL fixes them when the first directory is written. */
    for (int b = 0; same_bands && !fixed_colours && b < layout->bands; b++)
        copy_colours(GDALGetRasterBand(to, b + 1), scene_band(s, b), layout);
    if (!set_georeferencing(to, s, e) || !set_nodata(to, s, options, layout, e))
        return false;
    copy_dataset_items(to, s, options);
    for (int b = 0; same_bands && b < layout->bands; b++)
        copy_band(GDALGetRasterBand(to, b + 1), scene_band(s, b), layout);
    return true;
}
