/* info.c - `tilery info`: what a scene is, and how its pixels would travel.
 * SPDX-License-Identifier: MIT */
#include "commands.h"

#include "raster/blobs.h"
#include "raster/scene.h"

#include <jansson.h>
#include <stdio.h>

struct args {
    bool json, allow_network;
    struct text_list open_options, config;
};

static const struct param params[] = {
    {"json", "as JSON, for programs", P_BOOL, offsetof(struct args, json), "false", NULL, 0, 0},
    {"oo", "open option K=V for GDAL", P_LIST, offsetof(struct args, open_options), NULL, NULL, 0,
     0},
    {"config", "configuration option K=V for GDAL", P_LIST, offsetof(struct args, config), NULL,
     NULL, 0, 0},
    {"allow-network", "the scene may be on the network, or name what is", P_BOOL,
     offsetof(struct args, allow_network), "false", NULL, 0, 0},
    {0},
};

enum { GDAL_CACHE = 32 << 20, BLOB_MOST = 256 << 20 };

static void print_text(const struct scene_info *in, const char *way, const char *why)
{
    printf("%s\n", in->path);
    printf("  driver       %s\n", in->driver);
    printf("  size         %lld x %lld\n", (long long)in->width, (long long)in->height);
    printf("  bands        %d of %s\n", in->bands, pixel_name(in->type));
    printf("  blocks       %d x %d\n", in->block_width, in->block_height);
    printf("  compression  %s\n", in->compression);
    if (in->has_nodata)
        printf("  nodata       %.17g\n", in->nodata);
    printf("  pixels go    %s%s%s\n", way, *why ? ": " : "", why);
}

static void print_json(const struct scene_info *in, const char *way, const char *why)
{
    json_t *o = json_pack("{s:s, s:I, s:I, s:i, s:s, s:i, s:i, s:s, s:s, s:s}", "driver",
                          in->driver, "width", (json_int_t)in->width, "height",
                          (json_int_t)in->height, "bands", in->bands, "type", pixel_name(in->type),
                          "block_width", in->block_width, "block_height", in->block_height,
                          "compression", in->compression, "way", way, "why", why);

    json_object_set_new(o, "path", json_string(in->path));
    if (in->has_nodata) /* JSON has no NaN: a text then, as gdalinfo has it */
        json_object_set_new(o, "nodata",
                            in->nodata == in->nodata ? json_real(in->nodata) : json_string("nan"));
    json_dumpf(o, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(o);
}

static bool show(const struct args *args, const char *path, struct err *e)
{
    const struct raster_options raster = {args->config, args->allow_network};
    const struct scene_options options = {.path = path, .open_options = args->open_options};
    struct scene *scene = NULL;
    struct blobs *blobs = NULL;
    char why[200] = "";
    bool ok = raster_begin(GDAL_CACHE, &raster, e) && scene_open(&scene, &options, e) &&
              blobs_open(&blobs, scene, BLOB_MOST, why, sizeof why, e);

    if (ok && args->json)
        print_json(scene_info(scene), blobs ? "blobs" : "gdal", blobs ? "" : why);
    else if (ok)
        print_text(scene_info(scene), blobs ? "as blobs" : "through GDAL", blobs ? "" : why);
    blobs_close(blobs);
    scene_close(scene);
    return ok;
}

int command_info(struct words words)
{
    struct args args = {0};
    struct positionals paths = {0};
    struct err e;

    if (wants_help(words)) {
        puts("Usage: tilery info SCENE [--json]\n\n"
             "Prints what a scene is and how its pixels would travel to the ranks.\n");
        params_print(params, stdout);
        return end_output();
    }
    bool ok = params_read("info", params, words.n, words.item, &args, &paths, &e);
    if (ok && paths.n != 1)
        ok = err_usage(&e, "info: takes one scene, not %d", paths.n);
    ok = ok && show(&args, paths.item[0], &e);
    params_free(params, &args, &paths);
    return ok ? end_output() : complain(&e);
}
