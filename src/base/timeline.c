/* timeline.c - what this process did when, for those who want to see it.
 * SPDX-License-Identifier: MIT */
#include "base/timeline.h"

#include "base/clock.h"
#include "base/pack.h"

#include <stdlib.h>
#include <string.h>

static struct {
    struct timeline_span *list; /* NULL: not wanted */
    size_t n, most;
    int64_t task, lost;
    double zero_s;
} timeline = {.task = -1};

bool timeline_begin(size_t most, struct err *e)
{
    timeline_end();
    timeline.list = memory_raw(most, sizeof *timeline.list, e);
    timeline.most = most;
    timeline.zero_s = clock_s();
    return timeline.list != NULL;
}

void timeline_end(void)
{
    free(timeline.list);
    timeline.list = NULL;
    timeline.n = 0;
    timeline.lost = 0;
}

bool timeline_is_on(void)
{
    return timeline.list != NULL;
}

void timeline_task(int64_t task)
{
    timeline.task = task;
}

/* A span goes on where another ended; waiting comes in many small pieces. */
static bool goes_on(const struct timeline_span *last, const char *what, double start_s)
{
    const double gap_s = start_s - last->start_s - last->seconds;

    return strcmp(last->what, what) == 0 && last->task == timeline.task && gap_s >= 0 &&
           gap_s < 2e-4;
}

double timeline_since(const char *what, double start)
{
    const double now = clock_s(), start_s = start - timeline.zero_s;
    struct timeline_span *last = timeline.n > 0 ? &timeline.list[timeline.n - 1] : NULL;

    if (!timeline.list)
        return now - start;
    if (last && goes_on(last, what, start_s))
        last->seconds = now - timeline.zero_s - last->start_s;
    else if (timeline.n < timeline.most)
        timeline.list[timeline.n++] =
            (struct timeline_span){what, timeline.task, start_s, now - start};
    else
        timeline.lost++;
    return now - start;
}

bool timeline_pack(struct buffer *out, struct err *e)
{
    bool ok = pack_i64(out, timeline.lost, e) && pack_i64(out, (int64_t)timeline.n, e);

    for (size_t i = 0; ok && i < timeline.n; i++) {
        const struct timeline_span *s = &timeline.list[i];
        ok = pack_text(out, s->what, e) && pack_i64(out, s->task, e) &&
             pack_f64(out, s->start_s, e) && pack_f64(out, s->seconds, e);
    }
    return ok;
}

bool timeline_read(const struct buffer *packed, int64_t *lost,
                   bool (*take)(void *ctx, const struct timeline_span *span), void *ctx,
                   struct err *e)
{
    struct unpack u = unpack_begin(packed->data, packed->size);

    *lost = unpack_i64(&u);
    for (int64_t n = unpack_i64(&u); u.ok && n > 0; n--) {
        char *what = unpack_text(&u);
        struct timeline_span span = {.what = what, .task = unpack_i64(&u)};
        span.start_s = unpack_f64(&u);
        span.seconds = unpack_f64(&u);
        const bool ok = !u.ok || take(ctx, &span);
        free(what);
        if (!ok)
            return err_set(e, "out of memory for a timeline");
    }
    return u.ok || err_set(e, "a rank's timeline arrived damaged");
}
