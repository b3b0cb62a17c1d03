/* lead_verify.c - rank 0 computes a sample of the output again and compares.
 *
 * The sample is cut otherwise: into squares of tiles whose insides hold borders of the job's own
 * chunks. Its blobs are compared byte by byte, and where a codec does not always give the same
 * bytes, decoded. Where the last op sweeps, all of the scene is summed up again, in bands of another
 * height.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

#include "copy_blobs.h"
#include "parcel.h"

#include "base/clock.h"
#include "base/signals.h"
#include "job/chunk_work.h"
#include "ops/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct verify {
    const struct lead *lead;
    struct overviews only; /* the output without overviews and masks: they are not computed again */
    struct sizing sizing;
    struct ticket ticket;
    struct feed *feed;
    struct chunk_worker *worker;
    bool copies; /* tiles were not opened by the job */
    /* Made when bytes differ. */
    struct scene *scene;
    struct blobs *blobs;
    struct decoder *decoder;
    struct buffer payload, result, blob;
    struct buffer *summaries, *contexts; /* of an op that sweeps, for each piece */
};

static void end(struct verify *v)
{
    feed_free(v->feed);
    chunk_worker_free(v->worker);
    ticket_free(&v->ticket);
    decoder_free(v->decoder);
    if (v->blobs)
        blobs_close(v->blobs);
    if (v->scene)
        scene_close(v->scene);
    buffer_free(&v->payload);
    buffer_free(&v->result);
    buffer_free(&v->blob);
    for (int64_t i = 0; v->contexts && i < division_chunks(&v->sizing.division); i++) {
        buffer_free(&v->summaries[i]);
        buffer_free(&v->contexts[i]);
    }
    free(v->summaries);
    free(v->contexts);
}

/* The fewest tiles (2 or more) whose multiples are not all borders of chunks of `tiles`. */
static int64_t other_side(int64_t tiles)
{
    int64_t side = 2;

    while (tiles % side == 0)
        side++;
    return side;
}

/* Pieces that fit into the memory: with borders of the job's chunks inside, if that may be. */
static bool choose_pieces(struct verify *v, struct err *e)
{
    const struct division *d = &v->lead->sizing.division;
    const struct layout *l = &v->lead->overviews.level[0];
    const int width = (int)(other_side(ceil_div(d->chunk_width, l->tile_width)) * l->tile_width);
    const int height =
        (int)(other_side(ceil_div(d->chunk_height, l->tile_height)) * l->tile_height);
    const struct size2 sides[] = {
        {width, height}, {width, l->tile_height}, {l->tile_width, l->tile_height}};

    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        if (lead_choose_sizing(v->lead, DIVISION_TILES, sides[i], &v->only, &v->sizing, e))
            return true;
        if (e->status != EXIT_USAGE)
            break;
    }
    return err_context(e, "--verify");
}

static bool begin(struct verify *v, struct err *e)
{
    struct buffer bytes = {0};

    overviews_lay_out(&v->only, &v->lead->overviews.level[0], 0, false);
    bool ok = choose_pieces(v, e) && lead_pack(v->lead, &v->only, &v->sizing, &bytes, e) &&
              ticket_open(&v->ticket, &bytes, e) &&
              feed_new(&v->feed, &v->ticket, &v->lead->sources, 1, e) &&
              chunk_worker_new(&v->worker, &v->ticket, 0, "", e);
    v->copies = ok && copy_blobs_may(&v->ticket);
    buffer_free(&bytes);
    return ok;
}

/* --- which chunks ----------------------------------------------------------------------------- */

static bool crosses(int64_t at, int64_t size, int64_t step)
{
    return (at + size - 1) / step > at / step;
}

static bool has_seam(const struct verify *v, int64_t chunk)
{
    const struct division *d = &v->lead->sizing.division;
    const struct region r = division_chunk(&v->sizing.division, chunk);

    return crosses(r.x, r.width, d->chunk_width) || crosses(r.y, r.height, d->chunk_height);
}

/* Picks some of many things that come one after the other, each as likely as the next. */
struct picker {
    int64_t left, wanted;
    uint64_t state;
};

