/* segments.c - a pipeline in two parts: the first makes a temporary scene, the rest reads that.
 * SPDX-License-Identifier: MIT */
#include "segments.h"

#include "endpoints.h"
#include "lead.h"
#include "resume.h"

#include "base/clock.h"
#include "base/pack.h"
#include "base/text.h"
#include "raster/output.h"
#include "report/run_report.h"
#include "report/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What both parts are made of. */
struct parts {
    const struct job_options *options;
    struct segments how;
    char *output;  /* what the sink names, or a name of this run: without one on all ranks */
    char *path;    /* of the temporary scene */
    bool has_path; /* the sink names something: another run would find what this one has left */
    struct segment first, rest;
};

/* PATH.part.segment-N, to be freed. */
static char *name_of(const char *output, int number, struct err *e)
{
    char ending[sizeof ".part.segment--2147483648"];

    snprintf(ending, sizeof ending, ".part.segment-%d", number);
    return text_join(output, ending, e);
}

/* All ranks have the same words; but not the same number of a process. */
static bool name(struct cluster *c, struct parts *p, struct err *e)
{
    const struct pipeline *all = p->options->pipeline;
    const struct step *sink = &all->steps[all->n_steps - 1];
    const int word = job_path_of(sink);
    const char *path = word < 0 ? NULL : sink->args[word];
    char own[300];
    struct buffer shared = {0};

    snprintf(own, sizeof own, "tilery-%.200s-%d", cluster_host(c), (int)getpid());
    p->has_path = path != NULL;
    if (!path)
        path = own;
    bool ok = cluster_agree(c, buffer_append(&shared, path, strlen(path) + 1, e), e) &&
              cluster_share(c, &shared, e);
    if (ok) {
        p->output = strdup((const char *)shared.data);
        p->path = name_of((const char *)shared.data, p->first.number, e);
        ok = cluster_agree(c, p->path && (p->output || err_set(e, "out of memory for a name")), e);
    }
    buffer_free(&shared);
    return ok;
}

static bool has_journal(const char *path)
{
    struct err ignored;
    bool exists = false;

    return path && resume_exists(path, &exists, &ignored) && exists;
}

/* What would only be found after the first part, and can be told before it. */
static bool check_ends(const struct job_options *options, struct err *e)
{
    struct endpoints ends = {0};
    const char *path;
    bool ok = endpoints_read_sink(&ends, options->pipeline, e) &&
              (!options->report || run_report_check(options->report, e)) &&
              (!options->trace || trace_check(options->trace, e));

    path = ends.sink.path;
    if (ok && path && !ends.sink.overwrite) {
        if (!has_journal(path) && access(path, F_OK) == 0)
            ok = err_set(e, "%s: exists already; --overwrite replaces it", path);
        else if (!options->resume && has_journal(path))
            ok = err_usage(e,
                           "%s.part: is what a run that was stopped has left, or is being "
                           "written; go on with it (run --resume) or begin anew (write "
                           "--overwrite)",
                           path);
    }
    endpoints_free(&ends);
    return ok;
}

static bool run_first(struct cluster *c, struct parts *p, struct job_end *end, struct err *e)
{
    const struct pipeline *all = p->options->pipeline;
    const char *const write_args[] = {p->path, "--of=GTiff", "--co", "BIGTIFF=IF_SAFER",
                                      "--overwrite"};
    struct job_options now = *p->options;
    struct step *steps = memory_new((size_t)p->how.n_first + 1, sizeof *steps, e);

    if (!cluster_agree(c, steps != NULL, e) || !steps) {
        free(steps);
        return false;
    }
    memcpy(steps, all->steps, (size_t)p->how.n_first * sizeof *steps);
    steps[p->how.n_first] =
        (struct step){"write", (int)(sizeof write_args / sizeof *write_args), write_args};
    const struct pipeline first = {
        .steps = steps, .n_steps = p->how.n_first + 1, .whole = all->whole ? all->whole : all};
    now.pipeline = &first;
    now.segment = &p->first;
    now.report = now.trace = NULL; /* are told of the last part */
    bool ok = p->how.first(c, &now, end, e);
    free(end->journal); /* it stays as long as the temporary scene does */
    end->journal = NULL;
    /* A run before this one has done it. */
    const bool done = !ok && (e->status == EXIT_DONE || e->status == EXIT_PARTLY);
    if (done && e->status == EXIT_PARTLY)
        end->given_up = 1;
    free(steps);
    return ok || done;
}

