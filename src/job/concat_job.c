/* concat_job.c - parts of a scene, side by side again, as one scene: rank 0 looks at them all, and
 * makes of them a scene in memory, which every rank can open. Then the job is one of `read`.
 * SPDX-License-Identifier: MIT */
#include "concat_job.h"

#include "arrange.h"
#include "endpoints.h"
#include "spare.h"
#include "parts.h"
#include "placeholders.h"
#include "rank.h"

#include "base/pack.h"
#include "base/path_list.h"
#include "base/text.h"
#include "raster/mosaic.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct concat_args {
    const char *layout;
};

const struct param concat_params[] = {
    {"layout",
     "ROWSxCOLUMNS of the parts, named row by row (may be left out for parts that `split` "
     "has written, or that lie on a map)",
     P_TEXT, offsetof(struct concat_args, layout), NULL, NULL, 0, 0},
    {0},
};

struct concat_step {
    int rows, columns; /* 0: not given */
    struct positionals words;
};

static bool read_step(struct concat_step *out, const struct step *step, struct err *e)
{
    struct concat_args args = {0};
    int64_t v[2];

    *out = (struct concat_step){0};
    if (!params_read("concat", concat_params, step->n_args, step->args, &args, &out->words, e))
        return false;
    if (out->words.n == 0)
        return err_usage(e, "concat: no parts are named");
    if (!args.layout)
        return true;
    if (!text_to_i64s(args.layout, 'x', 2, v) || v[0] < 1 || v[1] < 1 || v[0] > INT32_MAX ||
        v[1] > INT32_MAX)
        return err_usage(e, "concat: --layout='%s' is not of the form ROWSxCOLUMNS", args.layout);
    out->rows = (int)v[0];
    out->columns = (int)v[1];
    return true;
}

bool concat_check(const struct step *step, struct err *e)
{
    struct concat_step s;
    const bool ok = read_step(&s, step, e);

    params_free(NULL, NULL, &s.words);
    return ok;
}

/* --- which files --- */

static bool is_pattern(const char *word)
{
    return (placeholders_has(word, "row") || placeholders_has(word, "column") ||
            placeholders_has(word, "index")) &&
           access(word, F_OK) != 0;
}

static char *fill(const char *pattern, const char *row, const char *column, const char *index,
                  struct err *e)
{
    const struct placeholder list[] = {
        {"row", row}, {"column", column}, {"index", index}, {NULL, NULL}};

    return placeholders_fill(pattern, list, e);
}

/* A pattern of split's, without --layout: one of its files says how many there are. */
static bool find_layout(struct concat_step *s, struct err *e)
{
    const char *pattern = s->words.item[0];
    struct path_list found = {0};
    struct mosaic_part part = {0};
    struct part_place place;
    char *any = fill(pattern, "*", "*", "*", e);
    bool ok = any && path_list_read(&found, "concat", 1, (const char *const *)&any, e);

    if (ok) {
        part.path = found.item[0];
        ok = mosaic_look(&part, NULL, e);
    }
    if (ok && !(part.place && part_place_read(&place, part.place)))
        ok = err_usage(e,
                       "concat: %s does not say of how many parts it is; say "
                       "--layout=ROWSxCOLUMNS",
                       part.path);
    if (ok) {
        s->rows = place.of.rows;
        s->columns = place.of.columns;
    }
    mosaic_forget(&part);
    path_list_free(&found);
    free(any);
    return ok;
}

static bool fill_pattern(struct concat_step *s, struct path_list *out, struct err *e)
{
    const char *pattern = s->words.item[0];

    if (s->rows == 0 && !find_layout(s, e))
        return false;
    const int64_t n = (int64_t)s->rows * s->columns;
    if (n > PARTS_MOST)
        return err_usage(e, "concat: --layout=%dx%d is of more than %d parts", s->rows, s->columns,
                         PARTS_MOST);
    out->item = memory_new((size_t)n, sizeof *out->item, e);
    if (!out->item)
        return false;
    for (int row = 0; row < s->rows; row++)
        for (int column = 0; column < s->columns; column++) {
            char numbers[3][24];
            snprintf(numbers[0], sizeof numbers[0], "%d", row);
            snprintf(numbers[1], sizeof numbers[1], "%d", column);
            snprintf(numbers[2], sizeof numbers[2], "%d", row * s->columns + column);
            out->item[out->n] = fill(pattern, numbers[0], numbers[1], numbers[2], e);
            if (!out->item[out->n++])
                return false;
        }
    return true;
}

/* All that are missing are named together, as far as there is room. */
static bool check_there(const struct path_list *paths, struct err *e)
{
    char names[600] = "";
    int missing = 0;

    for (int i = 0; i < paths->n; i++) {
        const char *path = paths->item[i];
        const size_t used = strlen(names);
        if (strchr(path, ':') || strncmp(path, "/vsi", 4) == 0 || access(path, F_OK) == 0)
            continue;
        missing++;
        if (used < sizeof names / 2)
            snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", path);
        else if (used < sizeof names - 8 && names[used - 1] != '.')
            snprintf(names + used, sizeof names - used, " ...");
    }
    return missing == 0 ||
           err_set(e, "concat: %d of the %d parts are missing: %s", missing, paths->n, names);
}

