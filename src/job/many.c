/* many.c - the scenes of a job of many.
 * SPDX-License-Identifier: MIT */
#include "many.h"

#include "endpoints.h"
#include "placeholders.h"
#include "sources.h"

#include "base/pack.h"
#include "base/path_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- on rank 0: finding them */

static const struct step *sink_of(const struct pipeline *p)
{
    return &p->steps[p->n_steps - 1];
}

bool many_read_args(struct many *m, const struct step *step, const struct positionals *paths,
                    struct err *e)
{
    int next = 0; /* positionals are the step's own words, in their order */

    m->read_args = memory_new((size_t)step->n_args + 1, sizeof *m->read_args, e);
    if (!m->read_args)
        return false;
    for (int i = 0; i < step->n_args; i++)
        if (next < paths->n && paths->item[next] == step->args[i])
            next++;
        else
            m->read_args[m->n_read_args++] = step->args[i];
    return true;
}

void many_name_parts(const char *path, const char **name, const char **ending)
{
    const char *slash = strrchr(path, '/');

    *name = slash ? slash + 1 : path;
    const char *dot = strrchr(*name, '.');
    *ending = dot && dot > *name ? dot + 1 : path + strlen(path);
}

static bool fill_sink(struct many *m, int i, struct err *e)
{
    const struct step *sink = sink_of(m->pipeline);
    struct one_scene *s = &m->scene[i];
    const char *name, *ending;
    char index[24];

    many_name_parts(s->path, &name, &ending);
    snprintf(index, sizeof index, "%d", i);
    char *stem = strndup(name, (size_t)(ending - name) - (*ending != '\0'));
    const struct placeholder list[] = {
        {"stem", stem}, {"ext", ending}, {"index", index}, {NULL, NULL}};
    bool ok = stem || err_set(e, "out of memory: a copy of '%s' was wanted", name);
    if (ok)
        s->sink_args = memory_new((size_t)sink->n_args + 1, sizeof *s->sink_args, e);
    ok = ok && s->sink_args;
    for (int k = 0; ok && k < sink->n_args; k++)
        ok = (s->sink_args[k] = placeholders_fill(sink->args[k], list, e)) != NULL;
    free(stem);
    return ok;
}

static bool look_at(struct one_scene *s, const struct endpoints *ends, struct err *e)
{
    struct scene_options options = ends->source;
    struct scene *scene;

    options.path = s->path;
    if (!scene_open(&scene, &options, e))
        return false;
    const struct scene_info *info = scene_info(scene);
    s->width = info->width;
    s->height = info->height;
    s->bands = info->bands;
    s->type = info->type;
    s->pixels = info->width * info->height;
    scene_close(scene);
    return true;
}

/* What a rank may do by itself: not so much that the others would wait for it at the end. */
void many_choose_alone(struct many *m, int n_ranks)
{
    enum { ALWAYS = 64 << 20, SHARE = 4 };
    double all = 0;

    for (int i = 0; i < m->n; i++)
        all +=
            (double)m->scene[i].pixels * m->scene[i].bands * (double)pixel_size(m->scene[i].type);
    for (int i = 0; i < m->n; i++) {
        const struct one_scene *s = &m->scene[i];
        const double bytes = (double)s->pixels * s->bands * (double)pixel_size(s->type);
        m->scene[i].alone = n_ranks == 1 || bytes <= ALWAYS || bytes <= all / (SHARE * n_ranks);
    }
}

/* A file, and which scene it is. */
struct input {
    dev_t dev;
    ino_t ino;
    int scene;
};

static int by_file(const void *a, const void *b)
{
    const struct input *x = a, *y = b;

    if (x->dev != y->dev)
        return (x->dev > y->dev) - (x->dev < y->dev);
    return (x->ino > y->ino) - (x->ino < y->ino);
}

/* A scene's output may have its own place, but none of another scene, which may be read later. */
static bool spare_others(const struct many *m, struct err *e)
{
    struct input *list = memory_new((size_t)m->n, sizeof *list, e);
    struct stat st;
    size_t n = 0;
    bool ok = list != NULL;

    for (int i = 0; ok && i < m->n; i++)
        if (stat(m->scene[i].path, &st) == 0)
            list[n++] = (struct input){st.st_dev, st.st_ino, i};
    if (ok)
        qsort(list, n, sizeof *list, by_file);
    for (int i = 0; ok && i < m->n; i++) {
        const char *output = m->scene[i].sink_args[m->output_arg];
        if (stat(output, &st) != 0)
            continue;
        const struct input key = {st.st_dev, st.st_ino, 0};
        const struct input *found = bsearch(&key, list, n, sizeof *list, by_file);
        if (found && found->scene != i)
            ok = err_usage(e, "each: %s is the output of %s, and the scene %s", output,
                           m->scene[i].path, m->scene[found->scene].path);
    }
    free(list);
    return ok;
}

