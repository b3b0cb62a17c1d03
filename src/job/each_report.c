/* each_report.c - what is told of a job of many scenes.
 * SPDX-License-Identifier: MIT */
#include "each_report.h"

#include "stats_many.h"

#include "base/version.h"
#include "report/run_report.h"
#include "report/trace.h"

#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {"not done", "done", "partly", "skipped"};

bool each_check(const struct job_options *options, struct err *e)
{
    return (!options->trace || trace_check(options->trace, e)) &&
           (!options->report || run_report_check(options->report, e));
}

static bool report_scene(struct run_report *r, const struct many *m, int i,
                         const struct cluster_ranks *ranks, struct err *e)
{
    const struct one_scene *s = &m->scene[i];
    const struct scene_row row = {
        .path = s->path,
        .output = m->output_arg < 0 ? "" : s->sink_args[m->output_arg],
        .state = state_names[s->state],
        .why = s->why ? s->why : "",
        .type = pixel_name(s->type),
        .width = s->width,
        .height = s->height,
        .bands = s->bands,
        .rank = s->rank,
        .host = s->rank < 0 ? "" : cluster_host_of(ranks, s->rank),
        .seconds = s->seconds,
    };

    return run_report_scene(r, &row, e);
}

static bool report(const struct many *m, const struct job_options *options,
                   const struct cluster_ranks *ranks, double seconds, struct err *e)
{
    struct run_report *r = NULL;
    double pixels = 0;
    const char *s = strcmp(many_what(m), "part") == 0 ? "parts" : "scenes";
    bool ok = run_report_new(&r, e) && run_report_text(r, "tilery", "version", TILERY_VERSION, e);

    for (int i = 0; ok && i < m->n; i++) {
        pixels += m->scene[i].state == SCENE_SKIPPED ? 0 : (double)m->scene[i].pixels;
        ok = report_scene(r, m, i, ranks, e);
    }
    ok = ok && run_report_number(r, "totals", s, m->n, e) &&
         run_report_number(r, "totals", "ranks", ranks->n, e) &&
         run_report_number(r, "totals", "wall_seconds", seconds, e) &&
         run_report_number(r, "totals", "megapixels_per_second", pixels / seconds / 1e6, e) &&
         run_report_write(r, options->report, e);
    run_report_free(r);
    return ok;
}

static bool print_texts(const struct many *m, struct err *e)
{
    for (int i = 0; i < m->n; i++)
        if (m->scene[i].text && *m->scene[i].text)
            fputs(m->scene[i].text, stdout);
    return (fflush(stdout) == 0 && !ferror(stdout)) || err_errno(e, "standard output");
}

bool each_tell(const struct many *m, const struct job_options *options,
               const struct cluster_ranks *ranks, double seconds, struct job_end *end,
               struct err *e)
{
    int n_skipped = 0, n_partly = 0;

    for (int i = 0; i < m->n; i++) {
        n_skipped += m->scene[i].state == SCENE_SKIPPED;
        n_partly += m->scene[i].state == SCENE_PARTLY;
    }
    end->given_up = n_skipped + n_partly;
    if (end->given_up > 0)
        fprintf(stderr,
                "tilery: of %d %ss %d are skipped and %d have chunks that are not what "
                "was asked for; each is named above\n",
                m->n, many_what(m), n_skipped, n_partly);
    if (options->verbose)
        fprintf(stderr, "tilery: %d %ss in %.1f s\n", m->n, many_what(m), seconds);
    return print_texts(m, e) && stats_many_tell(m, e) &&
           (!options->report || report(m, options, ranks, seconds, e) ||
            err_context(e, "the outputs are finished, but"));
}
