/* series_by_scene.c - scenes of a series are dealt to ranks, which send each other rows.
 *
 * All go round by round: each reader reads its scenes of the round, all exchange rows, each adds up
 * its own. A round's scenes are the next ones of the series, so that values are added in its order.
 * SPDX-License-Identifier: MIT */
#include "series_reader.h"
#include "series_work.h"

#include "base/minmax.h"
#include "base/signals.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct by_scene {
    struct series_job *job;
    struct series_reader *reader;
    int rank, n_ranks, n_readers;
    bool reads;
    size_t size;        /* of a value */
    struct region band; /* what is gone through now */
    struct temporal_sums *sums;
    unsigned char **values; /* of the scenes this rank reads at once: the band … */
    uint8 **valid;          /* … NULL each: the series has no gaps */
    unsigned char **got;    /* of all scenes of a round, this rank's rows, if they come */
    uint8 **got_valid;
    struct series_rows *rows;
    struct passage *passages;
    unsigned char *file; /* one scene's, where files are sent */
    unsigned char *results, *others;
    int added; /* scenes that are in the sums */
};

/* Rows of the band that a rank adds up: whole units. */
static struct region share_of(const struct by_scene *b, int rank)
{
    const int unit = b->job->division->unit;
    const int64_t units = ceil_div(b->band.height, unit), n = b->n_ranks;
    const int64_t first = units * rank / n * unit, end = units * (rank + 1) / n * unit;
    const int64_t height = min64(end, b->band.height) - first;

    return (struct region){b->band.x, b->band.y + first, b->band.width, height > 0 ? height : 0};
}

static size_t elements_of(const struct by_scene *b, struct region r)
{
    return (size_t)r.height * b->job->series->facts.row;
}

/* Scenes of a round. */
static int round_size(const struct by_scene *b)
{
    return b->job->division->at_once * b->n_readers;
}

/* Who reads the i-th of a round, and which of that rank's scenes it is. */
static int reader_of(const struct by_scene *b, int i)
{
    return i % b->n_readers;
}

static int slot_of(const struct by_scene *b, int i)
{
    return i / b->n_readers;
}

/* --- memory ----------------------------------------------------------------------------------- */

static void free_each(void *list, int n)
{
    void **item = list;

    for (int i = 0; item && i < n; i++)
        free(item[i]);
    free(list);
}

static void by_scene_free(struct by_scene *b)
{
    const int n = b->n_readers ? round_size(b) : 0, own = b->job->division->at_once;

    series_reader_free(b->reader);
    temporal_sums_free(b->sums);
    free_each(b->values, own);
    free_each(b->valid, own);
    free_each(b->got, n);
    free_each(b->got_valid, n);
    free(b->rows);
    free(b->passages);
    free(b->file);
    free(b->results);
    free(b->others);
}

static bool new_each(void *list, int n, size_t n_elements, size_t size, struct err *e)
{
    void **item = list;

    for (int i = 0; i < n; i++) {
        item[i] = memory_raw(n_elements, size, e);
        if (!item[i])
            return false;
    }
    return true;
}

static bool make_lists(struct by_scene *b, struct err *e)
{
    const size_t n = (size_t)round_size(b), own = (size_t)b->job->division->at_once;
    const size_t passages = 2 * (n + own * (size_t)b->n_ranks); /* taken and sent */

    return (b->values = memory_new(own, sizeof *b->values, e)) &&
           (b->valid = memory_new(own, sizeof *b->valid, e)) &&
           (b->got = memory_new(n, sizeof *b->got, e)) &&
           (b->got_valid = memory_new(n, sizeof *b->got_valid, e)) &&
           (b->rows = memory_new(n, sizeof *b->rows, e)) &&
           (b->passages = memory_new(passages, sizeof *b->passages, e));
}

/* Of the largest band: the first. */
static bool make_ready(struct by_scene *b, struct err *e)
{
    const struct series_division *d = b->job->division;
    const struct series *s = b->job->series;
    const struct cluster *c = b->job->cluster;
    const struct place place = {.rank = b->rank, .host = cluster_host(c)};
    const size_t unit = (size_t)d->unit * s->facts.row;
    const int n = round_size(b);
    size_t share = 0;

    for (int r = 0; r < b->n_ranks; r++) /* bands that are lower are not shared out alike */
        share = elements_of(b, share_of(b, r)) > share ? elements_of(b, share_of(b, r)) : share;
    if (!make_lists(b, e) || !series_reader_new(&b->reader, s, place, e) ||
        !temporal_sums_new(&b->sums, &s->temporal, share, e))
        return false;
    if (b->reads && !new_each(b->values, d->at_once, elements_of(b, b->band), b->size, e))
        return false;
    if (b->reads && s->facts.has_gaps &&
        !new_each(b->valid, d->at_once, elements_of(b, b->band), 1, e))
        return false;
    for (int i = 0; i < n; i++) {
        if (reader_of(b, i) == b->rank)
            continue;
        b->got[i] = memory_raw(share, b->size, e);
        b->got_valid[i] = b->got[i] && s->facts.has_gaps ? memory_raw(share, 1, e) : NULL;
        if (!b->got[i] || (s->facts.has_gaps && !b->got_valid[i]))
            return false;
    }
    if (d->ships && !(b->file = memory_raw(1, (size_t)s->facts.file_most, e)))
        return false;
    b->results = memory_raw(unit, pixel_size(s->temporal.out), e);
    b->others = b->results ? memory_raw(unit, pixel_size(s->temporal.out), e) : NULL;
    return b->others != NULL;
}

