/* mosaic_vrt.c - the VRT of scenes laid side by side.
 *
 * GDAL makes its text, so that nothing that a scene says of itself need be known here. What it says
 * of each part spares GDAL opening them all.
 * SPDX-License-Identifier: MIT */
#include "raster/mosaic.h"

#include "raster/output.h"

#include "gdal_support.h"
#include "metadata.h"
#include "scene_private.h"

#include <cpl_minixml.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Of the storage, or made by GDAL out of the rest. */
static bool is_left_out(const char *domain)
{
    static const char *const names[] = {"IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "SUBDATASETS",
                                        "COLOR_PROFILE",   "vrt_sources",         "xml:VRT"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(domain, names[i]) == 0)
            return true;
    return false;
}

/* XML in a VRT comes back with other white space, and is an item like others here. */
static void copy_items(GDALMajorObjectH to, GDALMajorObjectH from)
{
    char **domains = GDALGetMetadataDomainList(from);

    for (int i = 0; domains && domains[i]; i++) {
        char **items = is_left_out(domains[i]) ? NULL : GDALGetMetadata(from, domains[i]);
        if (items && strncasecmp(domains[i], "xml:", 4) == 0)
            GDALSetMetadataItem(to, domains[i] + 4, items[0], METADATA_XML_DOMAIN);
        else if (items)
            GDALSetMetadata(to, items, domains[i]);
    }
    CSLDestroy(domains);
}

static void copy_dataset(GDALDatasetH to, GDALDatasetH from)
{
    OGRSpatialReferenceH crs = GDALGetSpatialRef(from);
    double transform[6];

    if (crs)
        GDALSetSpatialRef(to, crs);
    if (GDALGetGeoTransform(from, transform) == CE_None)
        GDALSetGeoTransform(to, transform);
    if (GDALGetGCPCount(from) > 0)
        GDALSetGCPs2(to, GDALGetGCPCount(from), GDALGetGCPs(from), GDALGetGCPSpatialRef(from));
    copy_items(to, from);
    GDALSetMetadataItem(to, OUTPUT_PLACE_ITEM, NULL, NULL); /* of the part */
}

static void copy_nodata(GDALRasterBandH to, GDALRasterBandH from)
{
    int has = 0;

    if (GDALGetRasterDataType(from) == GDT_Int64) {
        const int64_t v = GDALGetRasterNoDataValueAsInt64(from, &has);
        if (has)
            GDALSetRasterNoDataValueAsInt64(to, v);
    } else if (GDALGetRasterDataType(from) == GDT_UInt64) {
        const uint64_t v = GDALGetRasterNoDataValueAsUInt64(from, &has);
        if (has)
            GDALSetRasterNoDataValueAsUInt64(to, v);
    } else {
        const double v = GDALGetRasterNoDataValue(from, &has);
        if (has)
            GDALSetRasterNoDataValue(to, v);
    }
}

static void copy_band(GDALRasterBandH to, GDALRasterBandH from)
{
    int has = 0;
    GDALColorTableH table = GDALGetRasterColorTable(from);

    copy_items(to, from);
    copy_nodata(to, from);
    GDALSetDescription(to, GDALGetDescription(from));
    GDALSetRasterColorInterpretation(to, GDALGetRasterColorInterpretation(from));
    if (table)
        GDALSetRasterColorTable(to, table);
    const double scale = GDALGetRasterScale(from, &has);
    if (has)
        GDALSetRasterScale(to, scale);
    const double offset = GDALGetRasterOffset(from, &has);
    if (has)
        GDALSetRasterOffset(to, offset);
    GDALSetRasterUnitType(to, GDALGetRasterUnitType(from));
}

static void set_number(CPLXMLNode *node, const char *name, int64_t v)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRId64, v);
    CPLAddXMLAttributeAndValue(node, name, text);
}

static void set_region(CPLXMLNode *source, const char *name, struct region r)
{
    CPLXMLNode *node = CPLCreateXMLNode(source, CXT_Element, name);

    set_number(node, "xOff", r.x);
    set_number(node, "yOff", r.y);
    set_number(node, "xSize", r.width);
    set_number(node, "ySize", r.height);
}