struct named {
    const char *output, *scene;
};

static int by_output(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->output, ((const struct named *)b)->output);
}

static bool check_outputs(const struct many *m, struct err *e)
{
    if (m->output_arg < 0)
        return true;
    struct named *list = memory_new((size_t)m->n, sizeof *list, e);
    bool ok = list != NULL;
    for (int i = 0; ok && i < m->n; i++)
        list[i] = (struct named){m->scene[i].sink_args[m->output_arg], m->scene[i].path};
    if (ok)
        qsort(list, (size_t)m->n, sizeof *list, by_output);
    for (int i = 1; ok && i < m->n; i++)
        if (strcmp(list[i - 1].output, list[i].output) == 0)
            ok = err_usage(e,
                           "each: %s and %s would both be written to %s; {stem}, {ext} and {index} "
                           "in the path tell them apart",
                           list[i - 1].scene, list[i].scene, list[i].output);
    free(list);
    return ok && spare_others(m, e);
}

static bool take_paths(struct many *m, struct path_list *paths, struct err *e)
{
    m->scene = memory_new((size_t)paths->n, sizeof *m->scene, e);
    if (!m->scene)
        return false;
    for (; m->n < paths->n; m->n++) {
        m->scene[m->n] = (struct one_scene){.path = paths->item[m->n], .rank = -1};
        paths->item[m->n] = NULL;
    }
    for (int i = 0; i < m->n; i++)
        if (!fill_sink(m, i, e))
            return false;
    return true;
}

static bool find(struct many *m, const struct job_options *options, const struct endpoints *ends,
                 const struct positionals *words, size_t memory_bytes, int n_ranks, struct err *e)
{
    struct path_list paths = {0};
    bool ok = (words->n > 0 || err_usage(e, "each: no scenes are named")) &&
              path_list_read(&paths, "each", words->n, words->item, e) &&
              take_paths(m, &paths, e) && check_outputs(m, e) &&
              raster_begin(sources_cache_bytes(memory_bytes), &options->raster, e);

    path_list_free(&paths);
    for (int i = 0; ok && i < m->n; i++) {
        ok = look_at(&m->scene[i], ends, e);
        if (!ok && options->on_error == ON_ERROR_SKIP) {
            many_skip(m, i, e->text);
            ok = true;
        }
    }
    many_choose_alone(m, n_ranks);
    return ok;
}

const char *many_what(const struct many *m)
{
    return m->n > 0 && m->scene[0].window ? "part" : "scene";
}

const char *many_name(const struct many *m, int i)
{
    const struct one_scene *s = &m->scene[i];

    return s->window && m->output_arg >= 0 ? s->sink_args[m->output_arg] : s->path;
}

/* --- all ranks */

static bool pack(const struct many *m, struct buffer *out, struct err *e)
{
    bool ok = pack_text(out, m->witness ? m->witness : "", e) && pack_u32(out, (uint32_t)m->n, e);

    for (int i = 0; ok && i < m->n; i++) {
        const struct one_scene *s = &m->scene[i];
        ok = pack_text(out, s->path, e) && pack_u32(out, s->alone, e) &&
             pack_u32(out, s->state, e) && pack_i64(out, s->pixels, e) &&
             pack_text(out, s->window ? s->window : "", e) &&
             pack_text(out, s->place ? s->place : "", e);
        for (int k = 0; ok && k < m->n_sink_args; k++)
            ok = pack_text(out, s->sink_args[k], e);
    }
    return ok;
}

/* NULL where there is none. */
static char *unpack_maybe(struct unpack *u)
{
    char *text = unpack_text(u);

    if (text && *text)
        return text;
    free(text);
    return NULL;
}

static bool unpack(struct many *m, const struct buffer *bytes, struct err *e)
{
    struct unpack u = unpack_begin(bytes->data, bytes->size);

    m->witness = unpack_maybe(&u);
    const uint32_t n = unpack_u32(&u);
    m->scene = memory_new(n, sizeof *m->scene, e);
    if (!m->scene)
        return false;
    for (m->n = 0; m->n < (int)n; m->n++) {
        struct one_scene *s = &m->scene[m->n];
        s->path = unpack_text(&u);
        s->alone = unpack_u32(&u) != 0;
        s->state = (enum scene_state)unpack_u32(&u);
        s->pixels = unpack_i64(&u);
        s->window = unpack_maybe(&u);
        s->place = unpack_maybe(&u);
        s->sink_args = memory_new((size_t)m->n_sink_args + 1, sizeof *s->sink_args, e);
        for (int k = 0; s->sink_args && k < m->n_sink_args; k++)
            s->sink_args[k] = unpack_text(&u);
        if (!u.ok || !s->sink_args)
            return err_set(e, "the list of scenes did not arrive whole");
    }
    return true;
}

