/* lead_table.c - rank 0's part of a job whose output is a table of what an op that sweeps finds.
 * SPDX-License-Identifier: MIT */
#include "lead_parts.h"

#include "base/clock.h"
#include "base/new_file.h"
#include "base/text.h"
#include "base/timeline.h"
#include "ops/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A table has no tiles that say how a band is cut: low ones let chunks be as low as memory wants. */
enum { TABLE_TILE_HEIGHT = 64 };

/* A failure of the file is found before a pixel moves. */
static bool check_path(const struct lead *l, struct err *e)
{
    const char *path = l->ends.sink.path;
    char *part = text_join(path, ".part", e);
    int fd;

    if (!part)
        return false;
    bool ok = l->ends.sink.overwrite || access(path, F_OK) != 0 ||
              err_set(e, "%s: exists already; --overwrite replaces it", path);
    ok = ok && new_file(part, &fd, e);
    if (ok) {
        close(fd);
        unlink(part);
    }
    free(part);
    return ok;
}

bool lead_open_table(struct lead *l, const struct lead_means *means, struct buffer *ticket,
                     struct err *e)
{
    lead_take_means(l, means);
    if (!check_path(l, e) || !lead_open_sources(l, PX_SAME, e) || !lead_make_plans(l, e))
        return false;
    if (!l->plan->sweep.how || !l->plan->sweep.how->table)
        return err_usage(e,
                         "table: lists what an op finds, which is the last one before it: "
                         "connected-components-with-stats; %s finds nothing of that kind",
                         l->plan->stages.list[l->plan->last].name);
    lead_lay_out_tiles(l, OUTPUT_TILE, TABLE_TILE_HEIGHT);
    if (!lead_size(l, l->options->chunk, NULL, e))
        return false;
    lead_tell_plan(l);
    return lead_pack(l, &l->overviews, &l->sizing, ticket, e);
}

static bool fill(const struct lead *l, int fd, const char *part, struct err *e)
{
    const struct sweep_use *use = &l->plan->sweep;
    const struct sweep_bytes bytes = {l->sweep.summaries, l->sweep.contexts, l->sweep.n};
    FILE *f = fdopen(fd, "w");

    if (!f) {
        close(fd);
        return err_errno(e, "%s: cannot be written", part);
    }
    bool ok = use->how->table(use->state, plan_output(l->plan), &bytes, f, e);
    if (ok && (fflush(f) != 0 || ferror(f) || fsync(fd) != 0))
        ok = err_errno(e, "%s: cannot be written", part);
    return (fclose(f) == 0 || !ok || err_errno(e, "%s: cannot be written", part)) && ok;
}

bool lead_finish_table(struct lead *l, struct err *e)
{
    const double start = clock_s();
    const char *path = l->ends.sink.path;
    char *part = text_join(path, ".part", e);
    int fd;

    progress_end(&l->progress);
    if (!part)
        return false;
    bool ok = new_file(part, &fd, e);
    const bool made = ok;
    ok = ok && fill(l, fd, part, e);
    if (ok && !l->ends.sink.overwrite && access(path, F_OK) == 0)
        ok = err_set(e, "%s: exists already; --overwrite replaces it", path);
    if (ok && rename(part, path) != 0)
        ok = err_errno(e, "%s: cannot be given its name", path);
    if (made && !ok)
        unlink(part);
    free(part);
    l->published = ok;
    l->finish_s = timeline_since("finishing", start);
    if (ok)
        lead_tell_nodes(l);
    return ok;
}
