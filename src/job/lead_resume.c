/* lead_resume.c - rank 0 looks for what an earlier run has left of the output, and goes on with it.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

#include "signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What is there is not thrown away unless that is asked for. */
bool lead_check_anew(const struct lead *l, struct err *e)
{
    const char *path = l->ends.sink.path;
    bool exists;

    if (l->ends.sink.overwrite)
        return true;
    return resume_exists(path, &exists, e) &&
           (!exists ||
            err_usage(e,
                      "%s.part: is what a run that was stopped has left, or is being written; go "
                      "on with it (run --resume) or begin anew (write --overwrite)",
                      path));
}

static bool adopt(struct lead *l, struct err *e)
{
    const struct resume_head head = resume_head(l->resume);
    struct err differs;

    if (!resume_check(l->resume, l->ends.sink.path, &l->signature, &differs)) {
        if (!l->ends.sink.overwrite) {
            *e = differs;
            return false;
        }
        resume_free(l->resume);
        l->resume = NULL;
        return true;
    }
    l->chunk = (struct size2){(int)head.chunk_width, (int)head.chunk_height};
    l->ends.sink.resumes = true;
    return true;
}

/* What dead runs left is of no use any more. */
static bool sweep(const struct lead *l, struct err *e)
{
    char *journal = saved_path(l->ends.sink.path, e);

    if (!journal)
        return false;
    unlink(journal);
    free(journal);
    scratch_sweep(l->ends.sink.path);
    return true;
}

/* An output that is whole, but for what its run had no time to sweep away, is not made again: the
 * job ends, as done. */
static bool check_finished(const struct lead *l, struct err *e)
{
    const char *path = l->ends.sink.path;
    bool finished;
    int64_t given_up;

    if (!resume_finished(path, &l->signature, &finished, &given_up, e))
        return false;
    if (!finished)
        return true;
    if (!(l->options->segment && l->options->segment->is_temporary) && !sweep(l, e))
        return false;
    if (given_up > 0)
        err_set(e, "%s: is finished already, but for these %" PRId64 " chunks", path, given_up);
    else
        err_set(e, "%s: is finished already", path);
    e->status = given_up > 0 ? EXIT_PARTLY : EXIT_DONE;
    return false;
}

bool lead_find_resume(struct lead *l, struct err *e)
{
    const struct signature_of of = {l->options, &l->ends, &l->steps, &l->sources};

    l->chunk = l->options->chunk;
    if (!signature_make(&l->signature, &of, e))
        return false;
    if (!l->options->resume)
        return lead_check_anew(l, e);
    return check_finished(l, e) && resume_open(&l->resume, l->ends.sink.path, e) &&
           (!l->resume || adopt(l, e));
}

bool lead_check_resume(struct lead *l, struct err *e)
{
    const struct division *d = &l->sizing.division;

    if (!l->resume)
        return sweep(l, e);
    const struct resume_head head = resume_head(l->resume);
    if (head.head_bytes != (int64_t)output_head_bytes(l->output) ||
        head.chunk_width != d->chunk_width || head.chunk_height != d->chunk_height ||
        (int)head.local > l->overviews.n)
        return err_set(e,
                       "%s.part: cannot be gone on with: it has a head of %" PRId64 " bytes and "
                       "chunks of %" PRId64 "x%" PRId64 ", here they are %" PRIu64 " and %" PRId64
                       "x%" PRId64 "; begin anew with write --overwrite",
                       l->ends.sink.path, head.head_bytes, head.chunk_width, head.chunk_height,
                       output_head_bytes(l->output), d->chunk_width, d->chunk_height);
    return true;
}

bool lead_begin_saving(struct lead *l, struct err *e)
{
    const struct division *d = &l->sizing.division;
    const struct resume_head head = {
        .head_bytes = (int64_t)output_head_bytes(l->output),
        .chunk_width = d->chunk_width,
        .chunk_height = d->chunk_height,
        .local = (uint32_t)l->overviews.local,
    };
    struct buffer bytes = {0};
    bool ok = resume_pack_head(&bytes, &head, &l->signature, e) &&
              saved_new(&l->saved, l->ends.sink.path, &bytes,
                        l->resume ? resume_journal(l->resume) : NULL, l->options->sync_s, e);

    buffer_free(&bytes);
    return ok;
}

bool lead_restore(struct lead *l, struct scratch *scratch, int64_t *pixels, struct err *e)
{
    const struct division *d = &l->sizing.division;
    const struct resume_into into = {
        .division = d,
        .overviews = &l->overviews,
        .output = l->output,
        .scratch = scratch,
        .apex = l->apex,
        .collect = l->collect,
        .schedule = l->schedule,
        .retries = l->retries,
    };

    *pixels = 0;
    if (!l->resume)
        return true;
    if (!resume_restore(l->resume, &into, pixels, e))
        return false;
    if (l->options->verbose || l->options->progress != PROGRESS_NONE)
        fprintf(stderr, "tilery: going on with %s.part, of which %.1f %% is there\n",
                l->ends.sink.path,
                100.0 * (double)*pixels / ((double)d->width * (double)d->height));
    return true;
}

bool lead_durable(struct lead *l, int rank, const void *tasks, size_t n, struct err *e)
{
    return saved_durable(l->saved, rank, tasks, n, e);
}

bool lead_can_resume(const struct lead *l)
{
    return l->resume || saved_any(l->saved);
}
