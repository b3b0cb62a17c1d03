/* series_by_place.c - chunks of a series' image are dealt to ranks.
 * SPDX-License-Identifier: MIT */
#include "series_reader.h"
#include "series_work.h"

#include "base/pack.h"

#include <stdlib.h>

struct by_place {
    struct series_job *job;
    struct series_reader *reader;
    struct place place;
    int64_t next, done, n; /* rank 0's */
};

/* --- everybody's part ------------------------------------------------------------------------- */

struct chunk {
    struct region region;
    struct temporal_sums *sums;
    unsigned char *values;
    uint8 *valid; /* NULL: the series has no gaps */
};

static void chunk_free(struct chunk *k)
{
    temporal_sums_free(k->sums);
    free(k->values);
    free(k->valid);
}

static bool chunk_new(struct chunk *k, const struct series *s, struct region region, struct err *e)
{
    const size_t n = (size_t)region.width * (size_t)region.height * (size_t)s->facts.out.bands;

    *k = (struct chunk){.region = region};
    k->values = memory_raw(n, pixel_size(s->facts.out.type), e);
    k->valid = k->values && s->facts.has_gaps ? memory_raw(n, 1, e) : NULL;
    return k->values && (k->valid || !s->facts.has_gaps) &&
           temporal_sums_new(&k->sums, &s->temporal, n, e);
}

/* *bad: the scene that could not be read, if that is why it fails. */
static bool add_scenes(struct by_place *p, struct chunk *k, int *added, int *bad, struct tick tick,
                       struct err *e)
{
    const struct series *s = p->job->series;
    const size_t n =
        (size_t)k->region.width * (size_t)k->region.height * (size_t)s->facts.out.bands;

    for (int i = 0; i < s->facts.n; i++) {
        if (s->gone[i])
            continue;
        if (!series_read(p->reader, i, k->region, k->values, k->valid, tick, e)) {
            *bad = i;
            return false;
        }
        const struct series_rows rows = {i, (*added)++, k->values, k->valid};
        series_add(s, k->sums, &rows, 1, n);
        if (!tick.call(tick.ctx))
            return err_set(e, "stopped");
    }
    return true;
}

static bool work(void *ctx, int64_t task, const unsigned char *payload, size_t n_payload,
                 struct buffer *result, struct tick tick, struct err *e)
{
    struct by_place *p = ctx;
    const struct series *s = p->job->series;
    const struct region region = division_chunk(&p->job->division->chunks, task);
    const size_t n = (size_t)region.width * (size_t)region.height * (size_t)s->facts.out.bands;
    const size_t size = n * pixel_size(s->temporal.out);
    struct chunk k;
    int added = 0, bad = -1;

    bool ok = chunk_new(&k, s, region, e) && add_scenes(p, &k, &added, &bad, tick, e) &&
              buffer_reserve(result, size, e);
    if (ok) {
        temporal_finish(k.sums, 0, n, added, result->data);
        result->size = size;
    } else if (bad >= 0) {
        struct err ignored; /* then nobody is told which scene it was, and the job ends */
        (void)!pack_u32(result, (uint32_t)bad, &ignored);
    }
    chunk_free(&k);
    return ok;
}

static bool answered(void *ctx, int64_t task, const unsigned char *payload, size_t n, struct err *e)
{
    return true;
}

/* --- rank 0's part ---------------------------------------------------------------------------- */

static int64_t pick(void *ctx, int rank, int held)
{
    struct by_place *p = ctx;

    return p->next < p->n ? p->next++ : -1;
}

static bool load(void *ctx, int64_t task, int rank, struct buffer *payload, struct err *e)
{
    return true;
}

static bool store(void *ctx, int64_t task, int rank, struct buffer *result, struct err *e)
{
    struct by_place *p = ctx;
    const struct series_job *j = p->job;
    const struct region r = division_chunk(&j->division->chunks, task);

    p->done++;
    progress_add(j->progress, r.width * r.height);
    return series_image_write(j->image, r, result->data, e);
}

static bool failed(void *ctx, int64_t task, int rank, const struct buffer *details, struct err *e)
{
    struct by_place *p = ctx;
    struct unpack u = unpack_begin(details->data, details->size);
    const uint32_t bad = unpack_u32(&u);

    if (u.ok && bad < (uint32_t)p->job->series->facts.n &&
        p->job->options->on_error == ON_ERROR_SKIP)
        p->job->bad = (int)bad;
    return false;
}

static bool finished(void *ctx)
{
    const struct by_place *p = ctx;

    return p->done == p->n;
}

bool series_by_place(struct series_job *j, struct err *e)
{
    struct cluster *c = j->cluster;
    struct by_place p = {
        .job = j,
        .place = {.rank = cluster_rank(c), .host = cluster_host(c)},
        .n = division_chunks(&j->division->chunks),
    };
    const struct farm_lead lead = {&p, pick, load, store, failed, NULL, finished};
    const struct farm_work own = {&p, work, answered};
    const struct farm_limits limits = {2, j->options->silence_s, SIZE_MAX, 64 << 20};
    struct farm_times times;

    j->bad = -1;
    bool ok = cluster_agree(c, series_reader_new(&p.reader, j->series, p.place, e), e);
    ok = ok && farm_run(c, cluster_rank(c) == 0 ? &lead : NULL, &own, limits, &times, e);
    j->bad = (int)cluster_max(c, j->bad);
    if (!ok && j->bad >= 0) {
        if (cluster_rank(c) == 0)
            series_leave_out(j->series, j->bad, e->text);
        else
            j->series->gone[j->bad] = true;
    }
    series_reader_free(p.reader);
    return ok;
}
