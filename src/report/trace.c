/* trace.c - the timelines of all ranks as a file for Chrome's and Perfetto's viewers.
 *
 * The format: Google's "Trace Event Format", complete events ("X") and metadata ("M").
 * SPDX-License-Identifier: MIT */
#include "report/trace.h"

#include "base/pack.h"
#include "base/timeline.h"

#include "json_file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct rank {
    char *host;
    int node; /* the first rank of that host */
    struct buffer timeline;
};

struct trace {
    struct rank *list;
    int n;
};

struct writer {
    FILE *to;
    const struct rank *rank;
    int number;
    bool first;
};

bool trace_check(const char *path, struct err *e)
{
    return json_file_check("--trace", path, e);
}

bool trace_pack(struct buffer *out, const char *host, struct err *e)
{
    return pack_text(out, host, e) && timeline_pack(out, e);
}

/* Takes the event over. */
static bool put(struct writer *w, json_t *event)
{
    const bool ok = event && (w->first || fputs(",\n", w->to) != EOF) &&
                    json_dumpf(event, w->to, JSON_COMPACT | JSON_REAL_PRECISION(12)) == 0;

    w->first = false;
    json_decref(event);
    return ok;
}

static bool put_span(void *ctx, const struct timeline_span *s)
{
    struct writer *w = ctx;
    json_t *event =
        json_pack("{s:s, s:s, s:i, s:i, s:f, s:f}", "name", s->what, "ph", "X", "pid",
                  w->rank->node, "tid", w->number, "ts", 1e6 * s->start_s, "dur", 1e6 * s->seconds);

    if (event && s->task >= 0 &&
        json_object_set_new(event, "args", json_pack("{s:I}", "chunk", (json_int_t)s->task)) != 0) {
        json_decref(event);
        event = NULL;
    }
    return put(w, event);
}

/* What a host or a rank is called. */
static bool put_name(struct writer *w, const char *kind, const char *name)
{
    return put(w, json_pack("{s:s, s:s, s:i, s:i, s:{s:s}}", "name", kind, "ph", "M", "pid",
                            w->rank->node, "tid", w->number, "args", "name", name));
}

static bool put_rank(struct writer *w)
{
    char name[80];
    int64_t lost;
    struct err e;

    const bool ok = timeline_read(&w->rank->timeline, &lost, put_span, w, &e);
    if (lost > 0)
        snprintf(name, sizeof name, "rank %d (without its last %lld spans)", w->number,
                 (long long)lost);
    else
        snprintf(name, sizeof name, "rank %d", w->number);
    return ok && put_name(w, "process_name", w->rank->host) && put_name(w, "thread_name", name);
}

static bool dump(const void *ctx, FILE *to)
{
    const struct trace *t = ctx;
    struct writer w = {.to = to, .first = true};
    bool ok = fputs("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n", to) != EOF;

    for (w.number = 0; ok && w.number < t->n; w.number++) {
        w.rank = &t->list[w.number];
        ok = put_rank(&w);
    }
    return ok && fputs("\n]}", to) != EOF;
}

/* ranks[i] of a trace; its bytes stay where they are. */
static bool open_rank(struct trace *t, int i, const struct buffer *packed, struct err *e)
{
    struct unpack u = unpack_begin(packed->data, packed->size);
    struct rank *r = &t->list[i];

    r->host = unpack_text(&u);
    if (!r->host || !u.ok)
        return err_set(e, "the timeline of rank %d arrived damaged", i);
    r->timeline = (struct buffer){.data = packed->data + (u.at - packed->data),
                                  .size = (size_t)(u.end - u.at)};
    while (r->node < i && strcmp(t->list[r->node].host, r->host) != 0)
        r->node++;
    return true;
}

bool trace_write(const char *path, const struct buffer *ranks, int n_ranks, struct err *e)
{
    struct trace t = {memory_new((size_t)n_ranks, sizeof *t.list, e), n_ranks};
    bool ok = t.list != NULL;

    for (int i = 0; ok && i < n_ranks; i++)
        ok = open_rank(&t, i, &ranks[i], e);
    ok = ok && json_file_write("--trace", path, dump, &t, e);
    for (int i = 0; t.list && i < n_ranks; i++)
        free(t.list[i].host);
    free(t.list);
    return ok;
}
