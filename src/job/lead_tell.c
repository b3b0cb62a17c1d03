/* lead_tell.c - what rank 0 says of a job on standard error, but for progress and failures.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

#include "base/text.h"

#include <stdio.h>

static void tell_sources(const struct lead *l)
{
    for (int i = 0; i < l->sources.n; i++) {
        const struct source *one = &l->sources.list[i];
        const struct scene_info *in = scene_info(one->scene);
        fprintf(stderr, "tilery: %s: %lldx%lld, %d band%s of %s, %s %dx%d, %s%s\n", in->path,
                (long long)in->width, (long long)in->height, in->bands, in->bands == 1 ? "" : "s",
                pixel_name(in->type), in->compression, in->block_width, in->block_height,
                one->blobs ? "sent as blobs" : "read through GDAL: ", one->blobs ? "" : one->why);
    }
    if (l->careful)
        fprintf(stderr,
                "tilery: pixels outside the data stay outside; they are %.17g in the output\n",
                l->nodata);
}

static void tell(const struct lead *l)
{
    const struct division *d = &l->sizing.division;
    char text[4][32];

    tell_sources(l);
    fprintf(stderr,
            "tilery: %lld chunks of %lldx%lld (division %s), %d credits, window %lld, tile cache "
            "%s\n",
            (long long)division_chunks(d), (long long)d->chunk_width, (long long)d->chunk_height,
            division_names[d->kind], l->sizing.credits, (long long)l->sizing.window,
            text_bytes(l->sizing.cache_bytes, text[0], sizeof text[0]));
    fprintf(stderr, "tilery: memory %s a rank; at most %s expected on workers, %s on rank 0\n",
            text_bytes(l->memory_bytes, text[1], sizeof text[1]),
            text_bytes(l->sizing.worker_bytes, text[2], sizeof text[2]),
            text_bytes(l->sizing.lead_bytes, text[3], sizeof text[3]));
}

/* What a user should know who wonders why the job is slow. */
static void tell_less(const struct lead *l)
{
    const struct division *d = &l->sizing.division;
    char text[32];

    if (l->sizing.is_small || l->gave_up_blobs)
        fprintf(
            stderr,
            "tilery: chunks are of %lldx%lld pixels only, to stay within --memory=%s a rank%s\n",
            (long long)d->chunk_width, (long long)d->chunk_height,
            text_bytes(l->memory_bytes, text, sizeof text),
            l->gave_up_blobs ? "; GDAL reads the scene's wide strips for each of them anew, which "
                               "is slow where they are compressed: more memory or lower output "
                               "tiles help (write --co BLOCKXSIZE=128 --co BLOCKYSIZE=128)"
                             : "");
}

void lead_tell_plan(const struct lead *l)
{
    if (l->options->verbose)
        tell(l);
    else if (l->options->progress != PROGRESS_NONE)
        tell_less(l);
}

/* What share of the pixels the ranks of a host have done. */
static double share_of(const struct lead *l, int node)
{
    double own = 0, all = 0;

    for (int i = 0; i < l->ranks.n; i++) {
        all += (double)l->pixels_of[i];
        own += l->ranks.node[i] == node ? (double)l->pixels_of[i] : 0;
    }
    return all > 0 ? own / all : 0;
}

void lead_tell_nodes(const struct lead *l)
{
    const int n = l->ranks.n_nodes;
    int least = 0, most = 0;

    if (n == 1 || (l->options->progress == PROGRESS_NONE && !l->options->verbose))
        return;
    for (int rank = 0, node = 0; rank < l->ranks.n; rank++) {
        if (l->ranks.node[rank] != node)
            continue; /* not the first on its host */
        const double share = share_of(l, node++);
        if (l->options->verbose)
            fprintf(stderr, "tilery: %s has done %.1f %% of the pixels\n",
                    cluster_host_of(&l->ranks, rank), 100 * share);
        least = share < share_of(l, l->ranks.node[least]) ? rank : least;
        most = share > share_of(l, l->ranks.node[most]) ? rank : most;
    }
    if (!l->options->verbose)
        fprintf(stderr,
                "tilery: of %d hosts %s has done most, %.1f %% of the pixels, %s least, %.1f %%\n",
                n, cluster_host_of(&l->ranks, most), 100 * share_of(l, l->ranks.node[most]),
                cluster_host_of(&l->ranks, least), 100 * share_of(l, l->ranks.node[least]));
}
