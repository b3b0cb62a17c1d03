/* series_divide.c - how the work on a series is divided.
 * SPDX-License-Identifier: MIT */
#include "series_work.h"

#include "base/minmax.h"
#include "base/text.h"

#include <math.h>

enum {
    UNIT = 64,         /* whatever ranks there are, so that the image's bytes are the same */
    UNIT_LEAST = 16,   /* of what GeoTIFF's tiles are multiples */
    CHUNK = 512,       /* rows of tiles are mostly a divisor of it */
    AT_ONCE_MOST = 4,  /* more spare no more of the sums' way through memory */
    MARGIN = 16 << 20, /* decoders, messages */
    MESSAGE_MOST = 1 << 29,
};

/* What a row of the output takes. */
struct row_bytes {
    double values, sums, result; /* of a scene, of the accumulators, of the image */
};

static struct row_bytes bytes_of(const struct series *s)
{
    const double row = (double)s->facts.row;
    const double gaps = s->facts.has_gaps ? 1 : 0;

    return (struct row_bytes){
        .values = row * ((double)pixel_size(s->facts.out.type) + gaps),
        .sums = row * (double)temporal_bytes(&s->temporal),
        .result = row * (double)pixel_size(s->temporal.out),
    };
}

static bool too_little(const struct series_means *m, double wanted, struct err *e)
{
    char text[2][32];

    return err_usage(e,
                     "stack: --memory=%s a rank is too little for this series; %s would be enough",
                     text_bytes(m->memory_bytes, text[0], sizeof text[0]),
                     text_bytes(m->used_bytes + (size_t)wanted, text[1], sizeof text[1]));
}

static double spare(const struct series_means *m, const struct series *s)
{
    return (double)m->memory_bytes - (double)m->used_bytes - (double)s->facts.cache_bytes - MARGIN;
}

/* --- by scene --------------------------------------------------------------------------------- */

/* What a rank holds for a band of so many rows: its scenes, the rows it gets of others' scenes,
 * the sums of its rows, and a unit of results on its way. */
static double band_bytes(const struct series *s, const struct series_means *m,
                         const struct series_division *d)
{
    const struct row_bytes b = bytes_of(s);
    const int64_t units = ceil_div(d->band_rows, d->unit);
    const double own = (double)(ceil_div(units, m->n_ranks) * d->unit);
    const double before =
        s->n_steps > 0 ? (double)s->facts.halo_bytes + s->facts.bytes_per_row * (double)d->band_rows
                       : 0;
    const double got = m->n_ranks > 1 ? d->n_readers * d->at_once * own * b.values : 0;

    return d->at_once * (double)d->band_rows * b.values + got + own * b.sums +
           2 * d->unit * b.result + before + (d->ships ? (double)s->facts.file_most : 0);
}

static bool divide_scenes(struct series_division *d, const struct series *s,
                          const struct series_means *m, struct err *e)
{
    const int64_t height = s->facts.out.height;
    const struct row_bytes b = bytes_of(s);
    const double most = spare(m, s);

    d->band_rows = ceil_div(height, d->unit) * d->unit;
    for (d->at_once = AT_ONCE_MOST; d->at_once > 1; d->at_once--)
        if (band_bytes(s, m, d) <= most)
            break;
    while (band_bytes(s, m, d) > most || (double)d->band_rows * b.values > MESSAGE_MOST) {
        if (d->band_rows <= d->unit && d->unit <= UNIT_LEAST)
            return too_little(m, band_bytes(s, m, d) + (double)s->facts.cache_bytes + MARGIN, e);
        if (d->band_rows <= d->unit)
            d->unit /= 2;
        const int64_t sweeps = ceil_div(height, d->band_rows) + 1;
        d->band_rows = ceil_div(ceil_div(height, sweeps), d->unit) * d->unit;
        if (ceil_div(height, d->band_rows) < sweeps && d->band_rows > d->unit)
            d->band_rows -= d->unit;
    }
    return true;
}

/* --- by place --------------------------------------------------------------------------------- */