/* band: as VRTs write it, "2" or "mask,1". */
static bool add_source(GDALRasterBandH to, const struct mosaic_part *p, const char *band,
                       const char *type)
{
    CPLXMLNode *source = CPLCreateXMLNode(NULL, CXT_Element, "SimpleSource");
    CPLXMLNode *file = CPLCreateXMLElementAndValue(source, "SourceFilename", p->path);

    CPLAddXMLAttributeAndValue(file, "relativeToVRT", "0");
    CPLCreateXMLElementAndValue(source, "SourceBand", band);
    CPLXMLNode *properties = CPLCreateXMLNode(source, CXT_Element, "SourceProperties");
    set_number(properties, "RasterXSize", p->width);
    set_number(properties, "RasterYSize", p->height);
    CPLAddXMLAttributeAndValue(properties, "DataType", type);
    set_number(properties, "BlockXSize", p->block_width);
    set_number(properties, "BlockYSize", p->block_height);
    set_region(source, "SrcRect", (struct region){0, 0, p->width, p->height});
    set_region(source, "DstRect", (struct region){p->x, p->y, p->width, p->height});
    char *text = CPLSerializeXMLTree(source);
    CPLDestroyXMLNode(source);
    const bool ok = text && GDALSetMetadataItem(to, "source", text, "new_vrt_sources") == CE_None;
    CPLFree(text);
    return ok;
}

static bool add_mask(GDALDatasetH vrt, const struct mosaic_part *parts, int n)
{
    bool any = false, ok = true;

    for (int i = 0; i < n; i++)
        any |= parts[i].has_mask;
    if (!any)
        return true;
    if (GDALCreateDatasetMaskBand(vrt, GMF_PER_DATASET) != CE_None)
        return false;
    GDALRasterBandH mask = GDALGetMaskBand(GDALGetRasterBand(vrt, 1));
    for (int i = 0; ok && i < n; i++)
        ok = add_source(mask, &parts[i], "mask,1", "Byte");
    return ok;
}

/* The largest blocks of all parts, which GDAL decodes whole: who plans memory is to know. */
static char **block_options(const struct mosaic_part *parts, int n)
{
    char **options = NULL;
    int width = 1, height = 1;
    char text[32];

    for (int i = 0; i < n; i++) {
        width = parts[i].block_width > width ? parts[i].block_width : width;
        height = parts[i].block_height > height ? parts[i].block_height : height;
    }
    snprintf(text, sizeof text, "%d", width);
    options = CSLSetNameValue(options, "BLOCKXSIZE", text);
    snprintf(text, sizeof text, "%d", height);
    return CSLSetNameValue(options, "BLOCKYSIZE", text);
}

static bool fill(GDALDatasetH vrt, const struct scene *like, const struct mosaic_part *parts, int n)
{
    const GDALDataType type = gdal_type(like->info.type);
    char **blocks = block_options(parts, n);
    bool ok = blocks != NULL;

    copy_dataset(vrt, like->dataset);
    for (int b = 0; ok && b < like->info.bands; b++) {
        char number[16];
        ok = GDALAddBand(vrt, type, blocks) == CE_None;
        if (!ok)
            break;
        GDALRasterBandH band = GDALGetRasterBand(vrt, b + 1);
        snprintf(number, sizeof number, "%d", b + 1);
        copy_band(band, scene_band(like, b));
        for (int i = 0; ok && i < n; i++)
            ok = add_source(band, &parts[i], number, GDALGetDataTypeName(type));
    }
    CSLDestroy(blocks);
    return ok && add_mask(vrt, parts, n);
}

bool mosaic_write(struct buffer *out, const struct scene *like, const struct mosaic_part *parts,
                  int n, int64_t width, int64_t height, struct err *e)
{
    GDALDriverH driver = GDALGetDriverByName("VRT");
    struct quiet q;
    bool ok = false;

    if (!driver)
        return err_set(e, "GDAL here has no VRT driver");
    quiet_begin(&q);
    GDALDatasetH vrt = GDALCreate(driver, "", (int)width, (int)height, 0, GDT_Byte, NULL);
    if (vrt && fill(vrt, like, parts, n)) {
        char **text = GDALGetMetadata(vrt, "xml:VRT");
        ok = text && text[0] && buffer_append(out, text[0], strlen(text[0]), e);
    }
    quiet_end(&q);
    if (!ok)
        err_set(e, "GDAL cannot put %d parts together: %s", n, quiet_words(&q));
    quiet_begin(&q);
    if (vrt)
        GDALClose(vrt);
    quiet_end(&q);
    return ok;
}

bool mosaic_mount(const char *name, const void *text, size_t n, struct err *e)
{
    VSILFILE *file = VSIFileFromMemBuffer(name, (GByte *)text, n, FALSE);

    return (file && VSIFCloseL(file) == 0) || err_set(e, "%s: cannot be mounted", name);
}

void mosaic_unmount(const char *name)
{
    VSIUnlink(name);
}
