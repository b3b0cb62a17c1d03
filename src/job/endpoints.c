/* endpoints.c - the two ends of a pipeline, read from their steps.
 * SPDX-License-Identifier: MIT */
#include "endpoints.h"

#include "base/text.h"
#include "raster/image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct source_args {
    const char *bands, *window;
    struct text_list open_options;
    bool use_overviews;
};

const struct param source_params[] = {
    {"bands", "bands to read, counted from 1: 1,3,2", P_TEXT, offsetof(struct source_args, bands),
     NULL, NULL, 0, 0},
    {"window", "part of the scene: x,y,width,height in pixels", P_TEXT,
     offsetof(struct source_args, window), NULL, NULL, 0, 0},
    {"oo", "open option K=V for GDAL", P_LIST, offsetof(struct source_args, open_options), NULL,
     NULL, 0, 0},
    {"use-overviews",
     "before `resize`: take the smallest of the scene's overviews that is no smaller than the "
     "result (for thumbnails: quick, and not what the scene itself would give)",
     P_BOOL, offsetof(struct source_args, use_overviews), "false", NULL, 0, 0},
    {0},
};

struct sink_args {
    int format, type, overviews, overview_count;
    bool overwrite;
    const char *nodata;
    struct text_list creation_options;
};

enum { FORMAT_AUTO, FORMAT_GTIFF, FORMAT_COG, FORMAT_PNG, FORMAT_JPEG };
static const char *const formats[] = {"auto", "GTiff", "COG", "PNG", "JPEG", NULL};

/* Then as enum halving. */
static const char *const overview_names[] = {"none", "nearest", "average", "mode", "gauss", NULL};

struct split_args {
    struct sink_args write; /* first: the tables share their end */
    int rows, columns;
    struct size2 tile;
};

enum { PARTS_A_SIDE = 1 << 20 };

const struct param split_params[] = {
    {"rows", "parts one below the other", P_INT, offsetof(struct split_args, rows), "0", NULL, 0,
     PARTS_A_SIDE},
    {"columns", "parts side by side", P_INT, offsetof(struct split_args, columns), "0", NULL, 0,
     PARTS_A_SIDE},
    {"tile", "size of a part, WxH or N, from the upper left corner on; 0: by rows and columns",
     P_SIZE, offsetof(struct split_args, tile), "0", NULL, 0, INT32_MAX},
    /* From here on those of write: SPLIT_OWN. */
    {"of",
     "format; auto: by the ending of PATH; COG: Cloud Optimized GeoTIFF, with overviews; PNG and "
     "JPEG: "
     "images that rank 0 holds as a whole",
     P_CHOICE, offsetof(struct sink_args, format), "auto", formats, 0, 0},
    {"co", "creation option K=V, as GDAL's driver of the format names them", P_LIST,
     offsetof(struct sink_args, creation_options), NULL, NULL, 0, 0},
    {"ot", "pixel type of the output; same is the pipeline's", P_TYPE,
     offsetof(struct sink_args, type), "same", NULL, 0, 0},
    {"nodata", "nodata value of the output (default: the scene's)", P_TEXT,
     offsetof(struct sink_args, nodata), NULL, NULL, 0, 0},
    {"overviews", "overviews in a GTiff, by the value they have of four pixels (gauss: of nine)",
     P_CHOICE, offsetof(struct sink_args, overviews), "none", overview_names, 0, 0},
    {"overview-count", "how many; 0: until one fits into a tile", P_INT,
     offsetof(struct sink_args, overview_count), "0", NULL, 0, 30},
    {"overwrite", "replace an output that exists", P_BOOL, offsetof(struct sink_args, overwrite),
     "false", NULL, 0, 0},
    {0},
};

bool endpoints_read_source(struct endpoints *out, const struct step *step,
                           struct positionals *paths, struct err *e)
{
    struct source_args args = {0};
    const bool ok =
        params_read(step->name, source_params, step->n_args, step->args, &args, paths, e);

    out->source = (struct scene_options){NULL, args.bands, args.window, args.open_options};
    out->use_overviews = args.use_overviews;
    if (ok && out->use_overviews && strcmp(step->name, "read") != 0 &&
        strcmp(step->name, "each") != 0)
        return err_usage(e, "%s: --use-overviews is for `read` and `each`", step->name);
    return ok;
}

