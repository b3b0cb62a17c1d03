/* temporal_sums.c - the accumulators of a series, and what becomes of them.
 * SPDX-License-Identifier: MIT */
#include "temporal_rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Each part is an array of `n` elements; of the median one for each scene. */
struct temporal_sums {
    const struct temporal *t;
    struct temporal_method method;
    size_t n, bytes;
    uint32 *count; /* NULL: all are inside the data */
    unsigned char *part[TEMPORAL_PARTS];
    void *memory;
};

static enum temporal_stat stat_of(const struct temporal *t)
{
    return (enum temporal_stat)t->op->stat;
}

/* Scenes of which values are kept. */
static size_t n_kept(const struct temporal *t)
{
    return stat_of(t) == TEMPORAL_MEDIAN ? (size_t)t->n : 1;
}

size_t temporal_bytes(const struct temporal *t)
{
    const struct temporal_method m = temporal_method(stat_of(t), t->in, t->n);
    size_t bytes = t->has_gaps ? sizeof(uint32) : 0;

    for (int i = 0; i < TEMPORAL_PARTS; i++)
        bytes += m.bytes[i] * n_kept(t);
    return bytes;
}

bool temporal_sums_new(struct temporal_sums **out, const struct temporal *t, size_t n,
                       struct err *e)
{
    enum { LINE = 64 }; /* parts begin at multiples of it */
    struct temporal_sums *s = memory_new(1, sizeof *s, e);

    if (!s)
        return false;
    s->t = t;
    s->method = temporal_method(stat_of(t), t->in, t->n);
    s->n = (n + LINE - 1) / LINE * LINE;
    s->memory = memory_raw(s->n, temporal_bytes(t), e);
    if (!s->memory) {
        free(s);
        return false;
    }
    unsigned char *at = s->memory;
    for (int i = 0; i < TEMPORAL_PARTS; i++) {
        s->part[i] = at;
        at += s->method.bytes[i] * n_kept(t) * s->n;
    }
    s->bytes = s->n * temporal_bytes(t);
    s->count = t->has_gaps ? (uint32 *)(void *)at : NULL;
    temporal_begin(s);
    *out = s;
    return true;
}

void temporal_sums_free(struct temporal_sums *s)
{
    if (!s)
        return;
    free(s->memory);
    free(s);
}

/* What is kept for the median is written before it is read. */
void temporal_begin(struct temporal_sums *s)
{
    if (stat_of(s->t) != TEMPORAL_MEDIAN)
        memset(s->memory, 0, s->bytes);
    else if (s->count)
        memset(s->count, 0, s->n * sizeof *s->count);
}

void temporal_add(struct temporal_sums *s, size_t from, size_t n, const void *values,
                  const uint8 *valid, struct temporal_turn turn)
{
    struct temporal_row r = {
        .values = values,
        .valid = s->count ? valid : NULL,
        .count = s->count ? s->count + from : NULL,
        .n = n,
        .nth = turn.before + 1,
        .scene = turn.scene,
        .time = turn.time,
    };

    if (stat_of(s->t) == TEMPORAL_MEDIAN)
        from += (size_t)turn.before * s->n;
    for (int i = 0; i < TEMPORAL_PARTS; i++)
        r.part[i] = s->part[i] + from * s->method.bytes[i];
    if (s->count)
        temporal_count(valid, (uint32 *)r.count, n);
    if (s->method.add)
        s->method.add(&r);
}

/* --- results ---------------------------------------------------------------------------------- */

/* Of n integers of that sum and sum of squares: n * squares - sum^2 is exact in 128 bits. */
static double exact_variance(double n, int64 sum, uint64 squares, int ddof)
{
    const __int128 d = (__int128)(uint64)n * squares - (__int128)sum * sum;

    return (double)d / n / (n - ddof);
}