/* --- a round ---------------------------------------------------------------------------------- */

static bool keep_going(void *ctx)
{
    return signals_caught() == 0;
}

static bool read_scene(struct by_scene *b, int scene, int slot, struct err *e)
{
    const struct tick tick = {keep_going, NULL};

    return series_read(b->reader, scene, b->band, b->values[slot], b->valid[slot], tick, e);
}

/* The file as rank 0 has it; what cannot be read is sent as zeros, which are no scene. */
static bool read_file(struct by_scene *b, int scene, struct err *e)
{
    const struct series *s = b->job->series;
    const size_t n = (size_t)s->file_bytes[scene];
    FILE *f = fopen(s->path[scene], "rb");
    const size_t got = f ? fread(b->file, 1, n, f) : 0;

    if (f)
        fclose(f);
    if (got == n)
        return true;
    memset(b->file, 0, n);
    return err_set(e, "%s: cannot be read any more, or is shorter than it was", s->path[scene]);
}

/* Rank 0 sends the file, the reader reads it; the others have no part in it. */
static bool ship(struct by_scene *b, int scene, int slot, int reader, struct err *e)
{
    const struct series *s = b->job->series;
    struct passage p = {.from = 0, .to = reader, .bytes = b->file};
    struct err lost;
    char *name;

    p.n = (size_t)s->file_bytes[scene];
    if (b->rank != 0 && b->rank != reader)
        return true;
    bool ok = b->rank != 0 || read_file(b, scene, e);
    if (reader != 0 && !cluster_exchange(b->job->cluster, &p, 1, &lost)) {
        *e = lost;
        return false;
    }
    if (b->rank != reader || !ok)
        return ok;
    if (!scene_file_in_memory(s->path[scene], b->file, p.n, &name, e))
        return false;
    series_reader_instead(b->reader, name);
    ok = read_scene(b, scene, slot, e);
    series_reader_instead(b->reader, NULL);
    scene_file_forget(name);
    return ok;
}

/* This rank's scenes of the round that begins with scene `first`. *bad: the last one that cannot be
 * read; it goes on, as others may wait for files. */
static bool read_own(struct by_scene *b, int first, int *bad, struct err *e)
{
    const struct series *s = b->job->series;
    bool all = true;

    *bad = -1;
    for (int turn = 0; turn < round_size(b); turn++) {
        /* Rank 0 comes last, when the others have their files. */
        const int slot = turn / b->n_readers, reader = (turn + 1) % b->n_readers;
        const int i = slot * b->n_readers + reader;
        struct err why;
        bool ok = true;
        if (first + i >= s->facts.n)
            continue;
        if (s->gone[first + i])
            continue;
        if (b->job->division->ships)
            ok = ship(b, first + i, slot, reader, &why);
        else if (reader == b->rank && all)
            ok = read_scene(b, first + i, slot, &why);
        if (ok)
            continue;
        all = false;
        *bad = first + i;
        *e = why;
    }
    if (signals_none(e))
        return all;
    *bad = -1;
    return false;
}

/* Reads, until all ranks have or have left out what they cannot read. In the first band that is
 * as if these scenes were not there; later the sums of the bands before have them. */
static bool read_round(struct by_scene *b, int first, struct err *e)
{
    struct series_job *j = b->job;
    int bad;

    for (;;) {
        bool ok = read_own(b, first, &bad, e);
        const bool skips = j->options->on_error == ON_ERROR_SKIP;
        if (!cluster_agree(j->cluster, ok || (skips && bad >= 0), e))
            return false;
        const int worst = (int)cluster_max(j->cluster, bad);
        if (worst < 0)
            return true;
        if (bad == worst)
            series_leave_out(j->series, bad, e->text);
        j->series->gone[worst] = true;
        if (b->band.y > 0) {
            j->bad = worst;
            return err_set(e, "a scene is left out");
        }
    }
}

static struct passage passage(int from, int to, void *bytes, size_t n)
{
    return (struct passage){.from = from, .to = to, .bytes = bytes, .n = n};
}

