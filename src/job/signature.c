/* signature.c - what must be the same for a run to go on with another's output.
 * SPDX-License-Identifier: MIT */
#include "signature.h"

#include "base/pack.h"
#include "base/version.h"
#include "raster/file_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool add(struct buffer *out, const char *name, const char *value, struct err *e)
{
    return pack_text(out, name, e) && pack_text(out, value ? value : "", e);
}

static bool add_number(struct buffer *out, const char *name, double value, struct err *e)
{
    char text[40];

    snprintf(text, sizeof text, "%.17g", value);
    return add(out, name, text, e);
}

static bool add_list(struct buffer *out, const char *name, const struct text_list *list,
                     struct err *e)
{
    bool ok = true;

    for (int i = 0; ok && i < list->n; i++)
        ok = add(out, name, list->item[i], e);
    return ok;
}

struct files {
    struct buffer *out;
};

static bool add_file(void *ctx, const char *path, struct err *e)
{
    const struct files *f = ctx;
    struct file_id id;
    char text[100];

    if (!file_identify(path, &id, e) || !add(f->out, "file", path, e))
        return false;
    snprintf(text, sizeof text, "%" PRId64 " bytes of %" PRId64 ".%09" PRIu32 ", sum %08" PRIx32,
             id.size, id.mtime_s, id.mtime_ns, id.crc);
    return add(f->out, path, text, e);
}

static bool add_steps(struct buffer *out, const struct op_steps *steps, struct err *e)
{
    bool ok = true;

    for (int i = 0; ok && i < steps->n; i++) {
        ok = add(out, "op", steps->list[i].name, e);
        for (int k = 0; ok && k < steps->list[i].n_args; k++)
            ok = add(out, steps->list[i].name, steps->list[i].args[k], e);
    }
    return ok;
}

static bool add_scene(struct buffer *out, struct scene *scene, struct err *e)
{
    struct files files = {out};
    struct err ignored;

    return add_number(out, "width", (double)scene_info(scene)->width, e) &&
           add_number(out, "height", (double)scene_info(scene)->height, e) &&
           (scene_files(scene, add_file, &files, &ignored) || add(out, "file", "unknown", e));
}

bool signature_make(struct buffer *out, const struct signature_of *of, struct err *e)
{
    const struct job_options *options = of->options;
    const struct scene_options *in = &of->ends->source;
    const struct output_options *sink = &of->ends->sink;
    bool ok = add(out, "Tilery's version", TILERY_VERSION, e) && add_steps(out, of->steps, e) &&
              add(out, "scene", in->path, e) && add(out, "--bands", in->bands, e) &&
              add(out, "--window", in->window, e) && add_list(out, "--oo", &in->open_options, e) &&
              add_list(out, "--config", &options->raster.config, e) &&
              add(out, "--nodata", options->ignores_nodata ? "ignore" : "respect", e) &&
              add(out, "--division", division_names[options->division], e) &&
              add_number(out, "--align", (double)options->align, e) &&
              add(out, "--of", sink->cog ? "COG" : "GTiff", e) &&
              add_list(out, "--co", &sink->creation_options, e) &&
              add_number(out, "--ot", of->ends->sink_type, e) &&
              add_number(out, "--overviews", sink->resampling, e) &&
              add_number(out, "--overview-count", sink->n_overviews, e);

    if (ok && sink->has_nodata)
        ok = add_number(out, "write --nodata", sink->nodata, e);
    for (int i = 0; ok && i < of->sources->n; i++)
        ok = add_scene(out, of->sources->list[i].scene, e);
    return ok;
}

bool signature_compare(const char *path, const struct buffer *theirs, const struct buffer *mine,
                       struct err *e)
{
    struct unpack a = unpack_begin(theirs->data, theirs->size);
    struct unpack b = unpack_begin(mine->data, mine->size);
    bool same = true;

    while (same && (a.at < a.end || b.at < b.end)) {
        char *name_a = unpack_text(&a), *name_b = unpack_text(&b);
        char *value_a = unpack_text(&a), *value_b = unpack_text(&b);
        if (!name_a || !name_b || !value_a || !value_b || strcmp(name_a, name_b) != 0)
            same = err_usage(e,
                             "%s.part: was begun with other options or files (%s here, %s then); "
                             "run it as before, or begin anew with write --overwrite",
                             path, name_b ? name_b : "nothing", name_a ? name_a : "nothing");
        else if (strcmp(value_a, value_b) != 0)
            same = err_usage(e,
                             "%s.part: was begun with another %s ('%s' here, '%s' then); run it "
                             "as before, or begin anew with write --overwrite",
                             path, name_b, value_b, value_a);
        free(name_a);
        free(name_b);
        free(value_a);
        free(value_b);
    }
    return same;
}
