/* lead_report.c - what rank 0 puts into the report of a job.
 * SPDX-License-Identifier: MIT */
#include "lead.h"

#include "base/clock.h"
#include "base/version.h"

#include <stdio.h>

static bool report_files(struct lead *l, struct run_report *r, struct err *e)
{
    const struct scene_info *in = scene_info(l->sources.list[0].scene);

    return run_report_text(r, "tilery", "version", TILERY_VERSION, e) &&
           run_report_text(r, "tilery", "pipeline", l->ends.sink.provenance, e) &&
           run_report_text(r, "scene", "path", in->path, e) &&
           run_report_text(r, "scene", "type", pixel_name(in->type), e) &&
           run_report_text(r, "scene", "compression", in->compression, e) &&
           run_report_number(r, "scene", "width", (double)in->width, e) &&
           run_report_number(r, "scene", "height", (double)in->height, e) &&
           run_report_number(r, "scene", "bands", in->bands, e) &&
           run_report_text(r, "scene", "way", l->sources.list[0].blobs ? "blobs" : "gdal", e) &&
           run_report_text(r, "scene", "why", l->sources.list[0].why, e) &&
           (!l->ends.sink.path || run_report_text(r, "output", "path", l->ends.sink.path, e)) &&
           run_report_text(r, "output", "type", pixel_name(l->overviews.level[0].type), e) &&
           run_report_number(r, "output", "tile_width", l->overviews.level[0].tile_width, e) &&
           run_report_number(r, "output", "tile_height", l->overviews.level[0].tile_height, e);
}

static bool report_plan(struct lead *l, struct run_report *r, struct err *e)
{
    const struct sizing *s = &l->sizing;

    return run_report_text(r, "plan", "io", job_io_names[l->shares ? JOB_IO_SHARED : JOB_IO_ROOT],
                           e) &&
           run_report_text(r, "plan", "division", division_names[s->division.kind], e) &&
           run_report_number(r, "plan", "chunk_width", (double)s->division.chunk_width, e) &&
           run_report_number(r, "plan", "chunk_height", (double)s->division.chunk_height, e) &&
           run_report_number(r, "plan", "chunks", (double)division_chunks(&s->division), e) &&
           run_report_number(r, "plan", "credits", s->credits, e) &&
           run_report_number(r, "plan", "window", (double)s->window, e) &&
           run_report_number(r, "plan", "tile_cache_bytes", (double)s->cache_bytes, e) &&
           run_report_number(r, "plan", "memory_bytes", (double)l->memory_bytes, e) &&
           run_report_number(r, "plan", "expected_bytes_workers", (double)s->worker_bytes, e) &&
           run_report_number(r, "plan", "expected_bytes_rank_0", (double)s->lead_bytes, e);
}

static bool report_totals(struct lead *l, struct run_report *r, struct err *e)
{
    const double held = l->collect ? (double)collect_times(l->collect)->held_bytes_most : 0;
    double wall = clock_s() - l->start_s;
    const double pixels =
        (double)l->overviews.level[0].width * (double)l->overviews.level[0].height;

    for (int i = 0; i < l->options->n_passes; i++)
        wall += l->options->passes[i].seconds;
    return run_report_number(r, "totals", "wall_seconds", wall, e) &&
           run_report_number(r, "totals", "megapixels_per_second", pixels / wall / 1e6, e) &&
           run_report_number(r, "totals", "ranks", l->ranks.n, e) &&
           run_report_number(r, "totals", "held_bytes_most", held, e) &&
           run_report_number(r, "totals", "finishing_seconds", l->finish_s, e) &&
           retries_report(l->retries, r, e);
}

bool lead_report(struct lead *l, const struct buffer *ranks, int n, struct err *e)
{
    struct run_report *r = NULL;
    const struct lost_rank *lost = l->ranks.lost;

    bool ok = run_report_new(&r, e) && report_files(l, r, e) && report_plan(l, r, e) &&
              report_totals(l, r, e);
    for (int i = 0; ok && i < l->options->n_passes; i++) {
        const struct job_pass *p = &l->options->passes[i];
        ok = run_report_pass(r, p->op, p->gathered, p->seconds, p->keeps, e);
    }
    for (int i = 0; ok && i < n; i++)
        ok = run_report_rank(r, l->ranks.first[i], &ranks[i], e);
    for (int i = 0; ok && i < l->ranks.n_lost; i++)
        ok = run_report_lost(r, lost[i].rank, lost[i].host, e);
    ok = ok && run_report_write(r, l->options->report, e);
    run_report_free(r);
    return ok;
}

bool lead_trace(struct lead *l, const struct buffer *ranks, int n, struct err *e)
{
    return trace_write(l->options->trace, ranks, n, e);
}