static bool read_source(struct endpoints *out, const struct step *step, struct err *e)
{
    struct positionals paths = {0};

    bool ok = endpoints_read_source(out, step, &paths, e);
    if (ok && paths.n != 1)
        ok = err_usage(e, "read: takes one scene, not %d", paths.n);
    out->source.path = ok ? paths.item[0] : NULL;
    params_free(NULL, NULL, &paths);
    return ok;
}

/* What of a step's words is said to `write`, too: all but its path and what split alone takes. */
static bool pass_on(struct split_step *out, const struct step *step, struct err *e)
{
    out->args = memory_new((size_t)step->n_args + 1, sizeof *out->args, e);
    if (!out->args)
        return false;
    for (int i = 0; i < step->n_args; i++) {
        const char *word = step->args[i];
        const size_t n = strcspn(word, "=");
        bool found, is_own = false;
        if (strncmp(word, "--", 2) != 0)
            continue;
        for (int k = 0; k < SPLIT_OWN; k++)
            is_own |= strlen(split_params[k].name) == n - 2 &&
                      strncmp(word + 2, split_params[k].name, n - 2) == 0;
        const bool more = word[n] == '\0' && param_takes_value(split_params, word + 2, &found);
        for (int k = 0; k < 1 + more; k++)
            if (!is_own)
                out->args[out->n_args++] = step->args[i + k];
        i += more;
    }
    return true;
}

bool endpoints_read_split(struct split_step *out, const struct step *step, struct err *e)
{
    struct split_args args = {0};
    struct positionals paths = {0};

    *out = (struct split_step){0};
    bool ok = params_read("split", split_params, step->n_args, step->args, &args, &paths, e);
    if (ok && paths.n != 1)
        ok = err_usage(e, "split: takes one path, not %d", paths.n);
    const bool tiles = args.tile.width > 0 && args.tile.height > 0;
    if (ok && tiles != (args.tile.width > 0 || args.tile.height > 0))
        ok =
            err_usage(e, "split: --tile=%dx%d: give both sides", args.tile.width, args.tile.height);
    if (ok && tiles == (args.rows > 0 || args.columns > 0))
        ok = err_usage(e, "split: give --tile, or --rows, --columns or both");
    out->pattern = ok ? paths.item[0] : NULL;
    out->rows = args.rows;
    out->columns = args.columns;
    out->tile = args.tile;
    out->overwrite = args.write.overwrite;
    params_free(split_params, &args, &paths);
    return ok && pass_on(out, step, e);
}

void endpoints_free_split(struct split_step *s)
{
    free(s->args);
    *s = (struct split_step){0};
}

static bool choose_format(struct endpoints *out, int format, struct err *e)
{
    const char *path = out->sink.path, *dot = strrchr(path, '.');

    out->driver = format >= FORMAT_PNG    ? formats[format]
                  : format == FORMAT_AUTO ? image_driver(path)
                                          : NULL;
    if (out->driver || format != FORMAT_AUTO ||
        (dot &&
         (!strcasecmp(dot, ".tif") || !strcasecmp(dot, ".tiff") || !strcasecmp(dot, ".gtiff"))))
        return true;
    return err_usage(e,
                     "write: %s ends in none of .tif .png .jpg; say which format is meant "
                     "(--of=GTiff)",
                     path);
}

static bool read_nodata(struct endpoints *out, const char *text, struct err *e)
{
    if (!text)
        return true;
    out->sink.has_nodata = true;
    if (strcasecmp(text, "nan") == 0)
        out->sink.nodata = NAN;
    else if (!text_to_real(text, &out->sink.nodata))
        return err_usage(e, "write: --nodata='%s' is no number", text);
    return true;
}

struct table_args {
    bool overwrite;
};

const struct param table_params[] = {
    {"overwrite", "replace a table that exists", P_BOOL, offsetof(struct table_args, overwrite),
     "false", NULL, 0, 0},
    {0},
};

