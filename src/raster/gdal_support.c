/* gdal_support.c - GDAL's words on failures, its pixel types.
 * SPDX-License-Identifier: MIT */
#include "gdal_support.h"

#include <cpl_error.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* GDAL and libtiff quote bytes of files in messages: only printable ones get through. */
static void keep(char *out, size_t out_size, const char *text)
{
    snprintf(out, out_size, "%s", text);
    for (char *c = out; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    size_t n = strlen(out);
    while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '.'))
        out[--n] = '\0';
}

static void CPL_STDCALL on_error(CPLErr class, CPLErrorNum number, const char *text)
{
    struct quiet *q = CPLGetErrorHandlerUserData();

    if (class != CE_Failure && class != CE_Fatal)
        return;
    if (!q->first[0])
        keep(q->first, sizeof q->first, text);
    keep(q->last, sizeof q->last, text);
}

void quiet_begin(struct quiet *q)
{
    *q = (struct quiet){0};
    CPLPushErrorHandlerEx(on_error, q);
}

void quiet_end(struct quiet *q)
{
    CPLPopErrorHandler();
}

const char *quiet_words(struct quiet *q)
{
    if (!q->last[0])
        return "GDAL gives no reason";
    if (strcmp(q->first, q->last) == 0)
        return q->last;
    snprintf(q->words, sizeof q->words, "%s (%s)", q->last, q->first);
    return q->words;
}

GDALDataType gdal_type(enum pixel_type type)
{
    static const GDALDataType types[PX_N_TYPES] = {
        [PX_UINT8] = GDT_Byte,      [PX_UINT16] = GDT_UInt16, [PX_INT16] = GDT_Int16,
        [PX_UINT32] = GDT_UInt32,   [PX_INT32] = GDT_Int32,   [PX_FLOAT32] = GDT_Float32,
        [PX_FLOAT64] = GDT_Float64, [PX_UINT64] = GDT_UInt64, [PX_INT64] = GDT_Int64,
    };

    return types[type];
}

bool gdal_nodata(GDALRasterBandH band, enum pixel_type type, double *v)
{
    int has = 0;

    if (type == PX_INT64)
        *v = (double)GDALGetRasterNoDataValueAsInt64(band, &has);
    else if (type == PX_UINT64)
        *v = (double)GDALGetRasterNoDataValueAsUInt64(band, &has);
    else
        *v = GDALGetRasterNoDataValue(band, &has);
    return has != 0;
}