/* The passes before the rest: those before both parts, and the first part, which took so long. To be
 * freed. */
static struct job_pass *passes_before(const struct parts *p, double seconds, struct err *e)
{
    const struct job_options *o = p->options;
    struct job_pass *list = memory_new((size_t)o->n_passes + 1, sizeof *list, e);

    if (!list)
        return NULL;
    for (int i = 0; i < o->n_passes; i++)
        list[i] = o->passes[i];
    struct job_pass *last = &list[o->n_passes];
    *last = (struct job_pass){.gathered = "pixels", .seconds = seconds};
    snprintf(last->op, sizeof last->op, "%s", o->pipeline->steps[p->how.n_first - 1].name);
    return list;
}

/* seconds: what the first part took. */
static bool run_rest(struct cluster *c, struct parts *p, double seconds, struct job_end *end,
                     struct err *e)
{
    const struct pipeline *all = p->options->pipeline;
    const char *const read_args[] = {p->path};
    const int n = all->n_steps - p->how.n_first + 1;
    struct job_options now = *p->options;
    struct step *steps = memory_new((size_t)n, sizeof *steps, e);
    struct job_pass *passes = steps ? passes_before(p, seconds, e) : NULL;

    if (!cluster_agree(c, passes != NULL, e) || !passes) {
        free(passes);
        free(steps);
        return false;
    }
    now.passes = passes;
    now.n_passes++;
    steps[0] = (struct step){"read", 1, read_args};
    memcpy(steps + 1, all->steps + p->how.n_first, (size_t)(n - 1) * sizeof *steps);
    const struct pipeline rest = {
        .steps = steps, .n_steps = n, .whole = all->whole ? all->whole : all};
    now.pipeline = &rest;
    now.segment = &p->rest;
    if (p->how.skips_scenes && now.on_error == ON_ERROR_SKIP)
        now.on_error = ON_ERROR_FAIL;
    const bool ok = job_run(c, &now, end, e);
    free(passes);
    free(steps);
    return ok;
}

/* Whether there is something to go on with: of the part that was not done, which may have been cut
 * itself. (A temporary scene that is whole has a journal, too.) */
static bool is_kept(const struct parts *p, bool first_done)
{
    struct err ignored;

    if (!p->has_path)
        return false;
    char *next = name_of(p->output, p->first.number + 1, &ignored);
    const bool kept =
        first_done ? has_journal(p->output) || has_journal(next) : has_journal(p->path);

    free(next);
    return kept;
}

static void sweep(struct parts *p)
{
    struct err ignored;
    char *journal = saved_path(p->path, &ignored), *part = text_join(p->path, ".part", &ignored);

    unlink(p->path);
    if (part)
        unlink(part);
    free(part);
    if (journal)
        unlink(journal);
    free(journal);
}

bool segments_run(struct cluster *c, const struct job_options *options, struct segments how,
                  struct job_end *end, struct err *e)
{
    const struct segment *outer = options->segment;
    struct parts p = {.options = options, .how = how};
    struct job_end of_first = {0};

    if (outer)
        p.first = *outer;
    p.first.number++;
    p.first.is_temporary = true;
    p.first.all = options->pipeline;
    p.first.n_first = how.n_first;
    if (!cluster_agree(c, cluster_rank(c) != 0 || check_ends(options, e), e))
        return false;
    bool ok = name(c, &p, e);
    if (ok) {
        if (cluster_rank(c) == 0 && options->verbose)
            fprintf(stderr, "tilery: what %s makes goes to %s, for the ops behind it\n",
                    options->pipeline->steps[how.n_first - 1].name, p.path);
        const double start = clock_s();
        const bool done = run_first(c, &p, &of_first, e);
        const double seconds = clock_s() - start;
        p.rest = p.first; /* with the nodata value */
        p.rest.continues = true;
        p.rest.is_temporary = outer && outer->is_temporary;
        p.rest.all = outer ? outer->all : NULL;
        p.rest.n_first = outer ? outer->n_first : 0;
        ok = done && run_rest(c, &p, seconds, end, e);
        end->given_up += of_first.given_up;
        if (cluster_rank(c) == 0 && (ok || !is_kept(&p, done)))
            sweep(&p);
    }
    free(p.output);
    free(p.path);
    return ok;
}