static double chunk_bytes(const struct series *s, int64_t width, int64_t height)
{
    const struct row_bytes b = bytes_of(s);
    const double share = (double)width / (double)s->facts.out.width;
    const double before =
        s->n_steps > 0 ? (double)s->facts.halo_bytes + s->facts.bytes_per_row * (double)height : 0;

    return share * ((double)height * (b.values + b.sums + 3 * b.result) + before);
}

static double result_bytes(const struct series *s, int64_t width, int64_t height)
{
    return (double)width / (double)s->facts.out.width * (double)height * bytes_of(s).result;
}

static bool fits(const struct series *s, const struct series_means *m, int64_t width,
                 int64_t height)
{
    return chunk_bytes(s, width, height) <= spare(m, s) &&
           result_bytes(s, width, height) <= MESSAGE_MOST;
}

/* Chunks as high as memory allows, so that scenes are opened seldom, but some for each rank. */
static bool choose_chunk(const struct series *s, const struct series_means *m, int *unit,
                         int64_t *width, int64_t *height, struct err *e)
{
    enum { EACH = 3 };
    const struct format *f = &s->facts.out;

    *width = f->width;
    *height = CHUNK;
    while (!fits(s, m, *width, *height)) {
        if (*width > SERIES_TILE)
            *width = ceil_div(*width / 2, SERIES_TILE) * SERIES_TILE;
        else if (*height > UNIT)
            *height /= 2;
        else if (*unit > UNIT_LEAST)
            *height = *unit /= 2;
        else
            return too_little(
                m, chunk_bytes(s, *width, *height) + (double)s->facts.cache_bytes + MARGIN, e);
    }
    while (*height > UNIT && ceil_div(f->height, *height) * ceil_div(f->width, *width) < m->n_ranks)
        *height /= 2;
    while (*height < f->height && fits(s, m, *width, 2 * *height) &&
           ceil_div(f->height, 2 * *height) * ceil_div(f->width, *width) >=
               (int64_t)EACH * m->n_ranks)
        *height *= 2;
    return true;
}

bool series_divide(struct series_division *d, const struct series *s, const struct series_means *m,
                   struct err *e)
{
    const struct format *f = &s->facts.out;
    int64_t width = m->chunk.width, height = m->chunk.height;
    int unit = UNIT;

    *d = (struct series_division){.unit = unit, .n_readers = m->n_ranks};
    if (m->root && m->n_ranks > 1) {
        d->by_scene = true;
        d->ships = s->facts.ships && s->facts.file_most <= MESSAGE_MOST;
        d->n_readers = d->ships ? m->n_ranks : 1;
    }
    d->by_scene |= s->facts.sequential;
    if (!d->by_scene) {
        if (width == 0 && !choose_chunk(s, m, &unit, &width, &height, e))
            return false;
        width = width < f->width ? width : f->width;
        height = height < f->height ? height : f->height;
        if (width > 0 && !fits(s, m, width, height))
            return too_little(
                m, chunk_bytes(s, width, height) + (double)s->facts.cache_bytes + MARGIN, e);
        d->chunks = divide(DIVISION_TILES, f->width, f->height, SERIES_TILE, unit, width, height);
        d->by_scene = width == 0 || division_chunks(&d->chunks) < m->n_ranks;
    }
    if (!d->by_scene)
        d->unit = unit;
    return !d->by_scene || divide_scenes(d, s, m, e);
}

void series_add(const struct series *s, struct temporal_sums *sums, const struct series_rows *rows,
                int n_rows, size_t n_elements)
{
    enum { BLOCK = 8192 }; /* its sums stay in the cache from one scene to the next */
    const struct temporal *t = &s->temporal;
    const size_t size = pixel_size(t->in);

    for (size_t at = 0; at < n_elements; at += BLOCK) {
        const size_t n = n_elements - at < BLOCK ? n_elements - at : BLOCK;
        for (int i = 0; i < n_rows; i++) {
            const struct series_rows *r = &rows[i];
            const struct temporal_turn turn = {r->scene, r->before,
                                               t->times ? t->times[r->scene] : r->scene};
            temporal_add(sums, at, n, r->values + at * size, r->valid ? r->valid + at : NULL, turn);
        }
    }
}
