/* progress.c - how far the job is, on stderr.
 * SPDX-License-Identifier: MIT */
#include "report/progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_WIDTH = 30 };
static const double bar_interval_s = 0.1, line_interval_s = 10;

const char *const progress_names[] = {"auto", "bar", "lines", "none", 0};

void progress_begin(struct progress *p, enum progress_mode mode, int64_t total_pixels,
                    int64_t done_pixels, int n_ranks, int n_nodes)
{
    if (mode == PROGRESS_AUTO)
        mode = isatty(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_LINES;
    *p = (struct progress){.mode = mode,
                           .total = total_pixels,
                           .done = done_pixels,
                           .before = done_pixels,
                           .n_ranks = n_ranks,
                           .n_nodes = n_nodes};
    p->start_s = p->shown_s = clock_s();
}

static void show(struct progress *p, double now, int percent)
{
    const double elapsed = now - p->start_s;
    const double rate = elapsed > 0 ? (double)(p->done - p->before) / elapsed : 0;
    const int64_t left = rate > 0 ? (int64_t)((double)(p->total - p->done) / rate + 0.5) : 0;
    char bar[BAR_WIDTH + 1];

    if (p->mode == PROGRESS_BAR) {
        for (int i = 0; i < BAR_WIDTH; i++)
            bar[i] = i * 100 < percent * BAR_WIDTH ? '#' : '.';
        bar[BAR_WIDTH] = '\0';
        fprintf(stderr, "\r[%s] ", bar);
    }
    if (p->what)
        fprintf(stderr, "for %s: ", p->what);
    fprintf(stderr, "%3d %%  %.1f Mpixel/s  ETA %lld:%02lld  %d rank%s", percent, rate / 1e6,
            (long long)(left / 60), (long long)(left % 60), p->n_ranks, p->n_ranks == 1 ? "" : "s");
    if (p->n_nodes > 1)
        fprintf(stderr, " on %d hosts", p->n_nodes);
    fputs(p->mode == PROGRESS_BAR ? "  " : "\n", stderr);
    fflush(stderr);
    p->shown_s = now;
    p->shown_percent = percent;
}

void progress_add(struct progress *p, int64_t pixels)
{
    p->done += pixels;
    if (p->mode == PROGRESS_NONE)
        return;
    const double now = clock_s();
    const int percent = p->total > 0 ? (int)(100 * (double)p->done / (double)p->total) : 100;
    if (p->mode == PROGRESS_BAR
            ? now - p->shown_s >= bar_interval_s || percent == 100
            : percent / 10 > p->shown_percent / 10 || now - p->shown_s >= line_interval_s)
        show(p, now, percent);
}

void progress_end(struct progress *p)
{
    if (p->mode == PROGRESS_BAR)
        fputc('\n', stderr);
    p->mode = PROGRESS_NONE;
}
