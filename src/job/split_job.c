/* split_job.c - one scene through one pipeline into parts that are files of their own.
 *
 * Each part is a job by itself: the pipeline, then `crop`, then `write`. So its pixels are those of
 * the whole, also where a filter looks over its edges. What deals the jobs of many scenes to ranks
 * (each_job.h) deals these.
 * SPDX-License-Identifier: MIT */
#include "split_job.h"

#include "each_job.h"
#include "each_report.h"
#include "lead_parts.h"
#include "parts.h"
#include "placeholders.h"
#include "rank.h"
#include "signature.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct split {
    const struct job_options *options;
    const struct step *source;
    struct split_step step;
    const char *path; /* of the scene */
    struct parts parts;
    struct many *many;
};

/* --- names --- */

/* The pattern filled in for a part, to be freed; row -1: of the scene alone. */
static char *fill_name(const struct split *s, const char *pattern, int row, int column,
                       struct err *e)
{
    const char *name, *ending;
    char numbers[3][24];

    many_name_parts(s->path, &name, &ending);
    char *stem = strndup(name, (size_t)(ending - name) - (*ending != '\0'));
    if (!stem) {
        err_set(e, "out of memory: a copy of '%s' was wanted", name);
        return NULL;
    }
    snprintf(numbers[0], sizeof numbers[0], "%d", row);
    snprintf(numbers[1], sizeof numbers[1], "%d", column);
    snprintf(numbers[2], sizeof numbers[2], "%" PRId64, (int64_t)row * s->parts.columns + column);
    const struct placeholder list[] = {
        {"stem", stem},         {"ext", ending},       {row < 0 ? NULL : "row", numbers[0]},
        {"column", numbers[1]}, {"index", numbers[2]}, {NULL, NULL}};
    char *filled = placeholders_fill(pattern, list, e);
    free(stem);
    return filled;
}

static bool check_pattern(const struct split *s, struct err *e)
{
    const char *pattern = s->step.pattern;
    const bool index = placeholders_has(pattern, "index");

    if ((s->parts.rows > 1 && !index && !placeholders_has(pattern, "row")) ||
        (s->parts.columns > 1 && !index && !placeholders_has(pattern, "column")))
        return err_usage(e,
                         "split: %s does not tell %d rows and %d columns of parts apart; put "
                         "{row} and {column}, or {index}, into it",
                         pattern, s->parts.rows, s->parts.columns);
    return true;
}

struct named {
    const char *path;
    int i;
};

static int by_path(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    const int order = strcmp(x->path, y->path);

    return order ? order : x->i - y->i;
}

/* `{row}{column}` gives 1 and 11 the name of 11 and 1. */
static bool check_names(const struct split *s, struct err *e)
{
    const struct many *m = s->many;
    struct named *list = memory_new((size_t)m->n, sizeof *list, e);
    bool ok = list != NULL;

    for (int i = 0; ok && i < m->n; i++)
        list[i] = (struct named){many_name(m, i), i};
    if (ok)
        qsort(list, (size_t)m->n, sizeof *list, by_path);
    for (int i = 1; ok && i < m->n; i++)
        if (strcmp(list[i - 1].path, list[i].path) == 0)
            ok =
                err_usage(e,
                          "split: row %d column %d and row %d column %d would both be written to "
                          "%s; put something between the numbers, or zeros before them: {row:03}",
                          list[i - 1].i / s->parts.columns, list[i - 1].i % s->parts.columns,
                          list[i].i / s->parts.columns, list[i].i % s->parts.columns, list[i].path);
    free(list);
    return ok;
}

/* --- files that are there --- */

/* A part whose name is that of a file that is there. */
struct existing {
    dev_t device;
    ino_t inode;
    const char *path;
};

/* Whether the folder of a path is there; of many paths in one, it is looked for once. */
static bool check_folder(const char *path, const char **last, struct err *e)
{
    const char *slash = strrchr(path, '/');
    const size_t n = slash ? (size_t)(slash + 1 - path) : 0;

    if (n == 0 || (*last && strncmp(path, *last, n) == 0 && !strchr(*last + n, '/')))
        return true;
    char *folder = strndup(path, n);
    struct stat st;
    const bool ok = folder && stat(folder, &st) == 0 && S_ISDIR(st.st_mode);
    if (!ok)
        err_usage(e, "%.*s: is no folder; make it first, %s is to lie there", (int)n, path, path);
    free(folder);
    *last = path;
    return ok;
}