/* Sends every rank its rows of what this one has read, and takes its own of the others'. */
static bool exchange(struct by_scene *b, int first, struct err *e)
{
    const struct series *s = b->job->series;
    const size_t mine = elements_of(b, share_of(b, b->rank));
    int n = 0;

    assert(b->got && b->got_valid);
    for (int i = 0; i < round_size(b) && first + i < s->facts.n; i++) {
        const int from = reader_of(b, i);
        if (s->gone[first + i])
            continue;
        if (from != b->rank) {
            b->passages[n++] = passage(from, b->rank, b->got[i], mine * b->size);
            if (s->facts.has_gaps)
                b->passages[n++] = passage(from, b->rank, b->got_valid[i], mine);
        }
        for (int to = 0; from == b->rank && to < b->n_ranks; to++) {
            const struct region share = share_of(b, to);
            const size_t at = (size_t)(share.y - b->band.y) * s->facts.row;
            if (to == b->rank)
                continue;
            b->passages[n++] = passage(from, to, b->values[slot_of(b, i)] + at * b->size,
                                       elements_of(b, share) * b->size);
            if (s->facts.has_gaps)
                b->passages[n++] =
                    passage(from, to, b->valid[slot_of(b, i)] + at, elements_of(b, share));
        }
    }
    return cluster_exchange(b->job->cluster, b->passages, n, e);
}

static void add_round(struct by_scene *b, int first)
{
    const struct series *s = b->job->series;
    const struct region share = share_of(b, b->rank);
    const size_t at = (size_t)(share.y - b->band.y) * s->facts.row;
    int n = 0;

    for (int i = 0; i < round_size(b) && first + i < s->facts.n; i++) {
        const int k = slot_of(b, i);
        if (s->gone[first + i])
            continue;
        const bool own = reader_of(b, i) == b->rank;
        b->rows[n++] = (struct series_rows){
            .scene = first + i,
            .before = b->added++,
            .values = own ? b->values[k] + at * b->size : b->got[i],
            .valid = !s->facts.has_gaps ? NULL
                     : own              ? b->valid[k] + at
                                        : b->got_valid[i],
        };
    }
    series_add(s, b->sums, b->rows, n, elements_of(b, share));
}

static void tell(struct by_scene *b, int first)
{
    const int n = (int)min64(round_size(b), b->job->series->facts.n - first);

    if (b->rank == 0)
        progress_add(b->job->progress, n * b->band.width * b->band.height);
}

/* --- results ---------------------------------------------------------------------------------- */

/* The u-th unit of a rank's rows; empty when it has not so many. */
static struct region unit_of(const struct by_scene *b, int rank, int64_t u)
{
    const int unit = b->job->division->unit;
    struct region r = share_of(b, rank);
    const int64_t end = r.y + r.height;

    r.y += u * unit;
    r.height = max64(0, min64(unit, end - r.y));
    return r;
}

/* All finish a unit, then one after the other sends it to rank 0, which writes it. */
static bool hand_in(struct by_scene *b, int64_t u, struct err *e)
{
    struct series_job *j = b->job;
    const size_t size = pixel_size(j->series->temporal.out);
    const size_t at = (size_t)u * (size_t)j->division->unit * j->series->facts.row;
    bool ok = true;

    temporal_finish(b->sums, at, elements_of(b, unit_of(b, b->rank, u)), b->added, b->results);
    for (int rank = 0; rank < b->n_ranks; rank++) {
        const struct region r = unit_of(b, rank, u);
        void *bytes = b->rank == rank ? b->results : b->others;
        struct passage p = passage(rank, 0, bytes, elements_of(b, r) * size);
        const bool takes_part = rank != 0 && (b->rank == 0 || b->rank == rank);
        if (r.height == 0)
            continue;
        if (!cluster_exchange(j->cluster, &p, takes_part, e))
            return false;
        if (b->rank == 0 && ok)
            ok = series_image_write(j->image, r, bytes, e);
    }
    return cluster_agree(j->cluster, ok, e);
}

static bool go_through(struct by_scene *b, struct err *e)
{
    const struct series_job *j = b->job;
    int64_t units = 0;

    temporal_begin(b->sums);
    b->added = 0;
    for (int first = 0; first < j->series->facts.n; first += round_size(b)) {
        if (!read_round(b, first, e) || !exchange(b, first, e))
            return false;
        add_round(b, first);
        tell(b, first);
    }
    for (int rank = 0; rank < b->n_ranks; rank++)
        units = max64(units, ceil_div(share_of(b, rank).height, j->division->unit));
    for (int64_t u = 0; u < units; u++)
        if (!hand_in(b, u, e))
            return false;
    return true;
}

bool series_by_scene(struct series_job *j, struct err *e)
{
    const struct series_division *d = j->division;
    const struct format *f = &j->series->facts.out;
    struct by_scene b = {
        .job = j,
        .rank = cluster_rank(j->cluster),
        .n_ranks = cluster_size(j->cluster),
        .size = pixel_size(f->type),
        .band = {0, 0, f->width, min64(d->band_rows, f->height)},
    };

    j->bad = -1;
    b.n_readers = d->n_readers;
    b.reads = b.rank < b.n_readers;
    bool ok = cluster_agree(j->cluster, make_ready(&b, e), e);
    while (ok && b.band.y < f->height) {
        b.band.height = min64(d->band_rows, f->height - b.band.y);
        ok = go_through(&b, e);
        b.band.y += d->band_rows;
    }
    by_scene_free(&b);
    return ok;
}