static bool pick(struct picker *p)
{
    p->state = p->state * 6364136223846793005U + 1442695040888963407U;
    const double at = (double)(p->state >> 11) * 0x1p-53 * (double)p->left;
    p->left--;
    if (at >= (double)p->wanted)
        return false;
    p->wanted--;
    return true;
}

/* --- comparing -------------------------------------------------------------------------------- */

static bool open_decoder(struct verify *v, struct err *e)
{
    const struct scene_options options = {.path = output_part(v->lead->output)};
    struct buffer header = {0};
    char why[200];

    if (v->decoder)
        return true;
    bool ok = scene_open(&v->scene, &options, e) &&
              blobs_open(&v->blobs, v->scene, SIZE_MAX, why, sizeof why, e) &&
              (v->blobs || err_set(e, "%s: its tiles cannot be compared: %s", options.path, why)) &&
              blobs_header(v->blobs, &header, e) &&
              decoder_new(&v->decoder, header.data, header.size, e);
    buffer_free(&header);
    return ok;
}

static bool differs(const struct verify *v, int64_t index, size_t at, const unsigned char *there,
                    const unsigned char *here, struct err *e)
{
    const struct layout *l = decoder_layout(v->decoder);
    const size_t row = layout_row_bytes(l), pixel = layout_pixel_bytes(l);
    const size_t sample = at % row % pixel / pixel_size(l->type);
    const size_t first = at - at % pixel_size(l->type);
    const struct region r = layout_region(l, index);

    return err_set(e,
                   "pixel %" PRId64 ",%" PRId64
                   " of band %d is %.17g in the file, and %.17g when it is computed again",
                   r.x + (int64_t)(at % row / pixel), r.y + (int64_t)(at / row),
                   layout_plane(l, index) + (int)sample + 1, pixel_load(l->type, there + first, 0),
                   pixel_load(l->type, here + first, 0));
}

static bool compare_decoded(struct verify *v, const struct parcel_blob *here, struct err *e)
{
    const struct layout *l;
    bool ok = open_decoder(v, e);

    if (!ok)
        return false;
    l = decoder_layout(v->decoder);
    const size_t bytes = layout_tile_bytes(l);
    const int rows = (int)layout_region(l, here->index).height;
    unsigned char *a = memory_new(1, bytes, e), *b = memory_new(1, bytes, e);
    ok = a && b &&
         decoder_decode(v->decoder, here->index, v->blob.data, v->blob.size, rows, a, e) &&
         decoder_decode(v->decoder, here->index, here->bytes, here->size, rows, b, e);
    for (size_t i = 0; ok && i < bytes; i++)
        if (a[i] != b[i])
            ok = differs(v, here->index, i, a, b, e);
    free(a);
    free(b);
    return ok || err_context(e, "%s: verifying", output_part(v->lead->output));
}

static bool compare(struct verify *v, const struct parcel_blob *here, struct err *e)
{
    const struct output *o = v->lead->output;
    const uint32_t size = output_size(o, here->index);

    v->blob.size = 0;
    if (!buffer_reserve(&v->blob, size, e))
        return false;
    if (!output_fetch(o, output_places(o)[here->index], v->blob.data, size))
        return err_errno(e, "%s: tile %" PRId64 " cannot be read back", output_part(o),
                         here->index);
    v->blob.size = size;
    const bool same =
        size == here->size && (size == 0 || memcmp(v->blob.data, here->bytes, size) == 0);
    if (same && (size == 0 || !v->copies))
        return true; /* what was copied unopened may be damaged */
    if (size == 0 || here->size == 0)
        return err_set(e, "%s: verifying: tile %" PRId64 " is %s the file, but should%s be",
                       output_part(o), here->index, size ? "in" : "not in", size ? " not" : "");
    return compare_decoded(v, here, e);
}