/* Of pixels a table has none: those outside the data are 0 to it. */
static bool read_table(struct endpoints *out, const struct step *step, struct err *e)
{
    struct table_args args = {0};
    struct positionals paths = {0};

    bool ok = params_read("table", table_params, step->n_args, step->args, &args, &paths, e);
    if (ok && paths.n != 1)
        ok = err_usage(e, "table: takes one path, not %d", paths.n);
    out->sink = (struct output_options){.path = ok ? paths.item[0] : NULL,
                                        .has_nodata = true,
                                        .overwrite = args.overwrite,
                                        .resampling = -1};
    out->sink_type = PX_SAME;
    params_free(NULL, NULL, &paths);
    return ok;
}

static bool read_sink(struct endpoints *out, const struct step *step, struct err *e)
{
    struct sink_args args = {0};
    struct positionals paths = {0};

    out->sink.path = "";
    if (strcmp(step->name, "table") == 0)
        return read_table(out, step, e);
    if (strcmp(step->name, "write") != 0) /* it has its own reader */
        return true;
    bool ok = params_read("write", sink_params, step->n_args, step->args, &args, &paths, e);
    if (ok && paths.n != 1)
        ok = err_usage(e, "write: takes one path, not %d", paths.n);
    out->sink.path = ok ? paths.item[0] : NULL;
    out->sink.creation_options = args.creation_options;
    out->sink.overwrite = args.overwrite;
    out->sink_type = args.type;
    out->sink.cog = args.format == FORMAT_COG;
    out->sink.resampling = args.overviews - 1;
    out->sink.n_overviews = args.overview_count;
    if (ok && out->sink.cog && (args.overviews || args.overview_count))
        ok = err_usage(e, "write: with --of=COG say --co OVERVIEW_RESAMPLING, --co OVERVIEW_COUNT");
    params_free(NULL, NULL, &paths);
    return ok && choose_format(out, args.format, e) && read_nodata(out, args.nodata, e);
}

static bool append(char **text, size_t *size, const char *word, struct err *e)
{
    const size_t n = strlen(word);
    char *grown = realloc(*text, *size + n + 2);

    if (!grown)
        return err_set(e, "out of memory: %zu bytes were wanted", *size + n + 2);
    if (*size > 0)
        grown[(*size)++] = ' ';
    memcpy(grown + *size, word, n + 1);
    *text = grown;
    *size += n;
    return true;
}

/* An argument; of one that is too long for metadata, as tables of a whole scene may be, its name. */
static bool append_arg(char **text, size_t *size, const char *arg, struct err *e)
{
    enum { LONGEST = 16 << 10 };
    const char *value = strchr(arg, '=');
    char name[64];

    if (strlen(arg) <= LONGEST || !value)
        return append(text, size, arg, e);
    snprintf(name, sizeof name, "%.*s=...", (int)(value - arg), arg);
    return append(text, size, name, e);
}

/* The ops, settled; where the scene lay and where the output goes is not of the
 * image. */
static bool write_provenance(struct endpoints *out, const struct pipeline *part, struct err *e)
{
    const struct pipeline *p = part->whole ? part->whole : part;
    size_t size = 0;

    for (int i = 1; i < p->n_steps - 1; i++) {
        const struct step *step = &p->steps[i];
        if ((i > 1 && !append(&out->provenance, &size, "!", e)) ||
            !append(&out->provenance, &size, step->name, e))
            return false;
        for (int k = 0; k < step->n_args; k++)
            if (!append_arg(&out->provenance, &size, step->args[k], e))
                return false;
    }
    out->sink.provenance = out->provenance ? out->provenance : "";
    return true;
}

bool endpoints_read_sink(struct endpoints *out, const struct pipeline *p, struct err *e)
{
    *out = (struct endpoints){0};
    return read_sink(out, &p->steps[p->n_steps - 1], e) && write_provenance(out, p, e);
}

bool endpoints_read(struct endpoints *out, const struct pipeline *p, struct err *e)
{
    return endpoints_read_sink(out, p, e) && read_source(out, &p->steps[0], e);
}

void endpoints_free(struct endpoints *p)
{
    free(p->source.open_options.item);
    free(p->sink.creation_options.item);
    free(p->provenance);
    *p = (struct endpoints){0};
}