static bool find_existing(const struct split *s, struct buffer *list, struct err *e)
{
    const struct job_options *o = s->options;
    const char *last = NULL;
    struct stat st;

    for (int i = 0; i < s->many->n; i++) {
        const char *path = many_name(s->many, i);
        if (!check_folder(path, &last, e))
            return false;
        if ((o->report && strcmp(path, o->report) == 0) ||
            (o->trace && strcmp(path, o->trace) == 0))
            return err_usage(e, "%s: is a part, and the file of --report or --trace", path);
        if (stat(path, &st) != 0)
            continue;
        if (!s->step.overwrite && !o->resume)
            return err_usage(
                e,
                "%s: exists already; say split --overwrite to replace it, or run --resume to go "
                "on with what a run of this job has left",
                path);
        if (!buffer_append(list, &(struct existing){st.st_dev, st.st_ino, path},
                           sizeof(struct existing), e))
            return false;
    }
    return true;
}

/* No part may take the place of what others are made from. */
static bool check_source(void *ctx, const char *path, struct err *e)
{
    const struct buffer *list = ctx;
    const struct existing *x = (const struct existing *)(const void *)list->data;
    struct stat st;

    if (stat(path, &st) != 0)
        return true;
    for (size_t i = 0; i < list->size / sizeof *x; i++)
        if (x[i].device == st.st_dev && x[i].inode == st.st_ino)
            return err_usage(e, "%s: is a part, and a file that the parts are made from",
                             x[i].path);
    return true;
}

static bool check_files(const struct split *s, const struct sources *sources, struct err *e)
{
    struct buffer list = {0};
    bool ok = find_existing(s, &list, e);

    for (int i = 0; ok && list.size > 0 && i < sources->n; i++)
        ok = scene_files(sources->list[i].scene, check_source, &list, e) ||
             e->status != EXIT_USAGE; /* one that has no files, as GDAL says */
    buffer_free(&list);
    return ok;
}

/* The first file of the scene. */
static bool take_witness(void *ctx, const char *path, struct err *e)
{
    char **witness = ctx;

    if (!*witness)
        *witness = strdup(path);
    return *witness || err_set(e, "out of memory: a copy of '%s' was wanted", path);
}

/* --- the list of parts, on rank 0 --- */

static bool add_part(struct split *s, const char *name, int row, int column, struct err *e)
{
    struct many *m = s->many;
    const struct region r = parts_region(&s->parts, row, column);
    struct one_scene *one = &m->scene[m->n++];
    char window[120], place[PART_PLACE_TEXT];

    snprintf(window, sizeof window, "--window=%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64, r.x,
             r.y, r.width, r.height);
    part_place_write(place, &s->parts, row, column, name);
    *one = (struct one_scene){
        .path = strdup(s->path),
        .sink_args = memory_new((size_t)m->n_sink_args + 1, sizeof *one->sink_args, e),
        .window = strdup(window),
        .place = strdup(place),
        .pixels = r.width * r.height,
        .width = r.width,
        .height = r.height,
        .rank = -1,
    };
    bool ok = one->path && one->sink_args && one->window && one->place;
    if (ok)
        ok = (one->sink_args[0] = fill_name(s, s->step.pattern, row, column, e)) != NULL;
    for (int k = 0; ok && k < s->step.n_args; k++)
        ok = (one->sink_args[1 + k] = strdup(s->step.args[k])) != NULL;
    return ok || err_set(e, "out of memory: a list of %d parts was wanted", m->n);
}

static bool list_parts(struct split *s, struct format format, struct err *e)
{
    const char *slash = strrchr(s->step.pattern, '/');
    char *name = fill_name(s, slash ? slash + 1 : s->step.pattern, -1, -1, e);
    const size_t n = (size_t)s->parts.rows * (size_t)s->parts.columns;

    s->many->scene = memory_new(n, sizeof *s->many->scene, e);
    bool ok = name && s->many->scene;
    for (int row = 0; ok && row < s->parts.rows; row++)
        for (int column = 0; ok && column < s->parts.columns; column++)
            ok = add_part(s, name, row, column, e);
    for (int i = 0; ok && i < s->many->n; i++) {
        s->many->scene[i].bands = format.bands;
        s->many->scene[i].type = format.type;
    }
    free(name);
    return ok;
}