static bool find_paths(struct concat_step *s, struct path_list *out, struct err *e)
{
    *out = (struct path_list){0};
    return (s->words.n == 1 && is_pattern(s->words.item[0])
                ? fill_pattern(s, out, e)
                : path_list_read(out, "concat", s->words.n, s->words.item, e)) &&
           check_there(out, e);
}

/* --- what they are --- */

static bool look_at(struct arrangement *a, const struct path_list *paths, struct err *e)
{
    const struct scene_options options = {.path = paths->item[0]};
    struct scene *first = NULL;
    bool ok = scene_open(&first, &options, e);

    for (; ok && a->n < paths->n; a->n++) {
        a->parts[a->n].path = paths->item[a->n];
        ok = mosaic_look(&a->parts[a->n], first, e);
    }
    scene_close(first);
    return ok;
}

static bool write_text(const struct arrangement *a, struct buffer *out, struct err *e)
{
    const struct scene_options options = {.path = a->parts[0].path};
    struct scene *first = NULL;
    struct buffer text = {0};
    char name[PATH_MAX];
    const char *slash = strrchr(a->parts[0].path, '/');

    snprintf(name, sizeof name, "/vsimem/tilery/%dx%d parts from %s", a->rows, a->columns,
             slash ? slash + 1 : a->parts[0].path);
    const bool ok = scene_open(&first, &options, e) &&
                    mosaic_write(&text, first, a->parts, a->n, a->width, a->height, e) &&
                    pack_text(out, name, e) && pack_bytes(out, text.data, text.size, e);
    scene_close(first);
    buffer_free(&text);
    return ok;
}

static bool put_together(const struct concat_step *s, const struct path_list *paths,
                         const struct job_options *options, struct buffer *out, struct err *e)
{
    struct arrangement a = {.rows = s->rows, .columns = s->columns};

    a.parts = memory_new((size_t)paths->n, sizeof *a.parts, e);
    const bool ok = a.parts && look_at(&a, paths, e) && arrange(&a, e) &&
                    spare_scenes(options, (const char *const *)paths->item, paths->n, true, e) &&
                    write_text(&a, out, e);
    if (ok && options->verbose)
        fprintf(stderr, "tilery: concat: %dx%d parts, from %s on, are %lldx%lld pixels\n", a.rows,
                a.columns, a.parts[0].path, (long long)a.width, (long long)a.height);
    for (int i = 0; a.parts && i < paths->n; i++)
        mosaic_forget(&a.parts[i]);
    free(a.parts);
    return ok;
}

/* On rank 0: name and text of the scene that the parts are. */
static bool find_scene(struct buffer *out, const struct job_options *options, size_t memory,
                       struct err *e)
{
    const struct pipeline *p = options->pipeline;
    struct concat_step s;
    struct path_list paths = {0};
    const bool ok = read_step(&s, &p->steps[0], e) &&
                    raster_begin(sources_cache_bytes(memory), &options->raster, e) &&
                    find_paths(&s, &paths, e) && put_together(&s, &paths, options, out, e);

    path_list_free(&paths);
    params_free(NULL, NULL, &s.words);
    return ok;
}

/* The rest of the pipeline, of the scene of that name. */
static bool run_as_read(struct cluster *c, const struct job_options *options, const char *name,
                        struct job_end *end, struct err *e)
{
    const struct pipeline *p = options->pipeline;
    struct job_options now = *options;
    struct step *steps = memory_new((size_t)p->n_steps, sizeof *steps, e);
    const struct pipeline of_scene = {steps, p->n_steps, p->whole};
    bool ok = cluster_agree(c, steps != NULL, e);

    if (ok && steps) {
        memcpy(steps, p->steps, (size_t)p->n_steps * sizeof *steps);
        steps[0] = (struct step){"read", 1, &name};
        now.pipeline = &of_scene;
        ok = job_run(c, &now, end, e);
    }
    free(steps);
    return ok;
}

bool concat_run(struct cluster *c, const struct job_options *options, struct job_end *end,
                struct err *e)
{
    const size_t memory = rank_means(c, options).memory_bytes;
    struct buffer bytes = {0};

    *end = (struct job_end){0};
    bool ok = cluster_agree(c, cluster_rank(c) != 0 || find_scene(&bytes, options, memory, e), e) &&
              cluster_share(c, &bytes, e);
    struct unpack u = unpack_begin(bytes.data, bytes.size);
    size_t n = 0;
    char *name = ok ? unpack_text(&u) : NULL;
    const unsigned char *text = ok ? unpack_bytes(&u, &n) : NULL;
    if (ok)
        ok = cluster_agree(c,
                           name && text ? mosaic_mount(name, text, n, e)
                                        : err_set(e, "the list of parts arrived damaged"),
                           e);
    ok = ok && run_as_read(c, options, name, end, e);
    if (name)
        mosaic_unmount(name);
    free(name);
    buffer_free(&bytes);
    return ok;
}
