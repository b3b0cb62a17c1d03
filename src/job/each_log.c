/* each_log.c - rank 0 keeps a journal of a job of many scenes.
 * SPDX-License-Identifier: MIT */
#include "each_log.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/pack.h"
#include "base/version.h"
#include "guard/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BEGUN = -1 }; /* in place of a scene's number */

struct each_log {
    struct journal *journal;
    char *path;
    struct buffer job; /* what the head says of the job */
    int64_t begun_ns; /* when the first run began, by the clock of the file system; 0: this is it */
    double sync_s, synced_s;
    int n;
    struct many *many; /* while an earlier run's is read */
};

static int64_t changed_ns(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* What tells a file from an earlier one of its name. */
static bool pack_file(struct buffer *out, const char *path, struct err *e)
{
    struct stat st;

    return stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
           (pack_i64(out, st.st_size, e) && pack_i64(out, changed_ns(&st), e));
}

/* A word, and the file that it may name (--with=SCENE). */
static bool pack_word(struct buffer *out, const char *word, struct err *e)
{
    const char *equals = strchr(word, '=');

    return pack_text(out, word, e) && pack_file(out, equals ? equals + 1 : word, e);
}

static bool pack_job(struct buffer *out, const struct many *m, const struct job_options *options,
                     struct err *e)
{
    const int n_ops = m->pipeline->n_steps - 1;
    bool ok = pack_text(out, "each " TILERY_VERSION, e) &&
              pack_u32(out, options->ignores_nodata, e) &&
              buffer_append(out, m->signature.data, m->signature.size, e);

    for (int i = 0; ok && i <= n_ops; i++) {
        const struct step *s = &m->pipeline->steps[i];
        ok = pack_text(out, s->name, e);
        for (int k = 0; ok && k < s->n_args; k++)
            if (i == n_ops) /* its files are what the job makes */
                ok = strcmp(s->args[k], "--overwrite") == 0 || pack_text(out, s->args[k], e);
            else
                ok = pack_word(out, s->args[k], e);
    }
    for (int i = 0; ok && i < m->n; i++)
        ok = pack_text(out, m->scene[i].path, e) && pack_file(out, m->scene[i].path, e);
    return ok;
}

static bool set_path(struct each_log *l, const struct many *m, struct err *e)
{
    enum { TAIL = 32 };
    const char *output = m->scene[0].sink_args[m->output_arg];
    const char *slash = strrchr(output, '/');
    const int folder = slash ? (int)(slash + 1 - output) : 0;

    l->path = memory_new((size_t)folder + TAIL, 1, e);
    if (!l->path)
        return false;
    snprintf(l->path, (size_t)folder + TAIL, "%.*s.tilery-each-%08" PRIx32, folder, output,
             crc_of(l->job.data, l->job.size));
    return true;
}

/* The first record says when the file came to be. */
static bool create(struct each_log *l, struct err *e)
{
    struct buffer begun = {0};
    struct stat st;

    if (!journal_create(&l->journal, l->path, &l->job, e))
        return false;
    const bool ok = (stat(l->path, &st) == 0 || err_errno(e, "%s", l->path)) &&
                    pack_i64(&begun, BEGUN, e) && pack_i64(&begun, changed_ns(&st), e) &&
                    journal_append(l->journal, &begun, e);
    buffer_free(&begun);
    return ok;
}

static bool take_record(void *ctx, const unsigned char *bytes, size_t n, struct err *e)
{
    struct each_log *l = ctx;
    struct unpack u = unpack_begin(bytes, n);
    const int64_t i = unpack_i64(&u), state = unpack_i64(&u);
    struct stat st;

    if (u.ok && i == BEGUN) {
        l->begun_ns = state;
        return true;
    }
    if (!u.ok || i < 0 || i >= l->many->n || (state != SCENE_DONE && state != SCENE_PARTLY))
        return err_set(e, "%s: is damaged; remove it to begin anew", l->path);
    struct one_scene *s = &l->many->scene[i];
    /* A pattern of several files is not looked for. */
    const char *output = s->sink_args[l->many->output_arg];
    if (strchr(output, '{') || stat(output, &st) == 0)
        s->state = (enum scene_state)state;
    l->n++;
    return true;
}

static bool go_on(struct each_log *l, struct many *m, struct err *e)
{
    struct buffer head = {0};

    l->many = m;
    bool ok = journal_open(&l->journal, l->path, &head, take_record, l, e);
    if (ok && l->journal &&
        (head.size != l->job.size || memcmp(head.data, l->job.data, head.size) != 0))
        ok = err_set(e, "%s: is of another job; remove it to begin anew", l->path);
    buffer_free(&head);
    return ok;
}

static bool overwrites(const struct many *m)
{
    for (int k = 0; k < m->n_sink_args; k++)
        if (strcmp(m->scene[0].sink_args[k], "--overwrite") == 0)
            return true;
    return false;
}

static bool open_file(struct each_log *l, struct many *m, bool resumes, struct err *e)
{
    const bool exists = access(l->path, F_OK) == 0;

    if (exists && resumes)
        return go_on(l, m, e) && (l->journal || create(l, e));
    if (exists && !overwrites(m))
        return err_usage(e,
                         "%s: is what a run of this job that was stopped has left; go on with it "
                         "(run --resume) or begin anew (%s --overwrite)",
                         l->path, m->pipeline->steps[m->pipeline->n_steps - 1].name);
    if (exists && unlink(l->path) != 0)
        return err_errno(e, "%s: cannot be removed", l->path);
    return create(l, e);
}

bool each_log_open(struct each_log **out, struct many *m, const struct job_options *options,
                   struct err *e)
{
    *out = NULL;
    if (m->output_arg < 0 || m->n == 0)
        return true;
    struct each_log *l = memory_new(1, sizeof *l, e);
    if (!l)
        return false;
    l->sync_s = options->sync_s;
    l->synced_s = clock_s();
    if (!pack_job(&l->job, m, options, e) || !set_path(l, m, e) ||
        !open_file(l, m, options->resume, e)) {
        each_log_close(l, true);
        return false;
    }
    *out = l;
    return true;
}

bool each_log_left(const struct each_log *l, const struct many *m, int i)
{
    struct stat st;

    return l && l->begun_ns > 0 && stat(m->scene[i].sink_args[m->output_arg], &st) == 0 &&
           changed_ns(&st) >= l->begun_ns;
}

bool each_log_add(struct each_log *l, const struct many *m, int i, struct err *e)
{
    struct buffer record = {0};

    if (!l)
        return true;
    bool ok = pack_i64(&record, i, e) && pack_i64(&record, m->scene[i].state, e) &&
              journal_append(l->journal, &record, e);
    buffer_free(&record);
    l->n++;
    if (ok && clock_s() - l->synced_s >= l->sync_s) {
        ok = journal_sync(l->journal, e);
        l->synced_s = clock_s();
    }
    return ok;
}

bool each_log_any(const struct each_log *l)
{
    return l && l->n > 0;
}

void each_log_close(struct each_log *l, bool keeps)
{
    struct err ignored; /* what is lost is done again */

    if (!l)
        return;
    if (l->journal && keeps)
        (void)!journal_sync(l->journal, &ignored);
    if (l->journal && !keeps)
        unlink(l->path);
    journal_close(l->journal);
    free(l->path);
    buffer_free(&l->job);
    free(l);
}
