/* progress.h - how far the job is, on stderr.
 * SPDX-License-Identifier: MIT */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include <stdint.h>

/* In the order of progress_names; AUTO is a bar on a terminal and lines elsewhere. */
enum progress_mode { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_LINES, PROGRESS_NONE };

extern const char *const progress_names[];

struct progress {
    enum progress_mode mode;
    int64_t total, done, before; /* pixels; done by an earlier run */
    int n_ranks, n_nodes;
    double start_s, shown_s;
    int shown_percent;
    const char *what; /* shown in front; NULL: nothing */
};

/* done_pixels: by an earlier run. */
void progress_begin(struct progress *p, enum progress_mode mode, int64_t total_pixels,
                    int64_t done_pixels, int n_ranks, int n_nodes);

/* Says that so many more pixels are done; shows it when enough has changed. */
void progress_add(struct progress *p, int64_t pixels);

/* Ends the bar's line. */
void progress_end(struct progress *p);

#endif
