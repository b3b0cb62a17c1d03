/* retries.c - rank 0's list of tries that failed.
 * SPDX-License-Identifier: MIT */
#include "retries.h"

#include <stdio.h>
#include <stdlib.h>

/* One try that failed. */
struct filed {
    int64_t chunk;
    int rank;
    struct failure failure;
};

struct retries {
    int most;
    enum on_error on_error;
    const struct division *division;
    struct buffer filed;    /* struct filed, in the order they came */
    struct buffer given_up; /* struct given_up */
};

struct given_up {
    int64_t chunk;
    enum feed_task task;
};

const char *const on_error_names[] = {"fail", "nodata", "skip", NULL};

bool retries_new(struct retries **out, int most, enum on_error on_error,
                 const struct division *division, struct err *e)
{
    struct retries *r = memory_new(1, sizeof *r, e);

    if (!r)
        return false;
    *r = (struct retries){.most = most, .on_error = on_error, .division = division};
    *out = r;
    return true;
}

void retries_free(struct retries *r)
{
    if (!r)
        return;
    buffer_free(&r->filed);
    buffer_free(&r->given_up);
    free(r);
}

static const struct filed *list(const struct retries *r, size_t *n)
{
    *n = r->filed.size / sizeof(struct filed);
    return (const struct filed *)(const void *)r->filed.data;
}

static int count(const struct retries *r, int64_t chunk)
{
    size_t n;
    const struct filed *filed = list(r, &n);
    int tries = 0;

    for (size_t i = 0; i < n; i++)
        tries += filed[i].chunk == chunk;
    return tries;
}

bool retries_add(struct retries *r, int64_t chunk, int rank, const struct failure *f, struct err *e)
{
    const struct filed one = {chunk, rank, *f};

    if (f->lasting || !buffer_append(&r->filed, &one, sizeof one, e))
        return false;
    const int tries = count(r, chunk);
    if (tries <= r->most) {
        fprintf(stderr, "tilery: try %d of %d: %s\n", tries, r->most + 1, e->text);
        return true;
    }
    if (r->on_error == ON_ERROR_FAIL || tries > r->most + 1)
        return tries == 1 ? false : err_context(e, "given up after %d tries", tries);
    fprintf(stderr, "tilery: try %d of %d, %s: %s\n", tries, r->most + 1,
            r->on_error == ON_ERROR_NODATA ? "now filled with nodata" : "now left out", e->text);
    return retries_give_up(r, chunk, retries_task(r, chunk), e);
}

bool retries_give_up(struct retries *r, int64_t chunk, enum feed_task task, struct err *e)
{
    return buffer_append(&r->given_up, &(struct given_up){chunk, task}, sizeof(struct given_up), e);
}

enum feed_task retries_task(const struct retries *r, int64_t chunk)
{
    if (r->filed.size == 0 || count(r, chunk) <= r->most)
        return FEED_COMPUTE;
    return r->on_error == ON_ERROR_NODATA ? FEED_FILL : FEED_LEAVE_OUT;
}

int64_t retries_given_up(const struct retries *r)
{
    return (int64_t)(r->given_up.size / sizeof(struct given_up));
}

static const struct given_up *given_up(const struct retries *r)
{
    return (const struct given_up *)(const void *)r->given_up.data;
}

bool retries_touch(const struct retries *r, struct region region)
{
    for (int64_t i = 0; i < retries_given_up(r); i++) {
        const struct region chunk = division_chunk(r->division, given_up(r)[i].chunk);
        if (!region_is_empty(region_intersect(chunk, region)))
            return true;
    }
    return false;
}

void retries_tell(const struct retries *r, const char *output)
{
    for (int64_t i = 0; i < retries_given_up(r); i++) {
        const struct given_up *g = &given_up(r)[i];
        const struct region c = division_chunk(r->division, g->chunk);
        fprintf(stderr, "tilery: %s: chunk %lld (%lldx%lld at %lld,%lld) is %s\n", output,
                (long long)g->chunk, (long long)c.width, (long long)c.height, (long long)c.x,
                (long long)c.y, g->task == FEED_FILL ? "nodata" : "left out");
    }
}

bool retries_report(const struct retries *r, struct run_report *report, struct err *e)
{
    size_t n;
    const struct filed *filed = list(r, &n);

    for (size_t i = 0; i < n; i++) {
        const struct filed *f = &filed[i];
        const struct failed_try one = {f->rank, f->failure.host, f->failure.doing,
                                       f->failure.signal, division_chunk(r->division, f->chunk)};
        if (!run_report_try(report, &one, e))
            return false;
    }
    return run_report_number(report, "totals", "retries", (double)n, e) &&
           run_report_number(report, "totals", "chunks_given_up", (double)retries_given_up(r), e);
}