bool many_share(struct many *m, struct cluster *c, struct err *e)
{
    struct buffer bytes = {0};
    const bool leads = cluster_rank(c) == 0;
    bool ok = cluster_agree(c, !leads || pack(m, &bytes, e), e) && cluster_share(c, &bytes, e) &&
              cluster_agree(c, leads || unpack(m, &bytes, e), e);

    buffer_free(&bytes);
    return ok;
}

bool many_find(struct many *m, struct cluster *c, const struct job_options *options,
               size_t memory_bytes, struct err *e)
{
    const struct step *each = &options->pipeline->steps[0];
    struct endpoints ends = {0};
    struct positionals words = {0};

    const struct step *sink = sink_of(options->pipeline);
    *m = (struct many){
        .pipeline = options->pipeline,
        .output_arg = job_path_of(sink),
        .n_sink_args = sink->n_args,
    };
    bool ok =
        endpoints_read_source(&ends, each, &words, e) && many_read_args(m, each, &words, e) &&
        (cluster_rank(c) != 0 || find(m, options, &ends, &words, memory_bytes, cluster_size(c), e));
    ok = cluster_agree(c, ok, e) && many_share(m, c, e);
    params_free(NULL, NULL, &words);
    endpoints_free(&ends);
    return ok;
}

void many_free(struct many *m)
{
    for (int i = 0; m->scene && i < m->n; i++) {
        struct one_scene *s = &m->scene[i];
        for (int k = 0; s->sink_args && k < m->n_sink_args; k++)
            free(s->sink_args[k]);
        free(s->sink_args);
        free(s->path);
        free(s->window);
        free(s->place);
        free(s->why);
        free(s->text);
        free(s->json);
    }
    free(m->scene);
    free(m->read_args);
    free(m->witness);
    buffer_free(&m->signature);
    *m = (struct many){0};
}

/* read … ! OP … ! crop … ! SINK …: the words of read, of the sink, and of crop. */
bool many_pipeline(struct many_pipeline *out, const struct many *m, int i, bool overwrite,
                   struct err *e)
{
    const struct step *all = m->pipeline->steps;
    const struct one_scene *s = &m->scene[i];
    const int n = m->pipeline->n_steps + (s->window != NULL), n_read = m->n_read_args + 1;

    *out = (struct many_pipeline){
        .pipeline = {memory_new((size_t)n, sizeof(struct step), e), n, m->pipeline->whole},
        .words = memory_new((size_t)n_read + (size_t)m->n_sink_args + 2, sizeof(char *), e),
    };
    struct step *steps = out->pipeline.steps;
    if (!steps || !out->words)
        return false;
    memcpy(steps, all, (size_t)(m->pipeline->n_steps - 1) * sizeof *steps);
    out->words[0] = s->path;
    for (int k = 0; k < m->n_read_args; k++)
        out->words[1 + k] = m->read_args[k];
    for (int k = 0; k < m->n_sink_args; k++) {
        out->words[n_read + k] = s->sink_args[k];
        overwrite &= strncmp(s->sink_args[k], "--overwrite", 11) != 0; /* it is there already */
    }
    const int n_sink = m->n_sink_args + overwrite;
    if (overwrite)
        out->words[n_read + m->n_sink_args] = "--overwrite";
    out->words[n_read + n_sink] = s->window;
    steps[0] = (struct step){"read", n_read, out->words};
    if (s->window)
        steps[n - 2] = (struct step){"crop", 1, out->words + n_read + n_sink};
    steps[n - 1] = (struct step){m->sink ? m->sink : all[m->pipeline->n_steps - 1].name, n_sink,
                                 out->words + n_read};
    return true;
}

void many_pipeline_free(struct many_pipeline *p)
{
    pipeline_free(&p->pipeline);
    free(p->words);
    *p = (struct many_pipeline){0};
}

void many_skip(struct many *m, int i, const char *why)
{
    m->scene[i].state = SCENE_SKIPPED;
    free(m->scene[i].why);
    m->scene[i].why = strdup(why); /* without memory, the report says nothing more */
    fprintf(stderr, "tilery: %s is skipped: %s\n", many_name(m, i), why);
}
