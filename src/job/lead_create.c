/* lead_create.c - rank 0 creates the output and packs the ticket that tells the ranks of it.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

#include <stdlib.h>

struct output_band *lead_bands(const struct lead *l, struct err *e)
{
    const int n = plan_output(l->plan).bands;
    struct output_band *bands = memory_new((size_t)n, sizeof *bands, e);

    for (int b = 0; bands && b < n; b++) {
        const struct plan_band from = plan_band(l->plan, b);
        bands[b] = (struct output_band){
            .scene = from.source < 0 ? NULL : l->sources.list[from.source].scene,
            .band = from.band,
            .colour = from.colour,
            .keeps_values = from.keeps_values,
        };
    }
    return bands;
}

bool lead_create(struct lead *l, struct err *e)
{
    struct output_grid grid;

    plan_to_source(l->plan, l->plan->last, &grid.to_scene);
    struct output_band *bands = lead_bands(l, e);
    grid.bands = bands;
    bool ok = bands && output_create(&l->output, &l->ends.sink, l->sources.list[0].scene, &grid,
                                     &l->overviews, e);
    free(bands);
    return ok;
}

/* What the ranks must know of a source; *bands and *decoder are to be freed. */
static bool describe_source(const struct source *one, struct ticket_source *out,
                            struct buffer *decoder, struct err *e)
{
    const struct scene_info *info = scene_info(one->scene);

    out->by_blobs = one->blobs != NULL;
    out->grid.window =
        one->blobs ? blobs_window(one->blobs) : (struct region){0, 0, info->width, info->height};
    out->sparse = one->blobs ? blobs_sparse_value(one->blobs) : 0;
    out->bands = memory_new((size_t)info->bands, sizeof *out->bands, e);
    if (!out->bands)
        return false;
    for (int b = 0; b < info->bands; b++)
        out->bands[b] = one->blobs ? blobs_band(one->blobs, b) : b;
    return !one->blobs || blobs_header(one->blobs, decoder, e);
}

bool lead_pack(const struct lead *l, const struct overviews *overviews, const struct sizing *sizing,
               struct buffer *ticket, struct err *e)
{
    struct ticket_source sources[PLAN_MAX_SOURCES] = {0};
    struct buffer decoders[PLAN_MAX_SOURCES] = {0}, encoder = {0};
    struct buffer mask_encoder = {0};
    const struct ticket_content content = {
        .scene = scene_info(l->sources.list[0].scene)->path,
        .sources = sources,
        .decoders = decoders,
        .n_sources = l->sources.n,
        .steps = l->steps.list,
        .n_steps = l->steps.n,
        .careful = l->careful != NULL,
        .nodata = l->nodata,
        .says_nodata = l->ends.sink.has_nodata,
        .fill = l->fill,
        .resumes = l->resume != NULL,
        .encoder = &encoder,
        .mask_encoder = &mask_encoder,
        .overviews = overviews,
        .sizing = sizing,
        .reducer = l->gathers,
        .bare = !l->output && !l->gathers,
        .held = l->held ? kept_of(l->held) : NULL,
        .keep_bytes = l->keep_bytes,
    };
    bool ok =
        !l->output || (output_template(l->output, &encoder, e) &&
                       (!overviews->mask || output_mask_template(l->output, &mask_encoder, e)));

    for (int i = 0; ok && i < l->sources.n; i++) {
        sources[i].format = l->sources.format[i];
        sources[i].outside = l->sources.outside[i];
        sources[i].name = (char *)l->sources.name[i]; /* only read */
        ok = describe_source(&l->sources.list[i], &sources[i], &decoders[i], e);
    }
    ok = ok && ticket_pack(ticket, &content, e);
    for (int i = 0; i < l->sources.n; i++) {
        free(sources[i].bands);
        buffer_free(&decoders[i]);
    }
    buffer_free(&encoder);
    buffer_free(&mask_encoder);
    return ok;
}