static double variance(const struct temporal_sums *s, size_t i, double n)
{
    const struct temporal *t = s->t;

    if (!(n > t->ddof))
        return NAN;
    if (!temporal_is_exact(t->in))
        return ((const double *)(void *)s->part[1])[i] / (n - t->ddof);
    if (temporal_is_narrow(t->in, t->n))
        return exact_variance(n, ((const uint32 *)(void *)s->part[0])[i],
                              ((const uint32 *)(void *)s->part[1])[i], t->ddof);
    return exact_variance(n, ((const int64 *)(void *)s->part[0])[i],
                          ((const uint64 *)(void *)s->part[1])[i], t->ddof);
}

static double mean(const struct temporal_sums *s, size_t i, double n)
{
    const struct temporal *t = s->t;

    if (!temporal_is_exact(t->in))
        return ((const double *)(void *)s->part[0])[i];
    if (temporal_is_narrow(t->in, t->n))
        return ((const uint32 *)(void *)s->part[0])[i] / n;
    return (double)((const int64 *)(void *)s->part[0])[i] / n;
}

static double trend(const struct temporal_sums *s, size_t i)
{
    const double squares = ((const double *)(void *)s->part[3])[i];

    return squares > 0 ? ((const double *)(void *)s->part[2])[i] / squares : NAN;
}

/* Of element i, of n values. */
static double result(const struct temporal_sums *s, size_t i, uint32 n)
{
    const struct temporal *t = s->t;

    switch (stat_of(t)) {
    case TEMPORAL_MEAN:
        return mean(s, i, n);
    case TEMPORAL_VARIANCE:
        return variance(s, i, n);
    case TEMPORAL_STDDEV:
        return sqrt(variance(s, i, n));
    case TEMPORAL_MIN:
    case TEMPORAL_MAX:
        return pixel_load(t->in, s->part[0], (int64_t)i);
    case TEMPORAL_ARGMIN:
    case TEMPORAL_ARGMAX:
        return ((const int32 *)(void *)s->part[1])[i];
    case TEMPORAL_TREND:
        return trend(s, i);
    case TEMPORAL_COUNT:
        return n;
    case TEMPORAL_NONE:
    case TEMPORAL_MEDIAN:
        break;
    }
    return NAN;
}

static uint32 count_of(const struct temporal_sums *s, size_t i, int added)
{
    return s->count ? s->count[i] : (uint32)added;
}

/* Of up to TEMPORAL_SELECT_MOST elements. */
static void medians(const struct temporal_sums *s, size_t from, size_t n, int added, double *out)
{
    uint32 rank[TEMPORAL_SELECT_MOST];
    double next[TEMPORAL_SELECT_MOST];

    for (size_t i = 0; i < n; i++) {
        const uint32 count = count_of(s, from + i, added);
        rank[i] = count ? (count - 1) / 2 : 0;
    }
    temporal_selector(s->t->in)(s->part[0] + from * s->method.bytes[0], s->n, added, rank, n, out,
                                next);
    for (size_t i = 0; i < n; i++)
        if (count_of(s, from + i, added) % 2 == 0)
            out[i] = out[i] / 2 + next[i] / 2;
}

void temporal_finish(struct temporal_sums *s, size_t from, size_t n, int added, void *out)
{
    const struct temporal *t = s->t;
    unsigned char *to = out;
    double v[TEMPORAL_SELECT_MOST];

    for (size_t at = 0; at < n; at += TEMPORAL_SELECT_MOST) {
        const size_t m = n - at < TEMPORAL_SELECT_MOST ? n - at : TEMPORAL_SELECT_MOST;
        if (stat_of(t) == TEMPORAL_MEDIAN)
            medians(s, from + at, m, added, v);
        for (size_t i = 0; i < m; i++, to += pixel_size(t->out)) {
            const uint32 count = count_of(s, from + at + i, added);
            if (count == 0 && t->says_nodata)
                v[i] = t->nodata;
            else if (stat_of(t) != TEMPORAL_MEDIAN)
                v[i] = result(s, from + at + i, count);
            pixel_store(t->out, v[i], to);
        }
    }
}
