/* stats_many.c - what is told of the statistics of many scenes, when all are done.
 * SPDX-License-Identifier: MIT */
#include "stats_many.h"

#include "stats_job.h"

#include "base/same_file.h"
#include "base/scene_kinds.h"
#include "report/stats_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct step *sink_of(const struct many *m)
{
    return &m->pipeline->steps[m->pipeline->n_steps - 1];
}

static bool is_stats(const struct many *m)
{
    return strcmp(sink_of(m)->name, "stats") == 0;
}

/* The file of scene i; NULL: none is wanted. */
static bool path_of(const struct many *m, int i, const char **path, struct err *e)
{
    const char *const *args = (const char *const *)m->scene[i].sink_args;
    const struct step sink = {sink_of(m)->name, m->n_sink_args, args};

    return stats_json_path(&sink, path, e);
}

/* Whether all have that file. */
static bool share(const struct many *m, bool *shared, struct err *e)
{
    const char *as_written, *first;

    if (!stats_json_path(sink_of(m), &as_written, e) || !path_of(m, 0, &first, e))
        return false;
    *shared = as_written && strcmp(as_written, first) == 0;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool check_paths(const struct many *m, bool shared, const char **paths, struct err *e)
{
    bool ok = true;

    for (int i = 0; ok && i < m->n; i++) {
        ok = path_of(m, i, &paths[i], e);
        if (ok && same_file(paths[i], m->scene[i].path))
            ok = err_usage(e, "--json=%s is the scene's own file", paths[i]);
        if (ok && (i == 0 || !shared))
            ok = stats_json_check(paths[i], e);
    }
    if (ok && !shared)
        qsort(paths, (size_t)m->n, sizeof *paths, by_text);
    for (int i = 1; ok && !shared && i < m->n; i++)
        if (strcmp(paths[i - 1], paths[i]) == 0)
            ok = err_usage(e,
                           "--json=%s would be written for several scenes; {stem}, {ext} and "
                           "{index} in its name tell them apart",
                           paths[i]);
    return ok;
}

bool stats_many_check(const struct many *m, struct err *e)
{
    const char *any;
    bool shared;

    if (!is_stats(m) || m->n == 0)
        return true;
    if (!path_of(m, 0, &any, e) || !share(m, &shared, e))
        return false;
    const char **paths = any ? memory_new((size_t)m->n, sizeof *paths, e) : NULL;
    const bool ok = !any || (paths && check_paths(m, shared, paths, e));
    free(paths);
    return ok;
}

/* --- the end ---------------------------------------------------------------------------------- */

/* Those that could be opened. */
static bool find_kinds(const struct many *m, struct scene_kind **kinds, int *n, struct err *e)
{
    *n = 0;
    *kinds = memory_new((size_t)m->n, sizeof **kinds, e);
    if (!*kinds)
        return false;
    for (int i = 0; i < m->n; i++) {
        const struct one_scene *s = &m->scene[i];
        if (s->pixels > 0)
            (*kinds)[(*n)++] =
                (struct scene_kind){s->width, s->height, s->bands, s->type, s->path, 1};
    }
    return scene_kinds_join(*kinds, n, e);
}

static bool print_kinds(const struct scene_kind *kinds, int n, struct err *e)
{
    struct buffer text = {0};
    const bool ok =
        scene_kinds_print(kinds, n, &text, e) &&
        ((fwrite(text.data, 1, text.size, stdout) == text.size && fflush(stdout) == 0) ||
         err_errno(e, "standard output"));

    buffer_free(&text);
    return ok;
}

static bool write_one(const struct many *m, const struct scene_kind *kinds, int n, struct err *e)
{
    struct buffer all = {0};
    const char *path, **jsons = memory_new((size_t)m->n, sizeof *jsons, e);

    for (int i = 0; jsons && i < m->n; i++)
        jsons[i] = m->scene[i].json && *m->scene[i].json ? m->scene[i].json : NULL;
    const bool ok = jsons && path_of(m, 0, &path, e) &&
                    stats_json_many(&all, jsons, m->n, kinds, n, e) &&
                    stats_json_write(path, &all, e);
    buffer_free(&all);
    free(jsons);
    return ok;
}

static bool write_each(const struct many *m, struct err *e)
{
    const char *path;

    for (int i = 0; i < m->n; i++) {
        char *json = m->scene[i].json;
        if (!json || !*json)
            continue;
        const struct buffer bytes = {.data = (unsigned char *)json, .size = strlen(json)};
        if (!path_of(m, i, &path, e) || !stats_json_write(path, &bytes, e))
            return false;
    }
    return true;
}

bool stats_many_tell(const struct many *m, struct err *e)
{
    struct scene_kind *kinds = NULL;
    const char *any;
    bool shared;
    int n;

    if (!is_stats(m) || m->n == 0)
        return true;
    const bool ok = find_kinds(m, &kinds, &n, e) && print_kinds(kinds, n, e) &&
                    path_of(m, 0, &any, e) && share(m, &shared, e) &&
                    (!any || (shared ? write_one(m, kinds, n, e) : write_each(m, e)));
    free(kinds);
    return ok;
}
