/* cog_options.c - creation options as GDAL's COG driver names them.
 * SPDX-License-Identifier: MIT */
#include "raster/cog_options.h"

#include "base/text.h"
#include "pipeline/halve.h"

#include <cpl_conv.h>
#include <cpl_string.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char default_codec[] = "LZW"; /* GDAL's, since 3.4 */

/* The value of an option, taken off the list; NULL: not given. Copied into *keep. */
static const char *take(struct cog_options *keep, char ***from, const char *name)
{
    const char *value = CSLFetchNameValue(*from, name);

    if (!value)
        return NULL;
    keep->list = CSLSetNameValue(keep->list, name, value);
    *from = CSLSetNameValue(*from, name, NULL);
    return CSLFetchNameValue(keep->list, name);
}

static bool read_resampling(struct output_options *sink, const char *given, struct err *e)
{
    sink->resampling = HALVE_AVERAGE;
    if (!given)
        return true;
    for (int i = 0; i < HALVE_N; i++)
        if (strcasecmp(given, halving_names[i]) == 0) {
            sink->resampling = i;
            return true;
        }
    return err_usage(
        e,
        "%s: creation option OVERVIEW_RESAMPLING=%s is not supported; there is NEAREST "
        "AVERAGE MODE GAUSS",
        sink->path, given);
}

static bool read_overviews(struct output_options *sink, struct cog_options *keep, char ***from,
                           struct err *e)
{
    const char *how = take(keep, from, "OVERVIEW_RESAMPLING");
    const char *also = take(keep, from, "RESAMPLING"), *count = take(keep, from, "OVERVIEW_COUNT");
    const char *which = take(keep, from, "OVERVIEWS");
    int64_t n = 0;

    if (!read_resampling(sink, how ? how : also, e))
        return false;
    if (count && (!text_to_i64(count, &n) || n < 0 || n > LEVELS_MOST - 2))
        return err_usage(e, "%s: creation option OVERVIEW_COUNT=%s is not a number from 0 to %d",
                         sink->path, count, LEVELS_MOST - 2);
    sink->n_overviews = (int)n;
    if ((count && n == 0) || (which && strcasecmp(which, "NONE") == 0))
        sink->resampling = -1;
    else if (which && strcasecmp(which, "AUTO") != 0 && strcasecmp(which, "IGNORE_EXISTING") != 0)
        return err_usage(e, "%s: creation option OVERVIEWS=%s is not supported; there is AUTO NONE",
                         sink->path, which);
    return true;
}

/* LEVEL is of whichever codec it is; PREDICTOR's number depends on the type. */
static bool rename_options(struct cog_options *keep, char ***to, char ***from, const char *path,
                           enum pixel_type type, struct err *e)
{
    const char *codec = take(keep, from, "COMPRESS"), *level = take(keep, from, "LEVEL");
    const char *predictor = take(keep, from, "PREDICTOR"), *side = take(keep, from, "BLOCKSIZE");

    codec = codec ? codec : default_codec;
    *to = CSLSetNameValue(*to, "COMPRESS", codec);
    if (level && strcasecmp(codec, "DEFLATE") != 0 && strcasecmp(codec, "ZSTD") != 0)
        return err_usage(e, "%s: creation option LEVEL needs COMPRESS=DEFLATE or ZSTD", path);
    if (level)
        *to = CSLSetNameValue(*to, strcasecmp(codec, "ZSTD") == 0 ? "ZSTD_LEVEL" : "ZLEVEL", level);
    if (side) {
        *to = CSLSetNameValue(*to, "BLOCKXSIZE", side);
        *to = CSLSetNameValue(*to, "BLOCKYSIZE", side);
    }
    if (!predictor || strcasecmp(predictor, "NO") == 0)
        return true;
    const bool real = strcasecmp(predictor, "FLOATING_POINT") == 0 ||
                      (strcasecmp(predictor, "YES") == 0 && pixel_is_float(type));
    if (!real && strcasecmp(predictor, "YES") != 0 && strcasecmp(predictor, "STANDARD") != 0)
        return err_usage(e,
                         "%s: creation option PREDICTOR=%s is not supported; there is YES NO "
                         "STANDARD FLOATING_POINT",
                         path, predictor);
    *to = CSLSetNameValue(*to, "PREDICTOR", real ? "3" : "2");
    return true;
}

static const char *const fixed[] = {"INTERLEAVE", "TILED",  "BLOCKXSIZE",
                                    "BLOCKYSIZE", "ZLEVEL", "ZSTD_LEVEL"};

static bool check_fixed(char **from, const char *path, struct err *e)
{
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (CSLFetchNameValue(from, fixed[i]))
            return err_usage(
                e,
                "%s: creation option %s is not one of COG; there are BLOCKSIZE and LEVEL, "
                "and pixels are always interleaved",
                path, fixed[i]);
    return true;
}

bool cog_options(struct output_options *sink, enum pixel_type type, struct cog_options *keep,
                 struct err *e)
{
    char **from = NULL, **to = NULL;
    bool ok = true;

    *keep = (struct cog_options){0};
    for (int i = 0; ok && i < sink->creation_options.n; i++) {
        const char *item = sink->creation_options.item[i];
        if (!strchr(item, '='))
            ok = err_usage(e, "%s: creation option '%s' is not of the form NAME=VALUE", sink->path,
                           item);
        else
            from = CSLAddString(from, item);
    }
    ok = ok && check_fixed(from, sink->path, e) && read_overviews(sink, keep, &from, e) &&
         rename_options(keep, &to, &from, sink->path, type, e);
    to = CSLInsertStrings(to, -1, from);
    CSLDestroy(keep->list);
    keep->list = to;
    CSLDestroy(from);
    const char **items = ok ? memory_raw((size_t)CSLCount(to) + 1, sizeof *items, e) : NULL;
    if (!items)
        return false;
    for (int i = 0; i < CSLCount(to); i++)
        items[i] = to[i];
    free(sink->creation_options.item);
    sink->creation_options = (struct text_list){items, CSLCount(to)};
    return true;
}

void cog_options_free(struct cog_options *c)
{
    CSLDestroy(c->list);
    *c = (struct cog_options){0};
}