/* Computes a piece again, into *result. */
static bool compute(struct verify *v, int64_t chunk, enum feed_sweep what,
                    const struct buffer *context, struct buffer *result, struct err *e)
{
    v->payload.size = result->size = 0;
    bool ok =
        feed_load(v->feed, chunk, 0, &v->payload, e) &&
        (!v->ticket.plan->sweep.how || feed_sweep_pack(&v->payload, what, context, e)) &&
        chunk_work(v->worker, chunk, v->payload.data, v->payload.size, result, v->lead->tick, e);

    return signals_none(e) && ok; /* a stop is why it failed, if there was one */
}

/* Of an op that sweeps: what every piece is to know of the others. */
static bool sum_up(struct verify *v, struct err *e)
{
    static const struct buffer nothing;
    const struct sweep_use *use = &v->ticket.plan->sweep;
    const int64_t n = division_chunks(&v->sizing.division);

    if (!use->how)
        return true;
    if (retries_given_up(v->lead->retries) > 0)
        return err_usage(e, "--verify: chunks that were given up are of no op that needs the whole "
                            "scene; what is left of it cannot be computed again");
    v->summaries = memory_new((size_t)n, sizeof *v->summaries, e);
    v->contexts = v->summaries ? memory_new((size_t)n, sizeof *v->contexts, e) : NULL;
    bool ok = v->contexts != NULL;
    for (int64_t i = 0; ok && i < n; i++)
        ok = compute(v, i, FEED_SUMMARISE, &nothing, &v->summaries[i], e);
    const struct sweep_bytes bytes = {v->summaries, v->contexts, n};
    return ok && use->how->resolve(use->state, plan_output(v->ticket.plan), &bytes, e);
}

static bool check_chunk(struct verify *v, int64_t chunk, struct err *e)
{
    static const struct buffer nothing;
    struct parcel_reader r;
    struct parcel_blob blob;

    if (retries_touch(v->lead->retries, division_chunk(&v->sizing.division, chunk)))
        return true; /* it is known not to be what was asked for */
    if (!compute(v, chunk, FEED_FINISH, v->contexts ? &v->contexts[chunk] : &nothing, &v->result,
                 e))
        return false;
    if (!parcel_open(&r, &v->result))
        return err_set(e, "a chunk computed again has no tiles (a defect)");
    while (parcel_next(&r, &blob))
        if (!compare(v, &blob, e))
            return false;
    return true;
}

/* Half of the sample, where there are as many, has borders of chunks inside. */
static bool check_sample(struct verify *v, int64_t *checked, struct err *e)
{
    enum { LEAST = 16 };
    const int64_t n = division_chunks(&v->sizing.division);
    const double share = v->lead->options->verify_percent / 100;
    int64_t wanted = (int64_t)((double)n * share) + 1, seams = 0;

    wanted = wanted < LEAST ? LEAST : wanted;
    wanted = wanted < n ? wanted : n;
    for (int64_t i = 0; i < n; i++)
        seams += has_seam(v, i);
    const int64_t rest = n - seams;
    int64_t of_seams = seams < wanted / 2 ? seams : wanted / 2;
    if (wanted - of_seams > rest)
        of_seams = wanted - rest;
    struct picker at_seams = {seams, of_seams, 1}, elsewhere = {rest, wanted - of_seams, 2};
    for (int64_t i = 0; i < n; i++) {
        if (!pick(has_seam(v, i) ? &at_seams : &elsewhere))
            continue;
        if (!check_chunk(v, i, e))
            return false;
        ++*checked;
    }
    return true;
}

bool lead_verify(const struct lead *l, struct err *e)
{
    struct verify v = {.lead = l};
    const double start = clock_s();
    int64_t checked = 0;

    if (l->options->verify_percent <= 0)
        return true;
    const bool ok = begin(&v, e) && sum_up(&v, e) && check_sample(&v, &checked, e);
    if (ok && l->options->verbose)
        fprintf(stderr,
                "tilery: verified %" PRId64 " of %" PRId64
                " pieces, computed again in chunks of %" PRId64 "x%" PRId64 ", in %.1f s\n",
                checked, division_chunks(&v.sizing.division), v.sizing.division.chunk_width,
                v.sizing.division.chunk_height, clock_s() - start);
    end(&v);
    return ok;
}