/* Plans the pipeline as it would be without the division, and divides its output. */
static bool find_parts(struct split *s, struct lead *l, struct err *e)
{
    const struct step *step = &s->options->pipeline->steps[s->options->pipeline->n_steps - 1];

    if (!lead_open_sources(l, l->ends.sink_type, e) || !lead_make_plans(l, e))
        return false;
    const struct format f = plan_output(l->plan);
    s->parts = (struct parts){f.width,         f.height,           s->step.rows,
                              s->step.columns, s->step.tile.width, s->step.tile.height};
    const struct signature_of of = {s->options, &l->ends, &l->steps, &l->sources};
    if (!scene_files(l->sources.list[0].scene, take_witness, &s->many->witness, e))
        s->many->witness = NULL; /* it is known by its name alone */
    if (!parts_divide(&s->parts, e) || !check_pattern(s, e) || !list_parts(s, f, e) ||
        !check_names(s, e) || !check_files(s, &l->sources, e) ||
        !signature_make(&s->many->signature, &of, e))
        return false;
    if (s->options->verbose)
        fprintf(stderr, "tilery: %s: %dx%d parts of about %" PRId64 "x%" PRId64 " pixels\n",
                step->name, s->parts.rows, s->parts.columns, s->many->scene[0].width,
                s->many->scene[0].height);
    return true;
}

/* The pipeline to one part's file, but for its window. */
static bool look_at(struct split *s, size_t memory_bytes, int n_ranks, struct err *e)
{
    const struct pipeline *p = s->options->pipeline;
    struct job_options now = *s->options;
    struct lead l = {0};
    struct step *steps = memory_new((size_t)p->n_steps, sizeof *steps, e);
    const char **words = memory_new((size_t)s->step.n_args + 1, sizeof *words, e);
    char *first = fill_name(s, s->step.pattern, 0, 0, e);
    bool ok = steps && words && first;

    if (ok) {
        words[0] = first;
        for (int k = 0; k < s->step.n_args; k++)
            words[1 + k] = s->step.args[k];
        memcpy(steps, p->steps, (size_t)p->n_steps * sizeof *steps);
        steps[p->n_steps - 1] = (struct step){"write", s->step.n_args + 1, words};
        const struct pipeline to_first = {steps, p->n_steps, p->whole};
        now.pipeline = &to_first;
        ok = lead_check(&l, &now, e);
        l.memory_bytes = memory_bytes;
        ok = ok && find_parts(s, &l, e);
        lead_end(&l);
        many_choose_alone(s->many, n_ranks);
    }
    free(first);
    free(words);
    free(steps);
    return ok;
}

bool split_check(const struct step *step, struct err *e)
{
    struct split_step s;
    const bool ok = endpoints_read_split(&s, step, e);

    endpoints_free_split(&s);
    return ok;
}

bool split_run(struct cluster *c, const struct job_options *options, struct job_end *end,
               struct err *e)
{
    const struct pipeline *p = options->pipeline;
    const size_t memory = rank_means(c, options).memory_bytes;
    struct positionals paths = {0};
    struct endpoints ends = {0};
    struct many m = {.pipeline = p, .sink = "write"};
    struct split s = {.options = options, .many = &m};

    *end = (struct job_end){0};
    bool ok = each_check(options, e) &&
              endpoints_read_split(&s.step, &p->steps[p->n_steps - 1], e) &&
              endpoints_read_source(&ends, &p->steps[0], &paths, e) &&
              (paths.n == 1 || err_usage(e, "read: takes one scene, not %d", paths.n)) &&
              many_read_args(&m, &p->steps[0], &paths, e);
    if (ok) {
        s.path = paths.item[0];
        m.n_sink_args = 1 + s.step.n_args;
        ok = cluster_rank(c) != 0 || look_at(&s, memory, cluster_size(c), e);
    }
    ok = cluster_agree(c, ok, e) && many_share(&m, c, e) && each_run_list(c, options, &m, end, e);
    params_free(NULL, NULL, &paths);
    endpoints_free(&ends);
    endpoints_free_split(&s.step);
    many_free(&m);
    return ok;
}
